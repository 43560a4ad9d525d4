/**
 * SQL that writes or locks purchases and seats. Everything locks in one order, so that nothing deadlocks: courses,
 * sessions, purchases, holds, each by id; seats, then cancellations last.
 */
import { runAgainOn } from '@rollcall/kit/database';
import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import type { PurchaseStatus } from '../domain/purchase.js';

type Tx = Knex.Transaction;

export interface NewPurchase {
  readonly id: string;
  readonly kind: 'course' | 'session';
  readonly studentId: string;
  readonly teacherId: string;
  readonly courseId: string;
  readonly sessionId: string | null;
  readonly total: number;
  readonly currency: string;
  readonly fundedBy: 'credits' | 'card' | 'subscription';
  /** By card alone. */
  readonly paymentId: string | null;
  readonly requestedAt: Date;
  readonly holds: readonly { readonly id: string; readonly sessionId: string; readonly amount: number }[];
}

/**
 * Purchase, holds and seats in one statement at the commit; the sessions must be locked. Where the same student was
 * quicker in another request the transaction runs again, and finds it bought.
 */
export function addPurchase({ tx, atCommit }: Work, purchase: NewPurchase): void {
  const added = tx.raw(
    `with wanted as (
       select * from unnest(cast(:holdIds as uuid[]), cast(:sessionIds as uuid[]), cast(:amounts as bigint[])) as w (id, session_id, amount)
     ), seated as (
       insert into seats (purchase_id, session_id, student_id, course_id)
       select :id, session_id, :studentId, :courseId from wanted order by session_id
     ), counted as (
       update sessions set seats_taken = seats_taken + 1
       where max_students is not null and id in (select session_id from wanted)
     ), bought as (
       insert into purchases (id, kind, student_id, teacher_id, course_id, session_id, total, currency, funded_by,
                              payment_id, requested_at, asked_at)
       values (:id, :kind, :studentId, :teacherId, :courseId, :sessionId, :total, :currency, :fundedBy,
               :paymentId, :requestedAt, :requestedAt)
     )
     insert into holds (id, purchase_id, session_id, student_id, amount)
     select id, :id, session_id, :studentId, amount from wanted`,
    {
      ...purchase,
      holdIds: purchase.holds.map(({ id }) => id),
      sessionIds: purchase.holds.map(({ sessionId }) => sessionId),
      amounts: purchase.holds.map(({ amount }) => amount),
    },
  );
  atCommit(added, runAgainOn('seats_one_a_student'));
}

export interface PurchaseRow {
  readonly id: string;
  readonly kind: 'course' | 'session';
  readonly student_id: string;
  readonly teacher_id: string;
  readonly course_id: string;
  readonly total: number;
  readonly currency: string;
  readonly funded_by: 'credits' | 'card' | 'subscription';
  readonly payment_id: string | null;
  readonly status: PurchaseStatus;
  readonly decline_reason: string | null;
  readonly requested_at: Date;
  readonly version: number;
  /** In the order of their holds. */
  readonly session_ids: string[];
}

const SESSION_IDS = (purchase: string) =>
  `array(select session_id from holds where purchase_id = ${purchase}.id order by id) as session_ids`;

/** Those of the purchases that were pending, now active, with their holds; one statement however many there are. */
export async function activate(tx: Tx, purchaseIds: readonly string[]): Promise<PurchaseRow[]> {
  const { rows } = await tx.raw(
    `with asked as materialized (
       select id from purchases where id = any(?::uuid[]) and status = 'pending' order by id for no key update
     ), activated as (
       update purchases set status = 'active', version = version + 1 from asked
       where purchases.id = asked.id returning purchases.*
     ), held as (
       -- All of them are told of: one may wait for a person already.
       update holds set status = case holds.status when 'pending' then 'held' else holds.status end
         from activated where holds.purchase_id = activated.id returning holds.*
     )
     select activated.*, ${SESSION_IDS('activated')},
            (select json_agg(held order by id) from held where purchase_id = activated.id) as holds from activated`,
    [[...purchaseIds]],
  );
  return rows;
}

/** The purchases under their next version: something is said of them that changes no state. Ids distinct. */
export async function takeVersions(tx: Tx, purchaseIds: readonly string[]): Promise<PurchaseRow[]> {
  const { rows } = await tx.raw(
    `update purchases set version = version + 1 where id = any(?::uuid[])
     returning purchases.*, ${SESSION_IDS('purchases')}`,
    [[...purchaseIds]],
  );
  return rows;
}

export interface Refusal {
  readonly purchaseId: string;
  readonly status: 'declined' | 'expired';
  readonly reason: string;
  /** Minor units of the purchase's currency. */
  readonly shortfall: number | null;
}

/** Those of the purchases that were pending, now refused and without their seats. Ids distinct. */
export async function refuse(tx: Tx, refusals: readonly Refusal[]): Promise<PurchaseRow[]> {
  const ids = refusals.map(({ purchaseId }) => purchaseId);
  await lockLimitedSessions(tx, tx('seats').whereIn('purchase_id', ids).select('session_id'));
  const { rows } = await tx.raw(
    `with told as (
       select * from json_to_recordset(?) as t ("purchaseId" uuid, status text, reason text, shortfall bigint)
     ), asked as materialized (
       select id from purchases where id = any(?::uuid[]) and status = 'pending' order by id for no key update
     ), refused as (
       update purchases set status = told.status, decline_reason = told.reason, shortfall = told.shortfall,
              version = version + 1
         from asked join told on told."purchaseId" = asked.id where purchases.id = asked.id returning purchases.*
     ), unheld as (
       update holds set status = 'declined' from refused where holds.purchase_id = refused.id
     ), freed as (
       update seats set live = false from refused where seats.purchase_id = refused.id and seats.live
       returning seats.session_id
     ), lost as (select session_id, count(*) as seats from freed group by session_id), counted as (
       update sessions set seats_taken = seats_taken - lost.seats from lost
       where sessions.id = lost.session_id and max_students is not null
     )
     select refused.*, ${SESSION_IDS('refused')} from refused`,
    [JSON.stringify(refusals), ids],
  );
  return rows;
}

/** Frees the seats of these purchases in these sessions; their sessions must be locked. */
export async function freeSeats(
  tx: Tx,
  seats: readonly { readonly purchaseId: string; readonly sessionId: string }[],
): Promise<void> {
  await tx.raw(
    `with given as (select * from unnest(?::uuid[], ?::uuid[]) as g (purchase_id, session_id)),
     freed as (
       update seats set live = false from given
       where seats.purchase_id = given.purchase_id and seats.session_id = given.session_id and seats.live
       returning seats.session_id
     ), lost as (select session_id, count(*) as seats from freed group by session_id)
     update sessions set seats_taken = seats_taken - lost.seats from lost
     where sessions.id = lost.session_id and max_students is not null`,
    [seats.map(({ purchaseId }) => purchaseId), seats.map(({ sessionId }) => sessionId)],
  );
}

/**
 * A session whose limit came or went while its lock was awaited is found by neither half of a statement that locks limited
 * ones and shares unlimited ones: the next look sees what it is now. Twice in a row is a teacher's two edits in a moment.
 */
const LOOKS = 3;

/**
 * Before any purchase of theirs is touched: buyers lock the session first as well. Unlimited ones are only shared, so that
 * a teacher who sets a limit, and counts seats for it, waits for those that are being freed.
 */
export async function lockLimitedSessions(tx: Tx, ids: Knex.QueryBuilder | readonly string[]): Promise<void> {
  const wanted = tx('sessions')
    .whereIn('id', ids as Knex.QueryBuilder)
    .orderBy('id')
    .select('id');
  const limited = wanted.clone().whereNotNull('max_students').forNoKeyUpdate();
  const unlimited = wanted.clone().whereNull('max_students').forShare();
  for (let look = 1; look <= LOOKS; look += 1) {
    const { rows } = await tx.raw(
      `with limited as (?), unlimited as (?)
       select (select count(*) from limited) + (select count(*) from unlimited) = (?) as all`,
      [limited, unlimited, wanted.clone().clearSelect().clearOrder().count()],
    );
    if (rows[0].all) return;
  }
  throw new Error('the limit of a session changed again and again while its seats were to be freed');
}

export const statusesOf = (
  tx: Tx,
  purchaseIds: readonly string[],
): Promise<{ id: string; status: PurchaseStatus }[]> =>
  tx('purchases')
    .whereIn('id', [...purchaseIds])
    .select('id', 'status');
