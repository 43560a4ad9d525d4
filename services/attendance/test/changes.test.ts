/** Sessions that are heard of late, moved or cancelled, at every point of their webhooks; rooms and replays. */

import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attendanceAmended, sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import {
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { registry } from '@rollcall/kit/metrics';
import {
  envelope,
  statementsOf,
  type TestDatabase,
  testDatabase,
  token,
  workOf,
} from '@rollcall/kit/testing';
import request from 'supertest';
import { defaultRules } from '../src/domain/session.js';
import { collect } from '../src/gauges.js';
import { lookAgain, readSession } from '../src/store/sessions.js';
import { correctAttendance } from '../src/use-cases/correct-attendance.js';
import {
  appOf,
  classOf,
  know,
  lookAt,
  migrations,
  post,
  postAll,
  type SessionData,
  saidOf,
  scheduled,
  sessionData,
} from './support.js';

let database: TestDatabase;
let app: RequestListener;
/** Tomorrow, so that the machine's own clock is before all of it whenever this runs. */
const START = Math.ceil(Date.now() / 3_600_000 + 24) * 3_600_000;
const minute = (number: number): number => START + number * 60_000;
const instant = (number: number): string => new Date(minute(number)).toISOString();
const clock = { now: START };

beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db, () => new Date(clock.now));
});
afterAll(() => database.close());

const completions = (session: SessionData) => saidOf(database.db, sessionCompleted, session);
const amended = (session: SessionData) => saidOf(database.db, attendanceAmended, session);

/** Posts at a moment of our clock, and looks. */
async function arrive(bodies: readonly string[], at: number): Promise<void> {
  clock.now = at;
  await postAll(app, bodies);
  await lookAt(database.db, at);
}

const classFor = (session: SessionData, student: string) => {
  const room = classOf(session);
  return [...room.in(session.teacherId, 0, 60), ...room.in(student, 0, 30), room.finished(60.4)];
};

const soon = () => scheduled(database.db, { startsAt: instant(0) });

async function completedClass(student: string): Promise<SessionData> {
  const session = await soon();
  await arrive(classFor(session, student), minute(59));
  await lookAt(database.db, minute(60));
  expect(await completions(session)).toMatchObject([{ people: [{ seconds: 1800 }] }]);
  return session;
}

/** enrollment says that the session begins so many minutes later; the service hears it when our clock is at `at`. */
async function move(session: SessionData, minutes: number, at: number, more: Partial<SessionData> = {}) {
  const startsAt = new Date(Date.parse(session.startsAt) + minutes * 60_000).toISOString();
  const moved = { ...session, startsAt, version: session.version + 1, ...more };
  await know(database.db, envelope(sessionRescheduled, moved));
  await lookAt(database.db, minute(at));
  return moved;
}

async function cancel(session: SessionData): Promise<void> {
  const cancelled = { ...session, status: 'cancelled' as const, version: session.version + 1 };
  await know(database.db, envelope(sessionCancelled, cancelled));
}

async function read(session: SessionData) {
  const answer = await request(app)
    .get(`/attendance/sessions/${session.sessionId}`)
    .set('authorization', `Bearer ${await token({ id: newId(), roles: ['admin'] })}`);
  return answer.body;
}

/** How often the deliveries of a session are read while `run` runs: once a computation, for a class of this size. */
async function computations(run: () => Promise<unknown>): Promise<number> {
  const statements = await statementsOf(database.db, run);
  return statements.filter((sql) => /joined_at_ms.* from deliveries/is.test(sql)).length;
}

describe('a class that is complete', () => {
  test('is not computed again while nothing comes to it, nor when all of it is delivered once more', async () => {
    const session = await soon();
    const bodies = classFor(session, newId());
    const first = await computations(() =>
      arrive(bodies, minute(59)).then(() => lookAt(database.db, minute(60))),
    );
    expect(first).toBeGreaterThan(0);
    const again = await computations(async () => {
      await lookAt(database.db, minute(61));
      await arrive(bodies, minute(62));
      await lookAt(database.db, minute(63));
    });
    expect(again).toBe(0);
    expect(await completions(session)).toHaveLength(1);
  });

  test('is computed again when a rival wrote its result beside a look that had read more', async () => {
    const session = await completedClass(newId());
    const { sessionId: id } = session;
    const look = { again: new Date(minute(62)), rest: new Date(minute(61)), lease: new Date(minute(61)) };
    const count = async () => (await readSession(database.db, id))?.evidenceCount;
    const computed = await count();
    expect(computed).toBeGreaterThan(0);
    // It had read one delivery more while there was no result yet, and found somebody still in.
    await workOf(database.db, ({ tx }) =>
      lookAgain(tx, id, { ...look, computed: { version: 0, evidenceCount: computed! + 1 } }),
    );
    expect(await count()).toBe(0);
    expect(await computations(() => lookAt(database.db, minute(63)))).toBeGreaterThan(0);
    expect(await count()).toBe(computed);
  });

  test('is computed again by one delivery more', async () => {
    const session = await completedClass(newId());
    const late = await computations(async () => {
      await arrive(classOf(session).in(newId(), 10, 50), minute(62));
      await lookAt(database.db, minute(63));
    });
    expect(late).toBeGreaterThan(0);
    expect(await amended(session)).toMatchObject([{ version: 2 }]);
  });
});

describe('a session that is moved', () => {
  test('before its webhooks is judged by its new time', async () => {
    const session = await soon();
    const moved = await move(session, 120, -60);
    await lookAt(database.db, minute(62));
    await arrive(classFor(moved, newId()), minute(179));
    await lookAt(database.db, minute(180));
    expect(await completions(session)).toMatchObject([
      { startedAt: instant(120), people: [{ seconds: 1800 }] },
    ]);
  });

  test('in the middle of its webhooks counts what lies in its new time, and no more', async () => {
    const session = await soon();
    const student = newId();
    const room = classOf(session);
    await arrive(room.in(session.teacherId, 0, 60), minute(1));
    const moved = await move(session, 20, 5);
    // An hour from the old start; the window of the new one begins five minutes into it.
    await arrive([...room.in(student, 0, 60), classOf(moved).finished(60.4)], minute(79));
    await lookAt(database.db, minute(80));
    expect(await completions(session)).toMatchObject([{ people: [{ userId: student, seconds: 3300 }] }]);
  });

  test('after its webhooks, before its end, is completed by its new end', async () => {
    const session = await soon();
    await arrive(classFor(session, newId()).slice(0, -1), minute(59));
    await move(session, 30, 59);
    await lookAt(database.db, minute(90) + 10_000);
    expect(await completions(session)).toEqual([]);
    await lookAt(database.db, minute(90) + 10_001);
    expect(await completions(session)).toMatchObject([
      { cause: 'scheduled-end', people: [{ seconds: 900 }] },
    ]);
  });

  test('to be longer is judged by its new length', async () => {
    const session = await soon();
    const longer = await move(session, 0, 0, { durationMinutes: 90 });
    await arrive(classFor(longer, newId()), minute(59));
    await lookAt(database.db, minute(91));
    expect(await completions(session)).toMatchObject([
      { scheduledSeconds: 5400, people: [{ seconds: 1800 }] },
    ]);
  });

  const kept = ({ sessionId }: SessionData) => database.db('sessions').where({ id: sessionId }).first();

  test('after it was completed keeps that result until its new end, and has then a second one', async () => {
    const student = newId();
    const session = await completedClass(student);
    const moved = await move(session, 1440, 62);
    expect(await read(session)).toMatchObject({ status: 'completed', version: 1 });

    const room = classOf(moved);
    await arrive([...room.in(session.teacherId, 0, 60), room.in(student, 0, 60)[0]], minute(1440 + 59));
    await lookAt(database.db, minute(1440 + 60));
    expect(await amended(session)).toEqual([]); // the student is still in

    await arrive([room.finished(60.4)], minute(1440 + 60));
    await lookAt(database.db, minute(1440 + 61));
    expect(await amended(session)).toMatchObject([
      { version: 2, cause: 'room-finished', people: [{ seconds: 1, maxSeconds: 3600 }] },
    ]);
    expect((await read(session)).data[0]).toMatchObject({ startsAt: moved.startsAt, version: 2 });
  });

  test('after it was completed, to a time at which nobody comes, says so once and waits no more', async () => {
    const session = await completedClass(newId());
    await move(session, 2880, 62);
    await lookAt(database.db, minute(2880 + 60) + 10_000);
    expect(await amended(session)).toEqual([]);
    await lookAt(database.db, minute(2880 + 61));
    await lookAt(database.db, minute(2880 + 63));
    expect(await amended(session)).toMatchObject([
      { version: 2, cause: 'scheduled-end', people: [{ seconds: 0 }] },
    ]);
    expect(await kept(session)).toMatchObject({ moved: false, due_at: null });
  });

  test('after it was completed, where that changes no figure, has no new version and waits no more', async () => {
    const session = await completedClass(newId());
    await move(session, -5, 62);
    await lookAt(database.db, minute(64));
    expect(await amended(session)).toEqual([]);
    expect(await kept(session)).toMatchObject({ moved: false, due_at: null });
  });

  test('after it was completed, and corrected before its new end, counts the correction then', async () => {
    const student = newId();
    const session = await completedClass(student);
    await move(session, 4320, 62);
    const given = { sessionId: session.sessionId, actorId: newId(), userId: student, reason: 'seen' };
    const hour = [{ from: minute(4320), to: minute(4380) }];
    await workOf(database.db, (work) => correctAttendance(work, defaultRules, { ...given, intervals: hour }));
    await lookAt(database.db, minute(70));
    expect(await amended(session)).toEqual([]);
    await lookAt(database.db, minute(4320 + 61));
    expect(await amended(session)).toMatchObject([
      { version: 2, people: [{ seconds: 3600, corrected: true }] },
    ]);
  });

  test('in nothing but its title or price after it was completed has no new version', async () => {
    const session = await completedClass(newId());
    await move(session, 0, 62, { title: 'Geometry' });
    await lookAt(database.db, minute(64));
    expect(await amended(session)).toEqual([]);
  });
});

describe('a session that is cancelled', () => {
  test.each<[string, (session: SessionData, bodies: string[]) => Promise<void>]>([
    [
      'before its webhooks',
      async (session, bodies) => {
        await cancel(session);
        await arrive(bodies, minute(59));
      },
    ],
    [
      'in the middle of them',
      async (session, bodies) => {
        await arrive(bodies.slice(0, 3), minute(30));
        await cancel(session);
        await arrive(bodies.slice(3), minute(59));
      },
    ],
    [
      'after them, in their grace',
      async (session, bodies) => {
        await arrive(bodies, minute(59));
        await cancel(session);
      },
    ],
  ])('%s never completes', async (_when, play) => {
    const session = await soon();
    await play(session, classFor(session, newId()));
    await lookAt(database.db, minute(200));
    expect(await completions(session)).toEqual([]);
    expect((await read(session)).status).toBe('cancelled');
  });

  test('after it was completed keeps its result, which nothing changes any more', async () => {
    const session = await completedClass(newId());
    await cancel(session);
    await arrive(classOf(session).in(newId(), 0, 40), minute(90));
    await lookAt(database.db, minute(200));
    expect(await amended(session)).toEqual([]);
    expect(await read(session)).toMatchObject({ status: 'cancelled', version: 1 });
  });
});

describe('of a session the newest version wins, in whichever order they are heard', () => {
  test('cancelled before it was scheduled: it never completes', async () => {
    const session = sessionData({ startsAt: instant(0) });
    await know(
      database.db,
      envelope(sessionCancelled, { ...session, status: 'cancelled', version: 3 }),
      envelope(sessionScheduled, session),
    );
    await arrive(classFor(session, newId()), minute(59));
    await lookAt(database.db, minute(500));
    expect(await completions(session)).toEqual([]);
  });

  test('given another number it is found by its new room, and no more by the old one', async () => {
    const session = await soon();
    const renumbered = await move(session, 0, 0, { number: 7, version: 3 });
    await move(session, 0, 0, { number: 5, version: 2 });
    const [student, stranger] = [newId(), newId()];
    await arrive([...classOf(session).in(stranger, 0, 30), ...classFor(renumbered, student)], minute(59));
    await lookAt(database.db, minute(60));
    expect(await completions(session)).toMatchObject([{ people: [{ userId: student, seconds: 1800 }] }]);
  });

  test('moved twice, the first move heard last', async () => {
    const session = await soon();
    const moved = await move(session, 120, 0, { version: 3 });
    await move(session, -120, 0, { version: 2 });
    await lookAt(database.db, minute(61));
    expect(await completions(session)).toEqual([]);
    await arrive(classFor(moved, newId()), minute(179));
    await lookAt(database.db, minute(180));
    expect(await completions(session)).toMatchObject([{ people: [{ seconds: 1800 }] }]);
  });
});

describe('a room', () => {
  const gauge = async (name: string): Promise<number> => {
    await collect(database.db);
    return (await registry.getSingleMetric(name)!.get()).values[0]!.value;
  };

  test('of a session not heard of yet waits, is counted, and is computed when the session comes', async () => {
    const before = await gauge('attendance_unresolved_rooms');
    const session = sessionData({ startsAt: instant(0) });
    const student = newId();
    const bodies = classFor(session, student);
    await arrive(bodies.slice(0, 2), Date.now() - 7_200_000);
    await arrive(bodies.slice(2), Date.now());
    expect(await gauge('attendance_unresolved_rooms')).toBe(before + 1);
    expect(await gauge('attendance_unresolved_oldest_seconds')).toBeGreaterThanOrEqual(7200);
    await know(database.db, envelope(sessionScheduled, session));
    expect(await gauge('attendance_unresolved_rooms')).toBe(before);
    await lookAt(database.db, minute(0));
    expect(await completions(session)).toMatchObject([
      { teacher: { seconds: 3600 }, people: [{ userId: student, seconds: 1800 }] },
    ]);
  });

  test('of another name is stored, counted, and nobody waits for it', async () => {
    const counted = async () =>
      (await registry.getSingleMetric('webhook_deliveries_total')!.get()).values.find(
        ({ labels }) => labels.outcome === 'of-another-room',
      )?.value ?? 0;
    const [before, unresolved] = [await counted(), await gauge('attendance_unresolved_rooms')];
    const id = `EV_${newId()}`;
    const body = JSON.stringify({ event: 'room_started', room: { name: 'daily-standup' }, id });
    expect((await post(app, body)).status).toBe(200);
    await lookAt(database.db, Date.now());
    expect(await counted()).toBe(before + 1);
    expect(await gauge('attendance_unresolved_rooms')).toBe(unresolved);
    expect(await database.db('deliveries').where({ event_id: id }).first()).toMatchObject({
      course_id: null,
      quarantine: null,
    });
  });

  test('25: of another session of the same course gives a student nothing here', async () => {
    const one = await soon();
    const two = await scheduled(database.db, { startsAt: instant(0), courseId: one.courseId, number: 2 });
    const student = newId();
    await arrive([...classFor(one, newId()), ...classFor(two, student)], minute(59));
    await lookAt(database.db, minute(60));
    expect((await completions(one))[0]?.people.map(({ userId }) => userId)).not.toContain(student);
    expect((await completions(two))[0]?.people).toMatchObject([{ userId: student, seconds: 1800 }]);
  });
});

describe('several lessons’ rooms of one session', () => {
  test('count together, each moment once, also for somebody who is in two of them', async () => {
    const session = await soon();
    const student = newId();
    const [main, one, two] = [
      classOf(session),
      classOf(session, { lesson: 1 }),
      classOf(session, { lesson: 2 }),
    ];
    await arrive(
      [
        ...main.in(session.teacherId, 0, 60),
        ...main.in(student, 0, 10),
        ...one.in(student, 5, 20),
        ...two.in(student, 15, 30),
        one.finished(20.4),
        two.finished(30.4),
        main.finished(60.4),
      ],
      minute(59),
    );
    await lookAt(database.db, minute(60));
    expect(await completions(session)).toMatchObject([{ people: [{ seconds: 1800, overlapSeconds: 1800 }] }]);
  });

  test('are over when all of them are: one that is finished completes nothing while another is open', async () => {
    const session = await soon();
    const [one, two] = [classOf(session, { lesson: 1 }), classOf(session, { lesson: 2 })];
    const [joined, left] = two.in(newId(), 30, 70);
    await arrive([...one.in(session.teacherId, 0, 58), joined, one.finished(58.4)], minute(59));
    await lookAt(database.db, minute(65));
    expect(await completions(session)).toEqual([]);
    await arrive([left, two.finished(70.4)], minute(70));
    expect(await completions(session)).toMatchObject([{ people: [{ seconds: 2400 }] }]);
  });

  test('start it wherever teacher and student are', async () => {
    const session = await soon();
    const [one, two] = [classOf(session, { lesson: 1 }), classOf(session, { lesson: 2 })];
    await arrive([one.in(session.teacherId, 0, 60)[0], two.in(newId(), 4, 60)[0]], minute(5));
    expect(await saidOf(database.db, sessionStarted, session)).toMatchObject([{ at: instant(4) }]);
  });
});

describe('after completion', () => {
  test('24: an earlier leave of the same connection amends what was settled', async () => {
    const student = newId();
    const session = await soon();
    const room = classOf(session);
    const [joined, left] = room.in(student, 0, 60);
    await arrive([joined, left, ...room.in(session.teacherId, 0, 60), room.finished(60.4)], minute(59));
    await lookAt(database.db, minute(60));
    const earlier = JSON.parse(left);
    const at = String(minute(5) / 1000);
    await arrive([JSON.stringify({ ...earlier, id: `EV_${newId()}`, createdAt: at })], minute(70));
    await lookAt(database.db, minute(71));
    expect(await completions(session)).toMatchObject([{ version: 1, people: [{ seconds: 3600 }] }]);
    expect(await amended(session)).toMatchObject([
      { version: 2, cause: 'late-event', people: [{ seconds: 300 }] },
    ]);
  });

  test('a replay of every webhook changes nothing', async () => {
    const session = await soon();
    const bodies = classFor(session, newId());
    await arrive(bodies, minute(59));
    await lookAt(database.db, minute(60));
    await arrive(bodies.toReversed(), minute(62));
    await lookAt(database.db, minute(64));
    expect(await completions(session)).toHaveLength(1);
    expect(await amended(session)).toEqual([]);
  });

  test('events that come one by one make a version for each change', async () => {
    const session = await completedClass(newId());
    const [joined, left] = classOf(session).in(newId(), 10, 20);
    await arrive([joined], minute(62));
    await lookAt(database.db, minute(63));
    await arrive([left], minute(64));
    await lookAt(database.db, minute(65));
    const late = (await amended(session)).map(({ version, people }) => [version, people.length]);
    expect(late).toEqual([
      [2, 2],
      [3, 2],
    ]);
  });
});
