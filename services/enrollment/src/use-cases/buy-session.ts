import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { notFound, unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { alreadyBought, type Offer, refusal } from '../domain/purchase.js';
import { addPurchase, lockOffer, type NewPurchase, type OfferRow } from '../store/purchases.js';
import { hasSeat } from '../store/seats.js';

export interface Order {
  readonly sessionId: string;
  readonly studentId: string;
  readonly fundedBy: 'credits' | 'subscription';
}

/** A pending purchase of one session, its seat taken and the wallet asked. Throws 404, 409 with the reason, 422. */
export async function buySession(
  work: Work,
  { sessionId, studentId, fundedBy }: Order,
): Promise<{ id: string }> {
  if (fundedBy === 'subscription')
    throw unprocessable('subscription-not-available', 'Lessons cannot be bought by subscription yet.', [
      { path: 'fundedBy', message: 'must be credits' },
    ]);
  const row = await lockOffer(work.tx, sessionId, studentId);
  if (row === undefined || isHidden(row, studentId)) throw notFound('session');
  const offer = offerOf(row);
  const error = refusal(offer, studentId, work.now);
  if (error?.code === 'sold-out' && (await hasSeat(work.tx, sessionId, studentId)))
    throw alreadyBought([offer]);
  if (error !== undefined) throw error;

  const purchase = purchaseOf(row, studentId, work.now);
  const seated = await addPurchase(work.tx, purchase);
  if (seated.length < purchase.holds.length) throw alreadyBought([offer]);
  askForFunds(work, purchase);
  return { id: purchase.id };
}

const isHidden = (row: OfferRow, studentId: string): boolean =>
  row.course_status === 'draft' && row.teacher_id !== studentId;

const offerOf = (row: OfferRow): Offer => ({
  id: row.id,
  number: row.number,
  title: row.title,
  teacherId: row.teacher_id,
  courseStatus: row.course_status,
  status: row.status,
  startsAt: row.starts_at,
  startedAt: row.started_at,
  maxStudents: row.max_students,
  seatsTaken: row.seats_taken,
  bought: row.bought,
});

const purchaseOf = (row: OfferRow, studentId: string, now: Date): NewPurchase => ({
  id: newId(),
  kind: 'session',
  studentId,
  teacherId: row.teacher_id,
  courseId: row.course_id,
  sessionId: row.id,
  total: row.price,
  currency: row.currency,
  fundedBy: 'credits',
  requestedAt: now,
  holds: [{ id: newId(), sessionId: row.id, amount: row.price }],
});

/** Asks the wallet; asked again it is the same question under a new event id, with the first requestedAt. */
export function askForFunds(work: Work, purchase: Omit<NewPurchase, 'sessionId'>): void {
  const { currency } = purchase;
  work.emit(purchaseRequested, {
    purchaseId: purchase.id,
    requestedAt: purchase.requestedAt.toISOString(),
    kind: purchase.kind,
    studentId: purchase.studentId,
    teacherId: purchase.teacherId,
    courseId: purchase.courseId,
    fundedBy: purchase.fundedBy,
    holds: purchase.holds.map(({ id, sessionId, amount }) => ({
      holdId: id,
      sessionId,
      amount: { amount, currency },
    })),
    total: { amount: purchase.total, currency },
  });
}
