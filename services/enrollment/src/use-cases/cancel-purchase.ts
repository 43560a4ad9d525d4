import { cancellationRequested } from '@rollcall/contracts/events/enrollment';
import { notFound } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { cancelRefusal, type OpenHold, startOf } from '../domain/cancel.js';
import { addCancellation, type Cancellation, lockToCancel, openHoldsOf } from '../store/cancellations.js';

export interface Asked {
  readonly purchaseId: string;
  readonly kind: 'course' | 'session';
  readonly studentId: string;
  /** The student's own words, which no event carries. */
  readonly words: string | null;
}

/**
 * Asks settlement to give back what of a purchase has not started. Whoever asks while a cancellation of it waits for its
 * answer waits for the same one. Throws 404; 409 when the purchase is pending, has ended, or has nothing left to give up.
 */
export async function cancelPurchase(work: Work, asked: Asked): Promise<{ id: string }> {
  const purchase = await lockToCancel(work.tx, asked);
  if (purchase === undefined) throw notFound('purchase');
  if (purchase.waiting !== null) return { id: purchase.waiting };
  const open = await openHoldsOf(work.tx, purchase.id);
  const error = cancelRefusal(purchase.status, open, work.now);
  if (error !== undefined) throw error;

  const cancellation: Cancellation = {
    id: newId(),
    purchase_id: purchase.id,
    requested_by: asked.studentId,
    requested_at: work.now,
    holds: open.map((hold) => questionAbout(hold, work.now)),
  };
  await addCancellation(work.tx, cancellation, asked.words);
  askToCancel(work, cancellation);
  return { id: cancellation.id };
}

const questionAbout = (hold: OpenHold, now: Date) => ({
  holdId: hold.holdId,
  sessionId: hold.sessionId,
  startsAt: startOf(hold, now).toISOString(),
  sessionVersion: hold.sessionVersion,
});

/** Asks settlement; asked again it is the same question under a new event id, with the first requestedAt. */
export function askToCancel(
  work: Work,
  { purchase_id, requested_by, requested_at, holds }: Cancellation,
): void {
  work.emit(cancellationRequested, {
    purchaseId: purchase_id,
    requestedAt: requested_at.toISOString(),
    holds: [...holds],
    requestedBy: requested_by,
    reason: 'student-request',
  });
}
