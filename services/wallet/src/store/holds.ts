import type { Knex } from 'knex';
import type { Ending, Hold } from '../domain/end.js';
import { column } from './column.js';

/** Holds by id. One that is seen is final: a hold's row never changes. */
export async function holdsById(tx: Knex.Transaction, ids: readonly string[]): Promise<Map<string, Hold>> {
  const { rows } = await tx.raw(
    `select id, purchase_id as "purchaseId", session_id as "sessionId", student_id as "studentId",
            teacher_id as "teacherId", amount, currency, from_promo as promo, from_credits as credits
       from holds where id = any(?::uuid[])`,
    [column(ids, (id) => id)],
  );
  return new Map((rows as Hold[]).map((hold) => [hold.id, hold]));
}

/**
 * Takes these endings for this transaction and returns the ids of the holds that were not ended before. Sorted by id; a
 * rival's uncommitted ending of the same hold is waited for, and then counts.
 */
export async function claimEndings(
  tx: Knex.Transaction,
  endings: readonly Ending[],
  at: Date,
): Promise<ReadonlySet<string>> {
  if (endings.length === 0) return new Set();
  const sorted = [...endings].sort((a, b) => (a.hold.id < b.hold.id ? -1 : 1));
  const { rows } = await tx.raw(CLAIM, [
    at,
    column(sorted, ({ hold }) => hold.id),
    column(sorted, ({ entryId }) => entryId),
    column(sorted, ({ hold }) => hold.amount),
    column(sorted, ({ hold }) => hold.currency),
    column(sorted, ({ decided }) => decided.teacher),
    column(sorted, ({ decided }) => decided.commission),
    column(sorted, ({ decided }) => decided.referral),
    column(sorted, ({ decided }) => decided.refund),
    column(sorted, ({ toPromo }) => toPromo),
    column(sorted, ({ toCredits }) => toCredits),
    column(sorted, ({ decided }) => decided.reason),
    column(sorted, ({ decided }) => decided.commissionRate),
    column(sorted, ({ decided }) => decided.attendance),
  ]);
  return new Set((rows as { hold_id: string }[]).map((row) => row.hold_id));
}

const CLAIM = `
  insert into hold_endings (ended_at, hold_id, entry_id, amount, currency, teacher, commission, referral, refund,
                            to_promo, to_credits, reason, commission_rate, attendance_basis_points)
  select ?::timestamptz, e.*
    from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                ?::bigint[], ?::bigint[], ?::text[], ?::int[], ?::int[]) as e
  on conflict (hold_id) do nothing
  returning hold_id`;

/** How a hold ended, as kept. */
export interface Ended {
  readonly holdId: string;
  readonly entryId: string;
  readonly teacher: number;
  readonly commission: number;
  readonly referral: number;
  readonly refund: number;
  readonly endedAt: Date;
}

export async function endingsOf(
  tx: Knex.Transaction,
  holdIds: readonly string[],
): Promise<Map<string, Ended>> {
  if (holdIds.length === 0) return new Map();
  const { rows } = await tx.raw(
    `select hold_id as "holdId", entry_id as "entryId", teacher, commission, referral, refund, ended_at as "endedAt"
       from hold_endings where hold_id = any(?::uuid[])`,
    [column(holdIds, (id) => id)],
  );
  return new Map((rows as Ended[]).map((ended) => [ended.holdId, ended]));
}
