import type { listTaughtSessions, TaughtSession } from '@rollcall/contracts/api/teaching';
import type { AnswerOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import type { InputOf } from '@rollcall/kit/http';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';
import { type SessionJson, sessionOf } from '../shapes.js';

interface Row {
  readonly session: SessionJson;
  readonly course_title: string;
  readonly students: number;
  readonly max_students: number | null;
}

/** The end of what a timestamp of ours may be, 2100, in milliseconds: a made-up number past it would be an error of SQL. */
const LATEST = 4_102_444_800_000;

/** A teacher's sessions by their start, with the seats that are taken; those of drafts are the course editor's business. */
export async function taughtSessions(
  db: Database,
  { query, user }: InputOf<typeof listTaughtSessions>,
): Promise<AnswerOf<typeof listTaughtSessions>> {
  const [after, id] = decodeCursor(query.cursor, z.coerce.number().int().min(0).max(LATEST), Id) ?? [];
  const { rows } = await db.raw(query.order === 'soonest' ? SOONEST : LATEST_FIRST, {
    teacherId: user.id,
    courseId: query.courseId ?? null,
    status: query.status ?? null,
    from: query.from ?? null,
    to: query.to ?? null,
    after: after === undefined ? null : new Date(after).toISOString(),
    id: id ?? null,
    limit: query.limit + 1,
  });
  return listPage<Row, TaughtSession>(rows, query.limit, taught, ({ session }) => [
    Date.parse(session.starts_at),
    session.id,
  ]);
}

const list = (beyond: '<' | '>', direction: 'asc' | 'desc') => `
  select row_to_json(s) as session, c.title as course_title, c.max_students,
         (select count(*)::int from seats where session_id = s.id and live) as students
    from courses c join sessions s on s.course_id = c.id
   where c.teacher_id = :teacherId and c.published_at is not null
     and (:courseId::uuid is null or c.id = :courseId)
     and (:status::text[] is null or s.status = any(:status))
     and (:from::timestamptz is null or s.starts_at >= :from)
     and (:to::timestamptz is null or s.starts_at < :to)
     and (:after::timestamptz is null or (s.starts_at, s.id) ${beyond} (:after, :id::uuid))
   order by s.starts_at ${direction}, s.id ${direction} limit :limit`;
const SOONEST = list('>', 'asc');
const LATEST_FIRST = list('<', 'desc');

const taught = ({ session, course_title, students, max_students }: Row): TaughtSession => ({
  ...sessionOf(session),
  courseTitle: course_title,
  students,
  maxStudents: max_students,
});
