import type { Knex } from 'knex';
import type { Standing } from '../domain/correct.js';
import type { Decision, EndReason, Evidence } from '../domain/decide.js';

export interface Judged<Hold extends HoldOf = HoldOf> {
  readonly hold: Hold;
  readonly decision: Decision;
  /** The admin who decided, and his words; nobody where the rules did. */
  readonly by?: By;
  /** The decision stands in place of the one before it, which ended the hold. */
  readonly corrects?: true;
}

interface HoldOf {
  readonly id: string;
  readonly amount: number;
  readonly policyVersion: number;
  readonly decisionVersion: number;
}

export interface By {
  readonly actor: string;
  readonly notes: string;
}

/**
 * Writes the decisions and moves their holds, all in one statement. The holds' sessions are locked. What waits for its terms
 * waits on: it went back without them, and a dispute may ask for them. Columns go as arrays: as rows of JSON a thousand took
 * twice the time.
 */
export async function recordDecisions(
  tx: Knex.Transaction,
  judged: readonly Judged[],
  now: Date,
): Promise<void> {
  const column = <Value>(pick: (one: Judged) => Value): Value[] => judged.map(pick);
  const evidence = (name: keyof Evidence) => column(({ decision }) => decision.evidence?.[name] ?? null);
  await tx.raw(
    `with decided as (
       insert into decisions (hold_id, version, outcome, reason, amount, teacher, commission, referral, refund,
                              commission_rate, policy_version, observed, seconds, max_seconds, scheduled_seconds, percent,
                              attendance_version, corrects, actor, notes, steps, decided_at)
       select hold_id, version, outcome, reason, amount, teacher, commission, referral, refund, commission_rate,
              policy_version, observed, seconds, max_seconds, scheduled_seconds, percent, attendance_version,
              corrects, actor, notes, steps::jsonb, cast(:now as timestamptz)
         from unnest(cast(:holdId as uuid[]), cast(:version as int[]), cast(:outcome as text[]), cast(:reason as text[]), cast(:amount as bigint[]),
                     cast(:teacher as bigint[]), cast(:commission as bigint[]), cast(:referral as bigint[]), cast(:refund as bigint[]),
                     cast(:commissionRate as int[]), cast(:policyVersion as int[]), cast(:observed as boolean[]), cast(:seconds as int[]),
                     cast(:maxSeconds as int[]), cast(:scheduledSeconds as int[]), cast(:percent as int[]), cast(:attendanceVersion as int[]),
                     cast(:corrects as int[]), cast(:actor as uuid[]), cast(:notes as text[]),
                     string_to_array(:steps, :by))
           as d (hold_id, version, outcome, reason, amount, teacher, commission, referral, refund, commission_rate,
                 policy_version, observed, seconds, max_seconds, scheduled_seconds, percent, attendance_version,
                 corrects, actor, notes, steps)
       returning hold_id, version, outcome
     )
     update holds h
     set status = d.outcome, decision_version = d.version,
         decided_at = case when d.outcome = 'review' then null else cast(:now as timestamptz) end,
         sent_at = case when d.outcome = 'review' then null else cast(:now as timestamptz) end, paid_at = null,
         review_since = case when d.outcome = 'review' then coalesce(h.review_since, cast(:now as timestamptz)) end
     from decided d where h.id = d.hold_id`,
    {
      now,
      by: SEPARATOR,
      holdId: column(({ hold }) => hold.id),
      version: column(({ hold }) => hold.decisionVersion + 1),
      outcome: column(({ decision }) => decision.outcome),
      reason: column(({ decision }) => decision.reason),
      amount: column(({ hold }) => hold.amount),
      teacher: column(({ decision }) => decision.teacher),
      commission: column(({ decision }) => decision.commission),
      referral: column(({ decision }) => decision.referral),
      refund: column(({ decision }) => decision.refund),
      commissionRate: column(({ decision }) => decision.commissionRate),
      policyVersion: column(({ hold }) => hold.policyVersion),
      observed: evidence('observed'),
      seconds: evidence('seconds'),
      maxSeconds: evidence('maxSeconds'),
      scheduledSeconds: evidence('scheduledSeconds'),
      percent: evidence('percent'),
      attendanceVersion: evidence('attendanceVersion'),
      corrects: column(({ hold, corrects }) => (corrects ? hold.decisionVersion : null)),
      actor: column(({ by }) => by?.actor ?? null),
      notes: column(({ by }) => by?.notes ?? null),
      steps: column(({ decision }) => JSON.stringify(decision.steps)).join(SEPARATOR),
    },
  );
}

/** JSON never holds it raw, so the column of steps needs no escaping. */
const SEPARATOR = '\x1e';

/** A decision that ends its hold, with all the event says of it. */
export interface Ended {
  readonly holdId: string;
  readonly purchaseId: string;
  readonly courseId: string;
  readonly sessionId: string;
  readonly studentId: string;
  readonly teacherId: string;
  readonly currency: string;
  readonly amount: number;
  readonly teacher: number;
  readonly commission: number;
  readonly referral: number;
  readonly refund: number;
  readonly referrerId: string | null;
  readonly referralAccount: 'earnings' | 'promo' | null;
  readonly commissionRate: number;
  readonly outcome: 'released' | 'refunded' | 'split';
  readonly reason: EndReason;
  readonly policyVersion: number;
  readonly decisionVersion: number;
  readonly decidedAt: Date;
  readonly evidence: Omit<Evidence, 'observed'> | null;
  /** What the hold had come to before; null for the decision that ended it. */
  readonly corrects: Corrected | null;
}

export interface Corrected extends Standing {
  readonly outcome: 'released' | 'refunded' | 'split';
  readonly decisionVersion: number;
  readonly commissionRate: number;
}

/** What an ended hold has come to by the decision that stands. */
export async function standingOf(
  tx: Knex.Transaction,
  { id, decisionVersion }: Pick<HoldOf, 'id' | 'decisionVersion'>,
): Promise<Corrected> {
  return tx('decisions')
    .where({ hold_id: id, version: decisionVersion })
    .whereNot({ outcome: 'review' })
    .first('outcome', 'teacher', 'commission', 'referral', 'refund', {
      decisionVersion: 'version',
      commissionRate: 'commission_rate',
    });
}

/**
 * Takes decisions sent before `sentBefore` and not paid since, marks them sent now, and returns what to say again. Each waits
 * twice as long as the time before, six hours at most: while the wallet is away its queue keeps what was sent.
 */
export async function takeUnpaid(
  tx: Knex.Transaction,
  { sentBefore, now, limit }: { sentBefore: Date; now: Date; limit: number },
): Promise<Ended[]> {
  const { rows } = await tx.raw<{ rows: UnpaidRow[] }>(
    `with due as (
       select id from holds where decided_at is not null and paid_at is null and sent_at < :sentBefore
          and sent_at <= cast(:now as timestamptz) - least((cast(:now as timestamptz) - decided_at) / 2, interval '6 hours')
       order by sent_at limit :limit for update skip locked
     ), sent as (
       update holds h set sent_at = :now from due where h.id = due.id returning h.*
     )
     select h.id as "holdId", h.purchase_id as "purchaseId", h.course_id as "courseId", h.session_id as "sessionId",
            h.student_id as "studentId", h.teacher_id as "teacherId", h.currency, h.amount,
            h.referrer_id as "referrerId", h.referral_account as "referralAccount",
            d.teacher, d.commission, d.referral, d.refund, d.commission_rate as "commissionRate", d.outcome, d.reason,
            d.policy_version as "policyVersion", d.version as "decisionVersion", d.decided_at as "decidedAt",
            d.seconds, d.max_seconds as "maxSeconds", d.scheduled_seconds as "scheduledSeconds", d.percent,
            d.attendance_version as "attendanceVersion",
            case when d.corrects is not null then json_build_object(
              'decisionVersion', b.version, 'outcome', b.outcome, 'teacher', b.teacher, 'commission', b.commission,
              'commissionRate', b.commission_rate, 'referral', b.referral, 'refund', b.refund) end as corrects
     from sent h join decisions d on d.hold_id = h.id and d.version = h.decision_version
     left join decisions b on b.hold_id = d.hold_id and b.version = d.corrects`,
    { sentBefore, limit, now },
  );
  return rows.map(({ seconds, maxSeconds, scheduledSeconds, percent, attendanceVersion, ...row }) => ({
    ...row,
    evidence: seconds === null ? null : { seconds, maxSeconds, scheduledSeconds, percent, attendanceVersion },
  }));
}

type UnpaidRow = Omit<Ended, 'evidence'> & {
  readonly seconds: number | null;
  readonly maxSeconds: number;
  readonly scheduledSeconds: number;
  readonly percent: number;
  readonly attendanceVersion: number;
};
