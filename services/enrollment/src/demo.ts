import { DEMO_ACCOUNTS } from '@rollcall/contracts/demo';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import { roomName } from './domain/course.js';
import { hasStarted } from './domain/purchase.js';
import { addCourse, addSessions, type NewSession, sessionsOf } from './store/courses.js';
import { lockOwnCourse } from './store/editing.js';
import { sayScheduled } from './use-cases/say-sessions.js';

const DAY = 86_400_000;
const PRICE = { price: 1_000, currency: 'USD' };

interface DemoCourse {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly lessons: readonly string[];
}

const COURSES: readonly DemoCourse[] = [
  {
    id: '01980000-0000-7000-8000-000000000101',
    title: 'Spanish for travellers',
    description: 'Three evenings: find your way, your food and your bed.',
    lessons: ['Finding your way', 'At the table', 'A place to sleep'],
  },
  {
    id: '01980000-0000-7000-8000-000000000102',
    title: 'Statistics without tears',
    description: 'Three evenings: what an average hides, what chance does, what a sample says.',
    lessons: ['What an average hides', 'What chance does', 'What a sample says'],
  },
];

const TEACHERS = DEMO_ACCOUNTS.filter(({ role }) => role === 'teacher');

/**
 * A published course of each demo teacher with sessions to come. Every replica runs it at its start: the insert of the
 * course, then the lock of its row, let one of them add and announce what is missing.
 */
export async function seedDemo(db: Database, clock: () => Date = () => new Date()): Promise<void> {
  for (const [index, teacher] of TEACHERS.entries()) {
    const course = COURSES[index];
    if (course === undefined) return;
    await inWork(db, { correlationId: newId() }, (work) => ensureCourse(work, teacher.id, course), clock);
  }
}

async function ensureCourse(work: Work, teacherId: string, course: DemoCourse): Promise<void> {
  const { tx, now } = work;
  const { id, title, description, lessons } = course;
  const added = await addCourse(tx, {
    id,
    title,
    description,
    teacher_id: teacherId,
    price: PRICE.price * lessons.length,
    currency: PRICE.currency,
    status: 'published',
    max_students: null,
    created_at: now,
    published_at: now,
  });
  if (!added) await lockOwnCourse(tx, id, teacherId);
  const sessions = await sessionsOf(tx, id);
  const open = sessions.filter(
    (session) =>
      session.status === 'scheduled' &&
      !hasStarted(
        { status: session.status, startsAt: session.starts_at, startedAt: session.started_at },
        now,
      ),
  );
  if (open.length > 0) return;
  const last = sessions.at(-1)?.number ?? 0;
  sayScheduled(work, teacherId, await addSessions(tx, sessionsFrom(course, last, now)));
}

/** The same three lessons, numbered on after `last`, one a day from tomorrow on at the full hour. */
function sessionsFrom({ id, lessons }: DemoCourse, last: number, now: Date): NewSession[] {
  const tomorrow = Math.floor((now.getTime() + DAY) / 3_600_000) * 3_600_000;
  return lessons.map((title, index) => ({
    id: newId(),
    course_id: id,
    number: last + index + 1,
    title,
    starts_at: new Date(tomorrow + index * DAY),
    duration_minutes: 60,
    ...PRICE,
    room_name: roomName(id, last + index + 1),
    max_students: null,
    created_at: now,
  }));
}
