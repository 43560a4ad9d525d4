import type { Knex } from 'knex';
import type { Decision, Evidence } from '../domain/decide.js';
import type { By } from './decisions.js';
import type { HoldRow } from './to-judge.js';

export interface NewReview {
  readonly id: string;
  readonly hold: Pick<HoldRow, 'id' | 'amount' | 'decisionVersion'>;
  readonly proposed: Decision & { readonly evidence: Evidence };
}

/** Opens what is not there yet: looking at an amendment again finds the reviews of the first look. Returns the new ids. */
export async function openReviews(
  tx: Knex.Transaction,
  reviews: readonly NewReview[],
  now: Date,
): Promise<Set<string>> {
  if (reviews.length === 0) return new Set();
  const rows = reviews.map(({ id, hold, proposed }) => ({
    id,
    hold_id: hold.id,
    decision_version: hold.decisionVersion,
    attendance_version: proposed.evidence.attendanceVersion,
    outcome: proposed.outcome,
    reason: proposed.reason,
    amount: hold.amount,
    teacher: proposed.teacher,
    commission: proposed.commission,
    referral: proposed.referral,
    refund: proposed.refund,
    commission_rate: proposed.commissionRate,
    observed: proposed.evidence.observed,
    seconds: proposed.evidence.seconds,
    max_seconds: proposed.evidence.maxSeconds,
    scheduled_seconds: proposed.evidence.scheduledSeconds,
    percent: proposed.evidence.percent,
    steps: JSON.stringify(proposed.steps),
    opened_at: now,
  }));
  const opened: { id: string }[] = await tx('reviews')
    .insert(rows)
    .onConflict(['hold_id', 'decision_version', 'attendance_version'])
    .ignore()
    .returning('id');
  return new Set(opened.map((row) => row.id));
}

/** Closes the open reviews of these holds that rest on an older result than `attendanceVersion`; without it all of them. */
export async function supersedeReviews(
  tx: Knex.Transaction,
  holdIds: readonly string[],
  { attendanceVersion, now }: { attendanceVersion?: number; now: Date },
): Promise<void> {
  await tx('reviews')
    .whereIn('hold_id', [...holdIds])
    .where({ status: 'open' })
    .where((query) => {
      if (attendanceVersion !== undefined) query.where('attendance_version', '<', attendanceVersion);
    })
    .update({ status: 'superseded', closed_at: now });
}

export interface Closed {
  readonly id: string;
  readonly status: 'applied' | 'dismissed';
  readonly by: By;
  readonly now: Date;
}

export async function closeReview(tx: Knex.Transaction, { id, status, by, now }: Closed): Promise<void> {
  await tx('reviews').where({ id }).update({ status, closed_at: now, closed_by: by.actor, notes: by.notes });
}

/** A review as an admin decides about it; its session is locked. */
export interface ReviewToClose {
  readonly id: string;
  readonly holdId: string;
  readonly status: 'open' | 'applied' | 'dismissed' | 'superseded';
  readonly proposed: Decision & { readonly evidence: Evidence };
}

/** The session of a review's hold, which never changes: locked before the review is looked at. */
export async function sessionOfReview(tx: Knex.Transaction, reviewId: string): Promise<string | undefined> {
  const row = await tx('reviews')
    .join('holds', 'holds.id', 'reviews.hold_id')
    .where({ 'reviews.id': reviewId })
    .first('holds.session_id');
  return row?.session_id;
}

export async function reviewToClose(
  tx: Knex.Transaction,
  reviewId: string,
): Promise<ReviewToClose | undefined> {
  const { rows } = await tx.raw<{ rows: ReviewToClose[] }>(
    `select r.id, r.hold_id as "holdId", r.status,
            json_build_object(
              'outcome', r.outcome, 'reason', r.reason, 'teacher', r.teacher, 'commission', r.commission,
              'referral', r.referral, 'refund', r.refund, 'commissionRate', r.commission_rate, 'steps', r.steps,
              'evidence', json_build_object(
                'observed', r.observed, 'seconds', r.seconds, 'maxSeconds', r.max_seconds,
                'scheduledSeconds', r.scheduled_seconds, 'percent', r.percent,
                'attendanceVersion', r.attendance_version)) as proposed
     from reviews r where r.id = ?`,
    [reviewId],
  );
  return rows[0];
}

/** What has waited for an admin since before `since`: holds in review, open reviews and disputes, and since when the oldest has. */
export async function overdue(db: Knex, since: Date): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await db.raw<{ rows: { count: number; oldest: Date | null }[] }>(
    `select count(*)::int as count, min(at) as oldest
     from (select review_since as at from holds where status = 'review'
           union all select opened_at from reviews where status = 'open'
           union all select opened_at from disputes where status = 'open') as waiting
     where at < ?`,
    [since],
  );
  return rows[0] ?? { count: 0, oldest: null };
}
