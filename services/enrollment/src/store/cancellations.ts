/** SQL that writes or locks what students asked to give up. Its purchase is locked before a cancellation is. */
import type { Knex } from 'knex';
import type { OpenHold } from '../domain/cancel.js';
import type { PurchaseStatus } from '../domain/purchase.js';

type Tx = Knex.Transaction;

interface CancellingRow {
  readonly id: string;
  readonly status: PurchaseStatus;
  /** The cancellation that waits for its answer. */
  readonly waiting: string | null;
}

/** A student's own purchase, by which two who cancel it at once queue; undefined when it is not his, or of another kind. */
export async function lockToCancel(
  tx: Tx,
  { purchaseId, kind, studentId }: { purchaseId: string; kind: 'course' | 'session'; studentId: string },
): Promise<CancellingRow | undefined> {
  const locked = await tx('purchases')
    .where({ id: purchaseId, kind, student_id: studentId })
    .forNoKeyUpdate()
    .first('id', 'status');
  if (locked === undefined) return undefined;
  // A statement of its own: one that began before the lock would not see what the other one has just asked.
  const waiting = await tx('cancellations')
    .where({ purchase_id: purchaseId })
    .whereNull('answered_at')
    .first('id');
  return { ...locked, waiting: waiting?.id ?? null };
}

/** The holds of a purchase that have not ended, in the order they were placed. */
export async function openHoldsOf(tx: Tx, purchaseId: string): Promise<OpenHold[]> {
  const { rows } = await tx.raw(
    `select holds.id as "holdId", holds.session_id as "sessionId", holds.status as "holdStatus",
            sessions.version as "sessionVersion", sessions.status, sessions.starts_at as "startsAt",
            sessions.started_at as "startedAt"
       from holds join sessions on sessions.id = holds.session_id
      where holds.purchase_id = ? and holds.status in ('held', 'review', 'disputed')
      order by holds.id`,
    [purchaseId],
  );
  return rows;
}

export interface AskedHold {
  readonly holdId: string;
  readonly sessionId: string;
  readonly startsAt: string;
  readonly sessionVersion: number;
}

export interface Cancellation {
  readonly id: string;
  readonly purchase_id: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly holds: readonly AskedHold[];
}

export async function addCancellation(tx: Tx, asked: Cancellation, words: string | null): Promise<void> {
  const { requested_at: asked_at, holds } = asked;
  await tx('cancellations').insert({ ...asked, asked_at, words, holds: JSON.stringify(holds) });
}

export interface Answer {
  readonly purchaseId: string;
  readonly requestedAt: string;
  readonly sessionIds: readonly string[];
  readonly refunded: number;
}

export interface AnsweredRow {
  readonly purchaseId: string;
  readonly requestedAt: Date;
  /** Whether this answer was the first. */
  readonly fresh: boolean;
}

/** Takes each answer down once, keys distinct. Returns those whose question is known. */
export async function saveAnswers(tx: Tx, answers: readonly Answer[], now: Date): Promise<AnsweredRow[]> {
  const { rows } = await tx.raw(
    `with known as materialized (
       select c.id, c.purchase_id, c.requested_at, c.answered_at is null as fresh, told.refunded, told.session_ids
         from cancellations c
         join json_to_recordset(?) as told ("purchaseId" uuid, "requestedAt" timestamptz, refunded bigint, session_ids uuid[])
           on told."purchaseId" = c.purchase_id and told."requestedAt" = c.requested_at
        order by c.id for no key update of c
     ), saved as (
       update cancellations set answered_at = ?, refunded = known.refunded, session_ids = known.session_ids
         from known where cancellations.id = known.id and known.fresh
     )
     select purchase_id as "purchaseId", requested_at as "requestedAt", fresh from known`,
    [JSON.stringify(answers.map(({ sessionIds, ...rest }) => ({ ...rest, session_ids: sessionIds }))), now],
  );
  return rows;
}

/** At most `limit` that wait, asked by `recentBy` and not since `notSince`, or older and not since `rarelySince`; marked. */
export async function takeUnansweredCancellations(
  tx: Tx,
  asked: { now: Date; notSince: Date; recentBy: Date; rarelySince: Date; limit: number },
): Promise<Cancellation[]> {
  const { rows } = await tx.raw(
    `with due as materialized (
       select id from cancellations
       where answered_at is null
         and asked_at <= case when requested_at > :recentBy then :notSince::timestamptz else :rarelySince end
       order by id limit :limit for no key update skip locked
     )
     update cancellations set asked_at = :now from due where cancellations.id = due.id
     returning cancellations.*`,
    { ...asked },
  );
  return rows;
}
