import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant, Money } from '../shapes.js';

export const Evidence = z.object({
  seconds: z.int(),
  maxSeconds: z.int(),
  scheduledSeconds: z.int(),
  /** Percent of the scheduled length in basis points, rounded down. */
  percentBasisPoints: z.int(),
  attendanceVersion: z.int(),
});

const ended = z.object({
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
  teacher: Money,
  commission: Money,
  /** Basis points. */
  commissionRate: z.int(),
  referral: Money,
  refund: Money,
  reason: z.enum([
    'attended',
    'below-threshold',
    'teacher-no-show',
    'session-cancelled',
    'cancelled',
    'admin',
  ]),
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
export const holdUnderReview = event(
  'settlement.hold-under-review',
  1,
  'holdId',
  'The evidence does not decide; a person will.',
  z.object({ holdId: Id, purchaseId: Id, sessionId: Id, studentId: Id, teacherId: Id, reason: z.string() }),
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
