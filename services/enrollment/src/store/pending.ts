/** SQL that takes up purchases still waiting for the wallet's answer. */
import type { Knex } from 'knex';
import type { PurchaseRow } from './purchases.js';

type Tx = Knex.Transaction;

export interface WaitingRow extends PurchaseRow {
  readonly holds: { id: string; sessionId: string; amount: number }[];
}

/** At most `limit` purchases not asked about since `notSince` and not older than `requestedAfter`, marked as asked. */
export async function takeUnanswered(
  tx: Tx,
  {
    now,
    notSince,
    requestedAfter,
    limit,
  }: { now: Date; notSince: Date; requestedAfter: Date; limit: number },
): Promise<WaitingRow[]> {
  const { rows } = await tx.raw(
    `with due as materialized (
       select id from purchases where status = 'pending' and asked_at <= ? and requested_at > ?
       order by id limit ? for no key update skip locked
     ), asked as (
       update purchases set asked_at = ? from due where purchases.id = due.id returning purchases.*
     )
     select asked.*, (select json_agg(json_build_object('id', id, 'sessionId', session_id, 'amount', amount) order by id)
                        from holds where purchase_id = asked.id) as holds
       from asked`,
    [notSince, requestedAfter, limit, now],
  );
  return rows;
}

/** At most `limit` purchases requested by `requestedBy`, whose expiry was not asked for since `notSince`; marked. */
export async function takeOverdue(
  tx: Tx,
  { now, notSince, requestedBy, limit }: { now: Date; notSince: Date; requestedBy: Date; limit: number },
): Promise<PurchaseRow[]> {
  const { rows } = await tx.raw(
    `with due as materialized (
       select id from purchases
       where status = 'pending' and requested_at <= ? and (expiry_asked_at is null or expiry_asked_at <= ?)
       order by id limit ? for no key update skip locked
     )
     update purchases set expiry_asked_at = ? from due where purchases.id = due.id returning purchases.*`,
    [requestedBy, notSince, limit, now],
  );
  return rows;
}
