/**
 * SQL of a teacher's changes. Each locks its course first, so that those of one course come one after another, then the
 * session, or all of them by id. Who buys a session locks that alone: a change waits for those under way, and whoever comes
 * after it buys what it left. The lock of the course lets foreign keys pass, so buyers of other sessions never wait for it.
 * While 16 at a time buy one unlimited session without a pause, a change of it waits 0.2 to 0.5 s.
 */
import type { Knex } from 'knex';
import type { CourseStatus } from '../domain/course.js';
import type { SessionRow } from './courses.js';

type Tx = Knex.Transaction;

export interface CourseRow {
  readonly id: string;
  readonly teacher_id: string;
  readonly title: string;
  readonly description: string;
  readonly price: number;
  readonly currency: string;
  readonly status: CourseStatus;
  readonly max_students: number | null;
  readonly published_at: Date | null;
  readonly version: number;
}

export const lockOwnCourse = (tx: Tx, courseId: string, teacherId: string): Promise<CourseRow | undefined> =>
  tx('courses').where({ id: courseId, teacher_id: teacherId }).forNoKeyUpdate().first();

export interface LockedSession {
  readonly course: CourseRow;
  readonly session: SessionRow;
}

/** A session of this teacher, with its course; both locked. */
export async function lockOwnSession(
  tx: Tx,
  sessionId: string,
  teacherId: string,
): Promise<LockedSession | undefined> {
  const place = await tx('sessions').where({ id: sessionId }).first('course_id');
  const course = place && (await lockOwnCourse(tx, place.course_id, teacherId));
  if (course === undefined) return undefined;
  return { course, session: await tx('sessions').where({ id: sessionId }).forNoKeyUpdate().first() };
}

export const lockSessionsOf = (tx: Tx, courseId: string): Promise<SessionRow[]> =>
  tx('sessions').where({ course_id: courseId }).orderBy('id').forNoKeyUpdate();

export const numbersOf = (tx: Tx, courseId: string): Promise<number[]> =>
  tx('sessions').where({ course_id: courseId }).pluck('number');

/** Whether somebody has, or has asked for, a place in it. Its row must be locked: buyers lock it before they take one. */
export async function hasLiveSeat(tx: Tx, sessionId: string): Promise<boolean> {
  return (await tx('seats').where({ session_id: sessionId, live: true }).first('session_id')) !== undefined;
}

/** The most live seats in one session of the course, whose sessions must be locked. */
export async function mostSeats(tx: Tx, courseId: string): Promise<number> {
  const { rows } = await tx.raw(
    `select coalesce(max(seats), 0) as seats
       from (select count(*) as seats from seats where course_id = ? and live group by session_id) as taken`,
    [courseId],
  );
  return rows[0].seats;
}

/** Seats are counted from here on, or no more; the sessions must be locked. */
export async function setLimit(tx: Tx, courseId: string, maxStudents: number | null): Promise<void> {
  await tx.raw(
    `update sessions set max_students = :maxStudents,
            seats_taken = case when cast(:maxStudents as integer) is null then 0
                               else (select count(*) from seats where session_id = sessions.id and live) end
      where course_id = :courseId`,
    { courseId, maxStudents },
  );
}

type CourseChanges = Partial<Omit<CourseRow, 'id' | 'teacher_id' | 'version'>>;

export async function saveCourse(tx: Tx, courseId: string, changes: CourseChanges): Promise<void> {
  await tx('courses')
    .where({ id: courseId })
    .update({ ...changes, version: tx.raw('version + 1') });
}

export type SessionChanges = Partial<Omit<SessionRow, 'id' | 'course_id' | 'version'>>;

/** The session as it is then. */
export async function saveSession(tx: Tx, sessionId: string, changes: SessionChanges): Promise<SessionRow> {
  const [row] = await tx('sessions')
    .where({ id: sessionId })
    .update({ ...changes, version: tx.raw('version + 1') }, '*');
  return row;
}
