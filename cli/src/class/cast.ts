/** Finds the session, who bought it, and what the scenario has each of them do. */
import type { Course } from '@rollcall/contracts/api/enrollment';
import type { Attendee } from '@rollcall/contracts/class-webhooks';
import { Refusal } from '../refusal.js';
import type { Api } from './api.js';
import { type FindUser, nameOf, resolvePerson } from './people.js';
import { type Expected, parseSpans, type Scenario } from './scenario.js';

export interface Session {
  readonly session: Course['sessions'][number];
  readonly course: Course;
  readonly buyers: readonly string[];
}

/** The session, its course, and the students who bought it, the first buyer first. */
export async function findSession(api: Api, sessionId: string): Promise<Session> {
  const holds = (await api.settlement(sessionId))?.holds ?? [];
  const courseId = holds[0]?.courseId;
  const course = courseId ? await api.course(courseId) : await searchCourses(api, sessionId);
  const session = course?.sessions.find(({ id }) => id === sessionId);
  if (!course || !session)
    throw new Refusal(
      `there is no session ${sessionId} in a published course: check the id given to --session`,
    );
  if (session.status === 'cancelled') throw new Refusal(`session ${sessionId} is cancelled: nobody comes`);
  const inOrder = [...holds].sort((a, b) => (a.heldAt < b.heldAt ? -1 : Number(a.heldAt > b.heldAt)));
  return { session, course, buyers: [...new Set(inOrder.map(({ studentId }) => studentId))] };
}

async function searchCourses(api: Api, sessionId: string): Promise<Course | undefined> {
  for await (const course of api.courses())
    if (course.sessions.some(({ id }) => id === sessionId)) return course;
  return undefined;
}

export interface Cast {
  /** Everybody the scenario lets come, with their connections. */
  readonly room: readonly Attendee[];
  /** The same students in another session's room. */
  readonly elsewhere: readonly Attendee[];
  /** What has to come out, by student who bought. */
  readonly expected: ReadonlyMap<string, Expected>;
}

export async function castOf(scenario: Scenario, found: Session, find: FindUser): Promise<Cast> {
  const { buyers, course, session } = found;
  const { others, ghosts, elsewhere, expect } = scenario;
  const spansOf = new Map([
    ...buyers.map((userId) => [userId, others] as const),
    ...(await resolved(scenario.students, buyers, find)),
  ]);
  const attendee = (userId: string, spans: string, more: Partial<Attendee> = {}): Attendee[] => {
    const connections = parseSpans(spans, session.durationMinutes * 60);
    const person = { userId, name: nameOf(userId), role: 'student' as const, connections, ...more };
    return connections.length > 0 ? [person] : [];
  };
  const students = [...spansOf.keys()];
  const named = await resolved(expect.students, buyers, find);
  return {
    room: [
      ...attendee(course.teacherId, scenario.teacher, { role: 'teacher' }),
      ...[...spansOf].flatMap(([userId, spans]) => attendee(userId, spans)),
      ...students.flatMap((userId) => ghosts.flatMap((as) => attendee(userId, '0-end', { as }))),
    ],
    elsewhere: students.flatMap((userId) => attendee(userId, elsewhere)),
    expected: new Map(
      buyers.flatMap((userId) => {
        const outcome = named.get(userId) ?? expect.others;
        return outcome === undefined ? [] : [[userId, outcome] as const];
      }),
    ),
  };
}

/** By user id. A place among the buyers that nobody has is left out. */
async function resolved<What>(
  named: Readonly<Record<string, What>>,
  buyers: readonly string[],
  find: FindUser,
): Promise<Map<string, What>> {
  const people = new Map<string, What>();
  for (const [who, what] of Object.entries(named)) {
    const userId = await resolvePerson(who, buyers, find);
    if (userId !== undefined) people.set(userId, what);
  }
  return people;
}
