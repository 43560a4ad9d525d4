import type { updateCourse as updateCourseRoute } from '@rollcall/contracts/api/enrollment';
import type { BodyOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { checkLimit, checkNewCurrency } from '../domain/editing.js';
import { lockOwnCourse, lockSessionsOf, mostSeats, saveCourse, setLimit } from '../store/editing.js';
import type { OwnCourse } from './own.js';

/**
 * Changes what is sold from now on: who has bought keeps what he paid. Throws 404, 412; 409 for a limit under the seats
 * taken, or another currency once the course was on sale.
 */
export async function updateCourse(
  { tx }: Work,
  { teacherId, courseId, ifMatch }: OwnCourse,
  wish: BodyOf<typeof updateCourseRoute>,
): Promise<{ id: string }> {
  const course = await lockOwnCourse(tx, courseId, teacherId);
  if (course === undefined) throw notFound('course');
  checkMatch(ifMatch, etag(course.version));
  const { title = course.title, description = course.description, maxStudents = course.max_students } = wish;
  const price = wish.price ?? { amount: course.price, currency: course.currency };
  checkNewCurrency(price.currency, { currency: course.currency, announced: course.published_at !== null });
  if (maxStudents !== course.max_students) {
    await lockSessionsOf(tx, courseId);
    checkLimit(maxStudents, await mostSeats(tx, courseId));
    await setLimit(tx, courseId, maxStudents);
  }
  const changed = {
    ...{ title, description, max_students: maxStudents },
    ...{ price: price.amount, currency: price.currency },
  };
  if (isChange(course, changed)) await saveCourse(tx, courseId, changed);
  return { id: courseId };
}

const isChange = <Row extends object>(row: Row, changed: Partial<Row>): boolean =>
  (Object.keys(changed) as (keyof Row)[]).some((column) => changed[column] !== row[column]);
