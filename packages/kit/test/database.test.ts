import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isOutage } from '../src/database.js';
import { type TestDatabase, testDatabase } from '../src/testing.js';

const failed = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

describe('the database is away', () => {
  test.each([
    ['refusing connections', failed('ECONNREFUSED')],
    ['out of reach', failed('EHOSTUNREACH')],
    ['without a name', failed('EAI_AGAIN')],
    ['shutting down', failed('57P01')],
    ['starting', failed('57P03')],
    ['without room for another connection', failed('53300')],
    ['without room on its disk', failed('53100')],
    ['a standby now', failed('25006')],
    ['gone in the middle', new Error('Connection terminated unexpectedly')],
    ['silent', new Error('timeout expired')],
  ])('when it is %s: no message is to blame', (_what, error) => {
    expect(isOutage(error)).toBe(true);
  });

  test.each([
    ['a constraint that refuses', failed('23514')],
    ['a statement that is wrong', failed('42P01')],
    ['a statement that took too long', failed('57014')],
    ['a deadlock', failed('40P01')],
    ['what is no error', 'ECONNREFUSED'],
  ])('not by %s', (_what, error) => {
    expect(isOutage(error)).toBe(false);
  });
});

test('no statement is compiled: it would take longer than any of ours does', async () => {
  const { db, close } = await testDatabase();
  expect((await db.raw('show jit')).rows).toEqual([{ jit: 'off' }]);
  await close();
});

describe('what a statement that failed says of itself', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  test.each([
    ['a plain one', 'select 1 from nowhere where name = ?'],
    ['one that asks JSON for a key', "select 1 from nowhere where body \\? 'key' and name = ?"],
  ])('has none of its values: %s', async (_what, sql) => {
    const { message }: Error = await database.db.raw(sql, ['Ada Private']).then(undefined, (error) => error);
    expect(message).toMatch(/^select 1 from nowhere .* does not exist$/);
    expect(message).not.toContain('Private');
  });
});
