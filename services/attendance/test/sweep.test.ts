/** The sweep of rooms, against a stand-in of the video server's API: what it heals, and what it must not touch. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import { sessionCancelled } from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { registry } from '@rollcall/kit/metrics';
import { runTick } from '@rollcall/kit/schedule';
import { emitted, envelope, quietLog, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { ParticipantInfo_State } from 'livekit-server-sdk';
import { roomNameOf } from '../src/domain/room-name.js';
import { defaultRules } from '../src/domain/session.js';
import { schedule } from '../src/schedule.js';
import { sweepRooms } from '../src/use-cases/sweep-rooms.js';
import { createVideoServer, type VideoServer } from '../src/video-server.js';
import {
  appOf,
  classOf,
  configOf,
  know,
  lookAt,
  migrations,
  postAll,
  type SessionData,
  scheduled,
} from './support.js';
import { person, type StandIn, startStandIn } from './video-server.js';

let database: TestDatabase;
let standIn: StandIn;
let server: VideoServer;
beforeAll(async () => {
  database = await testDatabase(migrations);
});
afterAll(() => database.close());
beforeEach(async () => {
  standIn = await startStandIn();
  server = serverAt(standIn);
});
afterEach(async () => {
  server.close();
  await standIn.close();
});

const serverAt = ({ url }: StandIn, more = {}) =>
  createVideoServer(configOf({ LIVEKIT_URL: url }), { timeout: 0.3, ...more });

/** Each test has a day of its own: a sweep asks for the rooms of all sessions of its moment. */
let day = Date.parse('2027-03-01T10:00:00Z');
const classes = async (more: Partial<SessionData> = {}) => {
  day += 86_400_000;
  return scheduled(database.db, { startsAt: new Date(day).toISOString(), ...more });
};
const minute = (number: number): number => day + number * 60_000;
const nameOf = ({ courseId, number }: SessionData) => roomNameOf(courseId, number);

const said: string[] = [];
const log = {
  ...quietLog,
  debug: () => undefined,
  warn: (words: string) => said.push(words),
  info: (words: string) => said.push(words),
} as unknown as typeof quietLog;

const sweepAt = (moment: number, asked = server) =>
  sweepRooms({ db: database.db, server: asked, rules: defaultRules, log, clock: () => new Date(moment) });

/** One sweep a minute, from one to another, both included. */
async function sweepEach(from: number, to: number): Promise<void> {
  for (let at = from; at <= to; at += 1) await sweepAt(minute(at));
}

const hear = async (bodies: readonly string[], at: number) =>
  postAll(await appOf(database.db, () => new Date(minute(at))), bodies);

const kept = ({ courseId }: SessionData) =>
  database.db('sweeps').where({ course_id: courseId }).orderBy('seq');

async function completion({ sessionId }: SessionData) {
  const all = await emitted(database.db, sessionCompleted);
  return all.map(({ data }) => data).find((data) => data.sessionId === sessionId);
}

async function metric(name: string, labels: Record<string, string>): Promise<number> {
  const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
  return (
    values.find((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))?.value ??
    0
  );
}

/** The teacher's whole hour by webhooks, and the end of the room. */
const taught = (session: SessionData) => {
  const room = classOf(session);
  return { room, teacher: room.in(session.teacherId, 0, 60), finished: room.finished(60.4) };
};

const sidIn = (joined: string): string => JSON.parse(joined).participant.sid;

describe('a sweep heals', () => {
  test('9: a lost leaving, to the last minute it saw the student in', async () => {
    const session = await classes();
    const student = newId();
    const { room, teacher, finished } = taught(session);
    const [joined] = room.in(student, 0, 60);
    await hear([...teacher, joined], 1);
    standIn.fill(nameOf(session), [person(sidIn(joined), student, minute(0))]);
    await sweepEach(57, 59);
    await hear([finished], 61);
    await lookAt(database.db, minute(62));
    expect(await completion(session)).toMatchObject({
      cause: 'room-finished',
      people: [{ userId: student, seconds: 3540, maxSeconds: 3600 }],
    });
  });

  test('10: a ghost who joined and never left, to the first of two sweeps without him', async () => {
    const session = await classes();
    const student = newId();
    const { room, teacher, finished } = taught(session);
    const [joined] = room.in(student, 0, 60);
    await hear([...teacher, joined], 1);
    standIn.fill(nameOf(session), [person(sidIn(joined), student, minute(0))]);
    await sweepEach(28, 29);
    standIn.fill(nameOf(session), []);
    await sweepEach(30, 31);
    await hear([finished], 61);
    await lookAt(database.db, minute(62));
    expect((await completion(session))?.people).toMatchObject([{ seconds: 1740, maxSeconds: 1800 }]);
  });

  test('a student of whom no webhook came at all: counted from his joining to his last sweep, and class ends with its room', async () => {
    const session = await classes();
    const student = newId();
    const { teacher, finished } = taught(session);
    await hear(teacher, 1);
    standIn.fill(nameOf(session), [person('PA_unheard', student, minute(5))]);
    await sweepEach(6, 8);
    await lookAt(database.db, minute(8));
    const started = (await emitted(database.db, sessionStarted)).filter(
      (one) => one.subject === session.sessionId,
    );
    expect(started.map(({ data }) => data.at)).toEqual([new Date(minute(5)).toISOString()]);
    await sweepEach(44, 45);
    await hear([finished], 61);
    await lookAt(database.db, minute(62));
    expect(await completion(session)).toMatchObject({
      cause: 'room-finished',
      people: [{ userId: student, seconds: 2400, maxSeconds: 3324 }],
    });
  });

  test('28: nobody ever came, and good sweeps of an empty room prove it', async () => {
    const session = await classes();
    await sweepEach(0, 1);
    await lookAt(database.db, minute(61));
    expect(await completion(session)).toMatchObject({ observed: true, cause: 'scheduled-end', people: [] });
    expect(await kept(session)).toMatchObject([{ active: [] }, { active: [] }]);
  });

  test('a room the video server does not know is an empty one', async () => {
    const session = await classes();
    standIn.trouble('no-such-room');
    await sweepAt(minute(0));
    expect(await kept(session)).toMatchObject([{ active: [] }]);
  });
});

describe('a sweep does not touch', () => {
  test('what a leaving says: it beats sweeps that still list the student', async () => {
    const session = await classes();
    const student = newId();
    const { room, teacher, finished } = taught(session);
    const [joined, left] = room.in(student, 0, 20);
    standIn.fill(nameOf(session), [person(sidIn(joined), student, minute(0))]);
    await sweepEach(19, 40);
    await hear([...teacher, joined, left, finished], 61);
    await lookAt(database.db, minute(62));
    expect((await completion(session))?.people).toMatchObject([{ seconds: 1200, maxSeconds: 1200 }]);
  });

  test('a connection by another one of the same person', async () => {
    const session = await classes();
    const student = newId();
    const { room, teacher, finished } = taught(session);
    const [joined] = room.in(student, 0, 60);
    await hear([...teacher, joined], 1);
    standIn.fill(nameOf(session), [person('PA_second', student, minute(40))]);
    await sweepEach(40, 41);
    await hear([finished], 61);
    await lookAt(database.db, minute(62));
    // The first is certain for a second, the second for the minute it was seen.
    expect((await completion(session))?.people).toMatchObject([{ seconds: 61, maxSeconds: 3600 }]);
  });

  test.each([
    ['still joining', { state: ParticipantInfo_State.JOINING }],
    ['joined and not yet connected', { state: ParticipantInfo_State.JOINED }],
    ['disconnected', { state: ParticipantInfo_State.DISCONNECTED }],
    ['hidden', { permission: { hidden: true } }],
    ['a recorder', { permission: { recorder: true } }],
    ['an agent', { permission: { agent: true } }],
    ['of kind EGRESS', { kind: 2 }],
    ['a caller by telephone', { kind: 3 }],
    ['of a kind of the future', { kind: 99 }],
    ['without a sid', { sid: '' }],
    ['without an identity', { identity: '' }],
  ])('anybody by one who is %s', async (_name, more) => {
    const session = await classes();
    standIn.fill(nameOf(session), [person('PA_1', newId(), minute(0), more)]);
    await sweepEach(0, 5);
    await lookAt(database.db, minute(200));
    expect(await completion(session)).toMatchObject({ observed: true, people: [] });
  });

  test('the quiet after which a class is complete', async () => {
    const session = await classes();
    const { teacher, room, finished } = taught(session);
    await hear([...teacher, ...room.in(newId(), 0, 60), finished], 60);
    await sweepAt(minute(60) + 9_000);
    await lookAt(database.db, minute(60) + 10_000);
    expect(await completion(session)).toBeDefined();
  });
});

describe('an error is no information', () => {
  test.each(['error', 'hang', 'garbage', 'proxy-404'] as const)('%s: nothing is stored', async (kind) => {
    const session = await classes();
    const before = await metric('attendance_sweeps_total', { outcome: 'failed' });
    standIn.trouble(kind);
    await sweepAt(minute(10));
    expect(await kept(session)).toEqual([]);
    expect(await metric('attendance_sweeps_total', { outcome: 'failed' })).toBe(before + 1);
    await lookAt(database.db, minute(61));
    expect(await completion(session)).toMatchObject({ observed: false });
  });

  test('two failed sweeps are not two sweeps without the student', async () => {
    const session = await classes();
    const student = newId();
    const { room, teacher, finished } = taught(session);
    const [joined] = room.in(student, 0, 60);
    await hear([...teacher, joined], 1);
    standIn.fill(nameOf(session), [person(sidIn(joined), student, minute(0))]);
    await sweepAt(minute(10));
    standIn.trouble('error');
    await sweepEach(11, 12);
    await hear([finished], 61);
    await lookAt(database.db, minute(62));
    expect((await completion(session))?.people).toMatchObject([{ seconds: 600, maxSeconds: 3600 }]);
  });

  test('another secret than the video server has is an error, not an empty room', async () => {
    const session = await classes();
    const other = await startStandIn({ secret: 'another' });
    const stranger = serverAt(other);
    await sweepAt(minute(10), stranger);
    expect(await kept(session)).toEqual([]);
    stranger.close();
    await other.close();
  });

  test('a server that is away is left alone, tried again, and spoken of once', async () => {
    const session = await classes();
    const patient = serverAt(standIn, { resetTimeout: 50 });
    standIn.trouble('error');
    said.length = 0;
    for (let at = 0; at < 5; at += 1) await sweepAt(minute(at), patient);
    expect(await metric('circuit_state', { upstream: 'livekit' })).toBe(2);
    const asked = standIn.asked.length;
    await sweepAt(minute(5), patient);
    expect(standIn.asked).toHaveLength(asked);
    await new Promise((resolve) => setTimeout(resolve, 80));
    standIn.trouble(undefined);
    await sweepAt(minute(6), patient);
    expect(await kept(session)).toHaveLength(1);
    expect(await metric('circuit_state', { upstream: 'livekit' })).toBe(0);
    expect(said).toEqual([
      'the video server does not answer: no sweeps until it does',
      'the video server answers again',
    ]);
    patient.close();
  });
});

describe('what is swept', () => {
  test('every room of a session something was heard of, once a sweep, and all count for it', async () => {
    const session = await classes();
    const [first, second] = [classOf(session, { lesson: 1 }), classOf(session, { lesson: 2 })];
    const student = newId();
    await hear([...first.in(session.teacherId, 0, 30), ...second.in(session.teacherId, 30, 60)], 1);
    standIn.fill(second.room.name, [person('PA_lesson', student, minute(31))]);
    await sweepAt(minute(40));
    expect(standIn.asked.toSorted()).toEqual([nameOf(session), first.room.name, second.room.name]);
    await sweepAt(minute(45));
    await lookAt(database.db, minute(200));
    expect((await completion(session))?.people).toMatchObject([{ userId: student, seconds: 840 }]);
  });

  test.each([
    [-16, false],
    [-15, true],
    [90, true],
    [91, false],
  ])('%i minutes after the start: %s', async (at, expected) => {
    const session = await classes();
    await sweepAt(minute(at));
    expect(standIn.asked.includes(nameOf(session))).toBe(expected);
  });

  test('not a cancelled session', async () => {
    const session = await classes();
    await know(database.db, envelope(sessionCancelled, { ...session, status: 'cancelled', version: 2 }));
    await sweepAt(minute(0));
    expect(standIn.asked).toEqual([]);
  });

  test('at most eight rooms at once', async () => {
    const slow = await startStandIn({ slow: 30 });
    const asked = serverAt(slow, { timeout: 5 });
    const { startsAt } = await classes();
    for (let n = 0; n < 30; n += 1) await scheduled(database.db, { startsAt });
    await sweepAt(minute(0), asked);
    expect(slow.asked).toHaveLength(31);
    expect(slow.most()).toBe(8);
    asked.close();
    await slow.close();
  });

  test('by one of two replicas', async () => {
    await scheduled(database.db, { startsAt: new Date().toISOString() });
    const tick = new Date();
    const sweeping = schedule(defaultRules, server).find(({ name }) => name === 'sweep-rooms')!;
    const ran = await Promise.all([1, 2].map(() => runTick(database.db, sweeping, tick, quietLog)));
    expect(ran.filter(Boolean)).toHaveLength(1);
    expect(standIn.asked).toHaveLength(1);
  });
});

test('what a sweep saw is kept for good', async () => {
  const session = await classes();
  await sweepAt(minute(0));
  await expect(database.db('sweeps').where({ course_id: session.courseId }).delete()).rejects.toThrow();
});
