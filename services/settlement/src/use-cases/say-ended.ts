import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import type { Ended } from '../store/decisions.js';

/** Tells the wallet and everybody else where a hold's money goes. Said again, it says the same under a new event id. */
export function sayEnded(work: Work, ended: Ended, because?: Envelope): void {
  const type = ended.outcome === 'refunded' ? holdRefunded : holdReleased;
  work.emit(type, endedData(ended), { version: ended.decisionVersion, because });
}

function endedData(ended: Ended): DataOf<typeof holdReleased> {
  const of = (amount: number) => money(amount, ended.currency);
  const { holdId, purchaseId, courseId, sessionId, studentId, teacherId } = ended;
  const hasReferral = ended.referral > 0;
  return {
    holdId,
    purchaseId,
    courseId,
    sessionId,
    studentId,
    teacherId,
    referrerId: hasReferral ? ended.referrerId : null,
    referralAccount: hasReferral ? ended.referralAccount : null,
    amount: of(ended.amount),
    teacher: of(ended.teacher),
    commission: of(ended.commission),
    commissionRate: ended.commissionRate,
    referral: of(ended.referral),
    refund: of(ended.refund),
    reason: ended.reason,
    policyVersion: ended.policyVersion,
    attendance: ended.evidence && {
      seconds: ended.evidence.seconds,
      maxSeconds: ended.evidence.maxSeconds,
      scheduledSeconds: ended.evidence.scheduledSeconds,
      percentBasisPoints: ended.evidence.percent,
      attendanceVersion: ended.evidence.attendanceVersion,
    },
    decisionVersion: ended.decisionVersion,
    decidedAt: ended.decidedAt.toISOString(),
  };
}
