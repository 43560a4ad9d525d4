/** A payment's states, and what the provider's word makes of it. Source: domain.md, 'Billing'. */
import { conflict, type DomainError, unprocessable } from '@rollcall/kit/errors';
import type { IntentFact } from './facts.js';
import { DAY, HOUR, ladder, MINUTE } from './ladder.js';

export type PaymentStatus =
  | 'pending'
  | 'processing'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'refunded'
  | 'partially_refunded'
  | 'disputed';

export interface Payment {
  readonly id: string;
  readonly userId: string;
  readonly purpose: 'topup' | 'course' | 'session';
  readonly courseId: string | null;
  readonly sessionId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly methodId: string | null;
  readonly providerRef: string | null;
  readonly attempts: number;
  readonly succeededAt: Date | null;
  readonly refunded: number;
  readonly createdAt: Date;
  readonly looks: number;
}

/** What is stored of a payment after the provider has said how its intent stands; undefined where nothing changes. */
export interface Noted {
  readonly status: PaymentStatus;
  readonly failureCode: string | null;
}

/**
 * A success is the last word about whether it was paid: whatever is heard after it, late or twice, changes nothing. A
 * failure is one of a try, and the next one may succeed. Throws where the provider took another amount than was asked.
 */
export function afterIntent(payment: Payment, intent: IntentFact): Noted | undefined {
  const { state, failureCode } = intent;
  if (payment.succeededAt !== null) return undefined;
  if (payment.status === 'cancelled' && state !== 'succeeded') return undefined;
  if (state === 'succeeded') {
    if (intent.amount !== payment.amount || intent.currency !== payment.currency)
      throw new Error(`payment ${payment.id} was paid with ${intent.amount} ${intent.currency}`);
    return { status: 'succeeded', failureCode: null };
  }
  const status = state === 'open' ? (failureCode === null ? 'pending' : 'failed') : state;
  return status === payment.status ? undefined : { status, failureCode };
}

/** A failure may be of the try before the one in hand: it says nothing of how that one ends. */
export const isOfNoTryInHand = (
  { status, attempts }: Payment,
  { state }: IntentFact,
  attempt: number | undefined,
): boolean => status === 'processing' && state === 'open' && attempt !== attempts;

/** How a payment stands that was paid. A dispute that was lost stays one. */
export function standingOf({
  amount,
  refunded,
  disputed,
}: {
  readonly amount: number;
  readonly refunded: number;
  readonly disputed: boolean;
}): PaymentStatus {
  if (disputed) return 'disputed';
  if (refunded === 0) return 'succeeded';
  return refunded < amount ? 'partially_refunded' : 'refunded';
}

/** When to look the next time, after so many looks or waits: in 5 minutes, an hour, then daily. */
export const nextLook = ladder([5 * MINUTE, HOUR], DAY);

/** A payment nobody paid for a week will not be: it is cancelled at the provider, so that it cannot be any more. */
export const isAbandoned = ({ createdAt, status }: Payment, now: Date): boolean =>
  (status === 'pending' || status === 'failed') && now.getTime() - createdAt.getTime() >= 7 * DAY;

/** May it be paid now? Throws 409 where it was cancelled; false where it was paid. */
export function mayBePaid({ status, succeededAt }: Payment): boolean {
  if (status === 'cancelled')
    throw conflict('payment-cancelled', 'This payment was cancelled. Begin a new one.');
  return succeededAt === null;
}

/** What can still be given back: refunds that are asked for count like those that were made. Throws 409 where none may. */
export function refundOf(
  payment: Payment,
  { amount, live }: { readonly amount: number | undefined; readonly live: number },
): number {
  if (payment.succeededAt === null)
    throw conflict('not-paid', 'Nothing was paid yet: there is nothing to give back.');
  if (payment.status === 'disputed')
    throw conflict('payment-disputed', 'Your bank has taken this payment back: it decides about it.');
  const rest = payment.amount - live;
  if (rest <= 0) throw conflict('already-refunded', 'All of this payment was given back, or is on its way.');
  if (amount !== undefined && amount > rest) throw aboveRest(rest, payment.currency);
  return amount ?? rest;
}

const aboveRest = (rest: number, currency: string): DomainError =>
  unprocessable(
    'refund-too-large',
    `${rest} minor units of ${currency} are left to give back. Ask for that much or less.`,
    [{ path: 'amount', message: `must be at most ${rest}` }],
  );
