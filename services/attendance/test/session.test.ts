/** A session from its first webhook to its result, through the door, the clock and the events. */

import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attendanceAmended, sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import { sessionRescheduled } from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { emitted, envelope, type TestDatabase, testDatabase, token, workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { defaultRules } from '../src/domain/session.js';
import { readSession, takeVersion, takeWakes } from '../src/store/sessions.js';
import { checkSession } from '../src/use-cases/check-session.js';
import {
  appOf,
  classOf,
  know,
  lookAt,
  migrations,
  postAll,
  type SessionData,
  scheduled,
  sessionData,
  sign,
  watchingApp,
} from './support.js';

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
const of = async <Data extends { sessionId: string }>(
  type: Parameters<typeof emitted<Data>>[1],
  { sessionId }: SessionData,
) =>
  (await emitted(database.db, type)).map(({ data }) => data).filter((data) => data.sessionId === sessionId);
const completions = (session: SessionData) => of(sessionCompleted, session);

/** Posts at a moment of our clock, and looks. */
async function arrive(bodies: readonly string[], at: number): Promise<void> {
  clock.now = at;
  await postAll(app, bodies);
  await lookAt(database.db, at);
}

const wholeClass = (session: SessionData, student: string) => {
  const room = classOf(session);
  return [...room.in(session.teacherId, 0, 60), ...room.in(student, 5, 35), room.finished(60.4)];
};

describe('completion', () => {
  test('room finished, grace passed: every figure is said once', async () => {
    const session = await scheduled(database.db);
    const student = newId();
    await arrive(wholeClass(session, student), minute(59));
    expect(await completions(session)).toEqual([]);
    await lookAt(database.db, minute(59) + 9_999);
    expect(await completions(session)).toEqual([]);
    await lookAt(database.db, minute(59) + 10_000);
    expect(await completions(session)).toEqual([
      {
        sessionId: session.sessionId,
        version: 1,
        cause: 'room-finished',
        scheduledSeconds: 3600,
        startedAt: '2026-11-21T10:05:00.000Z',
        endedAt: '2026-11-21T11:00:24.000Z',
        observed: true,
        teacher: expect.objectContaining({
          userId: session.teacherId,
          role: 'teacher',
          seconds: 3600,
          overlapSeconds: 1800,
        }),
        people: [
          {
            userId: student,
            role: 'participant',
            seconds: 1800,
            maxSeconds: 1800,
            overlapSeconds: 1800,
            firstSeenAt: '2026-11-21T10:05:00.000Z',
            lastSeenAt: '2026-11-21T10:35:00.000Z',
            intervals: [{ from: '2026-11-21T10:05:00.000Z', to: '2026-11-21T10:35:00.000Z', exact: true }],
            disconnects: ['CLIENT_INITIATED'],
          },
        ],
      },
    ]);
    await lookAt(database.db, minute(200));
    expect(await completions(session)).toHaveLength(1);
  });

  test('the grace begins anew with each delivery', async () => {
    const session = await scheduled(database.db);
    const [first, ...rest] = wholeClass(session, newId());
    await arrive(rest, minute(50));
    await arrive([first!], minute(50) + 9_000);
    await lookAt(database.db, minute(50) + 12_000);
    expect(await completions(session)).toEqual([]);
    await lookAt(database.db, minute(50) + 19_000);
    expect(await completions(session)).toHaveLength(1);
  });

  test('18: an interrupted room does not complete; the second one does', async () => {
    const session = await scheduled(database.db);
    const student = newId();
    const first = classOf(session);
    await arrive(
      [...first.in(session.teacherId, 0, 20), ...first.in(student, 0, 20), first.finished(20.34)],
      minute(21),
    );
    await lookAt(database.db, minute(30));
    expect(await completions(session)).toEqual([]);
    const second = classOf(session);
    await arrive(
      [...second.in(student, 25, 60), ...second.in(session.teacherId, 25, 60), second.finished(60.34)],
      minute(58),
    );
    await lookAt(database.db, minute(59));
    expect((await completions(session))[0]?.people).toMatchObject([{ seconds: 3300 }]);
  });

  test('28, 29: nobody came: completed at end + grace, observed when any room was heard in class', async () => {
    const unheard = await scheduled(database.db, { startsAt: '2027-02-01T10:00:00.000Z' });
    const heard = await scheduled(database.db, { startsAt: '2027-03-01T10:00:00.000Z' });
    await arrive([classOf(sessionData({ startsAt: heard.startsAt })).started(0)], minute(1));
    for (const session of [unheard, heard]) {
      const end = Date.parse(session.startsAt) + 3_600_000;
      await lookAt(database.db, end + 10_000);
      expect(await completions(session)).toEqual([]);
      await lookAt(database.db, end + 10_001);
    }
    expect(await completions(unheard)).toMatchObject([
      { cause: 'scheduled-end', observed: false, startedAt: null },
    ]);
    expect(await completions(heard)).toMatchObject([{ cause: 'scheduled-end', observed: true, people: [] }]);
  });

  test('an outage that covers the class proves nobody’s absence, whatever was heard before and after it', async () => {
    const startsAt = '2027-04-01T10:00:00.000Z';
    const [session, another] = [await scheduled(database.db, { startsAt }), sessionData({ startsAt })];
    const start = Date.parse(startsAt);
    const room = classOf(session);
    // Before it: the teacher's room opens, and another one is heard of. The rest is lost until the end.
    await arrive([room.started(-10), classOf(another).started(-5)], start - 300_000);
    await arrive([classOf(another).finished(60.1)], start + 3_608_000);
    await lookAt(database.db, start + 3_620_000);
    expect(await completions(session)).toMatchObject([{ observed: false, people: [] }]);
    // Sent again by the video server, and late: it changes no answer.
    await arrive([classOf(another).started(59)], start + 3_625_000);
    await lookAt(database.db, start + 3_700_000);
    expect(await of(attendanceAmended, session)).toEqual([]);
  });

  test('31: after a crash it completes an hour after the end, as bounds', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const [student] = room.in(newId(), 0, 60);
    await arrive([student, room.in(session.teacherId, 0, 60)[0]], minute(1));
    await lookAt(database.db, minute(61));
    await lookAt(database.db, minute(120));
    expect(await completions(session)).toEqual([]);
    await lookAt(database.db, minute(120) + 1);
    expect(await completions(session)).toMatchObject([
      { cause: 'deadline', observed: true, people: [{ seconds: 1, maxSeconds: 3600 }] },
    ]);
  });

  test('someone still in holds it up until he leaves', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const [joined, left] = room.in(newId(), 0, 70);
    await arrive([joined], minute(1));
    await lookAt(database.db, minute(65));
    expect(await completions(session)).toEqual([]);
    await arrive([left], minute(70));
    expect(await completions(session)).toMatchObject([
      { cause: 'scheduled-end', people: [{ seconds: 3600 }] },
    ]);
  });

  test('two replicas at once complete a session once', async () => {
    const session = await scheduled(database.db);
    clock.now = minute(59);
    await postAll(app, wholeClass(session, newId()));
    await Promise.all(Array.from({ length: 6 }, () => lookAt(database.db, minute(60))));
    // A lease that ran out hands the session to a second one while the first is still at it.
    await database
      .db('sessions')
      .where({ id: session.sessionId })
      .update({ due_at: new Date(minute(60)) });
    await Promise.all(Array.from({ length: 6 }, () => lookAt(database.db, minute(61))));
    expect(await completions(session)).toHaveLength(1);
    expect(await of(sessionStarted, session)).toHaveLength(1);
  });

  test('two that computed the same version at once write it once', async () => {
    const session = await scheduled(database.db);
    clock.now = minute(59);
    await postAll(app, wholeClass(session, newId()));
    const check = () =>
      workOf(
        database.db,
        (work) => checkSession(work, session.sessionId, { rules: defaultRules, lease: new Date(0) }),
        new Date(minute(60)),
      );
    await Promise.all(Array.from({ length: 8 }, check));
    expect(await completions(session)).toHaveLength(1);
    expect(await of(sessionStarted, session)).toHaveLength(1);
  });
});

test('what was taken in here is looked at at once, and again when its grace has passed', async () => {
  const session = await scheduled(database.db);
  const watching = await watchingApp(database.db, () => new Date(minute(50) + Date.now() - began), {
    ATTENDANCE_GRACE_SECONDS: '1',
  });
  const began = Date.now();
  const events: string[] = [];
  await postAll(watching, wholeClass(session, newId()));
  for (let tries = 0; tries < 100 && events.length < 2; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const said = (await emitted(database.db)).filter(({ subject }) => subject === session.sessionId);
    events.splice(0, events.length, ...said.map(({ type }) => type));
    if (Date.now() - began < 900) expect(events).not.toContain(sessionCompleted.type);
  }
  expect(events).toEqual([sessionStarted.type, sessionCompleted.type]);
});

describe('who counts', () => {
  const kinds: [string, object][] = [
    ['recorder', { kind: 'EGRESS', permission: { recorder: true } }],
    ['agent', { kind: 'AGENT' }],
    ['agent by permission', { permission: { agent: true } }],
    ['hidden', { permission: { hidden: true } }],
    ['robot of a kind we do not know', { kind: 'ROBOT' }],
    ['kind of the future', { kind: 42 }],
  ];
  test.each(kinds)('17: a %s for a full hour is nobody', async (_name, more) => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    await arrive([...room.in(newId(), 0, 60, more), room.finished(60.4)], minute(59));
    await lookAt(database.db, minute(60));
    expect(await completions(session)).toMatchObject([{ people: [], observed: true }]);
  });

  test('a caller by telephone counts where that is configured', async () => {
    const session = await scheduled(database.db);
    await arrive(classOf(session).in('+15550100', 0, 60, { kind: 'SIP' }), minute(59));
    const admin = { id: newId(), roles: ['admin' as const] };
    const people = async (given: RequestListener) =>
      (
        await request(given)
          .get(`/attendance/sessions/${session.sessionId}`)
          .set('authorization', `Bearer ${await token(admin)}`)
      ).body.data.slice(1);
    expect(await people(app)).toEqual([]);
    const withSip = await appOf(database.db, undefined, { ATTENDANCE_COUNT_SIP: 'true' });
    expect(await people(withSip)).toMatchObject([{ userId: '+15550100', seconds: 3600 }]);
  });

  test('an id in capitals is the same person', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const student = newId();
    await arrive(
      [
        ...room.in(session.teacherId.toUpperCase(), 0, 60),
        ...room.in(student.toUpperCase(), 0, 10),
        ...room.in(student, 5, 20),
        room.finished(60.4),
      ],
      minute(59),
    );
    await lookAt(database.db, minute(60));
    expect(await completions(session)).toMatchObject([
      { teacher: { seconds: 3600 }, people: [{ userId: student, seconds: 1200 }] },
    ]);
  });

  test('22: an event whose time has the wrong unit is not used', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const student = newId();
    const [joined, left] = room.in(student, 0, 60);
    const nanoseconds = left.replace(/"createdAt":"(\d+)"/, '"createdAt":"$1000000000"');
    await arrive([joined, nanoseconds, room.finished(60.4)], minute(59));
    await lookAt(database.db, minute(60));
    expect(await completions(session)).toMatchObject([{ people: [{ seconds: 1, maxSeconds: 3600 }] }]);
  });
});

describe('the work a class costs', () => {
  test('coming and going in the middle of it asks for no look', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const due = () => database.db('sessions').where({ id: session.sessionId }).first('due_at');
    await arrive([room.in(session.teacherId, 0, 60)[0], room.in(newId(), 0, 60)[0]], minute(1));
    const atItsEnd = { due_at: new Date(minute(60) + 10_001) };
    expect(await due()).toEqual(atItsEnd);
    await arrive(room.in(newId(), 2, 20), minute(20));
    expect(await due()).toEqual(atItsEnd);
    await arrive([room.finished(21)], minute(21));
    expect(await due()).toEqual({ due_at: new Date(minute(21) + 10_000) });
  });

  test('one trace leads from the webhook to what is said of the session', async () => {
    const session = await scheduled(database.db);
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    clock.now = minute(59);
    for (const body of wholeClass(session, newId())) {
      const answer = await request(app)
        .post('/webhooks/livekit')
        .set('authorization', await sign(body))
        .set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`)
        .send(body);
      expect(answer.status).toBe(200);
    }
    await lookAt(database.db, minute(60));
    await lookAt(database.db, minute(60));
    const said = (await emitted(database.db)).filter(({ subject }) => subject === session.sessionId);
    expect(said.map(({ type, correlationid }) => [type, correlationid])).toEqual([
      [sessionStarted.type, traceId],
      [sessionCompleted.type, traceId],
    ]);
  });
});

describe('session-started', () => {
  test('is said when teacher and another person are first both in, once', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const teacher = room.in(session.teacherId, -3, 60);
    const student = room.in(newId(), -2, 60);
    await arrive([teacher[0]], minute(-3));
    expect(await of(sessionStarted, session)).toEqual([]);
    await arrive([student[0]], minute(-2));
    await arrive(room.in(newId(), 3, 60), minute(3));
    expect(await of(sessionStarted, session)).toEqual([
      { sessionId: session.sessionId, at: '2026-11-21T09:58:00.000Z' },
    ]);
  });
});

describe('after completion', () => {
  test('23: a late leave makes version 2, and the change is said', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const [joined, left] = room.in(newId(), 0, 60);
    await arrive([joined, room.finished(60.4)], minute(59));
    await lookAt(database.db, minute(60));
    expect((await completions(session))[0]?.people).toMatchObject([{ seconds: 1, maxSeconds: 3600 }]);
    await arrive([left], minute(90));
    await lookAt(database.db, minute(91));
    expect(await of(attendanceAmended, session)).toMatchObject([
      { version: 2, cause: 'late-event', people: [{ seconds: 3600, maxSeconds: 3600 }] },
    ]);
    const results = await database.db('results').where({ session_id: session.sessionId }).orderBy('version');
    expect(results).toMatchObject([
      { version: 1, cause: 'room-finished' },
      { version: 2, cause: 'late-event' },
    ]);
  });

  test('what came in while it was being completed, past a clock a moment behind, is not lost', async () => {
    const session = await scheduled(database.db);
    const room = classOf(session);
    const student = newId();
    await arrive([...room.in(session.teacherId, 0, 60), ...room.in(student, 0, 10)], minute(10));
    const before = new Date(minute(60) + 9_999);
    const { behind } = await workOf(
      database.db,
      async (work) => {
        const lease = new Date(minute(60) + 10_001); // when it was due
        await checkSession(work, session.sessionId, { rules: defaultRules, lease });
        await postAll(app, room.in(student, 20, 50));
        const behind = workOf(database.db, (other) => takeWakes(other.tx, before, 10_000), before);
        await new Promise((resolve) => setTimeout(resolve, 150)); // until it waits for the row
        return { behind };
      },
      new Date(minute(60) + 10_001),
    );
    await behind;
    expect((await completions(session))[0]?.people).toMatchObject([{ seconds: 600 }]);
    await lookAt(database.db, minute(62));
    expect(await of(attendanceAmended, session)).toMatchObject([{ version: 2, people: [{ seconds: 2400 }] }]);
  });

  test('what changes no figure makes no version', async () => {
    const session = await scheduled(database.db);
    const student = newId();
    await arrive(wholeClass(session, student), minute(59));
    await lookAt(database.db, minute(60));
    await arrive([classOf(session).started(61)], minute(61));
    await lookAt(database.db, minute(62));
    expect(await of(attendanceAmended, session)).toEqual([]);
  });

  test('a result, a record and a delivery can be neither changed nor deleted', async () => {
    for (const table of ['results', 'records', 'deliveries']) {
      await expect(database.db(table).delete()).rejects.toThrow(/append-only/);
    }
    await expect(database.db('records').update({ seconds: 1 })).rejects.toThrow(/append-only/);
  });
});

test('a session that is moved while it is computed is not completed by its old time', async () => {
  const session = await scheduled(database.db);
  const before = (await readSession(database.db, session.sessionId))!;
  await know(
    database.db,
    envelope(sessionRescheduled, { ...session, startsAt: '2026-11-21T12:00:00.000Z', version: 2 }),
  );
  const now = new Date(minute(61));
  expect(await workOf(database.db, ({ tx }) => takeVersion(tx, before, now))).toBe(false);
});

test('the invariants hold after all of this', async () => {
  const { readFileSync } = await import('node:fs');
  const file = readFileSync(new URL('../invariants.sql', import.meta.url), 'utf8');
  const queries = file.split(/^-- name: /m).slice(1);
  expect(queries.length).toBeGreaterThanOrEqual(6);
  await lookAt(database.db, Math.max(Date.now(), minute(500))); // what the tests above left open is over by then
  for (const query of queries) {
    const [name, ...sql] = query.split('\n');
    const { rows } = await database.db.raw(sql.join('\n').replaceAll('?', '\\?'));
    expect({ name, rows }).toEqual({ name, rows: [] });
  }
});
