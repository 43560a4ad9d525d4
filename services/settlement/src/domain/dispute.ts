/** May a hold's student or teacher dispute what it comes to? Pure. Source: docs/settlement.md, 'Disputes'. */

/** What is known of a hold and its session, the row locked. */
export interface Disputable {
  readonly status: 'held' | 'review' | 'disputed' | 'released' | 'refunded' | 'split';
  /** Its session will not take place, or did not. */
  readonly cancelled: boolean;
  readonly completed: boolean;
  readonly startsAt: Date | null;
  /** When the room was seen to have started. */
  readonly startedAt: Date | null;
  /** When the decision that stands was made, and why; null while it has not ended. */
  readonly decidedAt: Date | null;
  readonly reason: string | null;
  readonly hasOpenDispute: boolean;
  /** An admin has resolved a dispute by the decision that stands. */
  readonly isResolved: boolean;
}

/** Why not; a code. */
export type Refusal =
  | 'already-disputed'
  | 'dispute-resolved'
  | 'session-cancelled'
  | 'session-not-started'
  | 'dispute-window-closed';

const HOUR = 3_600_000;
const GIVEN_BACK = ['session-cancelled', 'cancelled'];

/**
 * Why it cannot be disputed; undefined where it can. What went back because the class was cancelled is not in question, as
 * newer attendance does not question it either. Before the class there is no outcome, not even where an admin has ended the
 * hold: a student who does not want it cancels.
 */
export function whyUndisputable(
  hold: Disputable,
  { now, windowHours }: { now: Date; windowHours: number },
): Refusal | undefined {
  if (hold.hasOpenDispute) return 'already-disputed';
  if (hold.isResolved) return 'dispute-resolved';
  if (hold.decidedAt === null) {
    if (hold.cancelled) return 'session-cancelled';
    return hasStarted(hold, now) ? undefined : 'session-not-started';
  }
  if (GIVEN_BACK.includes(hold.reason ?? '')) return 'session-cancelled';
  if (!hasStarted(hold, now) && !hold.cancelled) return 'session-not-started';
  return now.getTime() > hold.decidedAt.getTime() + windowHours * HOUR ? 'dispute-window-closed' : undefined;
}

const hasStarted = ({ completed, startsAt, startedAt }: Disputable, now: Date): boolean =>
  completed || [startsAt, startedAt].some((at) => at !== null && at <= now);
