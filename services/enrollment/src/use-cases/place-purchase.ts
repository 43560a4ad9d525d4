import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { sum } from '@rollcall/contracts/money';
import { unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { alreadyBought, type Offer } from '../domain/purchase.js';
import type { OfferRow } from '../store/offers.js';
import { addPurchase, type NewPurchase } from '../store/purchases.js';

export interface Buyer {
  readonly studentId: string;
  readonly fundedBy: 'credits' | 'subscription';
}

export function checkFunding({ fundedBy }: Buyer): void {
  if (fundedBy === 'subscription')
    throw unprocessable('subscription-not-available', 'Lessons cannot be bought by subscription yet.', [
      { path: 'fundedBy', message: 'must be credits' },
    ]);
}

export const offerOf = (row: OfferRow): Offer => ({
  id: row.id,
  number: row.number,
  title: row.title,
  teacherId: row.teacher_id,
  courseStatus: row.course_status,
  status: row.status,
  startsAt: row.starts_at,
  startedAt: row.started_at,
  price: row.price,
  maxStudents: row.max_students,
  seatsTaken: row.seats_taken,
  bought: row.bought,
});

/** What is bought, its sessions locked and offered. */
export interface Order {
  readonly kind: 'course' | 'session';
  readonly studentId: string;
  readonly teacherId: string;
  readonly courseId: string;
  readonly currency: string;
  /** One hold each, in this order. */
  readonly shares: readonly { readonly session: Offer; readonly amount: number }[];
}

/** A pending purchase, its seats taken, all or none, and the wallet asked. Throws 409 when a rival request was quicker. */
export async function placePurchase(work: Work, { shares, ...order }: Order): Promise<{ id: string }> {
  const purchase: NewPurchase = {
    ...order,
    id: newId(),
    sessionId: order.kind === 'session' ? (shares[0]?.session.id ?? null) : null,
    total: sum(shares.map(({ amount }) => amount)),
    fundedBy: 'credits',
    requestedAt: work.now,
    holds: shares.map(({ session, amount }) => ({ id: newId(), sessionId: session.id, amount })),
  };
  const seated = new Set(await addPurchase(work.tx, purchase));
  const taken = shares.filter(({ session }) => !seated.has(session.id));
  if (taken.length > 0) throw alreadyBought(taken.map(({ session }) => session));
  askForFunds(work, purchase);
  return { id: purchase.id };
}

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
