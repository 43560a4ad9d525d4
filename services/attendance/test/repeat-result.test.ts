/** Results whose event was lost on the way and is asked for again. */

import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataOf } from '@rollcall/contracts/event';
import { attendanceAmended, sessionCompleted } from '@rollcall/contracts/events/attendance';
import { resultRequested } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { emitted, envelope, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { defaultRules } from '../src/domain/session.js';
import { correctAttendance } from '../src/use-cases/correct-attendance.js';
import {
  activated,
  appOf,
  classOf,
  know,
  lookAt,
  migrations,
  postAll,
  type SessionData,
  scheduled,
} from './support.js';

let database: TestDatabase;
let app: RequestListener;
const START = '2026-11-21T10:00:00.000Z';
const minute = (number: number): number => Date.parse(START) + number * 60_000;

beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db);
});
afterAll(() => database.close());

const said = async ({ sessionId }: Pick<SessionData, 'sessionId'>) =>
  (await emitted(database.db)).filter(({ subject }) => subject === sessionId);
const request = ({ sessionId }: Pick<SessionData, 'sessionId'>) =>
  know(database.db, envelope(resultRequested, { sessionId }));

/** What was said of the session is lost before anybody heard it. */
const lose = ({ sessionId }: SessionData) => database.db('outbox').where({ subject: sessionId }).delete();

/** Of a class with somebody who left twice, one whose leaving nobody saw, a stranger, and a buyer who never came. */
async function completed() {
  const session = await scheduled(database.db, { startsAt: START });
  const room = classOf(session);
  const [student, unseen] = [newId(), newId()];
  await know(database.db, activated(session, student), activated(session, newId()));
  await postAll(app, [
    ...room.in(session.teacherId, 0, 60),
    ...room.in(student, 0.005, 20),
    ...room.in(student, 25, 59),
    room.in(unseen, 30, 0)[0],
    ...room.in('Zoë', 10, 12),
    ...room.in('alice', 10, 12),
    room.finished(60.4),
  ]);
  await lookAt(database.db, minute(61));
  return { session, student, unseen };
}

test('the first version is said again word for word, under a new event id', async () => {
  const { session, student, unseen } = await completed();
  const first = (await said(session)).find(({ type }) => type === sessionCompleted.type);
  const { people } = first!.data as DataOf<typeof sessionCompleted>;
  expect(people.map(({ userId }) => userId)).toEqual([student, unseen, 'Zoë', 'alice'].sort());
  await lose(session);
  await request(session);
  const [repeated, ...more] = await said(session);
  expect(more).toEqual([]);
  expect(repeated).toMatchObject({ type: sessionCompleted.type, aggregateversion: 1 });
  expect(JSON.stringify(repeated!.data)).toBe(JSON.stringify(first!.data));
  expect(repeated!.id).not.toBe(first!.id);
});

test('of an amended session the newest version is said again, and no other', async () => {
  const { session, student } = await completed();
  const correction = {
    sessionId: session.sessionId,
    userId: student,
    actorId: newId(),
    reason: 'He was there.',
  };
  const intervals = [{ from: minute(0), to: minute(55) }];
  await workOf(database.db, (work) => correctAttendance(work, defaultRules, { ...correction, intervals }));
  const second = (await said(session)).find(({ type }) => type === attendanceAmended.type);
  await lose(session);
  await request(session);
  const [repeated, ...more] = await said(session);
  expect(more).toEqual([]);
  expect(repeated).toMatchObject({ type: attendanceAmended.type, aggregateversion: 2 });
  expect(repeated!.data).toEqual(second!.data);
  expect(repeated!.data).toMatchObject({ version: 2, cause: 'correction' });
});

test('asked about a session without a result, it says nothing and looks at it at once', async () => {
  const session = await scheduled(database.db, { startsAt: START });
  const due = () => database.db('sessions').where({ id: session.sessionId }).first('due_at');
  // Its look was lost, too: nothing else would ever make it due.
  await database.db('sessions').where({ id: session.sessionId }).update({ due_at: null });
  await lookAt(database.db, minute(200));
  await request(session);
  expect(await said(session)).toEqual([]);
  expect(await due()).toEqual({ due_at: new Date(0) });
  await lookAt(database.db, minute(200));
  expect(await said(session)).toMatchObject([{ type: sessionCompleted.type, data: { version: 1 } }]);
});

test('asked about a session nobody told it of, it says nothing', async () => {
  const session = { sessionId: newId() };
  await request(session);
  expect(await said(session)).toEqual([]);
});
