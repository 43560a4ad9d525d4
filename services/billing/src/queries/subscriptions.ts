/** All SQL behind what is read of plans and subscriptions, returning response shapes. */
import type { AdminPlan, Plan, Subscription } from '@rollcall/contracts/api/subscriptions';
import { money } from '@rollcall/contracts/money';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';
import { dearestLesson } from '../domain/plan.js';

interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

interface PlanRow {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly price: number;
  readonly currency: string;
  readonly interval: Plan['interval'];
  readonly lessons_per_month: number;
  readonly max_lesson_price: number | null;
  readonly trial_days: number;
  readonly features: string[];
  readonly active: boolean;
  readonly provider_price_id: string | null;
  readonly created_at: Date;
  readonly version: number;
}

const planOf = (row: PlanRow): Plan => {
  const { price, interval, lessons_per_month: lessonsPerMonth, max_lesson_price: maxLessonPrice } = row;
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    price: money(price, row.currency),
    interval,
    lessonsPerMonth,
    maxLessonPrice: money(dearestLesson({ price, interval, lessonsPerMonth, maxLessonPrice }), row.currency),
    trialDays: row.trial_days,
    features: row.features,
    active: row.active,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
};
const adminPlanOf = (row: PlanRow): AdminPlan => ({
  ...planOf(row),
  providerPriceId: row.provider_price_id,
});

/** A page of the plans that may be subscribed to, the cheapest first. */
export async function offeredPlans(db: Database, { limit, cursor }: Page) {
  const [price, id] = decodeCursor(cursor, z.coerce.number().int(), Id) ?? [];
  const rows: PlanRow[] = await db('plans')
    .where({ active: true })
    .whereNotNull('provider_price_id')
    .modify((query) =>
      price === undefined ? query : query.whereRaw('(price, id) > (?, ?)', [price, id ?? null]),
    )
    .orderBy(['price', 'id'])
    .limit(limit + 1);
  return listPage(rows, limit, planOf, (row) => [row.price, row.id]);
}

/** A page of all plans, newest first. */
export async function allPlans(db: Database, { limit, cursor, active }: Page & { active?: boolean }) {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const rows: PlanRow[] = await db('plans')
    .modify((query) => (active === undefined ? query : query.where({ active })))
    .modify((query) => (before === undefined ? query : query.where('id', '<', before)))
    .orderBy('id', 'desc')
    .limit(limit + 1);
  return listPage(rows, limit, adminPlanOf, ({ id }) => [id]);
}

/** One plan, as admins see it. Throws 404. */
export async function readPlan(db: Database, id: string): Promise<AdminPlan> {
  const row: PlanRow | undefined = await db('plans').where({ id }).first();
  if (row === undefined) throw notFound('plan');
  return adminPlanOf(row);
}

interface SubscriptionRow {
  readonly id: string;
  readonly user_id: string;
  readonly plan_id: string;
  readonly method_id: string;
  readonly status: Subscription['status'];
  readonly price: number;
  readonly currency: string;
  readonly interval: Subscription['interval'];
  readonly lessons_per_month: number;
  readonly max_lesson_price: number;
  readonly current_period_start: Date | null;
  readonly current_period_end: Date | null;
  readonly trial_end: Date | null;
  readonly cancel_at_period_end: boolean;
  readonly ended_at: Date | null;
  readonly failure_code: string | null;
  readonly created_at: Date;
  readonly version: number;
}

const at = (instant: Date | null): string | null => instant?.toISOString() ?? null;

const subscriptionOf = (row: SubscriptionRow): Subscription => ({
  id: row.id,
  userId: row.user_id,
  planId: row.plan_id,
  methodId: row.method_id,
  status: row.status,
  price: money(row.price, row.currency),
  interval: row.interval,
  lessonsPerMonth: row.lessons_per_month,
  maxLessonPrice: money(row.max_lesson_price, row.currency),
  currentPeriodStart: at(row.current_period_start),
  currentPeriodEnd: at(row.current_period_end),
  trialEnd: at(row.trial_end),
  cancelAtPeriodEnd: row.cancel_at_period_end,
  endedAt: at(row.ended_at),
  failureCode: row.failure_code,
  createdAt: row.created_at.toISOString(),
  version: row.version,
});

/** A student's newest subscription: only the newest lives. Throws 404 of who never subscribed. */
export async function currentSubscription(db: Database, userId: string): Promise<Subscription> {
  const row: SubscriptionRow | undefined = await db('subscriptions')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .first();
  if (row === undefined) throw notFound('subscription');
  return subscriptionOf(row);
}

/** One subscription, which its caller knows to be there. */
export const readSubscription = async (db: Database, id: string): Promise<Subscription> =>
  subscriptionOf(await db('subscriptions').where({ id }).first());

/** Does the provider know it, or did it? */
export const wasMadeThere = async (db: Database, id: string): Promise<boolean> =>
  (await db('subscriptions').where({ id }).whereNotNull('provider_ref').first('id')) !== undefined;
