/** When a session is over, and whether we were able to see it. Source: attendance.md, 'How it is computed', 9. */
import { type Bounds, EARLY } from './bounds.js';
import type { Evidence } from './evidence.js';
import { endsAt, type Rules, type Session, windowOf } from './session.js';

export type Completion =
  | {
      readonly done: true;
      readonly cause: 'room-finished' | 'scheduled-end' | 'deadline';
    }
  /** Not over; by the clock alone it may be at `again`. Every new delivery asks anew. */
  | { readonly done: false; readonly again: number };

/** Pure in the set of events and our clock; only the grace and the two later rules look at that clock. */
export function completion(
  evidence: Evidence,
  seen: Bounds,
  { session, rules, now }: { session: Session; rules: Rules; now: number },
): Completion {
  const quietAt = (evidence.lastDeliveryAt ?? now) + rules.grace;
  const overAt = endsAt(session) + rules.grace;
  const deadline = windowOf(session, rules).to;
  const finished = finishedAt(evidence, seen, session) !== null;

  if (finished && !seen.open && now >= quietAt) return { done: true, cause: 'room-finished' };
  if (now > overAt && !seen.open) return { done: true, cause: 'scheduled-end' };
  if (now > deadline) return { done: true, cause: 'deadline' };

  const quiet = finished && !seen.open ? quietAt : Number.POSITIVE_INFINITY;
  const clock = now > overAt ? deadline : overAt;
  return { done: false, again: Math.min(quiet, clock + 1) };
}

/**
 * When the class's room was finished for good: the latest room_finished not earlier than five minutes before the
 * scheduled end, or before the moment teacher and student had been together for as long. An earlier one is an
 * interruption. Video server's time; never clipped to ours.
 */
export function finishedAt(evidence: Evidence, { fullAt }: Bounds, session: Session): number | null {
  const from = Math.min(endsAt(session), fullAt ?? Number.POSITIVE_INFINITY) - EARLY;
  let last: number | null = null;
  for (const times of evidence.finishes.values()) {
    for (const at of times) if (at >= from && at > (last ?? Number.NEGATIVE_INFINITY)) last = at;
  }
  return last;
}

/** Could we see the session? If nothing was heard that shows it, nobody's absence is proven. */
export const observed = (evidence: Evidence, heardOfAnyRoom: boolean): boolean =>
  evidence.heard || heardOfAnyRoom;
