/** SQL behind the reads of holds. */
import type { Hold, listAdminHolds, listHolds } from '@rollcall/contracts/api/settlement';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { User } from '@rollcall/kit/auth';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Knex } from 'knex';
import { type HoldRow, holdFrom } from '../hold-answer.js';

export const HOLDS = `
  select h.*, s.ends_at, p.threshold, d.outcome, d.reason, d.teacher, d.commission, d.referral, d.refund,
         d.commission_rate as decision_rate, d.observed, d.seconds, d.max_seconds, d.scheduled_seconds, d.percent,
         d.steps, d.version, d.notes, d.decided_at as judged_at, x.id as dispute_id, x.status as dispute_status,
         x.opened_by as disputed_by, x.opened_at as disputed_at, x.resolved_at, x.notes as dispute_notes
  from holds h
  join sessions s on s.id = h.session_id
  join policies p on p.version = h.policy_version
  left join decisions d on d.hold_id = h.id and d.version = h.decision_version
  left join lateral (select * from disputes where hold_id = h.id order by id desc limit 1) x on true`;

export async function findHold(db: Knex, holdId: string, user: User): Promise<Hold> {
  const { rows } = await db.raw<{ rows: HoldRow[] }>(
    `${HOLDS} where h.id = :holdId and (:admin or :userId in (h.student_id, h.teacher_id))`,
    { holdId, userId: user.id, admin: user.roles.includes('admin') },
  );
  if (rows[0] === undefined) throw notFound('hold');
  return holdFrom(rows[0]);
}

/** Newest first: ids are time-ordered. Each side is read by its own index, a page's worth at most. */
export async function findHoldsOf(
  db: Knex,
  userId: string,
  { limit, cursor, status, sessionId }: QueryOf<typeof listHolds>,
): Promise<AnswerOf<typeof listHolds>> {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const side = (column: 'student_id' | 'teacher_id') =>
    `(select id from holds where ${column} = :userId
        and (cast(:before as uuid) is null or id < :before)
        and (cast(:status as text[]) is null or status = any(:status))
        and (cast(:sessionId as uuid) is null or session_id = :sessionId)
      order by id desc limit :fetch)`;
  const { rows } = await db.raw<{ rows: HoldRow[] }>(
    `${HOLDS} where h.id in (${side('student_id')} union ${side('teacher_id')}) order by h.id desc limit :fetch`,
    {
      userId,
      before: before ?? null,
      status: status ?? null,
      sessionId: sessionId ?? null,
      fetch: limit + 1,
    },
  );
  return listPage(rows, limit, holdFrom, (row) => [row.id]);
}

/** Any of all holds, newest first. Those in review and those of a session have indexes of their own. */
export async function findAllHolds(
  db: Knex,
  { limit, cursor, status, sessionId, teacherId, studentId }: QueryOf<typeof listAdminHolds>,
): Promise<AnswerOf<typeof listAdminHolds>> {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const { rows } = await db.raw<{ rows: HoldRow[] }>(
    `${HOLDS}
     where (cast(:before as uuid) is null or h.id < :before)
       and (cast(:status as text[]) is null or h.status = any(:status))
       and (cast(:sessionId as uuid) is null or h.session_id = :sessionId)
       and (cast(:teacherId as uuid) is null or h.teacher_id = :teacherId)
       and (cast(:studentId as uuid) is null or h.student_id = :studentId)
     order by h.id desc limit :fetch`,
    {
      before: before ?? null,
      status: status ?? null,
      sessionId: sessionId ?? null,
      teacherId: teacherId ?? null,
      studentId: studentId ?? null,
      fetch: limit + 1,
    },
  );
  return listPage(rows, limit, holdFrom, (row) => [row.id]);
}
