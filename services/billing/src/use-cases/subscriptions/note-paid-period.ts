import { subscriptionRenewed, subscriptionStarted } from '@rollcall/contracts/events/billing';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import type { Subscription } from '../../domain/subscription.js';
import type { PaidPeriod, Period } from '../../domain/subscription-fact.js';
import { addPeriod, lastPeriod } from '../../store/periods.js';
import { planName } from '../../store/plans.js';
import { invoicePeriod } from '../draft-document.js';

/**
 * The one place where a period of a subscription becomes paid: its row, the event by which its money is booked, and its invoice. A
 * period that was noted before changes nothing. The subscription is locked. Throws where it was paid in another currency,
 * or twice: for a person to look at.
 */
export async function notePaidPeriod(
  work: Work,
  subscription: Subscription,
  period: PaidPeriod,
): Promise<void> {
  if (period.currency !== subscription.currency)
    throw new Error(`subscription ${subscription.id} was paid in ${period.currency}`);
  if (!(await addPeriod(work.tx, subscription.id, period, work.now))) return;
  const last = await lastPeriod(work.tx, subscription.id);
  const said = saidOf(subscription, period, period.paid);
  work.emit(last?.count === 1 ? subscriptionStarted : subscriptionRenewed, said);
  const { id: subscriptionId, userId, planId } = subscription;
  await invoicePeriod(work, { ...period, subscriptionId, userId, planName: await planName(work.tx, planId) });
}

/** What every event of a subscription carries. */
export const saidOf = (
  {
    id: subscriptionId,
    userId,
    planId,
    currency,
  }: Pick<Subscription, 'id' | 'userId' | 'planId' | 'currency'>,
  { startsAt, endsAt }: Period,
  amount: number,
) => ({
  ...{ subscriptionId, userId, planId, amount: money(amount, currency) },
  period: { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
});
