import { runAgainOn } from '@rollcall/kit/database';
import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import type { Declined, Held } from '../domain/place.js';
import { column } from './column.js';

/** A purchase's first answer, as kept. */
export interface Answer {
  readonly purchaseId: string;
  readonly studentId: string;
  readonly outcome: 'held' | 'declined';
  readonly reason: 'insufficient-credit' | 'expired' | 'wallet-unknown' | null;
  readonly shortfall: number | null;
  readonly currency: string | null;
  readonly teacherId: string | null;
  readonly courseId: string | null;
  readonly requestedAt: Date | null;
  /** Of a purchase that is held, in its own order. */
  readonly holds: readonly {
    readonly holdId: string;
    readonly sessionId: string;
    readonly amount: number;
    readonly promo: number;
    readonly credits: number;
    readonly subscription: number;
  }[];
}

/** The answers already given to these purchases. Behind the locks it sees what a rival just committed. */
export const answersQuery = (tx: Knex.Transaction, purchaseIds: readonly string[]): Knex.Raw =>
  tx.raw(ANSWERS, [column(purchaseIds, (id) => id)]);

/** Its rows, by purchase. */
export const answersIn = (rows: readonly unknown[]): Map<string, Answer> =>
  new Map((rows as Answer[]).map((answer) => [answer.purchaseId, answer]));

const ANSWERS = `
  select p.id as "purchaseId", p.student_id as "studentId", p.outcome, p.reason, p.shortfall, p.currency,
         p.teacher_id as "teacherId", p.course_id as "courseId", p.requested_at as "requestedAt",
         coalesce((select json_agg(json_build_object('holdId', h.id, 'sessionId', h.session_id, 'amount', h.amount,
                                                     'promo', h.from_promo, 'credits', h.from_credits,
                                                     'subscription', h.from_subscription) order by h.n)
                     from holds h where h.purchase_id = p.id), '[]') as holds
    from purchases p where p.id = any(?::uuid[])`;

/**
 * Keeps first answers, with the holds of those that are held, in one statement at the commit. A student met for the first
 * time has no account whose lock orders this after a rival that gives the purchase up: where that one was quicker the
 * transaction runs again, and finds its answer.
 */
export function addAnswers({ tx, now: at, atCommit }: Work, answers: readonly (Held | Declined)[]): void {
  if (answers.length === 0) return;
  const held = answers.filter((answer) => answer.outcome === 'held');
  const holds = held.flatMap((answer) => answer.holds.map((hold, n) => ({ ...hold, n, answer })));
  const added = tx.raw(ADD, [
    at,
    column(answers, ({ asked }) => asked.purchaseId),
    column(answers, ({ asked }) => asked.studentId),
    column(answers, ({ outcome }) => outcome),
    column(answers, (answer) => (answer.outcome === 'declined' ? answer.reason : null)),
    column(answers, (answer) => (answer.outcome === 'declined' ? answer.shortfall : null)),
    column(answers, ({ asked }) => asked.currency),
    column(answers, ({ asked }) => asked.teacherId),
    column(answers, ({ asked }) => asked.courseId),
    column(answers, ({ asked }) => asked.requestedAt),
    at,
    column(holds, (hold) => hold.holdId),
    column(holds, (hold) => hold.answer.asked.purchaseId),
    column(holds, (hold) => hold.n),
    column(holds, (hold) => hold.answer.entryId),
    column(holds, (hold) => hold.sessionId),
    column(holds, (hold) => hold.answer.asked.courseId),
    column(holds, (hold) => hold.answer.asked.studentId),
    column(holds, (hold) => hold.answer.asked.teacherId),
    column(holds, (hold) => hold.amount),
    column(holds, (hold) => hold.answer.asked.currency),
    column(holds, (hold) => hold.promo),
    column(holds, (hold) => hold.credits),
    column(holds, (hold) => hold.subscription),
  ]);
  atCommit(added, runAgainOn('purchases_pkey'));
}

const ADD = `
  with answered as (
    insert into purchases (answered_at, id, student_id, outcome, reason, shortfall, currency, teacher_id, course_id,
                           requested_at)
    select ?::timestamptz, p.*
      from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::uuid[], ?::uuid[],
                  ?::timestamptz[]) as p
  )
  insert into holds (placed_at, id, purchase_id, n, entry_id, session_id, course_id, student_id, teacher_id, amount,
                     currency, from_promo, from_credits, from_subscription)
  select ?::timestamptz, h.*
    from unnest(?::uuid[], ?::uuid[], ?::smallint[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[],
                ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) as h`;

/** Leaves a tombstone for each purchase that got no answer yet, so that a request heard later is refused. */
export async function addTombstones(
  tx: Knex.Transaction,
  asked: readonly { readonly purchaseId: string; readonly studentId: string }[],
  at: Date,
): Promise<void> {
  await tx.raw(
    `insert into purchases (id, student_id, outcome, reason, answered_at)
     select distinct on (id) id, student_id, 'declined', 'expired', ?::timestamptz
       from unnest(?::uuid[], ?::uuid[]) as asked (id, student_id) order by id
     on conflict do nothing`,
    [at, column(asked, ({ purchaseId }) => purchaseId), column(asked, ({ studentId }) => studentId)],
  );
}
