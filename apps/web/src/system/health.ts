/** What of the running system needs somebody to look, by the alarms of docs/operations.md. */
import type { ServiceState, SystemState } from '@rollcall/contracts/api/system';
import { deadOf } from '../office/dead-letters.js';

export type Circuit = SystemState['circuits'][number];

/** Seconds that the oldest event may wait in an outbox: longer, and the broker is away or nobody relays. */
export const OUTBOX_LATE = 60;

export type Need = 'silent' | 'partlySilent' | 'notReady' | 'dead' | 'overdue' | 'outboxLate' | 'circuitOpen';

/** Everything that is not as it should be with one service, gravest first; breakers stand with the service that calls. */
export function needsOf(service: ServiceState, circuits: readonly Circuit[]): Need[] {
  const { name, replicas, outbox, inbox } = service;
  const silent = replicas.filter(({ state }) => state === 'silent').length;
  const found: Readonly<Record<Need, boolean>> = {
    silent: silent === replicas.length,
    partlySilent: silent > 0 && silent < replicas.length,
    notReady: replicas.some(({ state }) => state === 'not-ready'),
    dead: deadOf(service) > 0,
    overdue: (inbox?.overdue ?? 0) > 0,
    outboxLate: (outbox?.oldestSeconds ?? 0) > OUTBOX_LATE,
    circuitOpen: circuits.some(({ from, state }) => from === name && state === 'open'),
  };
  return (Object.keys(found) as Need[]).filter((need) => found[need]);
}

const GRAVEST: readonly Circuit['state'][] = ['open', 'half-open', 'closed'];
const grave = ({ state }: Circuit): number => GRAVEST.indexOf(state);

/** One breaker for each pair, as its worst replica has it: each replica has its own. Worst first. */
export function worstCircuits(circuits: readonly Circuit[]): Circuit[] {
  const pairs = new Map<string, Circuit>();
  for (const one of circuits) {
    const pair = `${one.from} ${one.to}`;
    const known = pairs.get(pair);
    if (known === undefined || grave(one) < grave(known)) pairs.set(pair, one);
  }
  return [...pairs.values()].sort((a, b) => grave(a) - grave(b));
}
