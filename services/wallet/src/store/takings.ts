/** SQL of what went back of periods. Their subscription is locked first. */
import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import type { Taken, TakingKind } from '../domain/taking.js';
import { column } from './column.js';

/** Names a taking: what is done once. */
export const takingKey = ({ kind, id }: { readonly kind: TakingKind; readonly id: string }): string =>
  `${kind}/${id}`;

/** What was made before of these refunds and disputes, by its key. */
export async function takingsOf(tx: Knex.Transaction, ids: readonly string[]): Promise<Map<string, Taken>> {
  const { rows } = await tx.raw(
    `select t.kind, t.id, t.subscription_id as "subscriptionId", t.starts_at as "startsAt", t.user_id as "userId", t.amount,
            s.currency, t.of_period as "ofPeriod", t.of_revenue as "ofRevenue", t.entry_id as "entryId"
       from period_takings t join subscriptions s on s.id = t.subscription_id where t.id = any(?::uuid[])`,
    [column(ids, (id) => id)],
  );
  return new Map((rows as Taken[]).map((row) => [takingKey(row), row]));
}

/** Keeps what was made, with the commit. */
export function addTakings({ tx, now: at, atCommit }: Work, taken: readonly Taken[]): void {
  if (taken.length === 0) return;
  const added = tx.raw(
    `insert into period_takings (at, kind, id, subscription_id, starts_at, user_id, amount, of_period, of_revenue, entry_id)
     select ?::timestamptz, t.*
       from unnest(?::text[], ?::uuid[], ?::uuid[], ?::timestamptz[], ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[],
                   ?::uuid[]) as t`,
    [
      at,
      column(taken, (row) => row.kind),
      column(taken, (row) => row.id),
      column(taken, (row) => row.subscriptionId),
      column(taken, (row) => row.startsAt.toISOString()),
      column(taken, (row) => row.userId),
      column(taken, (row) => row.amount),
      column(taken, (row) => row.ofPeriod),
      column(taken, (row) => row.ofRevenue),
      column(taken, (row) => row.entryId),
    ],
  );
  atCommit(added);
}
