import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import type { RefundFact } from '../domain/facts.js';
import { isAbandoned, nextLook } from '../domain/payment.js';
import { type Due, endLook, lockPaymentOf, takeDue, wantLook } from '../store/payments.js';
import { wantPeriodLook } from '../store/periods-taken-back.js';
import { noteDispute, noteIntent, noteRefund } from './note-payment.js';
import { intentOf } from './open-payment.js';

/** Payments of one turn; the next one takes the rest. */
const LIMIT = 25;

/**
 * Asks the provider how payments stand that are due for it: 5 minutes, an hour, then a day after the last word, or at once
 * where something of one changed there. What is not answered is asked again. Returns how many were due.
 */
export async function lookAtPayments(desk: Desk): Promise<number> {
  const now = desk.clock();
  const due = await record(desk, ({ tx }) =>
    takeDue(tx, { now, limit: LIMIT, next: (looks) => nextLook(looks, now) }),
  );
  for (const payment of due) {
    await look(desk, payment).catch((error: unknown) =>
      desk.log.warn(
        { err: error, paymentId: payment.id },
        'the card provider was asked in vain; later again',
      ),
    );
  }
  return due.length;
}

async function look(desk: Desk, payment: Due): Promise<void> {
  const intent = await intentOf(desk, payment);
  await record(desk, (work) => noteIntent(work, intent, payment.attempts));
  if (intent.state === 'succeeded') await noteTakenBack(desk, intent.ref);
  if (intent.state === 'open' && isAbandoned(payment, desk.clock())) {
    const cancelled = await desk.provider.cancelIntent(intent.ref);
    await record(desk, (work) => noteIntent(work, cancelled));
  }
  await record(desk, ({ tx }) => endLook(tx, payment));
}

async function noteTakenBack(desk: Desk, paymentRef: string): Promise<void> {
  for (const refund of failedFirst(await desk.provider.refundsOf(paymentRef)))
    await record(desk, (work) => noteRefund(work, refund));
  for (const dispute of await desk.provider.disputesOf(paymentRef))
    await record(desk, (work) => noteDispute(work, dispute));
}

/** Has the provider asked at once what became of the payment, or the period, that this paid for; false of none of ours. */
export async function wantLookBehind({ tx, now }: Work, paymentRef: string): Promise<boolean> {
  const payment = await lockPaymentOf(tx, { ref: paymentRef, paymentId: null });
  if (payment === undefined) return wantPeriodLook(tx, paymentRef, now);
  await wantLook(tx, payment.id, now);
  return true;
}

/** What has failed makes room: no more than was paid is given back at any time. */
export const failedFirst = (refunds: readonly RefundFact[]): RefundFact[] =>
  [...refunds].sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'));

const record = <Result>({ db, clock }: Desk, run: (work: Work) => Promise<Result>): Promise<Result> =>
  inWork(db, { correlationId: newId() }, run, clock);
