/** SQL that writes or locks holds, a whole batch at once. All lock by (purchase, hold), after the purchases. */
import type { Knex } from 'knex';
import type { Hold, PurchaseStatus } from '../domain/purchase.js';

type Tx = Knex.Transaction;

export interface HoldRow extends Hold {
  readonly purchase_id: string;
  readonly session_id: string;
  readonly kind: 'course' | 'session';
  readonly purchase_status: PurchaseStatus;
}

/** Every hold of these purchases, with both rows locked. */
export async function lockHoldsOf(tx: Tx, purchaseIds: readonly string[]): Promise<HoldRow[]> {
  const { rows } = await tx.raw(
    `select holds.id, holds.status, holds.reason, holds.attended, holds.purchase_id, holds.session_id,
            purchases.kind, purchases.status as purchase_status
       from purchases join holds on holds.purchase_id = purchases.id
      where purchases.id = any(?::uuid[])
      order by purchases.id, holds.id for no key update of purchases, holds`,
    [[...purchaseIds]],
  );
  return rows;
}

/** What the wallet has paid back already is not overwritten: it is the truth about money. */
export async function saveEnded(
  tx: Tx,
  ended: readonly { readonly hold: Hold; readonly refund: number }[],
): Promise<void> {
  await tx.raw(
    `update holds set status = e.status, reason = e.reason, attended = e.attended,
            refunded = case when paid_at is null then e.refund else refunded end
       from unnest(?::uuid[], ?::text[], ?::text[], ?::boolean[], ?::bigint[]) as e (id, status, reason, attended, refund)
      where holds.id = e.id`,
    [
      ended.map(({ hold }) => hold.id),
      ended.map(({ hold }) => hold.status),
      ended.map(({ hold }) => hold.reason as string),
      ended.map(({ hold }) => hold.attended),
      ended.map(({ refund }) => refund),
    ],
  );
}

export async function saveStatuses(
  tx: Tx,
  purchases: ReadonlyMap<string, PurchaseStatus>,
  now: Date,
): Promise<void> {
  await tx.raw(
    `update purchases set status = s.status, version = version + 1,
            cancelled_at = case when s.status = 'cancelled' then ?::timestamptz end
       from unnest(?::uuid[], ?::text[]) as s (id, status)
      where purchases.id = s.id and purchases.status <> s.status`,
    [now, [...purchases.keys()], [...purchases.values()]],
  );
}

export interface Paid {
  readonly holdId: string;
  readonly refund: number;
  readonly paidAt: string;
}

/** The ids of those holds that are known. */
export async function savePaid(tx: Tx, paid: readonly Paid[]): Promise<Set<string>> {
  const ids = paid.map(({ holdId }) => holdId);
  const { rows } = await tx.raw(
    `with mine as materialized (
       select id from holds where id = any(?::uuid[]) order by purchase_id, id for no key update
     )
     update holds set paid_at = coalesce(holds.paid_at, p.paid_at), refunded = p.refund
       from mine join unnest(?::uuid[], ?::bigint[], ?::timestamptz[]) as p (id, refund, paid_at) on p.id = mine.id
      where holds.id = mine.id
     returning holds.id`,
    [ids, ids, paid.map(({ refund }) => refund), paid.map(({ paidAt }) => paidAt)],
  );
  return new Set(rows.map((row: { id: string }) => row.id));
}

/** Whether the hold is known. One that has ended keeps its end: a review of it is settlement's business. */
export async function saveReview(tx: Tx, holdId: string): Promise<boolean> {
  const { rowCount } = await tx.raw(
    `update holds set status = case when status in ('pending', 'held') then 'review' else status end where id = ?`,
    [holdId],
  );
  return rowCount > 0;
}

export interface Seen {
  readonly sessionId: string;
  /** Of the result; an older one never overwrites a newer. */
  readonly version: number;
  /** `userId` is what the video server reported, not always an id. */
  readonly people: readonly { readonly userId: string; readonly seconds: number }[];
}

/** Seconds of everybody who holds a place in the session; who was not seen has 0. */
export async function saveAttendance(tx: Tx, { sessionId, version, people }: Seen): Promise<void> {
  await tx.raw(
    `with mine as materialized (
       select id, student_id::text as student from holds where session_id = ? and attendance_version < ?
       order by purchase_id, holds.id for no key update
     ), seen as (
       select lower(user_id) as student, max(seconds) as seconds
         from unnest(?::text[], ?::integer[]) as s (user_id, seconds) group by 1
     )
     update holds set attendance_version = ?, attendance_seconds = coalesce(seen.seconds, 0)
       from mine left join seen on seen.student = mine.student
      where holds.id = mine.id`,
    [sessionId, version, people.map(({ userId }) => userId), people.map(({ seconds }) => seconds), version],
  );
}
