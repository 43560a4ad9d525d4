/** A dispute as an admin and whoever opened it see it, out of its row. */
import type { Dispute } from '@rollcall/contracts/api/disputes';
import { type DecisionJson, decisionFromJson, type OfHoldRow, ofHoldFrom } from './hold-answer.js';

export interface DisputeRow extends OfHoldRow {
  readonly id: string;
  readonly hold_id: string;
  readonly threshold: number;
  readonly status: Dispute['status'];
  readonly opened_by: Dispute['openedBy'];
  readonly reason: string;
  readonly opened_at: Date;
  readonly disputed: DecisionJson | null;
  /** The hold's decision that stands now. */
  readonly stands: DecisionJson | null;
  readonly resolution: DecisionJson | null;
  readonly resolved_at: Date | null;
  readonly resolved_by: string | null;
  readonly notes: string | null;
  readonly cancelled_at: Date | null;
}

export const disputeFrom = (row: DisputeRow): Dispute => ({
  id: row.id,
  holdId: row.hold_id,
  ...ofHoldFrom(row),
  status: row.status,
  openedBy: row.opened_by,
  reason: row.reason,
  disputed: row.disputed && decisionFromJson(row.disputed, row),
  stands: row.stands && decisionFromJson(row.stands, row),
  resolution: row.resolution && decisionFromJson(row.resolution, row),
  resolvedAt: row.resolved_at?.toISOString() ?? null,
  resolvedBy: row.resolved_by,
  notes: row.notes,
  sessionCancelledAt: row.cancelled_at?.toISOString() ?? null,
  createdAt: row.opened_at.toISOString(),
});
