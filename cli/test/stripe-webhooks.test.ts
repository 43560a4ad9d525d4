import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { runProgram } from '../src/program.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(new URL('../../services/billing/migrations/', import.meta.url));
});
afterAll(() => database.close());

const intent = {
  ...{ id: 'pi_1', object: 'payment_intent', amount: 2500, currency: 'usd', status: 'succeeded' },
  ...{ receipt_email: 'ann@example.com', customer: 'cus_1', description: 'For Ann', reason: null },
  shipping: { name: 'Ann', address: { line1: 'Home' } },
  metadata: { paymentId: '01980b6a-5c1e-7a10-9d53-000000000901', note: 'Ann', refundId: 'Ann Other' },
};
beforeEach(async () => {
  await database.db('deliveries').delete();
  const row = (event_id: string, status: string, more = {}) => ({
    ...{ event_id, status, type: 'payment_intent.succeeded', attempts: 8, last_error: 'Error: other amount' },
    ...{
      body: JSON.stringify({ id: event_id, data: { object: intent } }),
      received_at: new Date(0),
      ...more,
    },
  });
  await database
    .db('deliveries')
    .insert([row('evt_1', 'dead'), row('evt_2', 'dead'), row('evt_3', 'stored', { due_at: new Date() })]);
});

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
    const code = await runProgram(['stripe-webhooks', ...args], { DATABASE_URL_BILLING: database.url });
    return { code, ...lines };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
const statuses = async () =>
  Object.fromEntries((await database.db('deliveries')).map((one) => [one.event_id, one.status]));

test('only the dead are listed, with why', async () => {
  const { code, out } = await run('list');
  expect([code, out.trim().split('\n').length]).toEqual([0, 2]);
  expect(out).toMatch(/evt_1 {2}payment_intent.succeeded .* 8 tries {2}Error: other amount/);
});

test('one is shown with its money and our ids, and nothing of who paid', async () => {
  const { out } = await run('show', '--id', 'evt_1');
  expect(JSON.parse(out.slice(out.indexOf('{')))).toEqual({
    ...{ id: 'pi_1', object: 'payment_intent', amount: 2500, currency: 'usd', status: 'succeeded' },
    metadata: { paymentId: intent.metadata.paymentId },
  });
  expect(out).not.toMatch(/Ann|example\.com|Home|cus_1/);
});

test('retried, they are due at once, and it is written down; when one is not dead none is', async () => {
  expect(await run('retry', '--id', 'evt_1', '--id', 'evt_3')).toMatchObject({ code: 1 });
  expect(await statuses()).toEqual({ evt_1: 'dead', evt_2: 'dead', evt_3: 'stored' });
  expect(await run('retry', '--all', '--as', 'bob', '--reason', 'mended')).toMatchObject({
    code: 0,
    out: '2 put back\n',
  });
  expect(await statuses()).toEqual({ evt_1: 'stored', evt_2: 'stored', evt_3: 'stored' });
  const [row] = await database.db('deliveries').where({ event_id: 'evt_2' });
  expect([row.attempts, row.due_at.getTime() <= Date.now()]).toEqual([0, true]);
  expect(
    await database.db('operator_actions').orderBy('target').select('actor', 'action', 'target', 'reason'),
  ).toEqual(
    ['evt_1', 'evt_2'].map((target) => ({
      actor: 'bob',
      action: 'stripe-webhook-retried',
      target,
      reason: 'mended',
    })),
  );
});

test.each([
  ['no id', ['retry'], 2],
  ['one there is not', ['show', '--id', 'evt_9'], 1],
  ['one that is not dead', ['show', '--id', 'evt_3'], 1],
  ['an absurd limit', ['list', '--limit', '0'], 2],
])('%s ends with words, never a stack', async (_what, args, code) => {
  const answer = await run(...args);
  expect(answer.code).toBe(code);
  expect(answer.err).not.toMatch(/\n\s+at /);
});
