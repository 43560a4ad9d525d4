import { readFile } from 'node:fs/promises';
import type { Course } from '@rollcall/contracts/api/enrollment';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { fundsDeclined, fundsHeld } from '@rollcall/contracts/events/wallet';
import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope, testApp, testDatabase, token } from '@rollcall/kit/testing';
import request, { type Test } from 'supertest';
import { consumers } from '../src/consumers.js';
import { routes } from '../src/routes.js';

export const usd = (amount: number) => ({ amount, currency: 'USD' });
export const fromNow = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

export interface Person {
  readonly id: string;
  readonly bearer: string;
}

export const person = async (...roles: Role[]): Promise<Person> => {
  const id = newId();
  return { id, bearer: `Bearer ${await token({ id, roles })}` };
};

export const students = (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => person('student')));

type Draft = Record<string, unknown>;

export const draft = (more: Draft = {}): Draft => ({
  title: 'Spanish',
  description: 'From the beginning',
  price: usd(2000),
  sessions: [
    { number: 1, title: 'Verbs', startsAt: fromNow(60), durationMinutes: 60, price: usd(1000) },
    { number: 2, title: 'Nouns', startsAt: fromNow(120), durationMinutes: 60, price: usd(1000) },
  ],
  ...more,
});

/** What a student can buy, and where; a test of buying runs for each. */
export interface Kind {
  readonly name: string;
  readonly pathTo: (course: Course) => string;
  /** Where such a purchase is read. */
  readonly at: (purchaseId: string) => string;
}

export const kinds: readonly Kind[] = [
  {
    name: 'a session',
    pathTo: ({ sessions }) => `/enrollments/sessions/${sessions[0]!.id}/purchase`,
    at: (purchaseId) => `/enrollments/sessions/${purchaseId}`,
  },
  {
    name: 'a course',
    pathTo: ({ id }) => `/enrollments/courses/${id}`,
    at: (purchaseId) => `/enrollments/${purchaseId}`,
  },
];

/** One database and one app with everything a test of enrollment does to them. */
export async function openStage() {
  const { db, url, close } = await testDatabase(new URL('../migrations/', import.meta.url));
  const app = await testApp(routes(db));
  const teacher = await person('teacher');

  const send = (method: 'get' | 'post' | 'patch' | 'delete', path: string, who?: Person): Test => {
    const test = request(app)[method](`/api/v1${path}`);
    return who === undefined ? test : test.set('Authorization', who.bearer);
  };
  const onSale = async (more: Draft = {}): Promise<Course> => {
    const made = await send('post', '/courses', teacher).send(draft(more)).expect(201);
    const { body } = await send('post', `/courses/${made.body.id}/publish`, teacher).expect(200);
    return body;
  };
  /** Asks for a session and does not wait: 202 and pending. */
  const ask = (who: Person, sessionId: string): Test =>
    send('post', `/enrollments/sessions/${sessionId}/purchase`, who).set('Prefer', 'respond-async');
  const askCourse = (who: Person, courseId: string): Test =>
    send('post', `/enrollments/courses/${courseId}`, who).set('Prefer', 'respond-async');
  const hold = async (...purchaseIds: string[]) => deliver(db, consumers, await heldAnswers(db, purchaseIds));
  const bought = async (who: Person, sessionId: string) => {
    const { body } = await ask(who, sessionId).expect(202);
    await hold(body.id);
    return body;
  };
  /** The teacher cancels a session of his. */
  const cancel = (sessionId: string) => send('post', `/sessions/${sessionId}/cancel`, teacher).expect(200);
  const boughtCourse = async (who: Person, courseId: string) => {
    const { body } = await askCourse(who, courseId).expect(202);
    await hold(body.id);
    return body;
  };
  const readAt = async (who: Person, path: string) => (await send('get', path, who).expect(200)).body;
  const purchase = async (who: Person, id: string) => readAt(who, `/enrollments/sessions/${id}`);
  const enrollment = async (who: Person, id: string) => readAt(who, `/enrollments/${id}`);
  return {
    ...{ db, url, app, teacher, close, send, onSale, hold, cancel },
    ...{ ask, bought, purchase, askCourse, boughtCourse, enrollment, readAt },
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** What the wallet says when it holds the money of purchases that were asked for. */
export const heldAnswers = async (db: Database, purchaseIds: readonly string[]) =>
  (await questionsAbout(db, purchaseIds)).map((question) => envelope(fundsHeld, heldOf(question)));

type Question = DataOf<typeof purchaseRequested>;

export async function questionsAbout(db: Database, purchaseIds: readonly string[]): Promise<Question[]> {
  const asked = await emitted(db, purchaseRequested);
  return purchaseIds.map((id) => asked.find(({ data }) => data.purchaseId === id)!.data);
}

export const heldOf = ({ purchaseId, studentId, teacherId, courseId, requestedAt, holds }: Question) => ({
  purchaseId,
  studentId,
  teacherId,
  courseId,
  requestedAt,
  holds: holds.map((one) => ({ ...one, parts: [{ account: 'credits' as const, amount: one.amount }] })),
});

export const declined = (
  purchaseId: string,
  studentId: string,
  more: Partial<DataOf<typeof fundsDeclined>> = {},
): Envelope<DataOf<typeof fundsDeclined>> =>
  envelope(fundsDeclined, {
    purchaseId,
    studentId,
    reason: 'insufficient-credit',
    shortfall: usd(250),
    ...more,
  });

/** Waits until `check` gives something, looking every 10 ms for at most `seconds`. */
export async function eventually<Value>(
  what: string,
  check: () => Promise<Value | undefined | false>,
  seconds = 20,
): Promise<Value> {
  const until = Date.now() + seconds * 1000;
  do {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  } while (Date.now() < until);
  throw new Error(`${what}: not within ${seconds} s`);
}

/** Waits until a transaction waits for the lock of another one. */
export const somebodyWaits = (db: Database): Promise<true> =>
  eventually('somebody to wait for a lock', async () => {
    const { rows } = await db.raw(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });

/** The names of the invariants that do not hold. */
export async function brokenInvariants(db: Database): Promise<string[]> {
  const text = await readFile(new URL('../invariants.sql', import.meta.url), 'utf8');
  const broken: string[] = [];
  for (const part of text.split('-- name: ').slice(1)) {
    const end = part.indexOf('\n');
    const { rows } = await db.raw(part.slice(end).trim());
    if (rows.length > 0) broken.push(part.slice(0, end));
  }
  return broken;
}
