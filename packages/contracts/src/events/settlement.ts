import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant, Money } from '../shapes.js';
import { audited } from './identity.js';

export const Evidence = z.object({
  seconds: z.int(),
  maxSeconds: z.int(),
  scheduledSeconds: z.int(),
  /** Percent of the scheduled length in basis points, rounded down. */
  percentBasisPoints: z.int(),
  attendanceVersion: z.int(),
});

const Reason = z.enum([
  'attended',
  'below-threshold',
  'teacher-no-show',
  'session-cancelled',
  'cancelled',
  'admin',
]);

const hold = {
  holdId: Id,
  purchaseId: Id,
  courseId: Id,
  sessionId: Id,
  studentId: Id,
  teacherId: Id,
  referrerId: Id.nullable(),
  /** Where the referrer's share goes: a teacher's earnings, anybody else's promo. */
  referralAccount: z.enum(['earnings', 'promo']).nullable(),
  amount: Money,
};

const ended = z.object({
  ...hold,
  teacher: Money,
  commission: Money,
  /** Basis points. */
  commissionRate: z.int(),
  referral: Money,
  refund: Money,
  reason: Reason,
  policyVersion: z.int(),
  attendance: Evidence.nullable(),
  decisionVersion: z.int(),
  decidedAt: Instant,
});

export const holdReleased = event(
  'settlement.hold-released',
  1,
  'holdId',
  'A hold goes to the teacher, less commission; a split also refunds a part.',
  ended,
);
export const holdRefunded = event(
  'settlement.hold-refunded',
  1,
  'holdId',
  'A hold goes back to the student.',
  ended,
);
const Outcome = z.enum(['released', 'refunded', 'split']);
const share = z.enum(['teacher', 'commission', 'referral', 'refund']);

/** How a hold is shared out by one of its decisions. */
const Standing = z.object({
  decisionVersion: z.int(),
  outcome: Outcome,
  teacher: Money,
  commission: Money,
  commissionRate: z.int(),
  referral: Money,
  refund: Money,
});

export const holdCorrected = event(
  'settlement.hold-corrected',
  1,
  'holdId',
  'An ended hold is shared out anew: an admin agreed that what was seen since says otherwise.',
  z.object({
    ...hold,
    /** One more than that of `from`: corrections of a hold follow each other without a gap. */
    decisionVersion: z.int(),
    from: Standing,
    to: Standing,
    /** What goes from whose share to whose; which accounts that means is the wallet's business. */
    transfers: z.array(z.object({ from: share, to: share, amount: Money })),
    reason: Reason,
    policyVersion: z.int(),
    attendance: Evidence.nullable(),
    decidedAt: Instant,
  }),
);
export const holdUnderReview = event(
  'settlement.hold-under-review',
  1,
  'holdId',
  'The evidence does not decide; a person will.',
  z.object({ holdId: Id, purchaseId: Id, sessionId: Id, studentId: Id, teacherId: Id, reason: z.string() }),
);
export const holdDisputed = event(
  'settlement.hold-disputed',
  1,
  'holdId',
  'A hold that has not ended waits for an admin, because its student or its teacher disputes it.',
  z.object({
    holdId: Id,
    purchaseId: Id,
    sessionId: Id,
    studentId: Id,
    teacherId: Id,
    /** A code: who disputes it. */
    reason: z.enum(['by-student', 'by-teacher']),
  }),
);

const dispute = {
  disputeId: Id,
  holdId: Id,
  purchaseId: Id,
  courseId: Id,
  sessionId: Id,
  studentId: Id,
  teacherId: Id,
  openedBy: z.enum(['student', 'teacher']),
  amount: Money,
};

export const disputeOpened = event(
  'settlement.dispute-opened',
  1,
  'disputeId',
  'A student or a teacher says that a hold should come out otherwise; an admin will decide.',
  z.object({
    ...dispute,
    /** What it had come to; null where that was not decided yet. */
    outcome: Outcome.nullable(),
  }),
);
export const disputeResolved = event(
  'settlement.dispute-resolved',
  1,
  'disputeId',
  'An admin has decided about a dispute. What moves follows from hold-released, -refunded or -corrected; nothing, where all stays as it was.',
  z.object({
    ...dispute,
    outcome: Outcome,
    /** The decision that stands. */
    decisionVersion: z.int(),
    /** Whether that decision was made for it; false where the hold stays as it had ended. */
    decidedAnew: z.boolean(),
    teacher: Money,
    refund: Money,
  }),
);
const asked = { holdId: Id, sessionId: Id, amount: Money };

export const cancellationDecided = event(
  'settlement.cancellation-decided',
  1,
  'purchaseId',
  'What a cancellation came to, hold by hold; asked again it says the same.',
  z.object({
    purchaseId: Id,
    /** Of the request: a purchase may be cancelled again when an earlier request came to nothing. */
    requestedAt: Instant,
    /** `decisionVersion` is that of the hold-refunded which says the same. */
    refunded: z.array(z.object({ ...asked, decisionVersion: z.int() })),
    kept: z.array(z.object({ ...asked, reason: z.string() })),
    /** A code: all of it came back, a part, or nothing. */
    reason: z.string(),
  }),
);
export const sessionSettled = event(
  'settlement.session-settled',
  1,
  'sessionId',
  'Every hold of a session has been judged.',
  z.object({
    sessionId: Id,
    counts: z.object({ released: z.int(), refunded: z.int(), review: z.int() }),
    totals: z.array(
      z.object({ teacher: Money, commission: Money, referral: Money, refund: Money, currency: z.string() }),
    ),
  }),
);
export const resultRequested = event(
  'settlement.result-requested',
  1,
  'sessionId',
  'A session is long over and its result was never heard: say it again.',
  z.object({ sessionId: Id }),
);
export const settlementAudited = event(
  'settlement.action-audited',
  1,
  'auditId',
  'Somebody decided about money by hand: who, what, why.',
  audited,
);
