/**
 * Who may what, for every route there is, at the gateway and at the service's own port alike: without a token 401, with a
 * role it is not for 403, for what is another's 404. A route that the table does not name fails the first test.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routesOf, type ServiceName, services } from '@rollcall/contracts/api';
import type { Course, Purchase } from '@rollcall/contracts/api/enrollment';
import type { Problem } from '@rollcall/contracts/problem';
import type { Route, Who } from '@rollcall/contracts/route';
import { newId } from '@rollcall/kit/id';
import { type Expected, type Place, type Role, TABLE } from './authorisation-table.js';
import {
  buy,
  buyCourse,
  type Caller,
  demo,
  eventually,
  publishedCourse,
  register,
  studentWith,
} from './story.js';
import { ALL, type System, startSystem } from './system.js';

const ROLES: readonly Role[] = ['student', 'teacher', 'admin', 'finance'];

const all = services.flatMap((service) => routesOf(service).map((route) => ({ service, route })));
const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const lettersOf = (who: Who): string =>
  ({ public: 'P', webhook: 'H', any: 'any' })[String(who)] ??
  [...(who as readonly string[])].map((role) => role[0]!.toUpperCase()).join('');

test('every route is in the table, and let the same people in as the table says', () => {
  const found = Object.fromEntries(all.map(({ route }) => [nameOf(route), lettersOf(route.who)]));
  const expected = Object.entries(TABLE).map(([name, { who }]) => [name, who]);
  expect(found).toEqual(Object.fromEntries(expected));
});

let system: System;
/** One of each role, who own nothing of what the test made. */
const strangers = {} as Record<Role, Caller>;
/** Parameters by place: whatever a path may ask for of it. */
const places = {} as Record<Place, Record<string, string>>;
/** Whose the places are. */
let [owner, buyer]: Caller[] = [];

beforeAll(async () => {
  system = await startSystem({ services: ALL });
  const { gateway } = system;
  const [admin, finance, teaching] = (await Promise.all(
    ['admin', 'finance', 'teacher'].map((name) => demo(gateway, name)),
  )) as [Caller, Caller, Caller];
  const [teacher, student] = await Promise.all([register(gateway, 'teacher'), register(gateway, 'student')]);
  Object.assign(strangers, { admin, finance, teacher, student });
  owner = teaching;
  buyer = await studentWith(gateway, admin, 2000);
  Object.assign(places, { draft: await draftOf(owner), ...(await soldBy(owner, buyer)) });
});
afterAll(() => system.stop());

/** A session that is sold, a course that is, and what they were sold by, as soon as everybody concerned knows of it. */
async function soldBy(teacher: Caller, student: Caller): Promise<Record<string, Record<string, string>>> {
  const session = (await publishedCourse(teacher)).sessions[0]!;
  const { body: purchase } = await buy(student, session);
  const { body: enrollment } = await buyCourse(student, await publishedCourse(teacher));
  const holdId = purchase.holds[0]!.id;
  await eventually('settlement and attendance to know of it', async () => {
    const hold = await student.get(`/holds/${holdId}`);
    const seen = await teacher.get(`/attendance/sessions/${session.id}`);
    return hold.status === 200 && seen.status === 200;
  });
  return {
    session: { sessionId: session.id },
    purchase: { purchaseId: purchase.id },
    enrollment: { enrollmentId: enrollment.id },
    hold: { holdId },
  };
}

async function draftOf(teacher: Caller): Promise<Record<string, string>> {
  const price = { amount: 1000, currency: 'USD' };
  const startsAt = new Date(Date.now() + 86_400_000).toISOString();
  const { body } = await teacher.post<Course>('/courses', {
    title: 'Not on sale',
    description: '',
    price,
    sessions: [{ number: 1, title: 'One', startsAt, durationMinutes: 60, price }],
  });
  return { courseId: body.id, sessionId: body.sessions[0]!.id };
}

/** Where a route is answered: through the gateway, and at the service's own port. */
const basesOf = (service: ServiceName): string[] => [system.gateway, system.urls[service][0]!];

async function call(
  base: string,
  { method, path }: Route,
  { token, params = {}, body }: { token?: string; params?: Record<string, string>; body?: object } = {},
) {
  const filled = path.replaceAll(/:(\w+)/g, (_all, name: string) => params[name] ?? newId());
  const prefix = path.startsWith('/.well-known') ? '' : '/api/v1';
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(`${base}${prefix}${filled}`, {
    method: method.toUpperCase(),
    headers,
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, problem: (answer.status >= 400 ? JSON.parse(text) : {}) as Problem };
}

const named = all.map(({ service, route }) => ({ name: nameOf(route), service, route }));
const expectedOf = ({ route }: { route: Route }): Expected => TABLE[nameOf(route)] ?? { who: 'none' };
const isOpen = (one: { route: Route }): boolean => ['P', 'H'].includes(expectedOf(one).who);

test.each(named.filter((one) => !isOpen(one)))('$name wants a token', async ({ service, route }) => {
  for (const base of basesOf(service)) {
    for (const token of [undefined, 'no.token.atall']) {
      const { status, problem } = await call(base, route, { token });
      expect([base, status, problem.status]).toEqual([base, 401, 401]);
    }
  }
});

test.each(named.filter((one) => !isOpen(one) && expectedOf(one).who !== 'any'))(
  '$name is for its roles alone',
  async ({ service, route }) => {
    const { who } = expectedOf({ route });
    const each = ROLES.flatMap((role) => basesOf(service).map((base) => ({ role, base })));
    const check = async ({ role, base }: { role: Role; base: string }) => {
      const isFor = who.includes(role[0]!.toUpperCase());
      const { status, problem } = await call(base, route, { token: strangers[role].token });
      // Whom it is for gets past the door: what becomes of the request there is other tests' business.
      if (isFor) expect([401, 403]).not.toContain(status);
      else expect([base, role, status, problem.status]).toEqual([base, role, 403, 403]);
    };
    await Promise.all(each.map(check));
  },
);

test.each(named.filter((one) => expectedOf(one).who === 'P'))(
  '$name asks nobody who he is',
  async ({ service, route }) => {
    for (const base of basesOf(service)) expect([401, 403]).not.toContain((await call(base, route)).status);
  },
);

test.each(named.filter((one) => expectedOf(one).who === 'H'))(
  '$name takes nothing unsigned',
  async ({ service, route }) => {
    for (const base of basesOf(service))
      for (const token of [undefined, strangers.admin.token])
        expect((await call(base, route, { token })).status).toBe(expectedOf({ route }).unsigned ?? 401);
  },
);

describe("what is another's is as if it were not there", () => {
  const owned = named.flatMap((one) => {
    const [place, ...roles] = expectedOf(one).another ?? [];
    return roles.map((role) => ({ ...one, role: role as Role, place: place as Place }));
  });

  // At once: who joins what nobody knows is waited for, as it may have been bought just now.
  test.concurrent.each(owned)('$name for another $role', async ({ service, route, role, place }) => {
    const { token } = strangers[role];
    const { body } = expectedOf({ route });
    const check = async (base: string) => {
      const asked = [places[place], undefined].map((params) => call(base, route, { token, params, body }));
      const [theirs, nothing] = await Promise.all(asked);
      expect([base, theirs?.status]).toEqual([base, 404]);
      expect({ ...theirs?.problem, instance: '' }).toEqual({ ...nothing?.problem, instance: '' });
    };
    await Promise.all(basesOf(service).map(check));
  });

  test('and is as it was, whatever was asked of it', async () => {
    const { draft, session, purchase, enrollment } = places;
    const course = await owner!.get<Course>(`/courses/${draft.courseId}`);
    expect(course.body).toMatchObject({ title: 'Not on sale', status: 'draft', sessions: [{ number: 1 }] });
    expect(course.body.sessions).toHaveLength(1);
    const { body: sold } = await owner!.get<{ data: Course[] }>('/teacher/courses');
    const sessions = sold.data.flatMap((one) => one.sessions);
    expect(sessions.find(({ id }) => id === session.sessionId)).toMatchObject({
      title: 'Lesson 1',
      status: 'scheduled',
    });
    for (const path of [
      `/enrollments/sessions/${purchase.purchaseId}`,
      `/enrollments/${enrollment.enrollmentId}`,
    ])
      expect((await buyer!.get<Purchase>(path)).body.status).toBe('active');
  });

  test('and the lists of a stranger show nothing of it', async () => {
    const { student, teacher } = strangers;
    const lists: [Caller, string][] = [
      [student, '/enrollments/me'],
      [student, '/enrollments/me/sessions'],
      [student, '/attendance/me'],
      [student, '/holds/me'],
      [student, '/wallet/transactions'],
      [teacher, '/holds/me'],
      [teacher, '/teacher/courses'],
      [teacher, '/wallet/transactions'],
      [teacher, '/courses?text=Not%20on%20sale'],
    ];
    for (const [caller, path] of lists) {
      const { status, body } = await caller.get<{ data: unknown[] }>(path);
      expect([path, status, body.data]).toEqual([path, 200, []]);
    }
  });
});
