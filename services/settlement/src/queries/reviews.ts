/** SQL behind the reads of reviews. */
import type { listReviews, Review } from '@rollcall/contracts/api/reviews';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import { type ReviewRow, reviewFrom } from '../review-answer.js';
import { pageAboutHolds } from './about-holds.js';

const REVIEWS = `
  select x.*, h.purchase_id, h.course_id, h.session_id, h.student_id, h.teacher_id, h.currency, h.policy_version,
         p.threshold, to_jsonb(d) as decided
  from reviews x
  join holds h on h.id = x.hold_id
  join policies p on p.version = h.policy_version
  join decisions d on d.hold_id = x.hold_id and d.version = x.decision_version`;

export async function findReview(db: Knex, reviewId: string): Promise<Review> {
  const { rows } = await db.raw<{ rows: ReviewRow[] }>(`${REVIEWS} where x.id = ?`, [reviewId]);
  if (rows[0] === undefined) throw notFound('review');
  return reviewFrom(rows[0]);
}

export const findReviews = (
  db: Knex,
  filter: QueryOf<typeof listReviews>,
): Promise<AnswerOf<typeof listReviews>> => pageAboutHolds(db, REVIEWS, reviewFrom, filter);
