import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { connect, type Database } from '../src/database.js';
import { statementsOf, type TestDatabase, testDatabase } from '../src/testing.js';
import { inTransaction } from '../src/transaction.js';

let database: TestDatabase;
/** One connection: whatever is left behind in a transaction meets the next one on it. */
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  await database.db.raw('create table marks (name text primary key)');
  db = connect(database.url, { max: 1 });
});
afterAll(async () => {
  await db.destroy();
  await database.close();
});

const mark = (tx: Knex, name: string) => tx('marks').insert({ name });
const names = () => database.db('marks').pluck('name');
const OVER = 'The transaction is over';

describe('a transaction', () => {
  test('commits what its work did, and returns what it returned', async () => {
    const answer = await inTransaction(db, async (tx) => {
      await mark(tx, 'kept');
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await names()).toContain('kept');
  });

  test('keeps nothing of a work that failed, and throws its error', async () => {
    const failed = inTransaction(db, async (tx) => {
      await mark(tx, 'lost');
      throw new RangeError('no');
    });
    await expect(failed).rejects.toThrow(RangeError);
    expect(await names()).not.toContain('lost');
  });

  test('keeps nothing after a statement that failed, though its work did not notice', async () => {
    const failed = inTransaction(db, async (tx) => {
      await mark(tx, 'unnoticed');
      await tx.raw('select 1 / 0').catch(() => {});
    });
    await expect(failed).rejects.toThrow('COMMIT; was answered with ROLLBACK');
    expect(await names()).not.toContain('unnoticed');
  });

  test('gives its connection back, however it ends', async () => {
    for (let round = 0; round < 5; round += 1) {
      await inTransaction(db, async () => {
        throw new Error('no');
      }).catch(() => {});
      await inTransaction(db, async (tx) => tx.raw('select 1'));
    }
    expect(db.client.pool.numUsed()).toBe(0);
  });

  test('is heard by who listens to its pool', async () => {
    const heard = await statementsOf(db, () => inTransaction(db, (tx) => tx.raw('select 42')));
    expect(heard).toContain('select 42');
  });

  test('whose connection is lost leaves the pool a new one', async () => {
    const lost = inTransaction(db, async (tx) => {
      await mark(tx, 'cut off');
      const { rows } = await tx.raw('select pg_backend_pid() as pid');
      await database.db.raw('select pg_terminate_backend(?)', [rows[0].pid]);
      await tx.raw('select 1');
    });
    await expect(lost).rejects.toThrow(/terminat|not queryable/);
    await inTransaction(db, (tx) => mark(tx, 'after it'));
    expect(await names()).not.toContain('cut off');
    expect(await names()).toContain('after it');
  });
});

describe('what is left behind in a transaction is refused when it is over', () => {
  const leave = async () => {
    const left: { tx?: Knex } = {};
    await inTransaction(db, async (tx) => {
      left.tx = tx;
    });
    return left as { tx: Knex };
  };

  test('a statement made later', async () => {
    const { tx } = await leave();
    expect(() => mark(tx, 'late')).toThrow(OVER);
    expect(() => tx.raw('select 1')).toThrow(OVER);
  });

  test('one made later, while the next transaction is on the same connection', async () => {
    const { tx } = await leave();
    await inTransaction(db, async (next) => {
      await mark(next, 'mine');
      expect(() => mark(tx, 'smuggled')).toThrow(OVER);
    });
    expect(await names()).not.toContain('smuggled');
  });

  test('one made in it and run later, alone or in the next', async () => {
    const made: Knex.Raw[] = [];
    await inTransaction(db, async (tx) => {
      made.push(...[1, 2].map(() => tx.raw("insert into marks values ('stale')")));
    });
    await expect(Promise.resolve(made[0])).rejects.toThrow(OVER);
    await inTransaction(db, async () => {
      await expect(Promise.resolve(made[1])).rejects.toThrow(OVER);
    });
    expect(await names()).not.toContain('stale');
  });
});
