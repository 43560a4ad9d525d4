/** Holds with all they are judged by but who was seen. Their sessions are locked, by which everybody who decides queues. */
import type { Knex } from 'knex';
import type { Standing } from '../domain/correct.js';
import type { Terms } from '../domain/terms.js';

/** Any hold, whatever became of it. */
export interface HoldRow extends Omit<Terms, 'commissionCase' | 'commissionRate' | 'referrerShare'> {
  readonly id: string;
  readonly purchaseId: string;
  readonly courseId: string;
  readonly sessionId: string;
  readonly studentId: string;
  readonly teacherId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: 'held' | 'review' | 'disputed' | 'released' | 'refunded' | 'split';
  /** 0: not judged yet. */
  readonly decisionVersion: number;
  readonly paidAt: Date | null;
  readonly cancelled: boolean;
  readonly observed: boolean;
  readonly scheduledSeconds: number;
  readonly attendanceVersion: number;
}

/** A hold whose terms are frozen. */
export type OpenHold = HoldRow & Pick<Terms, 'commissionCase' | 'commissionRate' | 'referrerShare'>;

/** Any hold; nothing was seen of its session while that is not completed, and its terms may still wait for a user. */
export type AnyHold = HoldRow & {
  readonly commissionCase: Terms['commissionCase'] | null;
  readonly commissionRate: number | null;
  readonly referrerShare: number | null;
  readonly completed: boolean;
};

/** By a decision whose money moves. */
export const hasEnded = <Of extends Pick<HoldRow, 'status'>>(
  hold: Of,
): hold is Of & { readonly status: 'released' | 'refunded' | 'split' } =>
  hold.status === 'released' || hold.status === 'refunded' || hold.status === 'split';

export const isFrozen = (hold: AnyHold): hold is AnyHold & OpenHold => hold.commissionRate !== null;

/** A hold is judged by what ended its session first; a later cancellation only settles a doubt. */
const CANCELLED = `(s.ended_by = 'cancelled' or s.cancelled_at is not null and h.status = 'review')`;

export const COLUMNS = `
  h.id, h.purchase_id as "purchaseId", h.course_id as "courseId", h.session_id as "sessionId",
  h.student_id as "studentId", h.teacher_id as "teacherId", h.amount, h.currency, h.status,
  coalesce(h.decision_version, 0) as "decisionVersion", h.paid_at as "paidAt", ${CANCELLED} as cancelled,
  s.observed, s.scheduled_seconds as "scheduledSeconds", s.attendance_version as "attendanceVersion",
  h.policy_version as "policyVersion", p.preset, p.threshold, p.teacher_min as "teacherMin",
  h.commission_case as "commissionCase", h.commission_rate as "commissionRate",
  h.referrer_share as "referrerShare", h.referrer_id as "referrerId", h.referral_account as "referralAccount"`;

export const FROM = `
  from holds h
  join sessions s on s.id = h.session_id
  join policies p on p.version = h.policy_version`;

/**
 * Can be judged: a cancellation needs no terms, and what is in review waits for newer facts than it was judged by. The
 * decision is looked up for those alone: a class that ends has none, and is not to be joined to all there ever were.
 */
export const JUDGEABLE = `
  h.status in ('held', 'review') and (
    ${CANCELLED}
    or s.ended_by = 'completed' and h.status = 'held' and h.waits_for is null
    or s.ended_by = 'completed' and h.status = 'review' and s.attendance_version >
         (select attendance_version from decisions d where d.hold_id = h.id and d.version = h.decision_version))`;

/** The next holds of these locked sessions that can be judged. */
export async function openHolds(
  tx: Knex.Transaction,
  sessionIds: readonly string[],
  limit: number,
): Promise<OpenHold[]> {
  const { rows } = await tx.raw<{ rows: OpenHold[] }>(
    `select ${COLUMNS} ${FROM}
     where h.session_id = any(?::uuid[]) and ${JUDGEABLE}
     order by h.session_id, h.id limit ?`,
    [[...sessionIds], limit],
  );
  return rows;
}

/** One hold as it stands; its session is locked. */
export async function holdToDecide(tx: Knex.Transaction, holdId: string): Promise<AnyHold | undefined> {
  const { rows } = await tx.raw<{ rows: AnyHold[] }>(
    `select ${COLUMNS}, s.completed_at is not null as completed ${FROM} where h.id = ?`,
    [holdId],
  );
  return rows[0];
}

/** A hold that ended by an older result than its session has now, with what it came to. */
export type EndedHold = OpenHold & {
  readonly decided: Standing;
  /** What an admin has refused to make of it. */
  readonly dismissed: readonly Standing[];
};

const standing = (alias: string) =>
  `json_build_object('outcome', ${alias}.outcome, 'teacher', ${alias}.teacher, 'commission', ${alias}.commission,
                     'referral', ${alias}.referral, 'refund', ${alias}.refund)`;

/**
 * The next ended holds of a locked session that newer facts may have decided otherwise. Money that went back because
 * the class was cancelled is not in question, whoever was seen, nor is what was decided before anything was.
 */
export async function endedHolds(
  tx: Knex.Transaction,
  { sessionId, after, limit }: { sessionId: string; after: string; limit: number },
): Promise<EndedHold[]> {
  const { rows } = await tx.raw<{ rows: EndedHold[] }>(
    `select ${COLUMNS}, ${standing('d')} as decided,
            (select coalesce(json_agg(${standing('r')}), '[]') from reviews r
              where r.hold_id = h.id and r.decision_version = h.decision_version and r.status = 'dismissed') as dismissed
     ${FROM} join decisions d on d.hold_id = h.id and d.version = h.decision_version
     where h.session_id = ? and h.id > ? and h.decided_at is not null and h.commission_rate is not null
       and d.reason not in ('session-cancelled', 'cancelled')
       and d.attendance_version < s.attendance_version
     order by h.id limit ?`,
    [sessionId, after, limit],
  );
  return rows;
}
