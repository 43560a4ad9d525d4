import type { createCourse as createCourseRoute } from '@rollcall/contracts/api/enrollment';
import type { BodyOf } from '@rollcall/contracts/route';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { checkDraft, roomName } from '../domain/course.js';
import { addCourse, addSessions } from '../store/courses.js';

/** A draft with its sessions, seen by its teacher alone until it is published. Throws 422. */
export async function createCourse(
  { tx, now }: Work,
  teacherId: string,
  draft: BodyOf<typeof createCourseRoute>,
): Promise<{ id: string }> {
  checkDraft(draft);
  const id = newId();
  const { currency } = draft.price;
  const limit = { max_students: draft.maxStudents ?? null, created_at: now };
  await addCourse(tx, {
    id,
    teacher_id: teacherId,
    title: draft.title,
    description: draft.description,
    price: draft.price.amount,
    currency,
    status: 'draft',
    published_at: null,
    ...limit,
  });
  const sessions = draft.sessions.map((session) => ({
    id: newId(),
    course_id: id,
    number: session.number,
    title: session.title,
    starts_at: new Date(session.startsAt),
    duration_minutes: session.durationMinutes,
    price: session.price.amount,
    currency,
    room_name: roomName(id, session.number),
    ...limit,
  }));
  await addSessions(tx, sessions);
  return { id };
}
