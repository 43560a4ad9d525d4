import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { housekeeping } from '../src/housekeeping.js';
import { newId } from '../src/id.js';
import { runTick, startSchedule, task } from '../src/schedule.js';
import { quietLog, type TestDatabase, testDatabase, workOf } from '../src/testing.js';
import { thingDone, until } from './things.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.close();
});

describe('timed work', () => {
  test('is done by one of many replicas at each tick', async () => {
    let runs = 0;
    const counted = task('counted', '* * * * *', async () => {
      runs += 1;
    });
    const ticks = [0, 60_000, 120_000].map((at) => new Date(at));
    const tries = ticks.flatMap((tick) =>
      Array.from({ length: 5 }, () => runTick(database.db, counted, tick, quietLog)),
    );
    const ran = (await Promise.all(tries)).filter(Boolean);
    expect([runs, ran.length]).toEqual([3, 3]);
  });

  test('by two schedules of the same task runs once a second', async () => {
    let runs = 0;
    const quick = task('quick', '* * * * * *', async () => {
      runs += 1;
    });
    const schedules = [1, 2].map(() => startSchedule(database.db, [quick], quietLog));
    await until('a few ticks', () => runs >= 2, 10);
    for (const schedule of schedules) await schedule.stop();
    expect(await database.db('scheduled_runs').where({ task: 'quick' })).toHaveLength(runs);
  });

  test('by a replica that was too busy to be in time is for the tick it missed', async () => {
    const slow = task('slow', '*/3 * * * * *', async () => {});
    const schedule = startSchedule(database.db, [slow], quietLog);
    const tick = Math.ceil((Date.now() + 500) / 3000) * 3000;
    await new Promise((resolve) => setTimeout(resolve, tick - Date.now() - 100));
    while (Date.now() < tick + 1_200);
    const ticks = () => database.db('scheduled_runs').where({ task: 'slow' }).pluck('tick');
    await until('its run', async () => (await ticks()).length > 0);
    await schedule.stop();
    expect((await ticks())[0].getTime()).toBe(tick);
  });

  test('that fails is tried again at the next tick', async () => {
    let runs = 0;
    const failing = task('failing', '* * * * * *', async () => {
      runs += 1;
      if (runs === 1) throw new Error('the first time');
    });
    const schedule = startSchedule(database.db, [failing], quietLog);
    await until('the second run', () => runs >= 2, 10);
    await schedule.stop();
    expect(runs).toBeGreaterThanOrEqual(2);
  });

  test('tidies what is old and nothing that is young or unpublished', async () => {
    const { db } = database;
    await workOf(db, async (work) =>
      work.emitAll(
        thingDone,
        [1, 2, 3].map((n) => ({ thingId: newId(), n })),
      ),
    );
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    const [first, second, third] = await db('outbox').orderBy('seq').pluck('seq');
    const made = (seq: number, days: number) =>
      db('outbox')
        .where({ seq })
        .update({ created_at: daysAgo(days) });
    await Promise.all([made(first, 31), made(second, 31), made(third, 29)]);
    await db('outbox_unpublished').whereNot({ seq: second }).delete();
    const old = () => ({
      type: 'x',
      event_id: v7({ msecs: daysAgo(181).getTime() }),
      received_at: daysAgo(181),
    });
    const again = { ...old(), status: 'done', received_at: daysAgo(1) };
    await db('inbox').insert([
      { ...old(), status: 'done' },
      { ...old(), status: 'dead', body: '{}' },
      again, // published again long after: its claim is young
      { ...old(), event_id: newId(), status: 'done', received_at: daysAgo(1) },
    ]);
    await runTick(db, housekeeping, new Date(0), quietLog);
    expect(await db('outbox').orderBy('seq').pluck('seq')).toEqual([second, third]);
    expect((await db('inbox').pluck('status')).sort()).toEqual(['dead', 'done', 'done']);
  });
});
