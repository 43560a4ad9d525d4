import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withdrawalCompleted } from '@rollcall/contracts/events/wallet';
import type { TestDatabase } from '@rollcall/kit/testing';
import { hear, openDatabase, user, withdrawn } from './support.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
  const { userId } = await user(database.db);
  await hear(database.db, [withdrawn(withdrawalCompleted, userId)]);
});
afterAll(() => database.close());

const invariants = readFileSync(new URL('../invariants.sql', import.meta.url), 'utf8')
  .split(/^-- name: /m)
  .slice(1)
  .map((chunk) => [chunk.slice(0, chunk.indexOf('\n')), chunk.slice(chunk.indexOf('\n'))] as const);

test.each(invariants)('%s', async (_name, sql) => {
  expect((await database.db.raw(sql)).rows).toEqual([]);
});

const SENT = "status = 'sent', content = null, next_attempt_at = null, attempts = 1, ended_at = now()";

/** Each breaks one invariant, in the order of the file; a check that finds nothing here would find nothing ever. */
const breakages = [
  ['update letters set attempts = 11'],
  ["update letters set next_attempt_at = now() - interval '2 hours'"],
  [
    `update letters set ${SENT}`,
    "insert into suppressions select email, now() - interval '1 day', '550' from letters limit 1",
  ],
];

test.each(invariants.map(([name, sql], index) => [name, sql, breakages[index]] as const))(
  'the check notices when it does not hold: %s',
  async (_name, sql, statements) => {
    const tx = await database.db.transaction();
    for (const statement of statements ?? []) await tx.raw(statement);
    const { rows } = await tx.raw(sql);
    await tx.rollback();
    expect(rows.length).toBeGreaterThan(0);
  },
);

test.each([
  ['a letter that is over holds words', "update letters set status = 'sent', attempts = 1, ended_at = now()"],
  [
    'a letter is sent that was never tried',
    `update letters set ${SENT}, attempts = 0`.replace('attempts = 1, ', ''),
  ],
  ['a letter waits for nothing', 'update letters set next_attempt_at = null'],
])('the database refuses that %s', async (_what, sql) => {
  await expect(database.db.raw(sql)).rejects.toThrow(/letters_/);
});
