/** An admin's word on when one person was in. It takes the place of all that was seen of him in that session. */
import { unprocessable } from '@rollcall/kit/errors';
import type { Window } from './intervals.js';

export interface Correction {
  /** Grows with each correction of a session: of one person the last one counts. */
  readonly seq: number;
  readonly userId: string;
  readonly intervals: readonly Window[];
}

/**
 * Refuses what can only be a slip: an interval that ends before it begins, or of another day. What merely reaches over
 * the window's edge is cut like everything else when it is computed.
 */
export function checkIntervals(intervals: readonly Window[], window: Window): void {
  for (const [index, { from, to }] of intervals.entries()) {
    const path = `intervals.${index}`;
    if (from >= to) {
      throw unprocessable('invalid-interval', 'Let each interval end after it begins.', [
        { path, message: 'must end after it begins' },
      ]);
    }
    if (to <= window.from || from >= window.to) {
      const [first, last] = [window.from, window.to].map((ms) => new Date(ms).toISOString());
      throw unprocessable('outside-window', `Presence in this session counts from ${first} to ${last}.`, [
        { path, message: `must touch the time from ${first} to ${last}` },
      ]);
    }
  }
}
