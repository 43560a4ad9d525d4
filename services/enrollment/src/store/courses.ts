/** SQL that writes or locks courses and sessions. */
import type { Knex } from 'knex';
import type { CourseStatus } from '../domain/course.js';
import type { SessionStatus } from '../domain/purchase.js';

type Tx = Knex.Transaction;

export interface NewCourse {
  readonly id: string;
  readonly teacher_id: string;
  readonly title: string;
  readonly description: string;
  readonly price: number;
  readonly currency: string;
  readonly status: CourseStatus;
  readonly max_students: number | null;
  readonly created_at: Date;
  readonly published_at: Date | null;
}

export interface NewSession {
  readonly id: string;
  readonly course_id: string;
  readonly number: number;
  readonly title: string;
  readonly starts_at: Date;
  readonly duration_minutes: number;
  readonly price: number;
  readonly currency: string;
  readonly room_name: string;
  readonly max_students: number | null;
  readonly created_at: Date;
}

export interface SessionRow extends NewSession {
  readonly status: SessionStatus;
  readonly started_at: Date | null;
  readonly cancelled_at: Date | null;
  readonly cancel_reason: string | null;
  readonly version: number;
}

/**
 * Whether it was new: a course of this id may be there already. No column is named for the conflict: two at once may
 * meet at any of the table's unique indexes, and one that is not named raises.
 */
export async function addCourse(tx: Tx, course: NewCourse): Promise<boolean> {
  const added = await tx('courses').insert(course).onConflict().ignore().returning('id');
  return added.length > 0;
}

/** At most 200 rows, the most a request may carry. */
export const addSessions = (tx: Tx, sessions: readonly NewSession[]): Promise<SessionRow[]> =>
  tx('sessions').insert([...sessions], '*');

export const sessionsOf = (tx: Tx, courseId: string): Promise<SessionRow[]> =>
  tx('sessions').where({ course_id: courseId }).orderBy('number');

/** Whether the session is known. One that is over or cancelled does not come alive again, whatever order facts have. */
export async function startSession(tx: Tx, sessionId: string, at: Date): Promise<boolean> {
  const { rowCount } = await tx.raw(
    `update sessions set started_at = coalesce(started_at, ?), version = version + 1,
       status = case status when 'scheduled' then 'live' else status end
     where id = ?`,
    [at, sessionId],
  );
  return rowCount > 0;
}

/** Whether the session is known. */
export async function completeSession(tx: Tx, sessionId: string, startedAt: Date | null): Promise<boolean> {
  const { rowCount } = await tx.raw(
    `update sessions set started_at = coalesce(started_at, ?::timestamptz), version = version + 1,
       status = case status when 'cancelled' then status else 'completed' end
     where id = ?`,
    [startedAt, sessionId],
  );
  return rowCount > 0;
}
