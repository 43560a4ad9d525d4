import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { takeAsked } from '../src/asked-tasks.js';
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

  describe('that an operator asks for', () => {
    const ask = async (name: string, more: object = {}) => {
      const id = newId();
      await database.db('task_requests').insert({ id, task: name, actor: 'ann', ...more });
      return id;
    };
    const requestOf = (id: string) => database.db('task_requests').where({ id }).first();
    const ended = (id: string) => until('its end', async () => (await requestOf(id)).ended_at !== null, 10);
    const yearly = '0 0 1 1 *';

    test('is run once by one of the replicas, answered, and seen with how it went', async () => {
      let ran = 0;
      const counted = task('asked', yearly, async () => {
        ran += 1;
      });
      const broken = task('broken', yearly, async () => {
        throw new Error('no luck');
      });
      const replicas = [1, 2, 3].map(() => startSchedule(database.db, [counted, broken], quietLog));
      await until('it to be known', async () => {
        const known = await database
          .db('scheduled_tasks')
          .whereIn('name', ['asked', 'broken'])
          .pluck('pattern');
        return known.length === 2;
      });
      const [good, bad] = [await ask('asked'), await ask('broken')];
      await ended(good);
      await ended(bad);
      for (const replica of replicas) await replica.stop();
      expect(ran).toBe(1);
      expect([await requestOf(good), await requestOf(bad)]).toMatchObject([
        { outcome: 'done', error: null },
        { outcome: 'error', error: 'Error: no luck' },
      ]);
      const last = await database.db('scheduled_tasks').where({ name: 'broken' }).first();
      expect(last).toMatchObject({ last_outcome: 'error', last_error: 'Error: no luck' });
    }, 30_000);

    test('and then gave up, or that nobody took for an hour, is not run any more', async () => {
      await database.db('scheduled_tasks').insert({ name: 'late', pattern: yearly });
      const withdrawn = { ended_at: new Date(), outcome: 'withdrawn' };
      await ask('late', withdrawn);
      await ask('late', { asked_at: new Date(Date.now() - 3_700_000) });
      const names = ['late'];
      const run = async () => {
        throw new Error('it was run');
      };
      await takeAsked({ db: database.db, log: quietLog, names, run });
      expect(await database.db('task_requests').where({ task: 'late' }).whereNotNull('taken_at')).toEqual([]);
    });
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
