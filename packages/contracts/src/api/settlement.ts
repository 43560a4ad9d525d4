import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, Money } from '../shapes.js';
import { listOf, page, setOf } from './lists.js';

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
  query: z.strictObject({ ...page, status: setOf(HoldStatus), sessionId: Id.optional() }),
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
