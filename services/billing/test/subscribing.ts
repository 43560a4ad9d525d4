/** Subscriptions as they are once paid for, and what others say of the lessons they pay for. */
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { lessonDeclined, lessonReserved, subscriptionRenewed } from '@rollcall/contracts/events/billing';
import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { holdCorrected, holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { emitted, envelope, workOf } from '@rollcall/kit/testing';

export interface Subscribed {
  readonly id: string;
  readonly userId: string;
}
export const at = (day: string) => new Date(`${day}T09:00:00.000Z`);
const usd = (amount: number) => ({ amount, currency: 'USD' });

/** A subscription with this period paid for: four lessons a month unless said. */
export async function subscribe(
  db: Database,
  period: readonly [from: string, to: string],
  { lessons = 4, userId = newId(), status = 'active', interval = 'month' } = {},
): Promise<Subscribed> {
  const [id, planId, methodId] = [newId(), newId(), newId()];
  const [from, to] = period.map(at) as [Date, Date];
  await db('payment_methods').insert({
    id: methodId,
    user_id: userId,
    given: 'pm_card_visa',
    created_at: from,
  });
  await db('plans').insert({
    ...{ id: planId, name: 'Four a month', slug: `four-${planId}`, price: 4000, currency: 'USD', interval },
    ...{ lessons_per_month: lessons, max_lesson_price: 1000, created_at: from },
    provider_price_id: `price_${planId}`,
  });
  await db('subscriptions').insert({
    ...{ id, user_id: userId, plan_id: planId, method_id: methodId, status, provider_ref: `sub_${id}` },
    ...{ lessons_per_month: lessons, max_lesson_price: 1000, currency: 'USD', created_at: from },
    ...{ price: 4000, interval, provider_price_id: `price_${planId}`, looked_at: new Date() },
    ...{ current_period_start: from, current_period_end: to },
  });
  await payFor(db, { id, userId }, period);
  return { id, userId };
}

/** The period is paid for, which is said, and the subscription stands in the newest. */
export const payFor = (
  db: Database,
  { id, userId }: Subscribed,
  [from, to]: readonly [string, string],
): Promise<void> =>
  workOf(db, async ({ tx, emit }) => {
    const [startsAt, endsAt] = [at(from), at(to)];
    await tx('subscription_periods').insert({
      ...{ subscription_id: id, starts_at: startsAt, ends_at: endsAt, paid: 4000 },
    });
    await tx('subscriptions')
      .where({ id })
      .update({ current_period_start: startsAt, current_period_end: endsAt });
    const { plan_id: planId } = await tx('subscriptions').where({ id }).first('plan_id');
    const period = { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
    emit(subscriptionRenewed, { subscriptionId: id, userId, planId, period, amount: usd(4000) });
  });

export type Asked = Envelope<DataOf<typeof purchaseRequested>>;

/** enrollment asks for lessons of these prices. */
export function ask(
  { userId }: Pick<Subscribed, 'userId'>,
  amounts: readonly number[],
  currency = 'USD',
): Asked {
  const money = (amount: number) => ({ amount, currency });
  return envelope(purchaseRequested, {
    ...{ purchaseId: newId(), requestedAt: '2025-01-10T09:00:00.000Z', kind: 'course', studentId: userId },
    ...{ teacherId: newId(), courseId: newId(), fundedBy: 'subscription' },
    holds: amounts.map((amount) => ({ holdId: newId(), sessionId: newId(), amount: money(amount) })),
    total: money(amounts.reduce((a, b) => a + b, 0)),
  });
}

/** Settlement's decision on the n-th hold of a purchase; from the second on a correction. */
export function decide(
  { data }: Asked,
  outcome: 'released' | 'refunded' | 'split',
  { n = 0, version = 1 } = {},
) {
  const { holdId, sessionId, amount } = data.holds[n]!;
  const { purchaseId, courseId, studentId, teacherId } = data;
  const refund = outcome === 'refunded' ? amount.amount : outcome === 'split' ? 400 : 0;
  const shares = {
    ...{ teacher: usd(amount.amount - refund), commission: usd(0), commissionRate: 0, referral: usd(0) },
    refund: usd(refund),
  };
  const said = {
    ...{ holdId, sessionId, amount, purchaseId, courseId, studentId, teacherId, referrerId: null },
    ...{ referralAccount: null, reason: 'admin' as const, policyVersion: 1, attendance: null },
    ...{ decisionVersion: version, decidedAt: '2025-01-11T09:00:00.000Z' },
  };
  if (version === 1)
    return envelope(outcome === 'refunded' ? holdRefunded : holdReleased, { ...said, ...shares });
  const to = { decisionVersion: version, outcome, ...shares };
  return envelope(holdCorrected, {
    ...said,
    from: { ...to, decisionVersion: version - 1 },
    to,
    transfers: [],
  });
}

/** What was answered to a purchase, oldest first: reserved, or why not. */
export async function answersTo(db: Database, { data: { purchaseId } }: Asked): Promise<string[]> {
  const declined = (await emitted(db, lessonDeclined)).map(({ subject, data }) => ({
    subject,
    word: data.reason,
  }));
  const reserved = (await emitted(db, lessonReserved)).map(({ subject }) => ({ subject, word: 'reserved' }));
  return [...declined, ...reserved].filter(({ subject }) => subject === purchaseId).map(({ word }) => word);
}
