/** Approved withdrawals given to the bank in one go: once each, by their own rules, and told line by line. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createPayoutBatch } from '@rollcall/contracts/api/payouts';
import { walletAudited, withdrawalProcessing } from '@rollcall/contracts/events/wallet';
import type { Role } from '@rollcall/contracts/shapes';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase, token, workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { manual } from '../src/payouts/manual.js';
import { orderOf } from '../src/queries/payout-batches.js';
import { routes } from '../src/routes.js';
import { clawBack } from '../src/use-cases/claw-back.js';
import { makeBatch } from '../src/use-cases/payouts/make-batch.js';
import { balance, brokenInvariants, config, migrations, usd, user } from './fixtures.js';
import { all, faultsOf, parseXml } from './pain-rules.js';
import { asked, because, handsOn, IBAN } from './withdrawing.js';

const IDS = { one: newId() };
let test_: TestDatabase;
let app: RequestListener;
let banked: RequestListener;
const db = () => test_.db;
const { admin, ask, act } = handsOn(() => app);
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  app = await testApp(routes({ db: db(), config }));
  const debtor = { PAYOUT_DEBTOR_NAME: 'Lessons Ltd', PAYOUT_DEBTOR_ACCOUNT: 'DE75512108001245126199' };
  banked = await testApp(routes({ db: db(), config: { ...config, ...debtor } }));
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

type Headers = Record<string, string>;
const as = async (id = admin, roles: Role[] = ['admin']) => ({
  authorization: `Bearer ${await token({ id, roles })}`,
});
const post = async (body: object, { at = app, headers = {} as Headers, by = admin } = {}) =>
  request(at)
    .post('/api/v1/admin/payout-batches')
    .set({ ...(await as(by)), ...headers })
    .send(body);
const get = async (path: string, { at = app, roles = ['admin'] as Role[] } = {}) =>
  request(at)
    .get(`/api/v1/admin/payout-batches${path}`)
    .set(await as(admin, roles));

/** So many withdrawals of 10.00 and more, each a cent apart, approved unless told otherwise. */
async function withdrawn(
  count: number,
  { currency = 'USD', steps = ['approve'], accountName = 'Tea Cher' } = {},
) {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const amount = 1000 + n;
    const teacher = await user(db(), { earnings: amount }, currency);
    const bankAccount = { ...asked.bankAccount, accountName };
    const { body } = await ask(teacher, { ...asked, amount, currency, bankAccount });
    for (const step of steps) expect((await act(body.id, step, { body: because })).status).toBe(200);
    ids.push(body.id);
  }
  return ids;
}
const naming = (ids: readonly string[], more: object = {}) => ({
  ...{ currency: 'USD', withdrawals: ids.map((id) => ({ id })), ...more },
});
const statusesOf = (ids: readonly string[]): Promise<string[]> =>
  db()('withdrawals')
    .whereIn('id', [...ids])
    .orderBy('id')
    .pluck('status');

describe('a batch', () => {
  test('is made of the approved ones that are named, which are processing from then on', async () => {
    const ids = await withdrawn(3);
    const { status, body } = await post(naming(ids, { notes: 'Friday' }));
    expect(status).toBe(201);
    expect(createPayoutBatch.answer?.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      ...{ status: 'processing', provider: 'manual', count: 3, total: usd(3003), formats: ['csv'] },
      ...{
        counts: { processing: 3, completed: 0, failed: 0, returned: 0 },
        notes: 'Friday',
        createdBy: admin,
      },
    });
    expect(
      body.lines.map((line: { n: number; withdrawalId: string }) => [line.n, line.withdrawalId]),
    ).toEqual(ids.map((id, index) => [index + 1, id]));
    expect(body.lines[0].bankAccount).toEqual({ ...body.lines[0].bankAccount, accountNumber: '****3000' });
    expect((await get(`/${body.id}`)).body).toEqual(body);
    const { lines: _lines, ...listed } = body;
    expect((await get('')).body.data[0]).toEqual(listed);

    const said = (await emitted(db(), withdrawalProcessing)).slice(-3);
    expect(said.map(({ data }) => data.withdrawalId)).toEqual(ids);
    const trail = (await emitted(db(), walletAudited)).slice(-4).map(({ data }) => data);
    expect(trail.map(({ action }) => action)).toEqual([
      ...Array(3).fill('wallet.withdrawal.process'),
      'wallet.payout-batch.make',
    ]);
    expect(trail.at(-1)).toMatchObject({ actor: admin, target: body.id, reason: 'Friday' });
    const shown = await request(app)
      .get(`/api/v1/admin/withdrawals/${ids[0]}`)
      .set(await as());
    expect(shown.body).toMatchObject({
      ...{ status: 'processing', payoutBatchId: body.id },
      attempts: [{ n: 1, provider: 'manual', status: 'processing', startedBy: admin }],
    });
  });

  test('leaves out who owes or is suspended since, and of those that are named refuses who owes', async () => {
    const ids = await withdrawn(3, { currency: 'NZD' });
    const owners: string[] = await db()('withdrawals').whereIn('id', ids).orderBy('id').pluck('teacher_id');
    await workOf(db(), (work) =>
      clawBack(work, { userId: owners[0]!, amount: 5000, currency: 'NZD', reason: 'a test', actorId: admin }),
    );
    await db()('known_users').where({ id: owners[1]! }).update({ suspended: true });
    const { body } = await post({ currency: 'NZD' });
    expect(body.lines.map(({ withdrawalId: id }: { withdrawalId: string }) => id)).toEqual([ids[2]]);
    const named = await post({ ...naming([ids[0]!]), currency: 'NZD' });
    expect([named.status, named.body.type]).toEqual([409, '/problems/debt-stands']);
    for (const step of ['process', 'complete']) {
      const { status, body: problem } = await act(ids[0]!, step);
      expect([status, problem.type]).toEqual([409, '/problems/debt-stands']);
    }
    expect((await act(ids[0]!, 'fail', { body: because })).status).toBe(200);
    expect((await act(ids[1]!, 'fail', { body: because })).status).toBe(200);
  });

  test('names a withdrawal whose bank details do not open, or begin as a formula does', async () => {
    const [broken, signed] = await withdrawn(2, { currency: 'CZK' });
    const sealed = await db()('withdrawals').where({ id: broken! }).first('bank_sealed');
    await db()('withdrawals').where({ id: broken! }).update({ bank_sealed: 'test.AAAA' });
    const refused = await post({ currency: 'CZK' });
    expect([refused.status, refused.body.type]).toEqual([422, '/problems/unpayable-bank-account']);
    expect(refused.body.errors).toEqual([
      { path: `withdrawals.${broken}`, message: 'Its bank details do not open.' },
    ]);
    await db()('withdrawals').where({ id: broken! }).update({ bank_sealed: sealed?.bank_sealed });
    expect((await post({ ...naming([broken!, signed!]), currency: 'CZK' })).status).toBe(201);
    const teacher = await user(db(), { earnings: 2000 }, 'CZK');
    const bankAccount = { ...asked.bankAccount, accountNumber: '+8801712345678' };
    const { body } = await ask(teacher, { ...asked, amount: 2000, currency: 'CZK', bankAccount });
    await act(body.id, 'approve');
    expect((await post({ ...naming([body.id]), currency: 'CZK' })).body.errors[0].message).toMatch(/formula/);
  });

  test('without names takes the oldest that may be paid, no more than asked for, of its currency alone', async () => {
    const [early, ...later] = await withdrawn(3, { currency: 'CHF' });
    await withdrawn(1, { currency: 'CHF', steps: [] });
    const first = await post({ currency: 'CHF', limit: 2 });
    expect(first.body.lines.map(({ withdrawalId: id }: { withdrawalId: string }) => id)).toEqual([
      ...[early, later[0]],
    ]);
    expect((await post({ currency: 'CHF' })).body.count).toBe(1);
    const none = await post({ currency: 'CHF' });
    expect([none.status, none.body.type]).toEqual([409, '/problems/nothing-to-pay']);
  });

  test('without names passes over an account that is too new, which named is refused', async () => {
    const cautious = await testApp(routes({ db: db(), config: { ...config, BANK_COOL_DOWN_HOURS: 24 } }));
    const teacher = await user(db(), { earnings: 1000 }, 'DKK');
    const fresh = await handsOn(() => cautious).ask(teacher, { ...asked, amount: 1000, currency: 'DKK' });
    await act(fresh.body.id, 'approve');
    const [old] = await withdrawn(1, { currency: 'DKK' });
    const { body } = await post({ currency: 'DKK' });
    expect(body.lines.map(({ withdrawalId: id }: { withdrawalId: string }) => id)).toEqual([old]);
    const named = await post(naming([fresh.body.id], { currency: 'DKK' }));
    expect([named.status, named.body.errors[0].message]).toEqual([409, expect.stringContaining('newly')]);
  });

  test('tells what became of each of its withdrawals, by the steps admins take of them', async () => {
    const [paid, failing, back] = (await withdrawn(3)) as [string, string, string];
    const { body } = await post(naming([paid, failing, back]));
    const seen = async () => {
      const { status, counts } = (await get(`/${body.id}`)).body;
      return [status, counts.completed, counts.failed, counts.returned];
    };
    await act(paid, 'complete');
    expect(await seen()).toEqual(['processing', 1, 0, 0]);
    await act(failing, 'fail', { body: because });
    await act(back, 'complete');
    expect(await seen()).toEqual(['partly-completed', 2, 1, 0]);
    await act(back, 'return', { body: because });
    expect(await seen()).toEqual(['partly-completed', 1, 1, 1]);
    const { lines } = (await get(`/${body.id}`)).body;
    expect(
      lines.map((line: { status: string; failureReason: string | null }) => [
        line.status,
        line.failureReason,
      ]),
    ).toEqual([
      ['completed', null],
      ['failed', because.reason],
      ['returned', because.reason],
    ]);
    const { teacherId } = lines[1];
    expect([
      await balance(db(), teacherId, 'earnings'),
      await balance(db(), teacherId, 'withdrawing'),
    ]).toEqual([...[1001, 0]]);
  });

  test('is made once an Idempotency-Key', async () => {
    const ids = await withdrawn(2);
    const headers = { 'idempotency-key': newId() };
    const first = await post(naming(ids), { headers });
    const again = await post(naming(ids), { headers });
    expect([again.status, again.headers['idempotency-replayed'], again.body]).toEqual([
      201,
      'true',
      first.body,
    ]);
    expect((await post(naming([ids[0]!]), { headers })).status).toBe(422);
  });

  test.each<[string, (ids: string[]) => object, number, string]>([
    ['one that is in another batch', (ids) => naming(ids), 409, 'not-payable'],
    ['one that nobody has heard of', (ids) => naming([...ids, newId()]), 404, 'not-found'],
    ['another currency', (ids) => naming(ids, { currency: 'EUR' }), 422, 'mixed-currencies'],
    [
      'one seen in an older state',
      ([id]) => ({ currency: 'USD', withdrawals: [{ id, version: 1 }] }),
      ...([412, 'changed-meanwhile'] as const),
    ],
  ])('with %s is refused, and nothing is changed', async (what, bodyOf, status, code) => {
    const ids = await withdrawn(2);
    if (what.includes('another batch')) await post(naming([ids[1]!]));
    const before = await statusesOf(ids);
    const { rows } = await db().raw('select count(*)::integer as batches from payout_batches');
    const refused = await post(bodyOf(ids));
    expect([refused.status, refused.body.type]).toEqual([status, `/problems/${code}`]);
    if (code === 'not-payable') expect(refused.body.errors).toHaveLength(1);
    expect(await statusesOf(ids)).toEqual(before);
    expect((await db().raw('select count(*)::integer as batches from payout_batches')).rows).toEqual(rows);
  });

  test.each<[string, object, string]>([
    ['no currency', {}, 'currency'],
    ['nothing named', { currency: 'USD', withdrawals: [] }, 'withdrawals'],
    ['one named twice', naming([IDS.one, IDS.one]), 'withdrawals'],
    ['more than a thousand', { currency: 'USD', limit: 1001 }, 'limit'],
    ['something unknown', { currency: 'USD', total: 1 }, 'total'],
  ])('of %s is 400', async (_what, body, path) => {
    const { status, body: problem } = await post(body);
    expect([status, problem.errors[0].path]).toEqual([400, path]);
  });

  test('keeps what it is: lines and batches are never changed, and no withdrawal is in two', async () => {
    const [id] = (await withdrawn(1)) as [string];
    const { body } = await post(naming([id]));
    const line = { withdrawal_id: id, batch_id: body.id, n: 2 };
    await expect(db()('payout_batch_lines').insert(line)).rejects.toThrow(/payout_batch_lines_pkey/);
    await expect(db()('payout_batches').update({ total: 1 })).rejects.toThrow(/only ever added to/);
    await expect(db()('payout_batch_lines').delete()).rejects.toThrow(/only ever added to/);
  });
});

describe('of admins at once', () => {
  const make = (more: object) =>
    workOf(db(), (work) =>
      makeBatch(
        work,
        { actorId: newId(), currency: 'USD', limit: 1000, ...more },
        { provider: manual, debtor: null, keys: config.BANK_KEYS },
      ),
    );

  test('who take whatever there is, each withdrawal is in one batch, and none is left', async () => {
    const ids = await withdrawn(30, { currency: 'NOK' });
    const tries = Array.from({ length: 6 }, () => make({ currency: 'NOK', limit: 10 }));
    const made = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
    await make({ currency: 'NOK' }).catch(() => undefined); // what two of them passed over for each other
    expect(made.length).toBeGreaterThanOrEqual(3);
    const lines = await db()('payout_batch_lines').whereIn('withdrawal_id', ids);
    expect(lines).toHaveLength(30);
    expect(new Set(await statusesOf(ids))).toEqual(new Set(['processing']));
  });

  test('who name the same, in any order, one makes the batch and the others are told', async () => {
    const ids = await withdrawn(8);
    const orders = [ids, [...ids].reverse(), ids.slice(2), [...ids.slice(4), ...ids.slice(0, 4)]];
    const tries = orders.map((some) => make({ withdrawals: some.map((id) => ({ id })) }));
    const settled = await Promise.allSettled(tries);
    const codes = settled.map((one) =>
      one.status === 'rejected' ? (one.reason as { code: string }).code : 'made',
    );
    expect([...codes].sort()).toEqual(['made', 'not-payable', 'not-payable', 'not-payable']);
  });

  test('who complete a withdrawal while it goes into a batch, one wins: it is in the batch, or none of them is', async () => {
    for (let round = 0; round < 3; round += 1) {
      const ids = await withdrawn(6);
      const [batch, ...completed] = await Promise.allSettled([
        make({ withdrawals: ids.map((id) => ({ id })) }),
        ...ids.map((id) => act(id, 'complete')),
      ]);
      expect(completed.map((one) => one.status === 'fulfilled' && one.value.status)).toEqual(
        Array(6).fill(200),
      );
      expect(await statusesOf(ids)).toEqual(Array(6).fill('completed'));
      const lines = await db()('payout_batch_lines').whereIn('withdrawal_id', ids);
      const attempts = await db()('withdrawal_attempts').whereIn('withdrawal_id', ids);
      expect(attempts).toHaveLength(6);
      if (batch?.status === 'fulfilled') expect(lines).toHaveLength(6);
      else {
        expect(batch?.reason).toMatchObject({ code: 'not-payable' });
        expect(lines).toHaveLength(0);
      }
    }
  });
});

describe('the file', () => {
  test('is a CSV with the account in full, the same each time, whatever became of its lines', async () => {
    const ids = await withdrawn(2);
    const { body } = await post(naming(ids));
    const first = await get(`/${body.id}/file?format=csv`);
    expect([first.status, first.headers['cache-control'], first.headers['content-type']]).toEqual([
      ...[200, 'no-store', 'text/csv; charset=utf-8'],
    ]);
    expect(first.headers['content-disposition']).toBe(`attachment; filename="payouts-${body.id}.csv"`);
    expect(first.text.split('\r\n')[1]).toBe(`${ids[0]},10.00,USD,Tea Cher,${IBAN},A Bank,,`);
    await act(ids[0]!, 'complete');
    await act(ids[1]!, 'fail', { body: because });
    expect((await get(`/${body.id}/file?format=csv&again=true`)).text).toBe(first.text);
  });

  test('is not had for the first time when money of it went back to its teachers, who would be paid twice', async () => {
    const ids = await withdrawn(3);
    const { body } = await post(naming(ids));
    await act(ids[1]!, 'fail', { body: because });
    const refused = await get(`/${body.id}/file?format=csv`);
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/lines-ended']);
    expect(refused.body.withdrawals).toEqual([ids[1]]);
    expect((await get(`/${body.id}/file?format=csv&again=true`)).status).toBe(200);
    expect((await emitted(db(), walletAudited)).at(-1)?.data.reason).toMatch(/once more/);
  });

  test('is not had for the first time when a line of it was paid otherwise meanwhile', async () => {
    const ids = await withdrawn(2);
    const { body } = await post(naming(ids));
    await act(ids[0]!, 'complete');
    const refused = await get(`/${body.id}/file?format=csv`);
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/lines-ended']);
    expect(refused.body.withdrawals).toEqual([ids[0]]);
  });

  test('holds no line that ended between the look at its lines and their reading', async () => {
    const ids = await withdrawn(2);
    const { body } = await post(naming(ids));
    const order = { again: false, keys: config.BANK_KEYS };
    expect((await orderOf(db(), body.id, order)).payments).toHaveLength(2);
    await act(ids[1]!, 'fail', { body: because });
    await expect(orderOf(db(), body.id, order)).rejects.toMatchObject({ code: 'lines-ended' });
    expect((await orderOf(db(), body.id, { ...order, again: true })).payments).toHaveLength(2);
  });

  test('as pain.001 follows the schema, and pays from the account that was set when the batch was made', async () => {
    const ids = await withdrawn(2);
    const { body } = await post(naming(ids), { at: banked });
    expect(body.formats).toEqual(['csv', 'pain.001']);
    const { text, status, headers } = await get(`/${body.id}/file?format=pain.001`, { at: banked });
    expect([status, headers['content-type'], faultsOf(text)]).toEqual([
      ...[200, 'application/xml; charset=utf-8', []],
    ]);
    expect(all(parseXml(text), 'CtrlSum').map((sum) => sum.text)).toEqual(['20.01', '20.01']);
    // Another replica, or a later setting, makes no other file of it.
    expect((await get(`/${body.id}/file?format=pain.001`)).text).toBe(text);
  });

  test('cannot be had as pain.001 where no account was set', async () => {
    const { body } = await post(naming(await withdrawn(1)));
    const { status, body: problem } = await get(`/${body.id}/file?format=pain.001`, { at: banked });
    expect([status, problem.type]).toEqual([409, '/problems/no-debtor-account']);
  });

  test('with a name no bank takes is refused before anything is given to the bank, and the name is not said', async () => {
    const ids = [...(await withdrawn(1)), ...(await withdrawn(1, { accountName: '田中 太郎' }))];
    const { status, body } = await post(naming(ids), { at: banked });
    expect([status, body.type, body.errors]).toEqual([
      ...[422, '/problems/unpayable-bank-account'],
      [{ path: `withdrawals.${ids[1]}`, message: expect.stringContaining('Latin') }],
    ]);
    expect(JSON.stringify(body)).not.toContain('田');
    expect(await statusesOf(ids)).toEqual(['approved', 'approved']);
    expect((await post(naming(ids))).status).toBe(201);
  });

  test('leaves who took it in the audit trail; who may not, or names no format, gets nothing', async () => {
    const { body } = await post(naming(await withdrawn(1)));
    const taken = async () =>
      (await emitted(db(), walletAudited)).filter(({ data }) => data.action === 'wallet.payout-batch.file')
        .length;
    const before = await taken();
    await get(`/${body.id}/file?format=csv`);
    expect((await emitted(db(), walletAudited)).at(-1)?.data).toMatchObject({
      actor: admin,
      target: body.id,
    });
    for (const roles of [['teacher'], ['finance'], ['student']] as Role[][])
      expect((await get(`/${body.id}/file?format=csv`, { roles })).status).toBe(403);
    expect((await get(`/${body.id}/file`)).status).toBe(400);
    expect((await get(`/${body.id}/file?format=pdf`)).status).toBe(400);
    expect((await get(`/${newId()}/file?format=csv`)).status).toBe(404);
    expect((await get(`/${newId()}`)).status).toBe(404);
    expect(await taken()).toBe(before + 1);
  });
});

test('the list goes by page and currency, the newest first', async () => {
  const made: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const ids = await withdrawn(1, { currency: 'SEK' });
    made.unshift((await post(naming(ids, { currency: 'SEK' }))).body.id);
  }
  const idsIn = async (search: string) =>
    (await get(`?currency=SEK&${search}`)).body.data.map((row: { id: string }) => row.id);
  expect(await idsIn('')).toEqual(made);
  const page = (await get('?currency=SEK&limit=2')).body;
  expect(await idsIn(`limit=2&cursor=${page.nextCursor}`)).toEqual([made[2]]);
  expect((await get('?cursor=x')).status).toBe(400);
});
