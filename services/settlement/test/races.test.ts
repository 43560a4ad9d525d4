import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { holdReleased } from '@rollcall/contracts/events/settlement';
import type { Database } from '@rollcall/kit/database';
import { emitted, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { prepare } from '../src/prepare.js';
import { learnAttendance } from '../src/use-cases/learn-attendance.js';
import { learnSessions } from '../src/use-cases/learn-session.js';
import { placeHolds } from '../src/use-cases/place-holds.js';
import { aClass, again, migrations, policy, tell, user } from './stage.js';

let at: TestDatabase;
beforeAll(async () => {
  at = await testDatabase(migrations);
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());

const ROUNDS = 25;

/** Replicas: each event by a connection of its own, all at once. */
const atOnce = (db: Database, events: readonly Envelope[]) =>
  Promise.all(events.map((event) => tell(db, event)));

test.each([
  ['never heard of', false],
  ['known before', true],
])(
  'a hold, the end of its session (%s) and the news of its teacher cannot miss each other',
  async (_when, known) => {
    const before = (await emitted(at.db, holdReleased)).length;
    for (let round = 0; round < ROUNDS; round += 1) {
      const one = aClass();
      const purchases = [one.bought(), one.bought()];
      if (known) await tell(at.db, one.scheduled());
      const seen = Object.fromEntries(purchases.map(({ studentId }) => [studentId, 3600]));
      const facts = [
        one.completed(seen),
        user(one.teacherId, 'teacher'),
        ...purchases.map(({ event }) => event),
      ];
      await atOnce(at.db, round % 2 === 0 ? facts : facts.reverse());

      const holds = await at
        .db('holds')
        .where({ session_id: one.sessionId })
        .select('status', 'decision_version');
      expect(holds).toEqual(Array(2).fill({ status: 'released', decision_version: 1 }));
    }
    expect(await emitted(at.db, holdReleased)).toHaveLength(before + 2 * ROUNDS);
  },
);

/** Long enough for the second transaction to reach the first one's locks. */
const MEANWHILE = 150;

test.each(['completed', 'cancelled'] as const)(
  'while one replica has not yet committed a hold or the end of its session (%s), the other waits for it',
  async (ending) => {
    for (const holdFirst of [true, false]) {
      const one = aClass();
      const { event, holdId, studentId } = one.bought();
      await tell(at.db, user(one.teacherId, 'teacher'), one.scheduled());
      const [completed, cancelled] = [one.completed({ [studentId]: 3600 }), one.cancelled()];
      const end = ending === 'completed' ? completed : cancelled;
      const second = await workOf(at.db, async (work) => {
        if (holdFirst) await placeHolds(work, [event]);
        else if (ending === 'completed') await learnAttendance(work, [completed]);
        else await learnSessions(work, [cancelled]);
        const rival = tell(at.db, holdFirst ? end : event);
        await sleep(MEANWHILE);
        return { rival };
      });
      await second.rival;
      const [hold] = await at.db('holds').where({ id: holdId }).select('status');
      expect(hold).toEqual({ status: ending === 'completed' ? 'released' : 'refunded' });
    }
  },
);

test('completed and cancelled at once, each hold ends once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = aClass();
    const { event, holdId, studentId } = one.bought();
    const ends = [one.completed({ [studentId]: 3600 }), one.cancelled()];
    await tell(at.db, user(one.teacherId, 'teacher'), one.scheduled());
    await atOnce(at.db, round % 2 === 0 ? [event, ...ends] : [...ends, event]);
    expect(await at.db('decisions').where({ hold_id: holdId })).toHaveLength(1);
  }
});

test('the same purchase, heard by two replicas under two event ids, is one hold', async () => {
  const one = aClass();
  const { event, holdId } = one.bought();
  await atOnce(at.db, [event, again(event), again(event)]);
  expect(await at.db('holds').where({ id: holdId })).toHaveLength(1);
});

test('sessions that end together, told to two replicas in opposite order, do not lock each other out', async () => {
  const classes = Array.from({ length: 10 }, () => aClass());
  const purchases = classes.map((one) => one.bought());
  await tell(
    at.db,
    ...classes.map((one) => user(one.teacherId, 'teacher')),
    ...purchases.map(({ event }) => event),
  );
  const ends = classes.map((one, index) => one.completed({ [purchases[index]!.studentId]: 3600 }));
  await Promise.all([tell(at.db, ...ends), tell(at.db, ...ends.map(again).reverse())]);
  const decisions = await at.db('decisions').whereIn(
    'hold_id',
    purchases.map(({ holdId }) => holdId),
  );
  expect(decisions).toHaveLength(10);
});

test('replicas that start at once write the first policy once, and it stays what it was', async () => {
  const fresh = await testDatabase(migrations);
  try {
    const start = (SETTLEMENT_POLICY: 'flat-15' | 'custom') =>
      prepare({ db: fresh.db, config: { SETTLEMENT_POLICY, SETTLEMENT_CUSTOM_RATES: { otherwise: 500 } } });
    await Promise.all(Array.from({ length: 6 }, () => start('flat-15')));
    await start('custom');
    const rows = await fresh.db('policies').select('version', 'preset', 'rate_otherwise');
    expect(rows).toEqual([{ version: 1, preset: 'flat-15', rate_otherwise: 1500 }]);
  } finally {
    await fresh.close();
  }
});
