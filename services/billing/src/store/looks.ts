/** SQL of when the provider is asked how subscriptions stand. */
import type { Knex } from 'knex';
import { ASKED, type Asked } from './subscriptions.js';

type Tx = Knex.Transaction;

/** Has the provider asked at once how a subscription stands, that it or we know by this; false of none of ours. */
export async function wantLook(
  tx: Tx,
  { ref, subscriptionId }: { readonly ref: string; readonly subscriptionId: string | null },
  at: Date,
): Promise<boolean> {
  const { rows } = await tx.raw(
    `update subscriptions set look_at = :at, looks = 0, routine = false
      where provider_ref = :ref or (id = :subscriptionId and provider_ref is null) returning id`,
    { at, ref, subscriptionId },
  );
  return rows.length > 0;
}

export interface DueLook extends Asked {
  /** The next look as this one has put it. */
  readonly lookAt: Date;
}

/**
 * At most `limit` subscriptions to be asked about, those last whose hour is over and no more, each put off by a rung of the
 * ladder: one replica has them.
 */
export async function takeDueLooks(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: (looks: number) => Date },
): Promise<DueLook[]> {
  const { rows } = await tx.raw(
    `select ${ASKED} from subscriptions where look_at <= ?
      order by routine, look_at limit ? for update skip locked`,
    [now, limit],
  );
  const due = (rows as Asked[]).map((row) => ({ ...row, lookAt: next(row.looks) }));
  for (const { id, lookAt, looks } of due)
    await tx('subscriptions')
      .where({ id })
      .update({ look_at: lookAt, looks: looks + 1 });
  return due;
}

/** It was asked about: there is nothing more to ask for now, unless it is pending, or somebody has wanted a look since. */
export async function endLook(tx: Tx, { id, lookAt }: Pick<DueLook, 'id' | 'lookAt'>): Promise<void> {
  await tx('subscriptions')
    .where({ id, look_at: lookAt })
    .whereNot({ status: 'pending' })
    .whereNull('wish')
    .update({ look_at: null, looks: 0 });
}

/** It is not to be asked about later. What is due already is: somebody has wanted that since. */
export async function forgetLook(tx: Tx, id: string, now: Date): Promise<void> {
  await tx('subscriptions').where({ id }).where('look_at', '>', now).update({ look_at: null, looks: 0 });
}

export async function keepLooked(tx: Tx, id: string, at: Date): Promise<void> {
  await tx('subscriptions').where({ id }).update({ looked_at: at });
}

/** Makes those due that live and were not looked at since `before`, the longest ago first. Returns how many. */
export async function wantStaleLooks(
  tx: Tx,
  { now, before, limit }: { now: Date; before: Date; limit: number },
): Promise<number> {
  const { rows } = await tx.raw(
    `update subscriptions set look_at = :now, looks = 0, routine = true
      where id in (select id from subscriptions
                    where status in ('trialing', 'active', 'past_due') and look_at is null
                      and (looked_at is null or looked_at < :before)
                    order by looked_at nulls first limit :limit for update skip locked)
     returning id`,
    { now, before, limit },
  );
  return rows.length;
}

/**
 * Makes those due whose time is over: to end with a period that is over, or past due since `pastDue`. Those that are
 * pending are asked about anyway. Returns how many.
 */
export async function wantOverdueLooks(
  tx: Tx,
  { now, pastDue, limit }: { now: Date; pastDue: Date; limit: number },
): Promise<number> {
  const { rows } = await tx.raw(
    `update subscriptions set look_at = :now, looks = 0, routine = false
      where id in (select id from subscriptions
                    where (look_at is null or routine)
                      and ((cancel_at_period_end and status in ('trialing', 'active') and current_period_end <= :now)
                           or (status = 'past_due' and past_due_since <= :pastDue))
                    order by id limit :limit for update skip locked)
     returning id`,
    { now, pastDue, limit },
  );
  return rows.length;
}
