/** SQL that writes or locks subscriptions and their periods. */
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';
import type { Standing, Subscription, Wish } from '../domain/subscription.js';

type Tx = Knex.Transaction;

const COLUMNS = `
  id, user_id as "userId", plan_id as "planId", method_id as "methodId", status, provider_ref as "providerRef", price,
  currency, trial_days as "trialDays", provider_price_id as "providerPriceId", failure_code as "failureCode",
  trial_end as "trialEnd", cancel_at_period_end as "cancelAtPeriodEnd",
  past_due_since as "pastDueSince", ended_at as "endedAt", wish, looks, version, created_at as "createdAt"`;
/** The columns of one that the provider is asked about. */
export const ASKED = `${COLUMNS}, (select provider_id from payment_methods m where m.id = method_id) as "methodRef"`;
const LIVE = `('pending', 'trialing', 'active', 'past_due')`;

export type NewSubscription = Pick<
  Subscription,
  | 'id'
  | 'userId'
  | 'planId'
  | 'methodId'
  | 'price'
  | 'currency'
  | 'trialDays'
  | 'providerPriceId'
  | 'createdAt'
> & {
  readonly interval: 'month' | 'year';
  readonly lessonsPerMonth: number;
  readonly maxLessonPrice: number;
};

/** Adds a pending one, `lookAt` being the first rung of the ladder; false where the student has another that lives. */
export async function addSubscription(tx: Tx, added: NewSubscription, lookAt: Date): Promise<boolean> {
  const { rows } = await tx.raw(
    `insert into subscriptions (id, user_id, plan_id, method_id, price, currency, interval, lessons_per_month,
                                max_lesson_price, trial_days, provider_price_id, created_at, look_at, looks)
     values (:id, :userId, :planId, :methodId, :price, :currency, :interval, :lessonsPerMonth,
             :maxLessonPrice, :trialDays, :providerPriceId, :createdAt, :lookAt, 1)
     on conflict (user_id) where status in ${LIVE} do nothing returning id`,
    { ...added, lookAt },
  );
  return rows.length > 0;
}

/** The student's newest one, locked; undefined of who never subscribed. */
export async function lockNewest(tx: Tx, userId: string): Promise<Subscription | undefined> {
  const { rows } = await tx.raw(
    `select ${COLUMNS} from subscriptions where user_id = ? order by id desc limit 1 for update`,
    [userId],
  );
  return rows[0];
}

/** Did the student ever have one that began? */
export async function hadOne(tx: Tx, userId: string): Promise<boolean> {
  const { rows } = await tx.raw(
    `select from subscriptions where user_id = ? and status not in ('pending', 'refused') limit 1`,
    [userId],
  );
  return rows.length > 0;
}

/** Is a subscription that lives paid with this card? */
export async function paysSubscription(tx: Tx, methodId: string): Promise<boolean> {
  const { rows } = await tx.raw(
    `select from subscriptions where method_id = ? and status in ${LIVE} limit 1`,
    [methodId],
  );
  return rows.length > 0;
}

/** A subscription as the provider is asked about it: with its id of the card. */
export interface Asked extends Subscription {
  readonly methodRef: string;
}

export async function askedOf(db: Database, id: string): Promise<Asked> {
  const { rows } = await db.raw(`select ${ASKED} from subscriptions where id = ?`, [id]);
  if (rows.length === 0) throw new Error(`there is no subscription ${id}`);
  return rows[0];
}

export async function lockSubscription(tx: Tx, id: string): Promise<Subscription> {
  const { rows } = await tx.raw(`select ${COLUMNS} from subscriptions where id = ? for update`, [id]);
  if (rows.length === 0) throw new Error(`there is no subscription ${id}`);
  return rows[0];
}

/** Keeps the provider's id, which it gets once. */
export async function keepRef(tx: Tx, id: string, ref: string): Promise<void> {
  await tx('subscriptions').where({ id }).whereNull('provider_ref').update({ provider_ref: ref });
}

/** What the provider's word has changed; the wish is fulfilled, or cannot be. */
export async function changeStanding(tx: Tx, id: string, standing: Standing): Promise<void> {
  await tx('subscriptions')
    .where({ id })
    .update({
      status: standing.status,
      cancel_at_period_end: standing.cancelAtPeriodEnd,
      trial_end: standing.trialEnd,
      past_due_since: standing.pastDueSince,
      ended_at: standing.endedAt,
      failure_code: standing.failureCode,
      wish: null,
      version: tx.raw('version + 1'),
    });
}

export async function putWish(tx: Tx, id: string, { wish, lookAt }: { wish: Wish; lookAt: Date }) {
  await tx('subscriptions')
    .where({ id })
    .update({ wish, look_at: lookAt, looks: 1, routine: false, version: tx.raw('version + 1') });
}
