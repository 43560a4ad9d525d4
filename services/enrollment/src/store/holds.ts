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
    `select holds.id, holds.status, holds.reason, holds.attended, holds.decision_version as "decisionVersion",
            holds.purchase_id, holds.session_id, purchases.kind, purchases.status as purchase_status
       from purchases join holds on holds.purchase_id = purchases.id
      where purchases.id = any(?::uuid[])
      order by purchases.id, holds.id for no key update of purchases, holds`,
    [[...purchaseIds]],
  );
  return rows;
}

/** What the wallet has paid back by the same decision is not overwritten: it is the truth about money. Ids distinct. */
export async function saveEnded(
  tx: Tx,
  ended: readonly { readonly hold: Hold; readonly refund: number }[],
): Promise<void> {
  await tx.raw(
    `update holds set status = e.status, reason = e.reason, attended = e.attended, decision_version = e.version,
            refunded = case when paid_version < e.version then e.refund else refunded end
       from unnest(?::uuid[], ?::text[], ?::text[], ?::boolean[], ?::int[], ?::bigint[])
         as e (id, status, reason, attended, version, refund)
      where holds.id = e.id`,
    [
      ended.map(({ hold }) => hold.id),
      ended.map(({ hold }) => hold.status),
      ended.map(({ hold }) => hold.reason as string),
      ended.map(({ hold }) => hold.attended),
      ended.map(({ hold }) => hold.decisionVersion),
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
  /** The decision it was paid by. */
  readonly version: number;
  readonly refund: number;
  readonly paidAt: string;
}

/** The ids of those holds that are known, ids distinct. What was paid by an older decision than is shown is old news. */
export async function savePaid(tx: Tx, paid: readonly Paid[]): Promise<Set<string>> {
  const ids = paid.map(({ holdId }) => holdId);
  const { rows } = await tx.raw(
    `with mine as materialized (
       select id from holds where id = any(?::uuid[]) order by purchase_id, id for no key update
     )
     update holds set paid_at = coalesce(holds.paid_at, p.paid_at), paid_version = greatest(paid_version, p.version),
            refunded = case when p.version >= greatest(paid_version, decision_version) then p.refund else refunded end
       from mine join unnest(?::uuid[], ?::int[], ?::bigint[], ?::timestamptz[]) as p (id, version, refund, paid_at)
         on p.id = mine.id
      where holds.id = mine.id
     returning holds.id`,
    [
      ids,
      ids,
      paid.map(({ version }) => version),
      paid.map(({ refund }) => refund),
      paid.map(({ paidAt }) => paidAt),
    ],
  );
  return new Set(rows.map((row: { id: string }) => row.id));
}

/** What may come before a hold that waits for a person, in whatever order it is heard: a dispute takes it out of review. */
const BEFORE = { review: ['pending', 'held'], disputed: ['pending', 'held', 'review'] } as const;

/**
 * The ids of those holds that are known, which wait for a person now. One that has ended keeps its end: a review or a
 * dispute of it is settlement's business.
 */
export async function saveWaiting(
  tx: Tx,
  status: keyof typeof BEFORE,
  holdIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.raw(
    `with mine as materialized (
       select id from holds where id = any(?::uuid[]) order by purchase_id, id for no key update
     )
     update holds set status = case when status = any(?::text[]) then ? else status end
       from mine where holds.id = mine.id returning holds.id`,
    [[...holdIds], [...BEFORE[status]], status],
  );
  return new Set(rows.map(({ id }: { id: string }) => id));
}

export interface Seen {
  readonly sessionId: string;
  /** Of the result; an older one never overwrites a newer. */
  readonly version: number;
  /** `userId` is what the video server reported, not always an id. */
  readonly people: readonly { readonly userId: string; readonly seconds: number }[];
}

/** Seconds of everybody who holds a place in one of the sessions, ids distinct; who was not seen has 0. */
export async function saveAttendance(tx: Tx, results: readonly Seen[]): Promise<void> {
  const people = results.flatMap(({ sessionId, people }) => people.map((one) => ({ sessionId, ...one })));
  await tx.raw(
    `with told as (
       select * from unnest(?::uuid[], ?::integer[]) as t (session_id, version)
     ), mine as materialized (
       select holds.id, told.session_id, told.version, student_id::text as student
         from holds join told on told.session_id = holds.session_id
        where attendance_version < told.version
        order by purchase_id, holds.id for no key update of holds
     ), seen as (
       select session_id, lower(user_id) as student, max(seconds) as seconds
         from unnest(?::uuid[], ?::text[], ?::integer[]) as s (session_id, user_id, seconds) group by 1, 2
     )
     update holds set attendance_version = mine.version, attendance_seconds = coalesce(seen.seconds, 0)
       from mine left join seen on seen.session_id = mine.session_id and seen.student = mine.student
      where holds.id = mine.id`,
    [
      results.map(({ sessionId }) => sessionId),
      results.map(({ version }) => version),
      people.map(({ sessionId }) => sessionId),
      people.map(({ userId }) => userId),
      people.map(({ seconds }) => seconds),
    ],
  );
}
