/** Plays a class: finds the session and who bought it, posts what the video server would have posted, waits, reports. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { Refusal } from '../refusal.js';
import type { Api, Settlement } from './api.js';
import { type FindUser, nameOf, resolvePerson } from './people.js';
import { type Door, post } from './post.js';
import { isSettled } from './report.js';
import { parseSpans, type Scenario } from './scenario.js';
import { type Attendee, type Webhook, webhooksOf } from './webhooks.js';

export interface Session {
  readonly session: Course['sessions'][number];
  readonly course: Course;
  readonly buyers: readonly string[];
}

/** Pages of a hundred courses that are looked through for a session nobody bought. */
const MOST_PAGES = 50;

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
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data, nextCursor } = await api.courses(cursor);
    const found = data.find(({ sessions }) => sessions.some(({ id }) => id === sessionId));
    if (found || nextCursor === null) return found;
    cursor = nextCursor;
  }
  return undefined;
}

/** Everybody the scenario lets come, with their connections. */
export async function castOf(scenario: Scenario, found: Session, find: FindUser): Promise<Attendee[]> {
  const scheduledSeconds = found.session.durationMinutes * 60;
  const spansOf = new Map(found.buyers.map((userId) => [userId, scenario.others]));
  for (const [who, spans] of Object.entries(scenario.students)) {
    const userId = await resolvePerson(who, found.buyers, find);
    if (userId !== undefined) spansOf.set(userId, spans);
  }
  const students = [...spansOf].map(([userId, spans]) => ({ userId, role: 'student' as const, spans }));
  const teacher = { userId: found.course.teacherId, role: 'teacher' as const, spans: scenario.teacher };
  return [teacher, ...students]
    .map(({ userId, role, spans }) => ({
      userId,
      name: nameOf(userId),
      role,
      connections: parseSpans(spans, scheduledSeconds),
    }))
    .filter(({ connections }) => connections.length > 0);
}

const newSid = (prefix: string) =>
  `${prefix}_${randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x')}`;

export function webhooksFor(scenario: Scenario, { session }: Session, cast: readonly Attendee[]): Webhook[] {
  const { roomName, startsAt, durationMinutes } = session;
  const rooms = scenario.rooms ? parseSpans(scenario.rooms, durationMinutes * 60) : undefined;
  return webhooksOf({ roomName, startsAt: new Date(startsAt), durationMinutes }, cast, rooms, newSid);
}

/** One after the other, as the video server does for one room. */
export async function postAll(door: Door, webhooks: readonly Webhook[], deliveries: number): Promise<void> {
  for (const { body } of webhooks) for (let copy = 0; copy < deliveries; copy += 1) await post(door, body);
}

/** Milliseconds between two looks. */
const LOOK = 250;

export interface Patience {
  readonly seconds: number;
  /** Called about once a second while nothing is in yet. */
  readonly tick: () => void;
}

/** The settlement once every hold is settled, or as it is when the time is over. */
export async function waitForSettlement(
  api: Api,
  sessionId: string,
  patience: Patience,
): Promise<Settlement | undefined> {
  const deadline = Date.now() + patience.seconds * 1_000;
  for (let look = 0; ; look += 1) {
    const settlement = await api.settlement(sessionId);
    if (settlement && isOver(settlement)) return settlement;
    if (Date.now() >= deadline) return settlement;
    if (look % 4 === 3) patience.tick();
    await sleep(LOOK);
  }
}

/** With nobody in it there is nothing to wait for but the end of the class. */
export const isOver = ({ holds, status }: Settlement): boolean =>
  holds.length > 0 ? holds.every(isSettled) : status === 'settled' || status === 'completed';
