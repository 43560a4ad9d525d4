import { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { notFound } from '@rollcall/kit/errors';
import type { Work } from '@rollcall/kit/work';
import { checkPublish } from '../domain/course.js';
import { lockCourse, publish, type SessionRow, sessionsOf } from '../store/courses.js';

/** Puts a draft on sale and announces its sessions. Throws 404, 409 when it is no draft, 422 with nothing to come. */
export async function publishCourse(
  work: Work,
  teacherId: string,
  courseId: string,
): Promise<{ id: string }> {
  const course = await lockCourse(work.tx, courseId, teacherId);
  if (course === undefined) throw notFound('course');
  const sessions = await sessionsOf(work.tx, courseId);
  const starts = sessions.map((session) => session.starts_at);
  checkPublish(course.status, starts, work.now);
  await publish(work.tx, courseId, work.now);
  announce(work, teacherId, sessions);
  return { id: courseId };
}

/** The one place that says a session can be bought. */
export function announce(work: Work, teacherId: string, sessions: readonly SessionRow[]): void {
  for (const session of sessions) {
    const { id, course_id, number, title, duration_minutes, status, version } = session;
    const data = {
      sessionId: id,
      courseId: course_id,
      number,
      teacherId,
      title,
      startsAt: session.starts_at.toISOString(),
      durationMinutes: duration_minutes,
      price: { amount: session.price, currency: session.currency },
      status,
      version,
    };
    work.emit(sessionScheduled, data, { version });
  }
}
