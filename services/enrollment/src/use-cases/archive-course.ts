import { notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { lockOwnCourse, saveCourse } from '../store/editing.js';
import type { OwnCourse } from './own.js';

/** Sells no more of the course; what is bought takes place. Archived again it is archived still. Throws 404, 412. */
export async function archiveCourse(
  { tx }: Work,
  { teacherId, courseId, ifMatch }: OwnCourse,
): Promise<{ id: string }> {
  const course = await lockOwnCourse(tx, courseId, teacherId);
  if (course === undefined) throw notFound('course');
  if (course.status === 'archived') return { id: courseId };
  checkMatch(ifMatch, etag(course.version));
  await saveCourse(tx, courseId, { status: 'archived' });
  return { id: courseId };
}
