import { notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { checkPublish } from '../domain/course.js';
import { sessionsOf } from '../store/courses.js';
import { lockOwnCourse, saveCourse } from '../store/editing.js';
import type { OwnCourse } from './own.js';
import { sayScheduled } from './say-sessions.js';

/** Puts a draft on sale and announces its sessions. Throws 404, 412, 409 when it is no draft, 422 with nothing to come. */
export async function publishCourse(
  work: Work,
  { teacherId, courseId, ifMatch }: OwnCourse,
): Promise<{ id: string }> {
  const course = await lockOwnCourse(work.tx, courseId, teacherId);
  if (course === undefined) throw notFound('course');
  checkMatch(ifMatch, etag(course.version));
  const sessions = (await sessionsOf(work.tx, courseId)).filter(({ status }) => status !== 'cancelled');
  const starts = sessions.map((session) => session.starts_at);
  checkPublish(course.status, starts, work.now);
  await saveCourse(work.tx, courseId, { status: 'published', published_at: work.now });
  sayScheduled(work, teacherId, sessions);
  return { id: courseId };
}
