/** Messages that nobody could handle and that wait for a person, as the gateway's look at the system has them. */
import type { ServiceState, SystemState } from '@rollcall/contracts/api/system';

/** Of one service: the same message may lie in its inbox and in its queue's dead letters, so the more of the two. */
export const deadOf = ({ inbox, queue }: ServiceState): number =>
  Math.max(inbox?.dead ?? 0, queue?.dead ?? 0);

/** Of all services; there may be more of them where a service does not answer. */
export const deadIn = ({ services }: SystemState): { readonly count: number; readonly isAll: boolean } => ({
  count: services.reduce((sum, service) => sum + deadOf(service), 0),
  isAll: services.every(({ replicas }) => replicas.some(({ state }) => state !== 'silent')),
});
