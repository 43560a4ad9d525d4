import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { holdReleased } from '@rollcall/contracts/events/settlement';
import type { Database } from '@rollcall/kit/database';
import { emitted, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { prepare } from '../src/prepare.js';
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

test('a hold, the end of its session and the news of its teacher cannot miss each other', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = aClass();
    const purchases = [one.bought(), one.bought()];
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
  expect(await emitted(at.db, holdReleased)).toHaveLength(2 * ROUNDS);
});

test('completed and cancelled at once, each hold ends once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = aClass();
    const { event, holdId, studentId } = one.bought();
    const ends = [one.completed({ [studentId]: 3600 }), one.cancelled()];
    await tell(at.db, user(one.teacherId, 'teacher'));
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
