/** SQL behind the reads of reviews. */
import type { listReviews, Review } from '@rollcall/contracts/api/settlement';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Knex } from 'knex';
import { type ReviewRow, reviewFrom } from '../review-answer.js';

const REVIEWS = `
  select r.*, h.purchase_id, h.course_id, h.session_id, h.student_id, h.teacher_id, h.currency, h.policy_version,
         p.threshold, to_jsonb(d) as decided
  from reviews r
  join holds h on h.id = r.hold_id
  join policies p on p.version = h.policy_version
  join decisions d on d.hold_id = r.hold_id and d.version = r.decision_version`;

export async function findReview(db: Knex, reviewId: string): Promise<Review> {
  const { rows } = await db.raw<{ rows: ReviewRow[] }>(`${REVIEWS} where r.id = ?`, [reviewId]);
  if (rows[0] === undefined) throw notFound('review');
  return reviewFrom(rows[0]);
}

/** Newest first: ids are time-ordered. */
export async function findReviews(
  db: Knex,
  { limit, cursor, status, sessionId, teacherId, studentId, holdId }: QueryOf<typeof listReviews>,
): Promise<AnswerOf<typeof listReviews>> {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const { rows } = await db.raw<{ rows: ReviewRow[] }>(
    `${REVIEWS}
     where (cast(:before as uuid) is null or r.id < :before)
       and (cast(:status as text[]) is null or r.status = any(:status))
       and (cast(:sessionId as uuid) is null or h.session_id = :sessionId)
       and (cast(:teacherId as uuid) is null or h.teacher_id = :teacherId)
       and (cast(:studentId as uuid) is null or h.student_id = :studentId)
       and (cast(:holdId as uuid) is null or r.hold_id = :holdId)
     order by r.id desc limit :fetch`,
    {
      before: before ?? null,
      status: status ?? null,
      sessionId: sessionId ?? null,
      teacherId: teacherId ?? null,
      studentId: studentId ?? null,
      holdId: holdId ?? null,
      fetch: limit + 1,
    },
  );
  return listPage(rows, limit, reviewFrom, (row) => [row.id]);
}
