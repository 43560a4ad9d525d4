/** What the provider says of a subscription, recorded: late, twice and in any order it comes out the same. */
import {
  subscriptionCancelled,
  subscriptionExpired,
  subscriptionPastDue,
} from '@rollcall/contracts/events/billing';
import type { Work } from '@rollcall/kit/work';
import { isPaidTooLate, type Standing, type Subscription, standingBy } from '../../domain/subscription.js';
import type { PaidPeriod, SubscriptionFact } from '../../domain/subscription-fact.js';
import { forgetLook, keepLooked, wantLook } from '../../store/looks.js';
import { lastPeriod, unknownPeriods } from '../../store/periods.js';
import { changeStanding, keepRef, lockSubscription } from '../../store/subscriptions.js';
import { notePaidPeriod, saidOf } from './note-paid-period.js';

/**
 * Records how a subscription stands, as the provider said when it was asked by who had seen `version` of it. Where it has
 * changed here since, the word may be older than the change: it is asked again at once instead. Returns the periods that
 * were paid once it was over, which are none here.
 */
export async function noteSubscription(
  work: Work,
  { id, version }: Pick<Subscription, 'id' | 'version'>,
  fact: SubscriptionFact,
): Promise<readonly PaidPeriod[]> {
  const subscription = await lockSubscription(work.tx, id);
  if (subscription.version !== version) {
    await wantLook(work.tx, { ref: fact.ref, subscriptionId: id }, work.now);
    return [];
  }
  if (subscription.providerRef === null) await keepRef(work.tx, id, fact.ref);
  const late = await unknownPeriods(
    work.tx,
    id,
    fact.periods.filter((period) => isPaidTooLate(subscription, fact, period)),
  );
  for (const period of fact.periods)
    if (!late.includes(period)) await notePaidPeriod(work, subscription, period);
  await noteStanding(work, subscription, fact);
  return late;
}

async function noteStanding(work: Work, subscription: Subscription, fact: SubscriptionFact): Promise<void> {
  const { id } = subscription;
  const last = await lastPeriod(work.tx, id);
  const standing = standingBy(subscription, fact, { hasBegun: last !== undefined, now: work.now });
  if (isOther(subscription, standing)) await changeStanding(work.tx, id, standing);
  await keepLooked(work.tx, id, work.now);
  if (standing.status === subscription.status) return;
  if (standing.status === 'past_due' && fact.due !== null)
    work.emit(subscriptionPastDue, saidOf(subscription, fact.due, fact.due.amount));
  if (last === undefined) return;
  if (standing.status === 'cancelled')
    work.emit(subscriptionCancelled, saidOf(subscription, last, last.paid));
  if (standing.status === 'expired') work.emit(subscriptionExpired, saidOf(subscription, last, last.paid));
}

const time = (at: Date | null): number | undefined => at?.getTime();

const isOther = (before: Subscription, after: Standing): boolean =>
  before.wish !== null ||
  before.status !== after.status ||
  before.cancelAtPeriodEnd !== after.cancelAtPeriodEnd ||
  time(before.trialEnd) !== time(after.trialEnd) ||
  time(before.pastDueSince) !== time(after.pastDueSince) ||
  time(before.endedAt) !== time(after.endedAt);

/** There never was one: the provider said no, or knows nothing of it a day later. */
export async function refuse(
  work: Work,
  { id, version }: Pick<Subscription, 'id' | 'version'>,
  failureCode: string,
): Promise<void> {
  const subscription = await lockSubscription(work.tx, id);
  if (subscription.version !== version || subscription.status !== 'pending') return;
  const none = { cancelAtPeriodEnd: false, trialEnd: null, pastDueSince: null, endedAt: null };
  await changeStanding(work.tx, id, { ...none, status: 'refused', failureCode });
  await forgetLook(work.tx, id, work.now);
}
