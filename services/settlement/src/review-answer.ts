/** A review as an admin sees it, out of its row. */
import type { Review } from '@rollcall/contracts/api/reviews';
import {
  type DecisionJson,
  type DecisionRow,
  decisionFrom,
  decisionFromJson,
  type OfHoldRow,
  ofHoldFrom,
} from './hold-answer.js';

/** What a review proposes, as its own row has it. */
type Proposed = Omit<DecisionRow, 'decision_rate' | 'version' | 'judged_at'> & {
  readonly commission_rate: number;
};

export interface ReviewRow extends Proposed, OfHoldRow {
  readonly id: string;
  readonly hold_id: string;
  readonly status: Review['status'];
  readonly decision_version: number;
  readonly attendance_version: number;
  /** The decision it questions. */
  readonly decided: DecisionJson;
  readonly notes: string | null;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly closed_by: string | null;
}

export const reviewFrom = (row: ReviewRow): Review => ({
  id: row.id,
  holdId: row.hold_id,
  ...ofHoldFrom(row),
  status: row.status,
  attendanceVersion: row.attendance_version,
  decided: decisionFromJson(row.decided, row),
  proposed: decisionFrom({
    ...row,
    decision_rate: row.commission_rate,
    version: row.decision_version + 1,
    judged_at: row.opened_at,
  }),
  closedAt: row.closed_at?.toISOString() ?? null,
  closedBy: row.closed_by,
  notes: row.notes,
  createdAt: row.opened_at.toISOString(),
});
