import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { attemptNew, on } from '../src/consumer.js';
import { connect, type Database, runAgainOn } from '../src/database.js';
import { newId } from '../src/id.js';
import { sendLast, sendTogether } from '../src/round-trips.js';
import { envelope, type TestDatabase, testDatabase } from '../src/testing.js';
import { inWork } from '../src/work.js';
import { startProxy } from './proxy.js';
import { thingDone } from './things.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

let db: Database;
beforeEach(async () => {
  db = database.db;
  await db.raw('drop table if exists notes');
  await db.raw('create table notes (n integer primary key, word text)');
});

const add = (n: number) => ({ text: 'insert into notes values ($1)', values: [n] });
const notes = () => db('notes').orderBy('n').pluck('n');
const cause = { correlationId: newId() };

/** Until so many sessions of this database wait for a lock. */
async function untilWaiting(count: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const { rows } = await db.raw(
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (Number(rows[0].n) >= count) return;
    if (Date.now() > deadline) throw new Error('nobody waits for a lock');
  }
}

describe('a transaction whose BEGIN and COMMIT travel with its statements', () => {
  test('commits what it did, and the next one on the connection begins anew', async () => {
    await db.transaction(async (tx) => tx.raw('insert into notes values (?)', [1]));
    await db.transaction(async (tx) => sendLast(tx, [add(2)]));
    await db.transaction(async (tx) => tx.raw('insert into notes values (?)', [3]));
    expect(await notes()).toEqual([1, 2, 3]);
  });

  test('is one transaction from its first statement to its last', async () => {
    const ids = await db.transaction(async (tx) => {
      const first = await tx.raw('select pg_current_xact_id()::text as id, ?::int', [1]);
      const text = 'select pg_current_xact_id()::text as id';
      const last = await sendLast(tx, [{ text }, { text }]);
      return [first, ...last.map((one) => one.status === 'fulfilled' && one.value)].map(
        (result) => result.rows[0].id,
      );
    });
    expect(new Set(ids).size).toBe(1);
  });

  test('leaves nothing when its last statement fails, although the commit was sent behind it', async () => {
    const failing = db.transaction(async (tx) => {
      await tx.raw('insert into notes values (?)', [1]);
      const answers = await sendLast(tx, [add(2), add(1), add(3)]);
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    });
    await expect(failing).rejects.toThrow('COMMIT; was answered with ROLLBACK');
    expect(await notes()).toEqual([]);
  });

  test('leaves nothing when its first statement fails, and says why', async () => {
    await expect(db.transaction((tx) => tx.raw('insert into nowhere values (?)', [1]))).rejects.toThrow(
      /nowhere/,
    );
    await db.transaction(async (tx) => tx('notes').insert({ n: 1 }));
    expect(await notes()).toEqual([1]);
  });

  test('leaves nothing when it throws between its statements', async () => {
    const thrown = db.transaction(async (tx) => {
      await tx('notes').insert({ n: 1 });
      throw new Error('changed my mind');
    });
    await expect(thrown).rejects.toThrow('changed my mind');
    expect(await notes()).toEqual([]);
  });

  test('is an error, not a success, when a failure inside it was caught and it is committed all the same', async () => {
    const careless = db.transaction(async (tx) => {
      await tx('notes').insert({ n: 1 });
      await tx.raw('select 1 / ?::int', [0]).catch(() => undefined);
    });
    await expect(careless).rejects.toThrow('COMMIT; was answered with ROLLBACK');
    expect(await notes()).toEqual([]);
  });

  test('ends with its commit: what follows on the connection is another one', async () => {
    const one = connect(database.url, { max: 1 });
    await one.transaction(async (tx) => sendLast(tx, [add(1)]));
    await one.transaction(async (tx) => tx.raw('insert into notes values (?)', [2]));
    await one.raw('insert into notes values (?)', [3]);
    expect(await notes()).toEqual([1, 2, 3]);
    await one.destroy();
  });

  test('without a statement is none, and spoils nothing', async () => {
    await db.transaction(async () => {});
    await expect(db.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await db.raw('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('keeps the mode it asked for', async () => {
    const writing = db.transaction((tx) => tx('notes').insert({ n: 1 }), { readOnly: true });
    await expect(writing).rejects.toThrow(/read-only/);
  });

  test('fails when its connection is cut before the answer, and the pool goes on with another', async () => {
    const proxy = await startProxy(Number(new URL(database.url).port || 5432));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const through = connect(url.toString(), { max: 1 });
    const cut = through.transaction(async (tx) => {
      await tx('notes').insert({ n: 1 });
      proxy.cut();
      await tx('notes').insert({ n: 2 });
    });
    await expect(cut).rejects.toThrow();
    proxy.heal();
    expect(await through('notes').pluck('n')).toEqual([]);
    await through.destroy();
    await proxy.close();
  });
});

describe('a statement that is used again', () => {
  const prepared = async (on: Database, text: string) => {
    const { rows } = await on.raw(
      'select count(*) as count from pg_prepared_statements where statement = ?',
      [text],
    );
    return Number(rows[0].count);
  };

  test('is planned once a connection', async () => {
    const one = connect(database.url, { max: 1 });
    const text = 'select word from notes where n = ?';
    for (let use = 0; use < 5; use += 1) await one.raw(text, [use]);
    expect(await prepared(one, text.replace('?', '$1'))).toBe(1);
    await one.destroy();
  });

  test('goes on when a newer release has changed its table: alone, and in a transaction', async () => {
    const old = connect(database.url, { max: 1 });
    const read = (from: Pick<Database, 'raw'>) => from.raw('select * from notes where n = ?', [1]);
    await db('notes').insert({ n: 1, word: 'one' });
    for (let use = 0; use < 5; use += 1) await read(old);
    await db.raw('alter table notes add column more integer');
    expect((await read(old)).rows).toEqual([{ n: 1, word: 'one', more: null }]);

    for (let use = 0; use < 5; use += 1) await read(old);
    await db.raw('alter table notes add column most integer');
    const seen = await inWork(old, cause, async ({ tx }) => (await read(tx)).rows);
    expect(seen).toEqual([{ n: 1, word: 'one', more: null, most: null }]);
    await old.destroy();
  });
});

test('events and state commit together through the shortened ending', async () => {
  const thingId = newId();
  await inWork(db, cause, async (work) => {
    await work.tx('notes').insert({ n: 5 });
    work.emit(thingDone, { thingId, n: 5 });
  });
  expect(await notes()).toEqual([5]);
  const sent = await db('outbox').where({ subject: thingId }).first('seq');
  expect(await db('outbox_unpublished').where({ seq: sent?.seq }).pluck('seq')).toEqual([sent?.seq]);
});

describe('statements sent together', () => {
  test('run in their order, each seeing what those before it did', async () => {
    const seen = await db.transaction((tx) =>
      sendTogether(tx, [
        tx.raw('insert into notes values (?)', [1]),
        tx.raw('select n from notes'),
        tx.raw('insert into notes values (?)', [2]),
        tx.raw('select n from notes order by n'),
      ]),
    );
    expect(seen.map(({ rows }) => rows)).toEqual([[], [{ n: 1 }], [], [{ n: 1 }, { n: 2 }]]);
  });

  test('fail with the first that failed, and nothing of the transaction stands', async () => {
    const failing = db.transaction((tx) =>
      sendTogether(tx, [tx.raw('insert into notes values (1)'), tx.raw('insert into notes values (1)')]),
    );
    await expect(failing).rejects.toThrow(/duplicate key/);
    expect(await notes()).toEqual([]);
  });

  test('a look behind a lock sees what a rival committed before it let go', async () => {
    await db('notes').insert({ n: 1, word: 'old' });
    let looked: Promise<unknown[]> | undefined;
    await db.transaction(async (rival) => {
      await rival.raw('select from notes where n = 1 for update');
      looked = db.transaction(async (tx) => {
        const [, word] = await sendTogether(tx, [
          tx.raw('select from notes where n = 1 for update'),
          tx.raw('select word from notes where n = 1'),
        ]);
        return word?.rows ?? [];
      });
      await untilWaiting(1);
      await rival.raw(`update notes set word = 'new'`);
    });
    expect(await looked).toEqual([{ word: 'new' }]);
  });
});

describe('what is left for the commit', () => {
  test('runs in its order, before the events, in the same transaction', async () => {
    await inWork(db, cause, async (work) => {
      work.atCommit(work.tx.raw('insert into notes values (?)', [1]));
      work.atCommit(work.tx.raw('update notes set word = ? where n = ?', ['one', 1]));
      work.emit(thingDone, { thingId: newId(), n: 1 });
      expect(await notes()).toEqual([]);
    });
    expect(await db('notes')).toEqual([{ n: 1, word: 'one' }]);
  });

  test('fails the transaction with its own words, events and all', async () => {
    const before = await db('outbox').count();
    const failing = inWork(db, cause, async (work) => {
      work.atCommit(work.tx.raw('insert into notes values (?)', [1]));
      work.atCommit(
        work.tx.raw('insert into notes values (?)', [1]),
        () => new Error('there is one already'),
      );
      work.emit(thingDone, { thingId: newId(), n: 1 });
    });
    await expect(failing).rejects.toThrow('there is one already');
    expect(await notes()).toEqual([]);
    expect(await db('outbox').count()).toEqual(before);
  });

  test('a rival row that a unique index refuses makes the transaction run again, and see it', async () => {
    const seen: number[] = [];
    const late = inWork(db, cause, async (work) => {
      const there = await work.tx('notes').pluck('n');
      seen.push(there.length);
      if (there.length > 0) return 'taken';
      await db('notes').insert({ n: 1 });
      work.atCommit(work.tx.raw('insert into notes values (?)', [1]), runAgainOn('notes_pkey'));
      return 'mine';
    });
    expect(await late).toBe('taken');
    expect(seen).toEqual([0, 1]);
  });
});

test('what fails after the commit of a batch is heard, and not taken for an event acted on before', async () => {
  const acts: string[] = [];
  const consumer = on(thingDone, async (work) => {
    acts.push('acted');
    work.afterwards(() => Promise.reject(new Error('the rest failed')));
  });
  const event = envelope(thingDone, { thingId: newId(), n: 1 });
  await expect(attemptNew(db, consumer, [event])).rejects.toThrow('the rest failed');
  expect(acts).toEqual(['acted']);
});
