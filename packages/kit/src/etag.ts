/** An ETag names a state of a resource; If-Match asks that it still be that one, so that no update is lost. */
import { precondition } from './errors.js';

export const etag = (state: string | number): string => `"${state}"`;

/** Throws 412 when the caller decided by another state. Without the header, or with `*`, any state will do. */
export function checkMatch(ifMatch: string | undefined, current: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  // A weak tag (W/"1") names no exact state, so it never matches.
  if (ifMatch.split(',').some((tag) => tag.trim() === current)) return;
  throw precondition(
    'changed-meanwhile',
    'Somebody else changed this after you read it. Read it again, then decide.',
  );
}
