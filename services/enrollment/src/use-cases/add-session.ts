import type { addSession as addSessionRoute } from '@rollcall/contracts/api/enrollment';
import type { BodyOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { roomName } from '../domain/course.js';
import { checkCurrency, checkNumber, checkRoomForOne, checkStart } from '../domain/editing.js';
import { addSessions } from '../store/courses.js';
import { lockOwnCourse, numbersOf } from '../store/editing.js';
import { sayScheduled } from './say-sessions.js';

/**
 * One more session, sold on its own or with the course from now on; who bought the course before has no part in it.
 * Throws 404; 409 for a number that is taken, a course that is full or archived; 422.
 */
export async function addSession(
  work: Work,
  { teacherId, courseId }: { teacherId: string; courseId: string },
  { number, title, startsAt, durationMinutes, price }: BodyOf<typeof addSessionRoute>,
): Promise<{ id: string }> {
  const course = await lockOwnCourse(work.tx, courseId, teacherId);
  if (course === undefined) throw notFound('course');
  const taken = await numbersOf(work.tx, courseId);
  checkRoomForOne(course.status, taken.length);
  checkNumber(number, taken);
  checkCurrency(price, course.currency);
  checkStart(new Date(startsAt), work.now);
  const added = await addSessions(work.tx, [
    {
      id: newId(),
      course_id: courseId,
      number,
      title,
      starts_at: new Date(startsAt),
      duration_minutes: durationMinutes,
      price: price.amount,
      currency: price.currency,
      room_name: roomName(courseId, number),
      max_students: course.max_students,
      created_at: work.now,
    },
  ]);
  if (course.published_at !== null) sayScheduled(work, teacherId, added);
  return { id: added[0]!.id };
}
