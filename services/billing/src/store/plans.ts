/** SQL that writes or locks plans. */
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';
import type { Plan } from '../domain/plan.js';

type Tx = Knex.Transaction;

const COLUMNS = `
  id, name, slug, price, currency, interval, lessons_per_month as "lessonsPerMonth",
  max_lesson_price as "maxLessonPrice", trial_days as "trialDays", features, active, prices,
  provider_price_id as "providerPriceId", version`;

const rowOf = (plan: Plan) => ({
  id: plan.id,
  name: plan.name,
  slug: plan.slug,
  price: plan.price,
  currency: plan.currency,
  interval: plan.interval,
  lessons_per_month: plan.lessonsPerMonth,
  max_lesson_price: plan.maxLessonPrice,
  trial_days: plan.trialDays,
  features: [...plan.features],
  active: plan.active,
  prices: plan.prices,
  provider_price_id: plan.providerPriceId,
  version: plan.version,
});

/** Adds a plan that the provider is to be told of; false where another one has its slug. */
export async function addPlan(tx: Tx, plan: Plan, at: Date): Promise<boolean> {
  const added = await tx('plans')
    .insert({ ...rowOf(plan), created_at: at, tell_at: at })
    .onConflict('slug')
    .ignore()
    .returning('id');
  return added.length > 0;
}

/** A plan, locked; undefined where there is none. */
export async function lockPlan(tx: Tx, id: string): Promise<Plan | undefined> {
  const { rows } = await tx.raw(`select ${COLUMNS} from plans where id = ? for update`, [id]);
  return rows[0];
}

/** A plan that must not change while somebody subscribes to it; undefined where there is none. */
export async function sharePlan(tx: Tx, id: string): Promise<Plan | undefined> {
  const { rows } = await tx.raw(`select ${COLUMNS} from plans where id = ? for share`, [id]);
  return rows[0];
}

export const isSlugTaken = async (tx: Tx, { id, slug }: Pick<Plan, 'id' | 'slug'>): Promise<boolean> =>
  (await tx('plans').where({ slug }).whereNot({ id }).first('id')) !== undefined;

/** `tellAt`: when the provider is to be told of it; undefined: it need not be, or is to be told anyway. */
export async function savePlan(tx: Tx, plan: Plan, tellAt: Date | undefined): Promise<void> {
  await tx('plans')
    .where({ id: plan.id })
    .update({ ...rowOf(plan), ...(tellAt !== undefined && { tell_at: tellAt }) });
}

/** Has anybody subscribed to it, now or before? */
export const isSubscribed = async (tx: Tx, planId: string): Promise<boolean> =>
  (await tx('subscriptions').where({ plan_id: planId }).first('id')) !== undefined;

/** A plan the provider is to be told of; undefined where it knows all of it. */
export async function planToTell(db: Database, id: string): Promise<Plan | undefined> {
  const { rows } = await db.raw(`select ${COLUMNS} from plans where id = ? and tell_at is not null`, [id]);
  return rows[0];
}

/** At most `limit` plans the provider is to be told of, each put off to `next`: one replica has them. */
export async function takePlansToTell(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: Date },
): Promise<Plan[]> {
  const { rows } = await tx.raw(
    `update plans set tell_at = :next
      where id in (select id from plans where tell_at <= :now order by tell_at limit :limit for update skip locked)
     returning ${COLUMNS}`,
    { now, limit, next },
  );
  return rows;
}

/** The provider knows this version of the plan. Of another one it is to be told yet. */
export async function keepPrice(
  tx: Tx,
  { id, version, prices }: Plan,
  providerPriceId: string,
): Promise<void> {
  await tx('plans').where({ id, prices }).update({ provider_price_id: providerPriceId });
  await tx('plans').where({ id, version }).update({ tell_at: null });
}

/** The provider does not take it: out of offer, for an admin to mend. */
export async function withdrawPlan(tx: Tx, { id, version }: Plan): Promise<void> {
  await tx('plans')
    .where({ id, version })
    .update({ active: false, tell_at: null, version: tx.raw('version + 1') });
}

/** What a plan is called now. Throws where there is none. */
export async function planName(tx: Tx, id: string): Promise<string> {
  const plan = await tx('plans').where({ id }).first<{ name: string }>('name');
  if (plan === undefined) throw new Error(`there is no plan ${id}`);
  return plan.name;
}
