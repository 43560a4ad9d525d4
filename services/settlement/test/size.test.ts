import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { holdReleased, sessionSettled } from '@rollcall/contracts/events/settlement';
import { emitted, statementsOf, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import type { Work } from '@rollcall/kit/work';
import { learnAttendance } from '../src/use-cases/learn-attendance.js';
import { sweep } from '../src/use-cases/sweep.js';
import { aClass, migrations, policy, tell, user } from './stage.js';

let at: TestDatabase;
beforeAll(async () => {
  at = await testDatabase(migrations);
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());

const classOf = (count: number) => {
  const one = aClass();
  const purchases = Array.from({ length: count }, () => one.bought());
  const done = one.completed(Object.fromEntries(purchases.map(({ studentId }) => [studentId, 3600])));
  return { one, purchases, done };
};

/** How many statements reach the database while `run` runs. */
const statements = async (run: () => Promise<unknown>) => (await statementsOf(at.db, run)).length;

test('a session of 320 holds takes as many statements as one of 90, to place and to settle', async () => {
  const counts = []; // both are judged in two chunks
  for (const size of [90, 320]) {
    const { one, purchases, done } = classOf(size);
    await tell(at.db, user(one.teacherId, 'teacher'));
    const place = await statements(() => tell(at.db, ...purchases.map(({ event }) => event)));
    counts.push([place, await statements(() => tell(at.db, done))]);
  }
  expect(counts[1]).toEqual(counts[0]);
});

test('a session of 10,000 holds settles chunk by chunk, the first paid before the last is judged', async () => {
  const { one, purchases, done } = classOf(10_000);
  await tell(at.db, ...purchases.map(({ event }) => event));
  expect(await statements(() => tell(at.db, done))).toBeLessThan(41 * 12);
  // The teacher comes last of all: every hold is taken up, frozen and judged then.
  await tell(at.db, user(one.teacherId, 'teacher'));
  const sentAt = await at.db('outbox').where({ type: holdReleased.type }).distinct('created_at');
  expect(sentAt.length).toBeGreaterThanOrEqual(40);
  const settled = await emitted(at.db, sessionSettled);
  expect(settled.filter((event) => event.data.sessionId === one.sessionId).at(-1)?.data).toMatchObject({
    counts: { released: 10_000, refunded: 0, review: 0 },
    totals: [{ teacher: { amount: 10_000_000 }, refund: { amount: 0 } }],
  });
  expect(await at.db('holds').where({ session_id: one.sessionId, status: 'released' })).toHaveLength(10_000);
});

test('what a process killed between two chunks left unjudged, the sweep judges', async () => {
  const { one, purchases, done } = classOf(600);
  await tell(at.db, user(one.teacherId, 'teacher'), ...purchases.map(({ event }) => event));
  // The first chunk commits; the process dies before it goes on.
  await workOf(at.db, (work) => learnAttendance({ ...work, afterwards: () => {} }, [done]));
  const held = () => at.db('holds').where({ session_id: one.sessionId, status: 'held' });
  expect((await held()).length).toBe(520);
  const inWork = <Result>(run: (work: Work) => Promise<Result>) => workOf(at.db, run);
  await sweep({ db: at.db, now: new Date(), inWork });
  expect(await held()).toEqual([]);
});

describe('what is heard between two chunks of one class', () => {
  /** Judges the first 80 of `size` holds and hands over what is left to do, as a process that is slow does. */
  async function begun(size: number) {
    const { one, purchases, done } = classOf(size);
    await tell(at.db, user(one.teacherId, 'teacher'), ...purchases.map(({ event }) => event));
    const rest: ((work: Work) => Promise<void>)[] = [];
    await workOf(at.db, (work) =>
      learnAttendance({ ...work, afterwards: (next) => rest.push(next) }, [done]),
    );
    const goOn = async () => {
      for (const next of rest) await workOf(at.db, next);
    };
    const count = async (status: string) =>
      (await at.db('holds').where({ session_id: one.sessionId, status })).length;
    const everybody = (seconds: number) =>
      Object.fromEntries(purchases.map(({ studentId }) => [studentId, seconds] as const));
    return { one, goOn, count, everybody };
  }

  test('a cancellation does not judge the rest: one class is settled by one rule', async () => {
    const { one, goOn, count } = await begun(300);
    expect(await count('held')).toBe(220);
    await tell(at.db, one.cancelled());
    await goOn();
    expect([await count('released'), await count('refunded'), await count('held')]).toEqual([300, 0, 0]);
  });

  test('a newer result judges the rest, and questions those judged before it', async () => {
    const { one, goOn, count, everybody } = await begun(300);
    const rival: ((work: Work) => Promise<void>)[] = [];
    await workOf(at.db, (work) =>
      learnAttendance({ ...work, afterwards: (next) => rival.push(next) }, [one.amended(2, everybody(0))]),
    );
    await goOn();
    for (const next of rival) await workOf(at.db, next);
    expect([await count('released'), await count('refunded'), await count('held')]).toEqual([80, 220, 0]);
    const open = await at
      .db('reviews')
      .join('holds', 'holds.id', 'reviews.hold_id')
      .where({ session_id: one.sessionId, 'reviews.status': 'open', outcome: 'refunded' });
    expect(open).toHaveLength(80);
  });

  test('a newer result stored but not yet judged by is what the rest is judged by', async () => {
    const { one, goOn, count } = await begun(300);
    await at.db('presences').where({ session_id: one.sessionId }).delete();
    await at.db('sessions').where({ id: one.sessionId }).update({ attendance_version: 2 });
    await goOn();
    expect([await count('released'), await count('refunded')]).toEqual([80, 220]);
    await at.db('sessions').where({ id: one.sessionId }).update({ looked_version: 2 });
    const versions = await at
      .db('decisions')
      .join('holds', 'holds.id', 'decisions.hold_id')
      .where({ session_id: one.sessionId })
      .distinct('attendance_version', 'outcome')
      .orderBy('attendance_version');
    expect(versions).toEqual([
      { attendance_version: 1, outcome: 'released' },
      { attendance_version: 2, outcome: 'refunded' },
    ]);
  });

  test('a process killed between two chunks of an amendment leaves the rest to the sweep', async () => {
    const { one, purchases, done } = classOf(300);
    await tell(at.db, user(one.teacherId, 'teacher'), ...purchases.map(({ event }) => event), done);
    await workOf(at.db, (work) => learnAttendance({ ...work, afterwards: () => {} }, [one.amended(2, {})]));
    const reviews = () =>
      at.db('reviews').join('holds', 'holds.id', 'reviews.hold_id').where({ session_id: one.sessionId });
    expect(await reviews()).toHaveLength(250);
    const inWork = <Result>(run: (work: Work) => Promise<Result>) => workOf(at.db, run);
    expect(await sweep({ db: at.db, now: new Date(), inWork })).toMatchObject({ amended: 1 });
    expect(await reviews()).toHaveLength(300);
    expect(await sweep({ db: at.db, now: new Date(), inWork })).toMatchObject({ amended: 0 });
  });
});
