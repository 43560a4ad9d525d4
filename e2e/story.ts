/** What people do, through the gateway: sign in, teach, buy, come to class; and the video server's side of it. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf } from '@rollcall/cli/class/api';
import { findSession } from '@rollcall/cli/class/cast';
import { type Played, playClass } from '@rollcall/cli/class/play';
import { post as postWebhook } from '@rollcall/cli/class/post';
import { parseSpans, readScenario } from '@rollcall/cli/class/scenario';
import { scenarios } from '@rollcall/cli/class/scenarios';
import { type Course, createCourse, type Purchase, publishCourse } from '@rollcall/contracts/api/enrollment';
import { login, register as registerRoute } from '@rollcall/contracts/api/identity';
import { type Hold, readHold } from '@rollcall/contracts/api/settlement';
import { creditWallet, readWallet, type Wallet } from '@rollcall/contracts/api/wallet';
import { webhooksOf } from '@rollcall/contracts/class-webhooks';
import { type Client, createClient, ProblemError } from '@rollcall/contracts/client';
import { DEMO_PASSWORD } from '@rollcall/contracts/demo';
import type { Problem } from '@rollcall/contracts/problem';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { System } from './system.js';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Caller {
  readonly id: string;
  readonly token: string;
  readonly api: Client;
  /** As it is written, for what a test sends wrongly or wants to see refused. */
  get<Body = Problem>(path: string): Promise<Answer<Body>>;
  post<Body = Problem>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  patch<Body = Problem>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  delete<Body = Problem>(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
}

export function callerOf(gateway: string, id = '', token = ''): Caller {
  const call = async <Body>(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ) => {
    const headers: Record<string, string> = { ...more };
    if (token !== '') headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(`${gateway}/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const isJson = text !== '' && /json/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      headers: answer.headers,
      body: (isJson ? JSON.parse(text) : text || undefined) as Body,
    };
  };
  return {
    id,
    token,
    api: createClient({ baseUrl: gateway, token: () => token, timeout: 60_000 }),
    get: (path) => call('GET', path),
    post: (path, body, headers) => call('POST', path, body, headers),
    patch: (path, body, headers) => call('PATCH', path, body, headers),
    delete: (path, body, headers) => call('DELETE', path, body, headers),
  };
}

/** The same person at another gateway. */
export const atGateway = ({ urls }: System, index: number, { id, token }: Caller): Caller =>
  callerOf(urls.gateway[index]!, id, token);

const signedIn = (gateway: string, { user, accessToken }: AnswerOf<typeof login>): Caller =>
  callerOf(gateway, user.id, accessToken);

/** A demo account by the part of its address before the @. */
export async function demo(gateway: string, name: string): Promise<Caller> {
  const body = { email: `${name}@rollcall.test`, password: DEMO_PASSWORD };
  return signedIn(gateway, (await callerOf(gateway).api.call(login, { body })).body);
}

/** Somebody new. */
export async function register(
  gateway: string,
  role: 'student' | 'teacher',
  referralCode?: string,
): Promise<Caller> {
  const email = `${role}-${randomBytes(6).toString('hex')}@example.test`;
  const body = { email, password: 'correct horse battery', name: `Test ${role}`, role, referralCode };
  return signedIn(gateway, (await callerOf(gateway).api.call(registerRoute, { body })).body);
}

/** Gives credits, in minor units, as soon as the wallet has heard of the student. */
export async function fund(admin: Caller, student: Caller, amount: number, currency = 'USD'): Promise<void> {
  const gift = { params: { userId: student.id }, body: { amount, currency, reason: 'test' } };
  await eventually('the wallet to have heard of the student', () =>
    unlessRefused(admin.api.call(creditWallet, gift), 404),
  );
}

/** A new student with credits, in minor units. */
export async function studentWith(
  gateway: string,
  admin: Caller,
  credits: number,
  currency = 'USD',
): Promise<Caller> {
  const student = await register(gateway, 'student');
  await fund(admin, student, credits, currency);
  return student;
}

export interface CourseOptions {
  readonly price?: number;
  readonly currency?: string;
  readonly sessions?: number;
  readonly maxStudents?: number;
  /** Hours from now until the first session. */
  readonly startsIn?: number;
}

/** A published course of sixty-minute sessions, an hour apart. */
export async function publishedCourse(teacher: Caller, options: CourseOptions = {}): Promise<Course> {
  const { price = 1000, currency = 'USD', sessions = 1, maxStudents, startsIn = 24 } = options;
  const first = Math.ceil(Date.now() / 60_000) * 60_000 + startsIn * 3_600_000;
  const body = {
    title: 'Fractions without fear',
    description: 'A test course.',
    price: { amount: price * sessions, currency },
    maxStudents,
    sessions: Array.from({ length: sessions }, (_, index) => ({
      number: index + 1,
      title: `Lesson ${index + 1}`,
      startsAt: new Date(first + index * 3_600_000).toISOString(),
      durationMinutes: 60,
      price: { amount: price, currency },
    })),
  };
  const { id: courseId } = (await teacher.api.call(createCourse, { body })).body;
  return (await teacher.api.call(publishCourse, { params: { courseId } })).body;
}

export type Session = Course['sessions'][number];

// As they are written, here and below: that a purchase or a cancellation is refused is an answer these tests read.
/** A purchase of one session, told once it has ended. */
export const buy = async (student: Caller, session: Session, headers: Record<string, string> = {}) =>
  ended(student, await askFor(student, session, headers));

/** The same as it is answered at first: with 202 while it is pending after 3 s. */
export const askFor = (student: Caller, session: Session, headers: Record<string, string> = {}) =>
  student.post<Purchase>(`/enrollments/sessions/${session.id}/purchase`, undefined, headers);

export const buyCourse = async (student: Caller, course: Course, headers: Record<string, string> = {}) =>
  ended(student, await student.post<Purchase>(`/enrollments/courses/${course.id}`, undefined, headers));

/** The answer of a purchase that is no longer pending, as it would have been in time; a 402 after a 202 has no words. */
export async function ended(student: Caller, answer: Answer<Purchase>): Promise<Answer<Purchase>> {
  if (answer.status !== 202) return answer;
  const body = await later(student, answer.body, ({ status }) => status !== 'pending');
  return { ...answer, status: ['declined', 'expired'].includes(body.status) ? 402 : 201, body };
}

/** The purchase once this is so of it: a busy machine may take longer than the 3 s that an answer waits. */
const later = (student: Caller, purchase: Purchase, isSo: (now: Purchase) => boolean): Promise<Purchase> =>
  eventually(
    `an end of what was asked of purchase ${purchase.id}`,
    async () => {
      const now = (await student.get<Purchase>(placeOf(purchase))).body;
      return isSo(now) && now;
    },
    60,
  );

/** Gives up what of a purchase has not started. */
export const cancel = (student: Caller, purchase: Purchase, headers: Record<string, string> = {}) =>
  student.delete<Purchase>(placeOf(purchase), { reason: 'I am ill' }, headers);

/** The answer of a cancellation that settlement has decided. */
export async function cancelled(student: Caller, answer: Answer<Purchase>): Promise<Answer<Purchase>> {
  if (answer.status !== 202) return answer;
  const returned = ({ holds }: Purchase) => holds.filter(({ status }) => status === 'refunded').length;
  const body = await later(student, answer.body, (now) => returned(now) > returned(answer.body));
  return { ...answer, status: 200, body };
}

export const placeOf = ({ kind, id }: Purchase): string =>
  kind === 'course' ? `/enrollments/${id}` : `/enrollments/sessions/${id}`;

export interface Attendance {
  /** Spans in minutes after the start, as the class simulator reads them: `0-12`, `0-20,25-60`, `0-20>60`, `absent`. */
  readonly teacher?: string;
  readonly students: Readonly<Record<string, string>>;
  readonly rooms?: string;
  /** How often each webhook is delivered, and whether in an order of chance. */
  readonly deliveries?: number;
  readonly shuffled?: boolean;
  /** 1: a webhook not taken at once is an error, where the video server would send it again. */
  readonly tries?: number;
}

/** The video server's side of a class: signed webhooks at the attendance service's own door. */
export async function play(
  system: System,
  teacherId: string,
  session: Session,
  who: Attendance,
): Promise<void> {
  const scheduled = session.durationMinutes * 60;
  const cast = [
    { userId: teacherId, name: 'Teacher', role: 'teacher' as const, spans: who.teacher ?? '0-60' },
    ...Object.entries(who.students).map(([userId, spans]) => ({
      userId,
      name: 'Student',
      role: 'student' as const,
      spans,
    })),
  ].map(({ spans, ...person }) => ({ ...person, connections: parseSpans(spans, scheduled) }));
  const lesson = {
    roomName: session.roomName,
    startsAt: new Date(session.startsAt),
    durationMinutes: session.durationMinutes,
  };
  const rooms = who.rooms === undefined ? undefined : parseSpans(who.rooms, scheduled);
  const present = cast.filter(({ connections }) => connections.length > 0);
  const bodies = webhooksOf(
    lesson,
    present,
    rooms,
    (kind) => `${kind}_${randomBytes(8).toString('hex')}`,
  ).map(({ body }) => body);
  const door = { urls: system.urls.attendance.join(','), key: 'devkey', secret: 'secret', tries: who.tries };
  const repeated = bodies.flatMap((body) => Array.from({ length: who.deliveries ?? 1 }, () => body));
  for (const body of who.shuffled ? shuffle(repeated) : repeated) await postWebhook(door, body);
}

/** A class of the class simulator by its name, as soon as settlement has heard of each of the holds. */
export async function playScenario(
  system: System,
  admin: Caller,
  session: Session,
  { name, holds = 1 }: { name: string; holds?: number },
): Promise<Played> {
  const api = apiOf(system.gateway, admin.token);
  const found = await eventually('every hold to be known', async () => {
    const known = await findSession(api, session.id);
    return known.buyers.length === holds && known;
  });
  const door = { urls: system.urls.attendance.join(','), key: 'devkey', secret: 'secret' };
  const stage = { api, door, find: async () => undefined, wait: 60, say: () => undefined };
  return playClass(stage, found, readScenario(scenarios[name], name));
}

const shuffle = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** Waits until `check` gives something, looking every 50 ms for at most `seconds`. */
export async function eventually<Value>(
  what: string,
  check: () => Promise<Value | undefined | false>,
  seconds = 20,
): Promise<Value> {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    await sleep(50);
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

/** The hold once it is decided and paid, or waits for a person; services may be away meanwhile. */
export const settled = (student: Caller, holdId = ''): Promise<Hold> =>
  eventually(`hold ${holdId} settled`, async () => {
    const answer = await unlessRefused(student.api.call(readHold, { params: { holdId } }));
    return answer && (answer.body.status === 'review' || answer.body.paidAt !== null) && answer.body;
  });

/** What a call answers; undefined for a 'no', or for this one alone. */
const unlessRefused = <Reply>(call: Promise<Reply>, status?: number): Promise<Reply | undefined> =>
  call.catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === (status ?? error.status)) return undefined;
    throw error;
  });

export const holdOf = (purchase: Answer<Purchase>): string | undefined => purchase.body.holds[0]?.id;

export const walletOf = async (who: Caller): Promise<Wallet> => (await who.api.call(readWallet)).body;
