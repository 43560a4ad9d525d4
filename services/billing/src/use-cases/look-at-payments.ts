import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import { isAbandoned, nextLook } from '../domain/payment.js';
import { type Due, endLook, takeDue } from '../store/payments.js';
import { noteIntent, noteRefund } from './note-payment.js';
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
  await record(desk, (work) => noteIntent(work, intent));
  if (intent.state === 'succeeded')
    for (const refund of await desk.provider.refundsOf(intent.ref))
      await record(desk, (work) => noteRefund(work, refund));
  if (intent.state === 'open' && isAbandoned(payment, desk.clock())) {
    const cancelled = await desk.provider.cancelIntent(intent.ref);
    await record(desk, (work) => noteIntent(work, cancelled));
  }
  await record(desk, ({ tx }) => endLook(tx, payment));
}

const record = <Result>({ db, clock }: Desk, run: (work: Work) => Promise<Result>): Promise<Result> =>
  inWork(db, { correlationId: newId() }, run, clock);
