/**
 * What went back of the money that a period was paid with, recorded: refunds that somebody made at the provider itself, and
 * disputes. Each may be heard late, twice, and in any order. Source: docs/decisions/0017.
 */
import { periodGivenBack, periodTakenBack } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { outcomeOf } from '../../domain/dispute.js';
import type { DisputeFact, RefundFact } from '../../domain/facts.js';
import {
  addRefundOfPeriod,
  disputeOfPeriod,
  lockPeriodPaidBy,
  type OwnPeriod,
  refundOfPeriod,
  standPeriod,
} from '../../store/periods-taken-back.js';
import { changeRefund, closeDispute } from '../../store/refunds.js';
import { correctPeriod, creditPeriod } from '../draft-document.js';
import { saidOf } from './note-paid-period.js';

/** Records how a refund of a period stands; false for one of none of ours. One that has failed by then is kept, and moves nothing. */
export async function noteRefundOfPeriod(work: Work, fact: RefundFact): Promise<boolean> {
  const period = await periodOf(work, fact);
  if (period === undefined) return false;
  const { tx, now: at } = work;
  const known = await refundOfPeriod(tx, fact.ref);
  const id = known?.id ?? newId();
  const refund = { id, amount: known?.amount ?? fact.amount };
  if (known === undefined) {
    await addRefundOfPeriod(tx, period, { id, fact, at });
    if (fact.state !== 'failed') {
      await creditPeriod(work, period, refund);
      work.emit(periodTakenBack, takingOf(period, 'refund', refund));
    }
  } else if (fact.state === 'failed' && known.status === 'succeeded') {
    await changeRefund(tx, id, { status: 'failed' });
    await correctPeriod(work, period, refund);
    work.emit(periodGivenBack, takingOf(period, 'refund', refund));
  }
  await standPeriod(tx, period);
  return true;
}

/** Records how a dispute of a period stands; false for one of none of ours. Closed before it was opened it is both at once. */
export async function noteDisputeOfPeriod(work: Work, fact: DisputeFact): Promise<boolean> {
  const period = await periodOf(work, fact);
  if (period === undefined) return false;
  if (fact.state === 'none') return true;
  const { tx, now: at } = work;
  const { dispute, isNew } = await disputeOfPeriod(tx, period, { id: newId(), fact, at });
  if (isNew) work.emit(periodTakenBack, takingOf(period, 'dispute', dispute));
  const outcome = outcomeOf(dispute.status, fact.state);
  if (outcome !== undefined) await closeDispute(tx, dispute.id, outcome, at);
  if (outcome === 'won') work.emit(periodGivenBack, takingOf(period, 'dispute', dispute));
  await standPeriod(tx, period);
  return true;
}

async function periodOf(
  { tx }: Work,
  { paymentRef, currency, ref }: Pick<RefundFact, 'paymentRef' | 'currency' | 'ref'>,
): Promise<OwnPeriod | undefined> {
  const period = paymentRef === null ? undefined : await lockPeriodPaidBy(tx, paymentRef);
  if (period !== undefined && period.currency !== currency)
    throw new Error(
      `subscription ${period.subscriptionId} is in ${period.currency}, and ${ref} in ${currency}`,
    );
  return period;
}

const takingOf = (
  period: OwnPeriod,
  by: 'refund' | 'dispute',
  { id: takingId, amount }: { readonly id: string; readonly amount: number },
) => ({ ...saidOf({ ...period, id: period.subscriptionId }, period, amount), takingId, by });
