/** What the answers of a request that waits for an outcome have in common. */
import type { Purchase } from '@rollcall/contracts/api/enrollment';

/** Did the caller ask not to be kept waiting? `prefer` is the header. */
export const prefersAsync = (prefer: string | undefined): boolean =>
  /(^|[,;\s])respond-async($|[,;\s])/i.test(prefer ?? '');

/** Where a purchase is read. */
export const placeOf = (kind: Purchase['kind'], id: string): string =>
  `/api/v1/enrollments/${kind === 'session' ? 'sessions/' : ''}${id}`;

/** The headers of a 202: where to ask, how soon, and that this was preferred. */
export const askLater = (kind: Purchase['kind'], id: string, isAsync: boolean): Record<string, string> => ({
  Location: placeOf(kind, id),
  'Retry-After': '1',
  ...(isAsync && { 'Preference-Applied': 'respond-async' }),
});
