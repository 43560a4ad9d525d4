import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, Money, text } from '../shapes.js';
import { format, listOf, page, setOf } from './lists.js';

export const HoldStatus = z.enum(['held', 'review', 'disputed', 'released', 'refunded', 'split']);

export const DisputeStatus = z.enum(['open', 'resolved']);
export const Party = z.enum(['student', 'teacher']);

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

/** What was bought, by whom and of whom, and for how much. */
export const ofHold = {
  purchaseId: Id,
  courseId: Id,
  sessionId: Id,
  studentId: Id,
  teacherId: Id,
  amount: z.int(),
  currency: z.string(),
};

export const Hold = z
  .object({
    id: Id,
    ...ofHold,
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

/** Of whose holds, and of which class. */
export const byPeople = {
  sessionId: Id.optional(),
  teacherId: Id.optional(),
  studentId: Id.optional(),
};

export const listAdminHolds = route({
  method: 'get',
  path: '/admin/holds',
  who: ['admin'],
  summary: 'Every hold; those that wait for a decision by status=review',
  query: z.strictObject({
    ...page,
    ...format,
    status: setOf(HoldStatus),
    ...byPeople,
  }),
  status: 200,
  answer: listOf(Hold),
});

/** The words of who decides, or disputes. */
export const reason = text(500);

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
export const teacherPercent = z
  .number()
  .min(0, 'must be at least 0')
  .max(100, 'must be at most 100')
  .multipleOf(0.01, 'must have at most two decimals');

export const splitHold = decideHold(
  'split',
  "Decide by hand that a part goes to the teacher's side, which pays the commission, and the rest back",
  z.strictObject({ teacherPercent, reason }),
);
