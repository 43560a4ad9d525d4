import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../../desk.js';
import { nextLook } from '../../domain/payment.js';
import { type DuePeriod, endPeriodLook, takeDuePeriods } from '../../store/periods-taken-back.js';
import { failedFirst } from '../look-at-payments.js';
import { noteDisputeOfPeriod, noteRefundOfPeriod } from './note-taken-back.js';

/** Periods of one turn; the next one takes the rest. */
const LIMIT = 25;

/**
 * Asks the provider what went back of the money of periods: of each once it is paid, and when something of one has changed there.
 * What is not answered is asked again after 5 minutes, an hour, then daily. Returns how many were due.
 */
export async function lookAtPeriods(desk: Desk): Promise<number> {
  const now = desk.clock();
  const due = await record(desk, ({ tx }) =>
    takeDuePeriods(tx, { now, limit: LIMIT, next: (looks) => nextLook(looks, now) }),
  );
  for (const period of due) {
    await look(desk, period).catch((error: unknown) =>
      desk.log.warn(
        { err: error, paymentRef: period.paymentRef },
        'the card provider was asked in vain what went back of a period; later again',
      ),
    );
  }
  return due.length;
}

async function look(desk: Desk, due: DuePeriod): Promise<void> {
  for (const refund of failedFirst(await desk.provider.refundsOf(due.paymentRef)))
    await record(desk, (work) => noteRefundOfPeriod(work, refund));
  for (const dispute of await desk.provider.disputesOf(due.paymentRef))
    await record(desk, (work) => noteDisputeOfPeriod(work, dispute));
  await record(desk, ({ tx }) => endPeriodLook(tx, due));
}

const record = <Result>({ db, clock }: Desk, run: (work: Work) => Promise<Result>): Promise<Result> =>
  inWork(db, { correlationId: newId() }, run, clock);
