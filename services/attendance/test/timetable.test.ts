/** A published timetable: a thousand classes of which nothing was heard cost a look each only when they are over. */
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sessionStarted } from '@rollcall/contracts/events/attendance';
import { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { emitted, envelope, statementsOf, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import {
  appOf,
  classOf,
  know,
  lookAt,
  migrations,
  postAll,
  type SessionData,
  sessionData,
} from './support.js';

let database: TestDatabase;
let app: RequestListener;
const START = Date.parse('2026-11-21T10:00:00Z');
const minute = (number: number): number => START + number * 60_000;
const clock = { now: minute(1) };
beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db, () => new Date(clock.now));
});
afterAll(() => database.close());

const timetable = (size: number) => Array.from({ length: size }, () => sessionData());
const publish = (sessions: readonly SessionData[]) =>
  know(database.db, ...sessions.map((session) => envelope(sessionScheduled, session)));

test('of which nothing was heard is put off whole to the ends of its classes, however long it is', async () => {
  const counts: number[] = [];
  for (const size of [2, 20]) {
    const sessions = timetable(size);
    await publish(sessions);
    counts.push((await statementsOf(database.db, () => lookAt(database.db, minute(-60)))).length);
    const ids = sessions.map(({ sessionId }) => sessionId);
    const due = await database.db('sessions').whereIn('id', ids).pluck('due_at');
    expect(due).toEqual(ids.map(() => new Date(minute(60) + 10_001)));
  }
  expect(counts[1]).toBe(counts[0]);
});

test('that is over, or of which something was heard, is looked at class by class', async () => {
  const [over, begun] = [timetable(3), timetable(1)];
  const { teacherId } = begun[0]!;
  const room = classOf(begun[0]!);
  await postAll(app, [...room.in(teacherId, 0, 60), ...room.in(newId(), 0, 60)]); // before it is known
  await publish([...over, ...begun]);
  const looked = async (at: number) => {
    await lookAt(database.db, at);
    const ids = [...begun, ...over].map(({ sessionId }) => sessionId);
    return database.db('sessions').whereIn('id', ids).whereNotNull('rest_until').pluck('id');
  };
  expect(await looked(minute(30))).toEqual(begun.map(({ sessionId }) => sessionId));
  expect(await looked(minute(60) + 10_001)).toHaveLength(4);
});

test('put off while webhooks come in: no class that began is missed', async () => {
  const begin = (session: SessionData) => {
    const room = classOf(session);
    return postAll(app, [room.in(session.teacherId, 0, 60)[0]!, room.in(newId(), 0, 60)[0]!]);
  };
  for (let round = 0; round < 5; round += 1) {
    const sessions = timetable(20);
    const looks = Array.from({ length: 40 }, async (_, turn) => {
      await new Promise((resolve) => setTimeout(resolve, turn * 5));
      await lookAt(database.db, clock.now);
    });
    await Promise.all([publish(sessions), ...looks, ...sessions.map(begin)]);
    await lookAt(database.db, minute(2)); // of what was woken behind the last look, or rested after one
    const started = new Set((await emitted(database.db, sessionStarted)).map(({ data }) => data.sessionId));
    expect(sessions.filter(({ sessionId }) => !started.has(sessionId))).toEqual([]);
  }
});
