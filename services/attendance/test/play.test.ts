/** Development's class without a video server: who may play it, what comes of it, and that production has no such thing. */
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sessionCompleted } from '@rollcall/contracts/events/attendance';
import { sessionCancelled } from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { envelope, type TestDatabase, testDatabase, token } from '@rollcall/kit/testing';
import request from 'supertest';
import { isPlayable, keyPairsOf } from '../src/config.js';
import { roomNameOf } from '../src/domain/room-name.js';
import { signatureCheck } from '../src/signature.js';
import { playClass } from '../src/use-cases/play-class.js';
import {
  activated,
  appOf,
  configOf,
  know,
  lookAt,
  migrations,
  type SessionData,
  saidOf,
  scheduled,
} from './support.js';

let database: TestDatabase;
let app: RequestListener;
beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db);
});
afterAll(() => database.close());

const HOUR = 3_600_000;
const tomorrow = () => scheduled(database.db, { startsAt: new Date(Date.now() + 24 * HOUR).toISOString() });

type Caller = Parameters<typeof token>[0];
const student = (id = newId()): Caller => ({ id, roles: ['student'] });
const admin: Caller = { id: newId(), roles: ['admin'] };
const teacherOf = ({ teacherId }: SessionData): Caller => ({ id: teacherId, roles: ['teacher'] });

/** A class of tomorrow that these have bought. */
async function sold(...buyers: Caller[]): Promise<SessionData> {
  const session = await tomorrow();
  await know(database.db, ...buyers.map(({ id }) => activated(session, id)));
  return session;
}

const bearer = async (caller: Caller) => ({ authorization: `Bearer ${await token(caller)}` });
const play = async (
  { sessionId }: SessionData,
  caller: Caller,
  { turnout = 'whole', by = app }: { turnout?: string; by?: RequestListener } = {},
) =>
  request(by)
    .post(`/development/sessions/${sessionId}/play`)
    .set(await bearer(caller))
    .send({ turnout });
const room = async ({ sessionId }: SessionData, caller: Caller, by = app) =>
  request(by)
    .get(`/sessions/${sessionId}/room`)
    .set(await bearer(caller));

/** What its one result says: who was in for how long. */
async function outcomeOf(session: SessionData) {
  await lookAt(database.db, Date.now() + 11_000);
  const said = await saidOf(database.db, sessionCompleted, session);
  expect(said).toHaveLength(1);
  const { cause, observed, teacher, people } = said[0]!;
  const students = Object.fromEntries((people ?? []).map(({ userId, seconds }) => [userId, seconds]));
  return { cause, observed, teacher: teacher.seconds, students };
}

describe('a class that is played is over once its grace has passed', () => {
  test.each([
    ['whole', 3600, 3600],
    ['half', 3600, 1800],
    ['one-minute', 3600, 60],
    ['no-teacher', 0, 3600],
  ])('%s: the teacher is in for %d s, the student for %d', async (turnout, teacher, seconds) => {
    const buyer = student();
    const session = await sold(buyer);
    const { status, body } = await play(session, buyer, { turnout });
    const people = turnout === 'no-teacher' ? 1 : 2;
    expect([status, body]).toEqual([200, { people, webhooks: 2 + 2 * people }]);
    const seen = { cause: 'room-finished', observed: true, teacher, students: { [buyer.id]: seconds } };
    expect(await outcomeOf(session)).toEqual(seen);
  });

  test('a student plays it with the teacher alone; a teacher and an admin with everybody who has a seat', async () => {
    const [one, other] = [student(), student()];
    const rows: [Caller | undefined, object][] = [
      [one, { [one.id]: 3600 }],
      [undefined, { [one.id]: 3600, [other.id]: 3600 }],
      [admin, { [one.id]: 3600, [other.id]: 3600 }],
    ];
    for (const [caller, students] of rows) {
      const session = await sold(one, other);
      expect((await play(session, caller ?? teacherOf(session))).status).toBe(200);
      expect((await outcomeOf(session)).students).toEqual(students);
    }
  });

  test('its webhooks are kept word for word as the video server’s are, and a button pressed twice adds none', async () => {
    const buyer = student();
    const session = await sold(buyer);
    const answers = await Promise.all([play(session, buyer), play(session, buyer)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { courseId, number } = session;
    const kept = await database
      .db('deliveries')
      .where({ room_name: roomNameOf(courseId, number) })
      .pluck('event');
    expect(kept.sort()).toEqual([
      ...['participant_joined', 'participant_joined', 'participant_left', 'participant_left'],
      ...['room_finished', 'room_started'],
    ]);
    expect((await outcomeOf(session)).students).toEqual({ [buyer.id]: 3600 });
  });

  test('its webhooks go through the check of the signature: under another key none is taken', async () => {
    const buyer = student();
    const { sessionId } = await sold(buyer);
    const stored: unknown[] = [];
    const door = {
      genuine: signatureCheck(keyPairsOf(configOf())),
      store: {
        add: async (row: unknown) => {
          stored.push(row);
          return 'stored' as const;
        },
      },
      ...{ clock: () => new Date(), log: { error: () => undefined } as never },
    };
    const asked = {
      ...{ params: { sessionId }, query: undefined, body: { turnout: 'whole' as const }, wantsCsv: false },
      ...{ user: { id: buyer.id, roles: ['student' as const] }, requestId: '', prefer: undefined },
      ...{ ifMatch: undefined, cause: { correlationId: newId() }, signal: new AbortController().signal },
    };
    const playing = (secret: string) => playClass(door, { key: 'devkey', secret })(database.db, asked);
    await expect(playing('another')).rejects.toMatchObject({ code: 'bad-signature' });
    expect(stored).toEqual([]);
    await playing('secret');
    expect(stored).toHaveLength(6);
  });
});

describe('a class is not played', () => {
  test('by strangers: to another student and another teacher it is not there', async () => {
    const session = await sold(student());
    const another: Caller = { id: newId(), roles: ['teacher'] };
    const answers = await Promise.all(
      [student(), another].flatMap((caller) => [play(session, caller), room(session, caller)]),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await play({ ...session, sessionId: newId() }, admin)).status).toBe(404);
  });

  test('without a token, by finance, or in a way nobody knows', async () => {
    const session = await tomorrow();
    const path = `/development/sessions/${session.sessionId}/play`;
    expect((await request(app).post(path).send({ turnout: 'whole' })).status).toBe(401);
    expect((await play(session, { id: newId(), roles: ['finance'] })).status).toBe(403);
    expect((await play(session, teacherOf(session), { turnout: 'twice' })).status).toBe(400);
  });

  test('once it is over, or cancelled', async () => {
    const [over, gone] = [await tomorrow(), await tomorrow()];
    await play(over, teacherOf(over));
    await outcomeOf(over);
    await know(database.db, envelope(sessionCancelled, { ...gone, status: 'cancelled', version: 2 }));
    const answers = [await play(over, teacherOf(over)), await play(gone, teacherOf(gone))];
    expect(answers.map(({ status, body }) => [status, body.type])).toEqual([
      [409, '/problems/session-completed'],
      [409, '/problems/session-cancelled'],
    ]);
  });

  test.each([
    ['in production', { NODE_ENV: 'production' }],
    ['in production with a video server', { NODE_ENV: 'production', LIVEKIT_URL: 'wss://video.example' }],
    ['where a video server is named', { LIVEKIT_URL: 'wss://video.example' }],
  ])('%s: there is no such route, for its teacher and for an admin alike', async (_where, settings) => {
    const session = await tomorrow();
    const by = await appOf(database.db, undefined, settings);
    for (const caller of [teacherOf(session), admin]) {
      const { status, body } = await play(session, caller, { by });
      expect([status, body.detail]).toEqual([404, expect.stringContaining('path')]);
      expect((await room(session, caller, by)).body.isPlayable).toBe(false);
    }
    const kept = await database.db('deliveries').where({ room_name: roomNameOf(session.courseId, 1) });
    expect(kept).toEqual([]);
    expect(isPlayable(configOf(settings))).toBe(false);
  });
});

test('a room says when it may be entered, and whether its class can be played', async () => {
  const buyer = student();
  const session = await sold(buyer);
  const startsAt = Date.parse(session.startsAt);
  for (const caller of [buyer, teacherOf(session), admin]) {
    const { status, body } = await room(session, caller);
    const [opensAt, closesAt] = [startsAt - HOUR / 4, startsAt + 2 * HOUR];
    expect([status, body]).toEqual([
      200,
      {
        opensAt: new Date(opensAt).toISOString(),
        closesAt: new Date(closesAt).toISOString(),
        isPlayable: true,
      },
    ]);
  }
});
