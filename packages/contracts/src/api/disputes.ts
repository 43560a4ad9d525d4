import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant } from '../shapes.js';
import { listOf, page, setOf } from './lists.js';
import { byPeople, Decision, DisputeStatus, ofHold, Party, reason, teacherPercent } from './settlement.js';

/** What a student or a teacher says against the outcome of a hold. Nothing of an ended one moves before an admin says so. */
export const Dispute = z
  .object({
    id: Id,
    holdId: Id,
    ...ofHold,
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
    ...byPeople,
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
