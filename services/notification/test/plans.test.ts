/** Tables that only grow are not read whole. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import type { TestDatabase } from '@rollcall/kit/testing';
import type { Knex } from 'knex';
import { takeDue } from '../src/store/letters.js';
import { bySubscription } from '../src/store/seats.js';
import { openDatabase } from './support.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

interface Asked {
  readonly sql: string;
  readonly bindings: readonly Knex.RawBinding[];
}

/** How the database goes about the first statement of `run`, were its tables too large to be read whole. */
const planOf = (run: (tx: Knex.Transaction) => Promise<unknown>): Promise<string> =>
  database.db.transaction(async (tx) => {
    const asked: Asked[] = [];
    tx.on('query', (one: Asked) => asked.push(one));
    await run(tx);
    const [{ sql, bindings } = { sql: '', bindings: [] }] = asked;
    await tx.raw('set local enable_seqscan = off');
    const { rows } = await tx.raw(`explain ${sql.replace(/\$\d+/g, '?')}`, [...bindings]);
    return rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
  });

test('which purchases were by subscription is looked up among the seats of those alone', async () => {
  const plan = await planOf((tx) => bySubscription(tx, [newId(), newId()]));
  expect(plan).toMatch(/on seats_by_subscription .*\n *Index Cond: \(purchase_id = ANY/);
});

test('the letter that is next is read off the index, however many wait', async () => {
  const now = new Date();
  const plan = await planOf((tx) => takeDue(tx, { now, lease: now, again: true }));
  expect(plan).toMatch(/Index Scan using letters_due/);
  expect(plan).not.toMatch(/Sort/);
});
