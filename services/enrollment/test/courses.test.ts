import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { deliver, emitted, envelope } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { draft, fromNow, openStage, type Person, person, type Stage, usd } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('a draft', () => {
  test('keeps what the teacher wrote, its sessions in the order of their numbers', async () => {
    const sessions = [
      {
        number: 2,
        title: 'Nouns',
        startsAt: '2031-01-02T11:00:00+01:00',
        durationMinutes: 45,
        price: usd(0),
      },
      { number: 1, title: 'Verbs', startsAt: '2031-01-01T10:00:00Z', price: usd(1000) },
    ];
    const { body } = await stage
      .send('post', '/courses', stage.teacher)
      .send(draft({ sessions, maxStudents: 3 }))
      .expect(201);
    expect(body).toMatchObject({
      teacherId: stage.teacher.id,
      status: 'draft',
      price: usd(2000),
      maxStudents: 3,
      currentStudents: 0,
      sessions: [
        { number: 1, startsAt: '2031-01-01T10:00:00.000Z', durationMinutes: 60, status: 'scheduled' },
        { number: 2, startsAt: '2031-01-02T10:00:00.000Z', durationMinutes: 45, price: usd(0) },
      ],
    });
    expect(body.sessions[0].roomName).toBe(`course_${body.id}_session_1`);
  });

  test('is seen by its teacher alone', async () => {
    const { body } = await stage.send('post', '/courses', stage.teacher).send(draft()).expect(201);
    const other = await person('teacher', 'student', 'admin');
    await stage.send('get', `/courses/${body.id}`).expect(404);
    await stage.send('get', `/courses/${body.id}`, other).expect(404);
    await stage.send('post', `/courses/${body.id}/publish`, other).expect(404);
    await stage.send('get', `/enrollments/sessions/${body.sessions[0].id}/access`, other).expect(404);
    await stage.send('post', `/enrollments/sessions/${body.sessions[0].id}/purchase`, other).expect(404);
    await stage.send('get', `/courses/${body.id}`, stage.teacher).expect(200);
    const mine = await stage.send('get', '/courses', stage.teacher).expect(200);
    expect(mine.body.data).toContainEqual(expect.objectContaining({ id: body.id }));
    const all = await stage.send('get', '/courses', other).expect(200);
    expect(all.body.data).not.toContainEqual(expect.objectContaining({ id: body.id }));
  });

  test('has one currency and numbers each session once: 422 naming the sessions', async () => {
    const sessions = [
      { number: 1, title: 'Verbs', startsAt: fromNow(60), price: usd(1000) },
      { number: 1, title: 'Nouns', startsAt: fromNow(60), price: { amount: 10, currency: 'EUR' } },
    ];
    const { body } = await stage
      .send('post', '/courses', stage.teacher)
      .send(draft({ sessions }))
      .expect(422);
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([
      'sessions.1.price.currency',
      'sessions.1.number',
    ]);
  });

  test('is made once for one Idempotency-Key', async () => {
    const make = () =>
      stage.send('post', '/courses', stage.teacher).set('Idempotency-Key', 'course-1').send(body);
    const body = draft();
    const first = await make().expect(201);
    const again = await make().expect(201).expect('Idempotency-Replayed', 'true');
    expect(again.body.id).toBe(first.body.id);
  });
});

describe('publishing', () => {
  test('announces every session once, with its version', async () => {
    const course = await stage.onSale();
    expect(course.status).toBe('published');
    const events = (await emitted(stage.db, sessionScheduled)).filter(
      ({ data }) => data.courseId === course.id,
    );
    expect(events.map(({ data }) => data)).toEqual(
      course.sessions.map((session) => ({
        sessionId: session.id,
        courseId: course.id,
        number: session.number,
        teacherId: stage.teacher.id,
        title: session.title,
        startsAt: session.startsAt,
        durationMinutes: session.durationMinutes,
        price: session.price,
        status: 'scheduled',
        version: 1,
      })),
    );
    expect(events.map((event) => event.aggregateversion)).toEqual([1, 1]);
  });

  test('happens once, though ten ask at the same time', async () => {
    const { body } = await stage.send('post', '/courses', stage.teacher).send(draft());
    const publish = () => stage.send('post', `/courses/${body.id}/publish`, stage.teacher);
    const statuses = (await Promise.all(Array.from({ length: 10 }, publish))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array(9).fill(409)]);
    const events = (await emitted(stage.db, sessionScheduled)).filter(
      ({ data }) => data.courseId === body.id,
    );
    expect(events).toHaveLength(2);
  });

  test('needs a session still to come', async () => {
    const sessions = [{ number: 1, title: 'Verbs', startsAt: fromNow(-1), price: usd(1000) }];
    const { body } = await stage
      .send('post', '/courses', stage.teacher)
      .send(draft({ sessions }))
      .expect(201);
    const answer = await stage.send('post', `/courses/${body.id}/publish`, stage.teacher).expect(422);
    expect(answer.body.type).toBe('/problems/no-future-session');
  });
});

describe('the catalogue', () => {
  test('shows what is on sale to everybody, newest first, page by page', async () => {
    const made = [];
    for (const title of ['Page one', 'Page two', 'Page three']) made.push((await stage.onSale({ title })).id);
    const first = await stage.send('get', '/courses?text=PAGE&limit=2').expect(200);
    const next = await stage
      .send('get', `/courses?text=page&limit=2&cursor=${first.body.nextCursor}`)
      .expect(200);
    const ids = [...first.body.data, ...next.body.data].map((course: { id: string }) => course.id);
    expect(ids).toEqual(made.reverse());
    expect(next.body.nextCursor).toBeNull();
  });

  test('finds by teacher and by words, taking % and _ as what they are', async () => {
    const course = await stage.onSale({ title: '100%_sure' });
    const found = await stage.send('get', `/courses?teacherId=${stage.teacher.id}&text=%25_s`).expect(200);
    expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([course.id]);
    const stranger = await person('teacher');
    const none = await stage.send('get', `/courses?teacherId=${stranger.id}`).expect(200);
    expect(none.body).toEqual({ data: [], nextCursor: null });
  });

  test("gives a teacher his own courses, drafts too, and nobody else's", async () => {
    const mine = await stage.send('get', '/teacher/courses?limit=100', stage.teacher).expect(200);
    const states = new Set(mine.body.data.map(({ status }: { status: string }) => status));
    expect(states).toEqual(new Set(['draft', 'published']));
    const other = await stage.send('get', '/teacher/courses', await person('teacher')).expect(200);
    expect(other.body.data).toEqual([]);
    await stage.send('get', '/teacher/courses', await person('student')).expect(403);
    await stage.send('get', '/teacher/courses').expect(401);
  });
});

test('what a suspended teacher sells is off sale for others, and on sale again once he is let in', async () => {
  const course = await stage.onSale();
  const sessionId = course.sessions[0]!.id;
  const student = await person('student');
  const found = async (who: Person) => {
    const { body } = await stage
      .send('get', `/courses?teacherId=${stage.teacher.id}&limit=100`, who)
      .expect(200);
    return body.data.some(({ id }: { id: string }) => id === course.id);
  };
  const account = (version: number) => ({
    ...{ userId: stage.teacher.id, roles: ['teacher' as const], displayName: 'Tea Cher', version },
    ...{ email: 'tea@example.test', locale: 'en', timeZone: 'UTC', referrerId: null },
  });
  const hear = (...events: Envelope[]) => deliver(stage.db, consumers, events);

  await hear(envelope(userRegistered, account(1)));
  await hear(envelope(userSuspended, account(2)), envelope(userUpdated, account(1)));
  expect([await found(student), await found(stage.teacher)]).toEqual([false, true]);
  for (const asked of [stage.ask(student, sessionId), stage.askCourse(student, course.id)])
    expect((await asked.expect(409)).body.type).toBe('/problems/not-on-sale');
  await stage.send('get', `/courses/${course.id}`, student).expect(200);

  await hear(envelope(userUpdated, account(3)));
  expect(await found(student)).toBe(true);
  await stage.ask(student, sessionId).expect(202);
  // Said again by its version, as a suspension is that was heard of before suspensions were kept.
  await hear(envelope(userSuspended, account(3)));
  expect(await found(student)).toBe(false);
  await hear(envelope(userUpdated, account(4)));
});
