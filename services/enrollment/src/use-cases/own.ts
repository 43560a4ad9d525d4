/** What a teacher's changes are asked with, and what they find. */
import type { EditedSession } from '../domain/editing.js';
import type { LockedSession } from '../store/editing.js';

interface Own {
  /** Another teacher's course is not there for him: 404. */
  readonly teacherId: string;
  /** The If-Match header: the state he decided by. */
  readonly ifMatch: string | undefined;
}

export interface OwnCourse extends Own {
  readonly courseId: string;
}

export interface OwnSession extends Own {
  readonly sessionId: string;
}

interface TeacherInput<Params> {
  readonly params: Params;
  readonly user: { readonly id: string };
  readonly ifMatch: string | undefined;
}

/** A teacher's request, as a change is asked with. */
export const ownOf = <Params>({ params, user, ifMatch }: TeacherInput<Params>): Params & Own => ({
  ...params,
  teacherId: user.id,
  ifMatch,
});

/** A session's row as the rules of editing see it. */
export const editedOf = ({ course, session }: LockedSession): EditedSession => ({
  number: session.number,
  title: session.title,
  startsAt: session.starts_at,
  durationMinutes: session.duration_minutes,
  price: { amount: session.price, currency: session.currency },
  status: session.status,
  startedAt: session.started_at,
  announced: course.published_at !== null,
});
