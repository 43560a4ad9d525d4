import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { type Money, money, sum, toDecimal } from '@rollcall/contracts/money';
import { conflict, type DomainError, forbidden } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { alreadyBought, type Offer } from '../domain/purchase.js';
import type { OfferRow } from '../store/offers.js';
import { addPurchase, type NewPurchase } from '../store/purchases.js';
import { seatsOf } from '../store/seats.js';

export interface Buyer {
  readonly studentId: string;
  readonly fundedBy: 'credits' | 'subscription' | 'card';
  /** The payment whose credits buy it; by card alone. */
  readonly paymentId?: string;
  /** The price he was shown. */
  readonly shown?: Money | undefined;
}

/** Throws 403 for a buyer who is suspended: his token, or a payment he began, may outlive that. */
export function checkBuyer(found: readonly OfferRow[]): void {
  if (found.some((row) => row.buyer_suspended))
    throw forbidden('account-suspended', 'Your account is suspended. Write to support.');
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

/** Throws why these cannot be bought; who has had the last seat himself meanwhile is told that, not that it is gone. */
export async function refuse(
  { tx }: Work,
  error: DomainError,
  offers: readonly Offer[],
  studentId: string,
): Promise<never> {
  if (error.code !== 'sold-out') throw error;
  const ids = offers.map(({ id }) => id);
  const own = await seatsOf(tx, ids, studentId);
  throw own.size === 0 ? error : alreadyBought(offers.filter(({ id }) => own.has(id)));
}

/** What is bought, its sessions locked and offered. */
export interface Order {
  readonly kind: 'course' | 'session';
  readonly buyer: Buyer;
  readonly teacherId: string;
  readonly courseId: string;
  readonly currency: string;
  /** One hold each, in this order. */
  readonly shares: readonly { readonly session: Offer; readonly amount: number }[];
}

/**
 * A pending purchase, its seats taken, all or none, and the wallet asked, or billing where a subscription pays. Throws 409
 * where it costs more than the buyer was shown.
 */
export function placePurchase(work: Work, { shares, buyer, ...order }: Order): { id: string } {
  const total = sum(shares.map(({ amount }) => amount));
  checkShown(buyer.shown, money(total, order.currency));
  const purchase: NewPurchase = {
    id: newId(),
    kind: order.kind,
    studentId: buyer.studentId,
    fundedBy: buyer.fundedBy,
    paymentId: buyer.paymentId ?? null,
    teacherId: order.teacherId,
    courseId: order.courseId,
    currency: order.currency,
    sessionId: order.kind === 'session' ? (shares[0]?.session.id ?? null) : null,
    total,
    requestedAt: work.now,
    holds: shares.map(({ session, amount }) => ({ id: newId(), sessionId: session.id, amount })),
  };
  addPurchase(work, purchase);
  askForFunds(work, purchase);
  return { id: purchase.id };
}

/** What has become cheaper he may have. */
function checkShown(shown: Money | undefined, price: Money): void {
  if (shown === undefined || (shown.currency === price.currency && price.amount <= shown.amount)) return;
  throw conflict(
    'price-changed',
    `It costs ${toDecimal(price)} ${price.currency} by now. Nothing was bought: look at the price and buy again.`,
  );
}

/** Asks the wallet, by subscription billing; asked again it is the same question under a new event id, with the first requestedAt. */
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
    ...(purchase.paymentId !== null && { paymentId: purchase.paymentId }),
    holds: purchase.holds.map(({ id, sessionId, amount }) => ({
      holdId: id,
      sessionId,
      amount: { amount, currency },
    })),
    total: { amount: purchase.total, currency },
  });
}
