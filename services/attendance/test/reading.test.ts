/** What is answered of attendance: to the teacher a session's roster, to a student his history. */

import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sessionCompleted } from '@rollcall/contracts/events/attendance';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase, token } from '@rollcall/kit/testing';
import request from 'supertest';
import {
  activated,
  appOf,
  classOf,
  know,
  lookAt,
  migrations,
  postAll,
  type SessionData,
  saidOf,
  scheduled,
  sessionData,
} from './support.js';

type Dated = { startsAt: string };

let database: TestDatabase;
let app: RequestListener;
const clock = { now: Date.parse('2026-11-21T09:00:00Z') };
beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db, () => new Date(clock.now));
});
afterAll(() => database.close());

const START = Date.parse('2026-11-21T10:00:00Z');
const minute = (number: number): number => START + number * 60_000;

/** Posts at a moment of our clock, and looks. */
async function arrive(bodies: readonly string[], at: number): Promise<void> {
  clock.now = at;
  await postAll(app, bodies);
  await lookAt(database.db, at);
}

async function read(session: SessionData, user: { id: string; roles: ('teacher' | 'student' | 'admin')[] }) {
  return request(app)
    .get(`/attendance/sessions/${session.sessionId}`)
    .set('authorization', `Bearer ${await token(user)}`);
}

const wholeClass = (session: SessionData, student: string) => {
  const room = classOf(session);
  return [...room.in(session.teacherId, 0, 60), ...room.in(student, 5, 35), room.finished(60.4)];
};

describe('a session', () => {
  test('its teacher and an admin see each person; another teacher does not', async () => {
    const session = await scheduled(database.db);
    const student = newId();
    await arrive(wholeClass(session, student), minute(59));
    const teacher = { id: session.teacherId, roles: ['teacher' as const] };
    expect((await read(session, teacher)).body).toMatchObject({
      status: 'live',
      version: 0,
      completedAt: null,
    });
    await lookAt(database.db, minute(60));
    const answer = await read(session, teacher);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: 'completed',
      version: 1,
      observed: true,
      scheduledSeconds: 3600,
    });
    expect(answer.body.data).toMatchObject([
      { userId: session.teacherId, role: 'teacher', percent: 100, status: 'present', confidence: 'exact' },
      {
        userId: student,
        role: 'participant',
        seconds: 1800,
        percent: 50,
        percentBasisPoints: 5000,
        status: 'present',
      },
    ]);
    expect((await read(session, { id: newId(), roles: ['admin'] })).status).toBe(200);
    expect((await read(session, { id: newId(), roles: ['teacher'] })).status).toBe(404);
    expect((await read(session, { id: student, roles: ['student'] })).status).toBe(403);
    expect((await read(sessionData(), { id: newId(), roles: ['admin'] })).status).toBe(404);
  });

  test('shows who bought it and never came as absent, while it is on and when it is over, and in his history', async () => {
    const session = await scheduled(database.db);
    const [came, away] = [newId(), newId()];
    await know(database.db, activated(session, came), activated(session, away));
    await arrive(wholeClass(session, came), minute(59));
    const teacher = { id: session.teacherId, roles: ['teacher' as const] };
    const marks = async () =>
      (await read(session, teacher)).body.data.map((one: { userId: string; status: string }) => [
        one.userId,
        one.status,
      ]);
    const expected = [
      [session.teacherId, 'present'],
      ...[came, away].sort().map((id) => [id, id === came ? 'present' : 'absent']),
    ];
    expect(new Map(await marks())).toEqual(new Map(expected as [string, string][]));
    await lookAt(database.db, minute(60));
    expect(await marks()).toEqual(expected);
    const history = await request(app)
      .get('/attendance/me')
      .set('authorization', `Bearer ${await token({ id: away, roles: ['student'] })}`);
    expect(history.body.data).toMatchObject([{ sessionId: session.sessionId, seconds: 0, status: 'absent' }]);
    const [said] = await saidOf(database.db, sessionCompleted, session);
    expect(said?.people.map(({ userId }: { userId: string }) => userId)).toEqual([came]);
  });

  test('says who is in the room at this moment: not who left, nor who is known by his next connection, nor anybody later', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const [stays, leaves, returns] = [newId(), newId(), newId()];
    const [again] = room.in(returns, 8, 60);
    const first = [room.in(session.teacherId, 0, 60), room.in(stays, 1, 60), room.in(returns, 2, 60)];
    await arrive([...first.map(([came]) => came), ...room.in(leaves, 1, 9), again], minute(10));
    const teacher = { id: session.teacherId, roles: ['teacher' as const] };
    const inside = async () =>
      (await read(session, teacher)).body.data
        .filter((one: { inRoom: boolean }) => one.inRoom)
        .map((one: { userId: string }) => one.userId)
        .sort();
    expect(await inside()).toEqual([session.teacherId, stays, returns].sort());
    await arrive(
      first.map(([, left]) => left),
      minute(61),
    );
    expect(await inside()).toEqual([returns]);
    await arrive([room.finished(60.4)], minute(61));
    expect(await inside()).toEqual([]);
  });

  test('marks who was present, late, absent, or is for a person to judge', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const [present, late, absent, doubtful] = [newId(), newId(), newId(), newId()];
    await arrive(
      [
        ...room.in(session.teacherId, 0, 60),
        ...room.in(present, 0, 12),
        ...room.in(late, 10.1, 60),
        ...room.in(absent, 0, 11.9),
        room.in(doubtful, 0, 60)[0],
        room.finished(60.4),
      ],
      minute(59),
    );
    await lookAt(database.db, minute(60));
    const { body } = await read(session, { id: session.teacherId, roles: ['teacher'] });
    const marks = new Map(
      body.data.map((one: Record<string, unknown>) => [
        one.userId,
        [one.status, one.percent, one.confidence],
      ]),
    );
    expect(marks).toEqual(
      new Map([
        [session.teacherId, ['present', 100, 'exact']],
        [present, ['present', 20, 'exact']],
        [late, ['late', 83.16, 'exact']],
        [absent, ['absent', 19.83, 'exact']],
        [doubtful, ['review', 0.02, 'bounded']],
      ]),
    );
  });
});

describe('a student’s history', () => {
  test('is read newest session first, page by page', async () => {
    const student = newId();
    for (const startsAt of [
      '2026-11-21T10:00:00.000Z',
      '2026-11-22T10:00:00.000Z',
      '2026-11-23T10:00:00.000Z',
    ]) {
      const session = await scheduled(database.db, { startsAt });
      await arrive(wholeClass(session, student), minute(59));
      await lookAt(database.db, minute(60));
    }
    const mine = async (query: string) =>
      request(app)
        .get(`/attendance/me?${query}`)
        .set('authorization', `Bearer ${await token({ id: student, roles: ['student'] })}`);
    const first = await mine('limit=2');
    expect(first.body.data).toHaveLength(2);
    const second = await mine(`limit=2&cursor=${first.body.nextCursor}`);
    const days = [...first.body.data, ...second.body.data].map(({ firstSeenAt }) => firstSeenAt.slice(0, 10));
    expect(days).toEqual(['2026-11-23', '2026-11-22', '2026-11-21']);
    expect(second.body.nextCursor).toBeNull();
    const found = async (query: string) =>
      (await mine(query)).body.data.map((one: Dated) => one.startsAt.slice(8, 10));
    expect(await found('from=2026-11-22T10:00:00Z')).toEqual(['23', '22']);
    expect(await found('to=2026-11-22T11:00:00%2B01:00')).toEqual(['21']);
    expect(await found('from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z')).toEqual(['22']);
    for (const madeUp of [
      ['x', 'y'],
      ['1e300', newId()],
      ['1', 'y'],
      ['-1', newId()],
    ]) {
      const cursor = Buffer.from(JSON.stringify(madeUp)).toString('base64url');
      expect((await mine(`cursor=${cursor}`)).status).toBe(400);
    }
  });

  test('names each session by course and start, with label, intervals and confidence, and is filtered by them', async () => {
    const student = newId();
    const stays: [label: string, from: number, to: number][] = [
      ['present', 0, 60],
      ['late', 11, 60],
      ['absent', 0, 5],
    ];
    const sessions = new Map<string, SessionData>();
    for (const [label, from, to] of stays) {
      const session = await scheduled(database.db);
      const room = classOf(session);
      await arrive(
        [...room.in(session.teacherId, 0, 60), ...room.in(student, from, to), room.finished(60.4)],
        minute(59),
      );
      await lookAt(database.db, minute(60));
      sessions.set(label, session);
    }
    const mine = async (query: string) =>
      request(app)
        .get(`/attendance/me?${query}`)
        .set('authorization', `Bearer ${await token({ id: student, roles: ['student'] })}`);
    const labels = async (query: string) =>
      (await mine(query)).body.data.map(({ status }: { status: string }) => status).sort();

    expect(await labels('')).toEqual(['absent', 'late', 'present']);
    expect(await labels('status=late')).toEqual(['late']);
    expect(await labels('status=late&status=absent')).toEqual(['absent', 'late']);
    expect(await labels('status=review')).toEqual([]);
    expect((await mine('status=asleep')).status).toBe(400);
    expect((await mine('teacher=x')).status).toBe(400);
    const late = sessions.get('late')!;
    expect((await mine(`courseId=${late.courseId}`)).body.data).toEqual([
      expect.objectContaining({
        sessionId: late.sessionId,
        courseId: late.courseId,
        startsAt: late.startsAt,
        status: 'late',
        percent: 81.66,
        confidence: 'exact',
        intervals: [{ from: '2026-11-21T10:11:00.000Z', to: '2026-11-21T11:00:00.000Z', exact: true }],
        version: 1,
      }),
    ]);
  });

  test('an attendance in doubt is for review, as bounds', async () => {
    const student = newId();
    const session = await scheduled(database.db);
    const room = classOf(session);
    await arrive([room.in(student, 0, 60)[0], room.finished(60.4)], minute(59));
    await lookAt(database.db, minute(60));
    const answer = await request(app)
      .get('/attendance/me?status=review')
      .set('authorization', `Bearer ${await token({ id: student, roles: ['student'] })}`);
    expect(answer.body.data).toMatchObject([
      {
        seconds: 1,
        maxSeconds: 3600,
        status: 'review',
        confidence: 'bounded',
        intervals: [{ exact: false }],
      },
    ]);
  });
});
