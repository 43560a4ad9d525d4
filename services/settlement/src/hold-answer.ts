/** A hold as people see it, out of its row. */
import type { Decision, Hold } from '@rollcall/contracts/api/settlement';
import { money } from '@rollcall/contracts/money';
import type { z } from 'zod';
import { labelOf } from './domain/decide.js';

/** What was bought, by whom and of whom, and for how much. */
export interface OfHoldRow {
  readonly purchase_id: string;
  readonly course_id: string;
  readonly session_id: string;
  readonly student_id: string;
  readonly teacher_id: string;
  readonly amount: number;
  readonly currency: string;
}

export const ofHoldFrom = (row: OfHoldRow) => ({
  purchaseId: row.purchase_id,
  courseId: row.course_id,
  sessionId: row.session_id,
  studentId: row.student_id,
  teacherId: row.teacher_id,
  amount: row.amount,
  currency: row.currency,
});

/** A decision, or what a review proposes. */
export interface DecisionRow {
  readonly currency: string;
  readonly policy_version: number;
  readonly threshold: number;
  readonly outcome: DecisionAnswer['outcome'];
  readonly reason: string;
  readonly teacher: number;
  readonly commission: number;
  readonly referral: number;
  readonly refund: number;
  readonly decision_rate: number;
  readonly observed: boolean;
  readonly seconds: number | null;
  readonly max_seconds: number;
  readonly scheduled_seconds: number;
  readonly percent: number;
  readonly steps: string[];
  readonly version: number;
  readonly judged_at: Date;
}

export interface HoldRow extends Omit<DecisionRow, 'outcome'>, OfHoldRow {
  /** null while nobody judged it; then nothing of the decision is there. */
  readonly outcome: DecisionAnswer['outcome'] | null;
  readonly notes: string | null;
  readonly id: string;
  readonly status: Hold['status'];
  readonly held_at: Date;
  readonly ends_at: Date | null;
  readonly decided_at: Date | null;
  readonly paid_at: Date | null;
  readonly created_at: Date;
  /** null where nobody disputed it; then nothing of the dispute is there. */
  readonly dispute_id: string | null;
  readonly dispute_status: HoldDispute['status'];
  readonly disputed_by: HoldDispute['openedBy'];
  readonly disputed_at: Date;
  readonly resolved_at: Date | null;
  readonly dispute_notes: string | null;
}

type HoldDispute = NonNullable<Hold['dispute']>;

type DecisionAnswer = z.output<typeof Decision>;

export const holdFrom = (row: HoldRow): Hold => ({
  id: row.id,
  ...ofHoldFrom(row),
  status: row.status,
  heldAt: row.held_at.toISOString(),
  releaseAt: row.ends_at?.toISOString() ?? null,
  decidedAt: row.decided_at?.toISOString() ?? null,
  paidAt: row.paid_at?.toISOString() ?? null,
  releasePercentage: releasePercentage(row),
  notes: row.notes,
  decision: isJudged(row) ? decisionFrom(row) : null,
  dispute: disputeIn(row),
  createdAt: row.created_at.toISOString(),
});

const disputeIn = (row: HoldRow): HoldDispute | null =>
  row.dispute_id === null
    ? null
    : {
        id: row.dispute_id,
        status: row.dispute_status,
        openedBy: row.disputed_by,
        notes: row.dispute_notes,
        createdAt: row.disputed_at.toISOString(),
        resolvedAt: row.resolved_at?.toISOString() ?? null,
      };

/** Percent of the amount that did not go back, two decimals; a released hold of nothing is 100. */
function releasePercentage({ status, amount, refund }: HoldRow): number | null {
  if (status === 'released') return 100;
  if (status === 'refunded') return 0;
  if (status !== 'split') return null;
  return Number((BigInt(amount - refund) * 10_000n) / BigInt(amount)) / 100;
}

const isJudged = (row: HoldRow): row is HoldRow & DecisionRow => row.outcome !== null;

export function decisionFrom(row: DecisionRow): DecisionAnswer {
  const of = (amount: number) => money(amount, row.currency);
  return {
    outcome: row.outcome,
    reason: row.reason,
    attendance: attendanceFrom(row),
    teacher: of(row.teacher),
    commission: of(row.commission),
    referral: of(row.referral),
    refund: of(row.refund),
    commissionRate: row.decision_rate / 100,
    policyVersion: row.policy_version,
    steps: row.steps,
    version: row.version,
    decidedAt: row.judged_at.toISOString(),
  };
}

/** The row of a decision as JSON: its instant is text. */
export type DecisionJson = Omit<DecisionRow, 'currency' | 'threshold' | 'decision_rate' | 'judged_at'> & {
  readonly commission_rate: number;
  readonly decided_at: string;
};

export const decisionFromJson = (
  json: DecisionJson,
  { currency, threshold }: Pick<DecisionRow, 'currency' | 'threshold'>,
): DecisionAnswer =>
  decisionFrom({
    ...{ ...json, currency, threshold },
    decision_rate: json.commission_rate,
    judged_at: new Date(json.decided_at),
  });

function attendanceFrom(row: DecisionRow): DecisionAnswer['attendance'] {
  if (row.seconds === null) return null;
  const figures = {
    seconds: row.seconds,
    maxSeconds: row.max_seconds,
    scheduledSeconds: row.scheduled_seconds,
  };
  const exact = figures.seconds === figures.maxSeconds;
  return {
    ...figures,
    percent: row.percent / 100,
    status: labelOf({ ...figures, observed: row.observed }, row.threshold),
    confidence: !row.observed ? 'unobserved' : exact ? 'exact' : 'bounded',
  };
}
