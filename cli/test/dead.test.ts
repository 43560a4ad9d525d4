import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { deadEvents, discardDead, listDead, retryDead, showDead } from '../src/dead.js';
import { runProgram } from '../src/program.js';

let database: TestDatabase;
const event = { dead: newId(), other: newId(), waiting: newId() };
const operator = { actor: 'ann', reason: 'the handler was mended' };

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
  const { db } = database;
  await db('inbox').delete();
  await db('parked').delete();
  const row = (event_id: string, status: string, more = {}) => ({
    event_id,
    type: 'wallet.funds-held.v1',
    status,
    body: '{"n":1}',
    attempts: 8,
    last_error: 'TypeError: no',
    ...more,
  });
  await db('inbox').insert([
    row(event.dead, 'dead'),
    row(event.other, 'dead'),
    row(event.waiting, 'waiting', { next_attempt_at: new Date() }),
  ]);
});

const statusOf = async (id: string) =>
  (await database.db('inbox').where({ event_id: id }).first()) as Record<string, unknown>;
const actsOn = (target: string) =>
  database.db('operator_actions').where({ target }).select('actor', 'action', 'reason');
const park = async () => {
  const [row] = await database
    .db('parked')
    .insert({ routing_key: 'wallet.funds-held.v1', body: Buffer.from('{"x"'), reason: 'no JSON' }, ['id']);
  return `parked:${row?.id}`;
};

describe('dead letters', () => {
  test('only the dead are listed, and what nobody could read with them', async () => {
    const parked = await park();
    const ids = (await listDead(database.db, 10)).map(({ id }) => id);
    expect(ids.sort()).toEqual([event.dead, event.other, parked].sort());
    expect(await listDead(database.db, 1)).toHaveLength(1);
  });

  test('one is shown with its error and its body, readable or not', async () => {
    expect(await showDead(database.db, event.dead)).toMatchObject({
      error: 'TypeError: no',
      body: '{\n  "n": 1\n}',
    });
    expect(await showDead(database.db, await park())).toMatchObject({ error: 'no JSON', body: '{"x"' });
    await expect(showDead(database.db, event.waiting)).rejects.toThrow(/no dead letter/);
  });

  test('a retried one starts the ladder again, and it is written down who did it and why', async () => {
    await retryDead(database.db, [event.dead], operator);
    const row = await statusOf(event.dead);
    expect(row).toMatchObject({ status: 'retrying', attempts: 0 });
    expect((row.next_attempt_at as Date).getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(await actsOn(event.dead)).toEqual([{ ...operator, action: 'dead-letter-retried' }]);
    expect(await statusOf(event.other)).toMatchObject({ status: 'dead' });
  });

  test('when one of several is not dead, none is touched and nothing is written down', async () => {
    const before = await database.db('operator_actions').count();
    await expect(retryDead(database.db, [event.dead, event.waiting], operator)).rejects.toThrow(
      /nothing was changed/,
    );
    expect(await statusOf(event.dead)).toMatchObject({ status: 'dead' });
    expect(await database.db('operator_actions').count()).toEqual(before);
  });

  test('a discarded one keeps its body for the record and is offered no more', async () => {
    const parked = await park();
    await discardDead(database.db, [event.other, parked], operator);
    expect(await statusOf(event.other)).toMatchObject({ status: 'discarded', body: '{"n":1}' });
    expect((await listDead(database.db, 10)).map(({ id }) => id)).toEqual([event.dead]);
    expect(await actsOn(parked)).toEqual([{ ...operator, action: 'dead-letter-discarded' }]);
    await expect(discardDead(database.db, [event.other], operator)).rejects.toThrow(/no dead letter/);
  });

  test('all of them are all dead events, however many messages nobody could read are older', async () => {
    for (let n = 0; n < 3; n += 1) await park();
    await database.db('parked').update({ received_at: new Date(0) });
    expect((await deadEvents(database.db, 2)).sort()).toEqual([event.dead, event.other].sort());
  });

  test('what could not be read cannot be tried again', () => {
    expect(() => retryDead(database.db, ['parked:1'], operator)).toThrow(/discard it/);
  });
});

describe('on the command line', () => {
  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const lines = { out: '', err: '' };
    const collect = (stream: 'out' | 'err') => (text: unknown) => {
      lines[stream] += String(text);
      return true;
    };
    const out = jest.spyOn(process.stdout, 'write').mockImplementation(collect('out'));
    const err = jest.spyOn(process.stderr, 'write').mockImplementation(collect('err'));
    try {
      const code = await runProgram(args, { DATABASE_URL_WALLET: database.url });
      return { code, ...lines };
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  }

  test('retry takes all of them, by the name that is given', async () => {
    const { code, ...said } = await run('dead', 'retry', '--service', 'wallet', '--all', '--as', 'bob');
    expect([code, said]).toEqual([0, { out: '2 put back\n', err: '' }]);
    expect(await actsOn(event.other)).toContainEqual(expect.objectContaining({ actor: 'bob' }));
  });

  test.each<[string, string[], RegExp]>([
    ['no reason for giving up', ['discard', '--service', 'wallet', '--id', event.dead], /needs --reason/],
    ['no id', ['discard', '--service', 'wallet', '--reason', 'x'], /say which/],
    ['an id that is none', ['show', '--service', 'wallet', '--id', 'x'], /is no id/],
    ['no service', ['list'], /--service/],
    ['a service without a database', ['list', '--service', 'gateway'], /no service gateway/],
    ['an absurd limit', ['list', '--service', 'wallet', '--limit', '1e9'], /1 to 1000/],
    ['a command there is not', ['revive'], /unknown command|help/i],
  ])('%s ends with 2 and words, never a stack', async (_what, args, words) => {
    const { code, err } = await run('dead', ...args);
    expect(code).toBe(2);
    expect(err).toMatch(words);
    expect(err).not.toMatch(/\n\s+at /);
    expect(await statusOf(event.dead)).toMatchObject({ status: 'dead' });
  });

  test('a database that is not named, or not there, is said in words', async () => {
    expect(await run('dead', 'list', '--service', 'settlement')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/DATABASE_URL_SETTLEMENT is not set/),
    });
  });
});
