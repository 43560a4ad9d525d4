/** The result of a class of thousands has to fit into an event, or nobody of it would ever be paid. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataOf } from '@rollcall/contracts/event';
import { sessionCompleted } from '@rollcall/contracts/events/attendance';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { fitting } from '../src/fitting.js';
import { migrations } from './support.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrations);
});
afterAll(() => database.close());

type Result = DataOf<typeof sessionCompleted>;
const at = '2026-11-21T10:00:00.000Z';

function classOf(people: number, stretches: number): Result {
  const presence = (role: 'teacher' | 'participant') => ({
    userId: newId(),
    role,
    seconds: 3600,
    maxSeconds: 3600,
    overlapSeconds: 3600,
    firstSeenAt: at,
    lastSeenAt: at,
    intervals: Array.from({ length: stretches }, () => ({ from: at, to: at, exact: true })),
    disconnects: Array.from({ length: stretches }, () => 'CLIENT_INITIATED'),
  });
  return {
    sessionId: newId(),
    version: 1,
    cause: 'room-finished',
    scheduledSeconds: 3600,
    startedAt: at,
    endedAt: at,
    observed: true,
    teacher: presence('teacher'),
    people: Array.from({ length: people }, () => presence('participant')),
  };
}

const say = (result: Result) =>
  workOf(database.db, async (work) => work.emit(sessionCompleted, result, { version: 1 }));

test('10,000 people who came back five times are said with their figures and without their stretches', async () => {
  const result = classOf(10_000, 5);
  await expect(say(result)).rejects.toThrow('too large');
  await say(fitting(result));
  const [event] = await emitted(database.db, sessionCompleted);
  expect(event?.data.people).toHaveLength(10_000);
  expect(event?.data.people[0]).toEqual({ ...result.people[0], intervals: [], disconnects: [] });
  expect(event?.data.teacher).toEqual(result.teacher);
});

test('10,000 people who came once keep theirs, and it fits', async () => {
  const result = classOf(10_000, 1);
  expect(fitting(result)).toBe(result);
  await say(result);
});
