import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant } from '../shapes.js';
import { listOf, page, setOf } from './lists.js';
import { byPeople, Decision, ofHold, reason } from './settlement.js';

export const ReviewStatus = z.enum(['open', 'applied', 'dismissed', 'superseded']);

/** An ended hold that newer attendance would have decided otherwise. Nothing of it moves before an admin says so. */
export const Review = z
  .object({
    id: Id,
    holdId: Id,
    ...ofHold,
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
    ...byPeople,
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
