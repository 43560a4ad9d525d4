import {
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import type { SessionRow } from '../store/courses.js';

/** The one place that says a session can be bought. */
export function sayScheduled(work: Work, teacherId: string, sessions: readonly SessionRow[]): void {
  for (const session of sessions)
    work.emit(sessionScheduled, wholeOf(session, teacherId), { version: session.version });
}

export const sayRescheduled = (work: Work, teacherId: string, session: SessionRow): void =>
  work.emit(sessionRescheduled, wholeOf(session, teacherId), { version: session.version });

export const sayCancelled = (work: Work, teacherId: string, session: SessionRow): void =>
  work.emit(sessionCancelled, wholeOf(session, teacherId), { version: session.version });

/** All of it each time, so that whoever hears only the newest knows enough. */
const wholeOf = (session: SessionRow, teacherId: string) => ({
  sessionId: session.id,
  courseId: session.course_id,
  number: session.number,
  teacherId,
  title: session.title,
  startsAt: session.starts_at.toISOString(),
  durationMinutes: session.duration_minutes,
  price: { amount: session.price, currency: session.currency },
  status: session.status,
  version: session.version,
});
