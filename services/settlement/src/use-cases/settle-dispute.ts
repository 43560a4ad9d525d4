import { disputeResolved } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import { closeDispute } from '../store/disputes.js';
import type { Decided } from './end-by-hand.js';

interface Settled extends Decided {
  /** Of the decision that stands: one after the hold's, or the hold's own where all stays as it was. */
  readonly version: number;
}

/** Resolves the open dispute of a hold by the decision that stands, and says so; without one nothing happens. */
export async function settleDispute(work: Work, { hold, decision, by, version }: Settled): Promise<void> {
  const dispute = await closeDispute(work.tx, { holdId: hold.id, version, by, now: work.now });
  if (dispute === undefined) return;
  const { purchaseId, courseId, sessionId, studentId, teacherId, currency } = hold;
  work.emit(disputeResolved, {
    ...{ disputeId: dispute.id, openedBy: dispute.openedBy, holdId: hold.id },
    ...{ purchaseId, courseId, sessionId, studentId, teacherId },
    amount: money(hold.amount, currency),
    outcome: decision.outcome,
    decisionVersion: version,
    decidedAnew: version > hold.decisionVersion,
    teacher: money(decision.teacher, currency),
    refund: money(decision.refund, currency),
  });
}
