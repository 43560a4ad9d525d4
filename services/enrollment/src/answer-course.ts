/** A course and a session as they are answered: with the version its teacher may hold a change against. */
import type { Course, Session } from '@rollcall/contracts/api/enrollment';
import type { User } from '@rollcall/kit/auth';
import type { Database } from '@rollcall/kit/database';
import { etag } from '@rollcall/kit/etag';
import { type Reply, reply } from '@rollcall/kit/http';
import { readCourse, readSession } from './queries.js';

export async function showCourse(
  db: Database,
  courseId: string,
  { user, status = 200 }: { user: User | undefined; status?: number },
): Promise<Reply<Course>> {
  const course = await readCourse(db, courseId, user);
  return reply(status, course, { ETag: etag(course.version) });
}

export const showOwnCourse = (db: Database, { id }: { id: string }, { user }: { user: User }) =>
  showCourse(db, id, { user });

export async function showSession(db: Database, sessionId: string, status = 200): Promise<Reply<Session>> {
  const session = await readSession(db, sessionId);
  return reply(status, session, { ETag: etag(session.version) });
}
