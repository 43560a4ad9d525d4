import type { Knex } from 'knex';
import type { Preset } from '../domain/policy.js';
import type { Frozen, Parties, Waiting } from '../domain/terms.js';

export interface NewHold extends Parties {
  readonly id: string;
  readonly purchaseId: string;
  readonly sessionId: string;
  readonly amount: number;
  readonly currency: string;
  readonly requestedAt: string;
  readonly heldAt: string;
  readonly policyVersion: number;
}

/** Stores what is not there yet; the wallet may repeat its answer under another event id. Returns how many were new. */
export async function addHolds(
  tx: Knex.Transaction,
  holds: readonly NewHold[],
  terms: ReadonlyMap<string, Frozen | Waiting>,
  now: Date,
): Promise<number> {
  const rows = holds.map((hold) => ({
    id: hold.id,
    purchase_id: hold.purchaseId,
    course_id: hold.courseId,
    session_id: hold.sessionId,
    student_id: hold.studentId,
    teacher_id: hold.teacherId,
    amount: hold.amount,
    currency: hold.currency,
    requested_at: hold.requestedAt,
    held_at: hold.heldAt,
    policy_version: hold.policyVersion,
    ...termsRow(terms.get(hold.id)),
    status: 'held',
    created_at: now,
  }));
  const result = await tx.raw<{ rowCount: number }>(
    'insert into holds select * from json_populate_recordset(null::holds, ?) on conflict (id) do nothing',
    [JSON.stringify(rows)],
  );
  return result.rowCount;
}

function termsRow(terms: Frozen | Waiting | undefined) {
  if (terms === undefined || 'waitsFor' in terms) return { waits_for: terms?.waitsFor ?? null };
  return {
    commission_case: terms.commissionCase,
    commission_rate: terms.commissionRate,
    referrer_share: terms.referrerShare,
    referrer_id: terms.referrerId,
    referral_account: terms.referralAccount,
  };
}

export interface WaitingHold extends Parties {
  readonly id: string;
  readonly sessionId: string;
  readonly policyVersion: number;
}

/** The held ones whose terms wait for one of these users. */
export async function holdsWaitingFor(
  tx: Knex.Transaction,
  userIds: readonly string[],
  limit: number,
): Promise<WaitingHold[]> {
  return tx('holds')
    .whereIn('waits_for', userIds)
    .where({ status: 'held' })
    .orderBy('id')
    .limit(limit)
    .select({
      id: 'id',
      courseId: 'course_id',
      sessionId: 'session_id',
      studentId: 'student_id',
      teacherId: 'teacher_id',
      policyVersion: 'policy_version',
    });
}

/** Freezes the terms of holds that waited; one that ended meanwhile is left alone. */
export async function freezeHolds(
  tx: Knex.Transaction,
  terms: ReadonlyMap<string, Frozen | Waiting>,
): Promise<void> {
  const rows = [...terms].map(([id, frozen]) => ({ id, ...termsRow(frozen) }));
  await tx.raw(
    `update holds h
     set waits_for = t.waits_for, commission_case = t.commission_case, commission_rate = t.commission_rate,
         referrer_share = t.referrer_share, referrer_id = t.referrer_id, referral_account = t.referral_account
     from json_populate_recordset(null::holds, ?) t
     where h.id = t.id and h.status = 'held' and h.waits_for is not null`,
    [JSON.stringify(rows)],
  );
}

/** Users we know by now for whom holds still wait: a gap for the sweep. */
export async function usersWaitedForInVain(db: Knex, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select distinct u.id from holds h join users u on u.id = h.waits_for
     where h.waits_for is not null and h.status = 'held' and u.version > 0 limit ?`,
    [limit],
  );
  return rows.map((row) => row.id);
}

/** A hold that can be judged now, with all it is judged by but who was seen. */
export interface OpenHold extends Parties {
  readonly id: string;
  readonly purchaseId: string;
  readonly sessionId: string;
  readonly amount: number;
  readonly currency: string;
  readonly decisionVersion: number;
  readonly cancelled: boolean;
  readonly observed: boolean;
  readonly scheduledSeconds: number;
  readonly attendanceVersion: number;
  readonly policyVersion: number;
  readonly preset: Preset;
  readonly threshold: number;
  readonly teacherMin: number;
  readonly commissionCase: Frozen['commissionCase'];
  readonly commissionRate: number;
  readonly referrerShare: number;
  readonly referrerId: string | null;
  readonly referralAccount: Frozen['referralAccount'];
}

/** The next holds of these locked sessions that can be judged. A cancellation needs no terms and ends a review too. */
export async function openHolds(
  tx: Knex.Transaction,
  sessionIds: readonly string[],
  limit: number,
): Promise<OpenHold[]> {
  const { rows } = await tx.raw<{ rows: OpenHold[] }>(
    `select h.id, h.purchase_id as "purchaseId", h.course_id as "courseId", h.session_id as "sessionId",
            h.student_id as "studentId", h.teacher_id as "teacherId", h.amount, h.currency,
            coalesce(h.decision_version, 0) as "decisionVersion", s.cancelled_at is not null as cancelled,
            s.observed, s.scheduled_seconds as "scheduledSeconds", s.attendance_version as "attendanceVersion",
            h.policy_version as "policyVersion", p.preset, p.threshold, p.teacher_min as "teacherMin",
            h.commission_case as "commissionCase", h.commission_rate as "commissionRate",
            h.referrer_share as "referrerShare", h.referrer_id as "referrerId",
            h.referral_account as "referralAccount"
     from holds h
     join sessions s on s.id = h.session_id
     join policies p on p.version = h.policy_version
     where h.session_id = any(?::uuid[]) and h.status in ('held', 'review', 'disputed')
       and (s.cancelled_at is not null and h.status in ('held', 'review')
            or s.completed_at is not null and h.status = 'held' and h.waits_for is null)
     order by h.session_id, h.id limit ?`,
    [[...sessionIds], limit],
  );
  return rows;
}

/** Notes which holds were paid. Returns the ids that cannot have been: not there, or not decided here yet. */
export async function markPaid(
  tx: Knex.Transaction,
  paid: readonly { holdId: string; paidAt: string }[],
): Promise<Set<string>> {
  const ids = paid.map((one) => one.holdId);
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `update holds h set paid_at = coalesce(h.paid_at, p.paid_at)
     from unnest(?::uuid[], ?::timestamptz[]) p (id, paid_at)
     where h.id = p.id and h.decided_at is not null returning h.id`,
    [ids, paid.map((one) => one.paidAt)],
  );
  const done = new Set(rows.map((row) => row.id));
  return new Set(ids.filter((id) => !done.has(id)));
}
