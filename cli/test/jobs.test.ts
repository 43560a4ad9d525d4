import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { startSchedule, task } from '@rollcall/kit/schedule';
import { quietLog, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { runProgram } from '../src/program.js';

let database: TestDatabase;
let ran = 0;
const YEARLY = '0 0 1 1 *';
const tasks = [
  task('wallet.count', YEARLY, async () => {
    ran += 1;
  }),
  task('wallet.break', YEARLY, async () => {
    throw new Error('no luck');
  }),
  task('wallet.slow', YEARLY, () => new Promise((done) => setTimeout(done, 4_000))),
];
let replicas: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(async () => {
  for (const replica of replicas) await replica.stop();
  replicas = [];
});
afterAll(() => database.close());

const start = async (count = 1) => {
  replicas = Array.from({ length: count }, () => startSchedule(database.db, tasks, quietLog));
  for (let n = 0; n < 100 && (await database.db('scheduled_tasks')).length < tasks.length; n += 1)
    await new Promise((done) => setTimeout(done, 20));
};

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const lines = { out: '', err: '' };
  const collect = (stream: 'out' | 'err') => (text: unknown) => {
    lines[stream] += String(text);
    return true;
  };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(collect('out')),
    jest.spyOn(process.stderr, 'write').mockImplementation(collect('err')),
  ];
  try {
    const code = await runProgram(['jobs', ...args], { DATABASE_URL_WALLET: database.url });
    return { code, ...lines };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('one replica of three does what is asked for, once, and it is written down who asked and why', async () => {
  await start(3);
  const answer = await run('run', 'wallet.count', '--as', 'ann', '--reason', 'after the outage');
  expect([answer.code, answer.out, ran]).toEqual([0, expect.stringMatching(/^wallet\.count: done in/), 1]);
  expect(await database.db('operator_actions').select('actor', 'action', 'target', 'reason')).toEqual([
    { actor: 'ann', action: 'job-run', target: 'wallet.count', reason: 'after the outage' },
  ]);
}, 30_000);

test('what fails ends with 1 and its reason, and is seen in the list', async () => {
  await start();
  expect(await run('run', 'wallet.break')).toMatchObject({ code: 1, err: 'Error: no luck\n' });
  expect((await run('list')).out).toMatch(/wallet {2}wallet\.break .* error in .*no luck/);
}, 30_000);

test('a name there is not ends with 2 and those there are', async () => {
  await start();
  expect(await run('run', 'wallet.nothing')).toMatchObject({
    code: 2,
    err: 'there is no wallet.nothing; there are wallet.break, wallet.count, wallet.slow\n',
  });
}, 30_000);

test('what no replica takes in time is taken back, and not done later', async () => {
  await start();
  await replicas.pop()!.stop();
  const before = ran;
  expect(await run('run', 'wallet.count', '--wait', '1')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/taken back/),
  });
  await start();
  await new Promise((done) => setTimeout(done, 2_500));
  expect(ran).toBe(before);
}, 30_000);

test('what takes longer than the patience goes on, and that is said', async () => {
  await start();
  const answer = await run('run', 'wallet.slow', '--wait', '3');
  expect([answer.code, answer.err]).toEqual([1, expect.stringMatching(/goes on/)]);
}, 30_000);
