/** SQL of what went back of the money that periods of subscriptions were paid with. A subscription is locked before it. */
import type { Knex } from 'knex';
import type { DisputeFact, RefundFact } from '../domain/facts.js';
import type { Period } from '../domain/subscription-fact.js';
import { type Dispute, disputeOf, type Refund } from './refunds.js';

type Tx = Knex.Transaction;

/** A period with what its subscription is called by. */
export interface OwnPeriod extends Period {
  readonly subscriptionId: string;
  readonly userId: string;
  readonly planId: string;
  readonly currency: string;
}

/** The period that this payment of the provider paid for, its subscription locked; undefined where it is none of ours. */
export async function lockPeriodPaidBy(tx: Tx, paymentRef: string): Promise<OwnPeriod | undefined> {
  const { rows } = await tx.raw(
    `select s.id as "subscriptionId", s.user_id as "userId", s.plan_id as "planId", s.currency,
            p.starts_at as "startsAt", p.ends_at as "endsAt"
       from subscription_periods p join subscriptions s on s.id = p.subscription_id
      where p.payment_ref = ? for update of s`,
    [paymentRef],
  );
  return rows[0];
}

const keyOf = ({ subscriptionId, startsAt }: OwnPeriod) => ({
  subscription_id: subscriptionId,
  period_start: startsAt,
});

type KnownRefund = Pick<Refund, 'id' | 'amount' | 'status'>;

/** A refund of a period by the provider's id of it. */
export const refundOfPeriod = (tx: Tx, ref: string): Promise<KnownRefund | undefined> =>
  tx('refunds').where({ provider_ref: ref }).whereNotNull('subscription_id').first('id', 'amount', 'status');

export async function addRefundOfPeriod(
  tx: Tx,
  period: OwnPeriod,
  { id, fact, at }: { readonly id: string; readonly fact: RefundFact; readonly at: Date },
): Promise<void> {
  await tx('refunds').insert({
    ...{ ...keyOf(period), id, amount: fact.amount, provider_ref: fact.ref, requested_here: false },
    ...{ status: fact.state === 'failed' ? 'failed' : 'succeeded', created_at: at },
  });
}

/** The dispute of a period, added where it is new. */
export async function disputeOfPeriod(
  tx: Tx,
  period: OwnPeriod,
  { id, fact, at }: { readonly id: string; readonly fact: DisputeFact; readonly at: Date },
): Promise<{ dispute: Dispute; isNew: boolean }> {
  const added = await tx('disputes')
    .insert({
      ...{ ...keyOf(period), id, amount: fact.amount, provider_ref: fact.ref, status: 'open', opened_at: at },
    })
    .onConflict('provider_ref')
    .ignore()
    .returning('id');
  const dispute = await disputeOf(tx, fact.ref);
  if (dispute === undefined) throw new Error(`dispute ${fact.ref} was left without a row`);
  return { dispute, isNew: added.length > 0 };
}

/** Puts a period where its refunds and disputes leave it: nothing is booked by one that is not paid any more. */
export async function standPeriod(tx: Tx, { subscriptionId, startsAt }: OwnPeriod): Promise<void> {
  await tx.raw(
    `update subscription_periods p
        set taken_back = exists (select from disputes d where d.subscription_id = p.subscription_id
                                   and d.period_start = p.starts_at and d.status <> 'won')
                      or (select coalesce(sum(r.amount), 0) from refunds r where r.subscription_id = p.subscription_id
                            and r.period_start = p.starts_at and r.status = 'succeeded') >= p.paid
      where p.subscription_id = ? and p.starts_at = ?`,
    [subscriptionId, startsAt],
  );
}

/** Has the provider asked at once what went back of the period that this payment paid for; false of none of ours. */
export async function wantPeriodLook(tx: Tx, paymentRef: string, at: Date): Promise<boolean> {
  const wanted = await tx('subscription_periods')
    .where({ payment_ref: paymentRef })
    .update({ look_at: at, looks: 0 })
    .returning('payment_ref');
  return wanted.length > 0;
}

export interface DuePeriod {
  readonly paymentRef: string;
  /** The next look as this one has put it. */
  readonly lookAt: Date;
}

/** At most `limit` periods to be asked about, each put off by a rung of the ladder: one replica has them. */
export async function takeDuePeriods(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: (looks: number) => Date },
): Promise<DuePeriod[]> {
  const { rows } = await tx.raw(
    `select payment_ref as "paymentRef", looks from subscription_periods
      where look_at <= ? order by look_at limit ? for update skip locked`,
    [now, limit],
  );
  const due = (rows as { paymentRef: string; looks: number }[]).map((row) => ({
    ...row,
    lookAt: next(row.looks),
  }));
  for (const { paymentRef, lookAt, looks } of due)
    await tx('subscription_periods')
      .where({ payment_ref: paymentRef })
      .update({ look_at: lookAt, looks: looks + 1 });
  return due;
}

/** It was asked about, unless somebody has wanted a look since. */
export async function endPeriodLook(tx: Tx, { paymentRef, lookAt }: DuePeriod): Promise<void> {
  await tx('subscription_periods')
    .where({ payment_ref: paymentRef, look_at: lookAt })
    .update({ look_at: null, looks: 0 });
}
