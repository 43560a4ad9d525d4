import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, Money, text } from '../shapes.js';
import { format, listOf, page, setOf } from './lists.js';

export const HoldStatus = z.enum(['held', 'review', 'disputed', 'released', 'refunded', 'split']);

export const Decision = z
  .object({
    outcome: z.enum(['released', 'refunded', 'split', 'review']),
    reason: z.string(),
    attendance: z
      .object({
        seconds: z.int(),
        maxSeconds: z.int(),
        scheduledSeconds: z.int(),
        percent: z.number(),
        status: z.enum(['present', 'absent', 'review']),
        confidence: z.enum(['exact', 'bounded', 'unobserved']),
      })
      .nullable(),
    teacher: Money,
    commission: Money,
    referral: Money,
    refund: Money,
    /** Percent, such as 30 for 30.00 %. */
    commissionRate: z.number(),
    policyVersion: z.int(),
    /** Each step of the sum in words and figures, in order. */
    steps: z.array(z.string()),
    version: z.int(),
    decidedAt: Instant,
  })
  .meta({ id: 'Decision' });

export const Hold = z
  .object({
    id: Id,
    purchaseId: Id,
    courseId: Id,
    sessionId: Id,
    studentId: Id,
    teacherId: Id,
    amount: z.int(),
    currency: z.string(),
    status: HoldStatus,
    heldAt: Instant,
    /** When the class should be settled by: its scheduled end; null while the session is not heard of. */
    releaseAt: Instant.nullable(),
    decidedAt: Instant.nullable(),
    paidAt: Instant.nullable(),
    /** Percent of the amount that went to the teacher's side, 0 to 100; null while undecided. */
    releasePercentage: z.number().nullable(),
    /** The words of the admin whose decision stands; null where nobody decided by hand. */
    notes: z.string().nullable(),
    decision: Decision.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Hold' });
export type Hold = z.infer<typeof Hold>;

export const listHolds = route({
  method: 'get',
  path: '/holds/me',
  who: ['student', 'teacher'],
  summary: 'Holds in which you are the student or the teacher',
  query: z.strictObject({ ...page, ...format, status: setOf(HoldStatus), sessionId: Id.optional() }),
  status: 200,
  answer: listOf(Hold),
});

export const readHold = route({
  method: 'get',
  path: '/holds/:holdId',
  who: 'any',
  summary: 'One hold with its decision: the evidence, the policy, each step of the sum',
  params: z.strictObject({ holdId: Id }),
  status: 200,
  answer: Hold,
  conditional: true,
});

/** What of a policy concerns who buys; the commission is between the platform and the teacher. */
export const PolicyInForce = z
  .object({
    version: z.int(),
    effectiveFrom: Instant,
    /** Percent of the scheduled length that a student must attend for the teacher to be paid, with two decimals. */
    thresholdPercent: z.number(),
    /** The same of the teacher: below it everybody has his money back. 0: not asked. */
    teacherMinPercent: z.number(),
  })
  .meta({ id: 'PolicyInForce' });

export const readPolicyInForce = route({
  method: 'get',
  path: '/settlements/policy',
  who: 'public',
  summary: 'What is bought now is settled by this: how much of a class must be attended',
  status: 200,
  answer: PolicyInForce,
});

export const readSettlement = route({
  method: 'get',
  path: '/settlements/sessions/:sessionId',
  who: ['teacher', 'admin'],
  summary: "What became of a session's holds, with totals",
  params: z.strictObject({ sessionId: Id }),
  status: 200,
  answer: z.object({
    sessionId: Id,
    status: z.enum(['waiting', 'completed', 'settled', 'cancelled']),
    counts: z.object({
      held: z.int(),
      released: z.int(),
      refunded: z.int(),
      split: z.int(),
      review: z.int(),
    }),
    totals: z.array(
      z.object({
        currency: z.string(),
        held: z.int(),
        teacher: z.int(),
        commission: z.int(),
        referral: z.int(),
        refund: z.int(),
      }),
    ),
    holds: z.array(Hold),
  }),
});

export const listAdminHolds = route({
  method: 'get',
  path: '/admin/holds',
  who: ['admin'],
  summary: 'Every hold; those that wait for a decision by status=review',
  query: z.strictObject({
    ...page,
    ...format,
    status: setOf(HoldStatus),
    sessionId: Id.optional(),
    teacherId: Id.optional(),
    studentId: Id.optional(),
  }),
  status: 200,
  answer: listOf(Hold),
});

const reason = text(500);

const decideHold = <Body extends z.ZodType>(
  what: 'release' | 'refund' | 'split',
  summary: string,
  body: Body,
) =>
  route({
    method: 'post',
    path: `/admin/holds/:holdId/${what}`,
    who: ['admin'],
    summary,
    params: z.strictObject({ holdId: Id }),
    body,
    status: 200,
    answer: Hold,
    problems: [409],
    idempotent: true,
    conditional: true,
  });

export const releaseHold = decideHold(
  'release',
  'Decide by hand that an open hold goes to the teacher, less the commission of its terms',
  z.strictObject({ reason }),
);
export const refundHold = decideHold(
  'refund',
  'Decide by hand that an open hold goes back to the student',
  z.strictObject({ reason }),
);
export const splitHold = decideHold(
  'split',
  "Decide by hand that a part goes to the teacher's side, which pays the commission, and the rest back",
  z.strictObject({
    /** 0 to 100 with at most two decimals. */
    teacherPercent: z
      .number()
      .min(0, 'must be at least 0')
      .max(100, 'must be at most 100')
      .multipleOf(0.01, 'must have at most two decimals'),
    reason,
  }),
);

export const ReviewStatus = z.enum(['open', 'applied', 'dismissed', 'superseded']);

/** An ended hold that newer attendance would have decided otherwise. Nothing of it moves before an admin says so. */
export const Review = z
  .object({
    id: Id,
    holdId: Id,
    purchaseId: Id,
    courseId: Id,
    sessionId: Id,
    studentId: Id,
    teacherId: Id,
    amount: z.int(),
    currency: z.string(),
    status: ReviewStatus,
    attendanceVersion: z.int(),
    /** The decision that stood when the review was opened. */
    decided: Decision,
    /** What the same terms make of the newer attendance. */
    proposed: Decision,
    closedAt: Instant.nullable(),
    closedBy: Id.nullable(),
    notes: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Review' });
export type Review = z.infer<typeof Review>;

export const listReviews = route({
  method: 'get',
  path: '/admin/reviews',
  who: ['admin'],
  summary: 'Ended holds that newer attendance would have decided otherwise',
  query: z.strictObject({
    ...page,
    status: setOf(ReviewStatus),
    sessionId: Id.optional(),
    teacherId: Id.optional(),
    studentId: Id.optional(),
    holdId: Id.optional(),
  }),
  status: 200,
  answer: listOf(Review),
});

export const readReview = route({
  method: 'get',
  path: '/admin/reviews/:reviewId',
  who: ['admin'],
  summary: 'One review: what was decided and what is proposed, each step of both sums',
  params: z.strictObject({ reviewId: Id }),
  status: 200,
  answer: Review,
  conditional: true,
});

const closeReview = (what: 'apply' | 'dismiss', summary: string) =>
  route({
    method: 'post',
    path: `/admin/reviews/:reviewId/${what}`,
    who: ['admin'],
    summary,
    params: z.strictObject({ reviewId: Id }),
    body: z.strictObject({ reason }),
    status: 200,
    answer: Review,
    problems: [409],
    idempotent: true,
    conditional: true,
  });

export const applyReview = closeReview(
  'apply',
  'Correct the hold as proposed: what was paid wrongly is taken back, or becomes debt',
);
export const dismissReview = closeReview('dismiss', 'Leave the hold as it is');
