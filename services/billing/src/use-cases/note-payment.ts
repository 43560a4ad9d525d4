/** What the provider says of a payment, recorded. Each may be heard late, twice, and in any order. */
import {
  disputeClosed,
  paymentDisputed,
  paymentFailed,
  paymentRefunded,
  paymentSucceeded,
  refundFailed,
} from '@rollcall/contracts/events/billing';
import { money } from '@rollcall/contracts/money';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { outcomeOf } from '../domain/dispute.js';
import type { DisputeFact, IntentFact, RefundFact } from '../domain/facts.js';
import { afterIntent, isOfNoTryInHand, type Payment } from '../domain/payment.js';
import { changePayment, lockPaymentOf, standAnew, wantLook } from '../store/payments.js';
import {
  addDispute,
  addRefund,
  changeRefund,
  closeDispute,
  disputeOf,
  type Refund,
  refundIn,
} from '../store/refunds.js';
import { correctRefund, creditRefund, invoicePayment } from './draft-document.js';
import { noteDisputeOfPeriod, noteRefundOfPeriod } from './subscriptions/note-taken-back.js';

/** Milliseconds: by then the provider has ended a try, whether or not its answer reached us. */
const TRY_ENDS = 30_000;

/**
 * Records how an intent stands; false for one that is none of ours. A success is said once, whoever brings it. `attempt` is
 * the try that was in hand when the provider was asked; there is none of a webhook, which tells what was.
 */
export async function noteIntent(work: Work, intent: IntentFact, attempt?: number): Promise<boolean> {
  const payment = await lockPaymentOf(work.tx, intent);
  if (payment === undefined) return false;
  if (isOfNoTryInHand(payment, intent, attempt)) {
    await wantLook(work.tx, payment.id, new Date(work.now.getTime() + TRY_ENDS));
    return true;
  }
  const noted = afterIntent(payment, intent);
  if (noted === undefined) return true;
  if (noted.status === 'succeeded') {
    await succeed(work, payment);
    return true;
  }
  await changePayment(work.tx, payment.id, noted);
  if (noted.status === 'failed')
    work.emit(paymentFailed, { ...saidOf(payment), reason: noted.failureCode ?? 'unknown' });
  return true;
}

/** A refund or a dispute may be heard of before the success that it follows from. */
async function paid(work: Work, payment: Payment): Promise<Payment> {
  if (payment.succeededAt === null) await succeed(work, payment);
  return { ...payment, succeededAt: payment.succeededAt ?? work.now };
}

/** A look that was wanted stays so: it may be for a refund that was heard of before. It ends when it was answered. */
async function succeed(work: Work, payment: Payment): Promise<void> {
  const changed = { status: 'succeeded', failureCode: null, succeededAt: work.now } as const;
  await changePayment(work.tx, payment.id, changed);
  await invoicePayment(work, payment);
  work.emit(paymentSucceeded, saidOf(payment));
}

function saidOf({ id: paymentId, userId, purpose, courseId, sessionId, amount, currency }: Payment) {
  return {
    ...{ paymentId, userId, purpose, amount: money(amount, currency) },
    ...(courseId !== null && { courseId }),
    ...(sessionId !== null && { sessionId }),
  };
}

/** Records how a refund stands, of a payment or of a period of a subscription; false for one of nothing of ours. */
export async function noteRefund(work: Work, fact: RefundFact): Promise<boolean> {
  if (fact.paymentRef === null) return false;
  const found = await lockPaymentOf(work.tx, { ref: fact.paymentRef, paymentId: null });
  if (found === undefined) return noteRefundOfPeriod(work, fact);
  sameCurrency(found, fact);
  const payment = await paid(work, found);
  const refund = await refundIn(work.tx, { paymentId: payment.id, id: fact.refundId, ref: fact.ref });
  if (refund === undefined) await noteForeign(work, payment, fact);
  else await noteOurs(work, payment, { refund, fact });
  return true;
}

/** Somebody made it at the provider itself. One that has failed by then is kept, so that no older word of it counts. */
async function noteForeign(work: Work, payment: Payment, fact: RefundFact): Promise<void> {
  const failed = fact.state === 'failed';
  const refund = {
    ...{ id: newId(), paymentId: payment.id, amount: fact.amount, requestedHere: false },
    ...{ status: failed ? ('failed' as const) : ('succeeded' as const), providerRef: fact.ref },
  };
  await addRefund(work.tx, { ...refund, reason: null, at: work.now });
  if (failed) return;
  await standAnew(work.tx, payment, refund.amount);
  await creditRefund(work, payment, refund);
  work.emit(paymentRefunded, refundSaid(payment, refund));
}

async function noteOurs(
  work: Work,
  payment: Payment,
  { refund, fact }: { readonly refund: Refund; readonly fact: RefundFact },
): Promise<void> {
  const { tx } = work;
  const open = refund.status === 'requested' || refund.status === 'reserved';
  if (fact.state === 'pending' && open)
    await changeRefund(tx, refund.id, { status: refund.status, providerRef: fact.ref });
  if (fact.state === 'succeeded' && open) {
    await changeRefund(tx, refund.id, { status: 'succeeded', providerRef: fact.ref });
    await standAnew(tx, payment, refund.amount);
    await creditRefund(work, payment, refund);
    work.emit(paymentRefunded, refundSaid(payment, refund));
  }
  if (fact.state !== 'failed' || refund.status === 'failed') return;
  await failRefund(work, payment, refund, fact.ref);
}

/** A refund comes to nothing, also one that had been made: the money is with us again, and the wallet gives it back. */
export async function failRefund(
  work: Work,
  payment: Payment,
  refund: Pick<Refund, 'id' | 'amount' | 'status' | 'requestedHere'>,
  providerRef?: string,
): Promise<void> {
  await changeRefund(work.tx, refund.id, { status: 'failed', providerRef });
  if (refund.status === 'succeeded') {
    await standAnew(work.tx, payment, -refund.amount);
    await correctRefund(work, payment, refund);
  }
  work.emit(refundFailed, refundSaid(payment, refund));
}

export const refundSaid = (
  { id: paymentId, userId, currency }: Payment,
  { id: refundId, amount, requestedHere }: Pick<Refund, 'id' | 'amount' | 'requestedHere'>,
) => ({ refundId, paymentId, userId, amount: money(amount, currency), requestedHere });

/** Records how a dispute stands, of either too; false for one of nothing of ours. Closed before it was opened it is both at once. */
export async function noteDispute(work: Work, fact: DisputeFact): Promise<boolean> {
  if (fact.paymentRef === null) return false;
  const found = await lockPaymentOf(work.tx, { ref: fact.paymentRef, paymentId: null });
  if (found === undefined) return noteDisputeOfPeriod(work, fact);
  if (fact.state === 'none') return true;
  sameCurrency(found, fact);
  const payment = await paid(work, found);
  const id = newId();
  const { tx, now: at } = work;
  const isNew = await addDispute(tx, { id, paymentId: payment.id, fact, at });
  const dispute = await disputeOf(tx, fact.ref);
  if (dispute === undefined) throw new Error(`dispute ${fact.ref} was left without a row`);
  const said = {
    ...{ disputeId: dispute.id, paymentId: payment.id, userId: payment.userId },
    amount: money(dispute.amount, payment.currency),
  };
  if (isNew) work.emit(paymentDisputed, said);
  const outcome = outcomeOf(dispute.status, fact.state);
  if (outcome !== undefined) {
    await closeDispute(tx, dispute.id, outcome, at);
    work.emit(disputeClosed, { ...said, won: outcome === 'won' });
  }
  await standAnew(tx, payment, 0);
  return true;
}

/** Every sum of a payment is in its currency. What is not is for a person to look at. */
function sameCurrency({ id, currency }: Payment, fact: { readonly currency: string }): void {
  if (fact.currency !== currency) throw new Error(`payment ${id} is in ${currency}, not in ${fact.currency}`);
}
