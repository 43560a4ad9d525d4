import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, Money, text } from '../shapes.js';
import { format, listOf, page, setOf } from './lists.js';

export const HoldStatus = z.enum(['held', 'review', 'disputed', 'released', 'refunded', 'split']);

export const DisputeStatus = z.enum(['open', 'resolved']);
const Party = z.enum(['student', 'teacher']);

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
    /** The newest dispute of it; what was said in it is between who opened it and the admins. */
    dispute: z
      .object({
        id: Id,
        status: DisputeStatus,
        openedBy: Party,
        /** The words of the admin who resolved it. */
        notes: z.string().nullable(),
        createdAt: Instant,
        resolvedAt: Instant.nullable(),
      })
      .nullable(),
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
    /** For so long after it is decided student and teacher may dispute what a hold came to; of every hold, not of this policy. */
    disputeWindowHours: z.number(),
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
/** 0 to 100 with at most two decimals. */
const teacherPercent = z
  .number()
  .min(0, 'must be at least 0')
  .max(100, 'must be at most 100')
  .multipleOf(0.01, 'must have at most two decimals');

export const splitHold = decideHold(
  'split',
  "Decide by hand that a part goes to the teacher's side, which pays the commission, and the rest back",
  z.strictObject({ teacherPercent, reason }),
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

/** What a student or a teacher says against the outcome of a hold. Nothing of an ended one moves before an admin says so. */
export const Dispute = z
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
    status: DisputeStatus,
    openedBy: Party,
    /** The words of who opened it. */
    reason: z.string(),
    /** The decision that stood when it was opened; null where there was none. */
    disputed: Decision.nullable(),
    /** The decision of its hold that stands now, another one where it was corrected meanwhile; null where there is none. */
    stands: Decision.nullable(),
    /** The decision that an admin resolved it by: the same one where he left all as it was. */
    resolution: Decision.nullable(),
    resolvedAt: Instant.nullable(),
    resolvedBy: Id.nullable(),
    /** The words of the admin. */
    notes: z.string().nullable(),
    /** When settlement heard that its class was cancelled, which does not end what is disputed; null where it was not. */
    sessionCancelledAt: Instant.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Dispute' });
export type Dispute = z.infer<typeof Dispute>;

export const disputeHold = route({
  method: 'post',
  path: '/holds/:holdId/dispute',
  who: ['student', 'teacher'],
  summary:
    'Say that a hold of yours should come out otherwise, until some days after its decision: an admin decides',
  params: z.strictObject({ holdId: Id }),
  body: z.strictObject({ reason }),
  status: 201,
  answer: Dispute,
  problems: [409],
  idempotent: true,
});

export const listDisputes = route({
  method: 'get',
  path: '/admin/disputes',
  who: ['admin'],
  summary: 'What students and teachers say against the outcomes of their holds',
  query: z.strictObject({
    ...page,
    status: setOf(DisputeStatus),
    sessionId: Id.optional(),
    teacherId: Id.optional(),
    studentId: Id.optional(),
    holdId: Id.optional(),
  }),
  status: 200,
  answer: listOf(Dispute),
});

export const readDispute = route({
  method: 'get',
  path: '/admin/disputes/:disputeId',
  who: ['admin'],
  summary: 'One dispute: what was said, what had been decided, what it was resolved by',
  params: z.strictObject({ disputeId: Id }),
  status: 200,
  answer: Dispute,
  conditional: true,
});

export const resolveDispute = route({
  method: 'post',
  path: '/admin/disputes/:disputeId/resolve',
  who: ['admin'],
  summary: 'Decide by hand what a disputed hold comes to; of one that has ended the difference is moved',
  params: z.strictObject({ disputeId: Id }),
  body: z
    .strictObject({
      outcome: z.enum(['release', 'refund', 'split']),
      /** Of a split alone. */
      teacherPercent: teacherPercent.optional(),
      reason,
    })
    .refine(({ outcome, teacherPercent: share }) => (outcome === 'split') === (share !== undefined), {
      path: ['teacherPercent'],
      message: 'belongs to a split, which cannot do without',
    }),
  status: 200,
  answer: Dispute,
  problems: [409],
  idempotent: true,
  conditional: true,
});
