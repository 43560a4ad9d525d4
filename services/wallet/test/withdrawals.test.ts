/** Earnings paid out: the states, who may take which step, and where the money is after each. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as events from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase, workOf } from '@rollcall/kit/testing';
import { routes } from '../src/routes.js';
import { clawBack } from '../src/use-cases/claw-back.js';
import { balance, brokenInvariants, config, migrations, usd, user } from './fixtures.js';
import { asked, because, handsOn } from './withdrawing.js';

let test_: TestDatabase;
let app: RequestListener;
let fourEyes: RequestListener;
const db = () => test_.db;
const { admin, get, ask, act, cancel } = handsOn(() => app);
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  app = await testApp(routes({ db: db(), config }));
  fourEyes = await testApp(routes({ db: db(), config: { ...config, WITHDRAWAL_FOUR_EYES: 'on' } }));
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

const earner = (earnings = 9000, currency = 'USD') => user(db(), { earnings }, currency);
/** A withdrawal of 50.00, its teacher having 90.00, after these steps. */
async function after(...steps: string[]) {
  const teacher = await earner();
  const { body } = await ask(teacher);
  for (const step of steps) {
    const done =
      step === 'cancel' ? await cancel(teacher, body.id) : await act(body.id, step, { body: because });
    expect([step, done.status]).toEqual([step, 200]);
  }
  return { teacher, id: body.id as string };
}
const earningsOf = async (id: string) => (await get('/wallet', id)).body.earnings;

describe('a request', () => {
  test('reserves the money at once and shows the bank account masked', async () => {
    const teacher = await earner();
    const { status, body, headers } = await ask(teacher, { ...asked, notes: 'For May' });
    expect([status, headers.etag]).toEqual([201, '"1"']);
    expect(body).toEqual({
      ...{ id: expect.any(String), teacherId: teacher, amount: 5000, currency: 'USD', status: 'pending' },
      payoutMethod: 'bank_transfer',
      bankAccount: { bankName: 'A Bank', accountNumber: '****3000', accountName: 'T*** C***' },
      ...{ requestedAt: expect.any(String), createdAt: body.requestedAt, processedAt: null },
      ...{ processedBy: null, completedAt: null, notes: 'For May', adminNotes: null, failureReason: null },
      version: 1,
    });
    expect(await earningsOf(teacher)).toMatchObject({
      ...{ available: usd(4000), reservedForWithdrawal: usd(5000), totalWithdrawn: usd(0) },
    });
    expect((await emitted(db(), events.withdrawalRequested)).at(-1)).toMatchObject({
      aggregateversion: 1,
      data: { withdrawalId: body.id, teacherId: teacher, amount: usd(5000), status: 'pending', reason: null },
    });
  });

  test('is made once an Idempotency-Key, and shown again as it is now', async () => {
    const teacher = await earner();
    const key = { 'idempotency-key': newId() };
    const first = await ask(teacher, asked, key);
    await act(first.body.id, 'approve');
    const again = await ask(teacher, asked, key);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    expect(again.body).toMatchObject({ id: first.body.id, status: 'approved' });
    expect((await ask(teacher, { ...asked, amount: 1000 }, key)).status).toBe(422);
    expect(await balance(db(), teacher, 'withdrawing')).toBe(5000);
  });

  test.each<[currency: string, least: number]>([
    ['USD', 1000],
    ['JPY', 10],
    ['KWD', 10_000],
  ])('of %s is for at least ten: %s minor units', async (currency, least) => {
    const teacher = await earner(50_000, currency);
    const less = await ask(teacher, { ...asked, currency, amount: least - 1 });
    expect([less.status, less.body.type, less.body.errors[0].path]).toEqual([
      ...[422, '/problems/below-minimum', 'amount'],
    ]);
    expect((await ask(teacher, { ...asked, currency, amount: least })).status).toBe(201);
  });

  test.each<[string, object]>([
    ['more than there is', { amount: 9001 }],
    ['another currency', { currency: 'EUR' }],
  ])('for %s is 409 and says what may be withdrawn', async (_what, more) => {
    const { status, body } = await ask(await earner(), { ...asked, ...more });
    expect([status, body.type]).toEqual([409, '/problems/insufficient-earnings']);
    expect(body.detail).toMatch(/^(90|0)\.00 (USD|EUR)/);
  });

  test('by a teacher the wallet has not heard of is 409', async () => {
    expect((await ask(newId())).body.type).toBe('/problems/insufficient-earnings');
  });

  test('is 409 while something is owed', async () => {
    const teacher = await earner(100);
    const debt = { userId: teacher, amount: 200, currency: 'USD', reason: 'a test', actorId: admin };
    await workOf(db(), (work) => clawBack(work, debt));
    const { status, body } = await ask(teacher);
    expect([status, body.type, body.detail]).toEqual([
      ...[409, '/problems/debt-stands', expect.stringContaining('1.00 USD')],
    ]);
  });

  test.each<[string, object, string]>([
    ['nothing', { amount: 0 }, 'amount'],
    ['less than nothing', { amount: -5000 }, 'amount'],
    ['a fraction', { amount: 5000.5 }, 'amount'],
    ['a text', { amount: '5000' }, 'amount'],
    ['no currency there is', { currency: 'XXX' }, 'currency'],
    ['something not known here', { status: 'completed' }, 'status'],
  ])('for %s is 400', async (_what, more, path) => {
    const { status, body } = await ask(await earner(), { ...asked, ...more });
    expect([status, body.errors[0].path]).toEqual([400, path]);
  });
});

describe('a step', () => {
  test.each<[path: string[], status: string, earnings: number, withdrawing: number, withdrawn: number]>([
    [[], 'pending', 4000, 5000, 0],
    [['approve'], 'approved', 4000, 5000, 0],
    [['approve', 'process'], 'processing', 4000, 5000, 0],
    [['approve', 'process', 'complete'], 'completed', 4000, 0, 5000],
    [['approve', 'complete'], 'completed', 4000, 0, 5000],
    [['cancel'], 'cancelled', 9000, 0, 0],
    [['reject'], 'rejected', 9000, 0, 0],
    [['approve', 'fail'], 'failed', 9000, 0, 0],
    [['approve', 'process', 'fail'], 'failed', 9000, 0, 0],
    [['approve', 'complete', 'return'], 'returned', 9000, 0, 0],
  ])('after %j it is %s', async (path, status, earnings, withdrawing, withdrawn) => {
    const { teacher, id } = await after(...path);
    const { body } = await get(`/withdrawals/${id}`, teacher);
    expect([body.status, body.version]).toEqual([status, path.length + 1]);
    expect(await earningsOf(teacher)).toMatchObject({
      ...{
        available: usd(earnings),
        reservedForWithdrawal: usd(withdrawing),
        totalWithdrawn: usd(withdrawn),
      },
    });
    const said = (await emitted(db())).filter(({ subject }) => subject === id);
    expect(said.map(({ aggregateversion }) => aggregateversion)).toEqual(
      path.length === 0 ? [1] : expect.anything(),
    );
    expect(said.at(-1)?.data).toMatchObject({ withdrawalId: id, status, amount: usd(5000) });
    const rows = (await get('/wallet/transactions?type=withdrawal', teacher)).body.data;
    const back = earnings === 9000;
    expect(
      rows.map(({ amount, status: shown }: { amount: number; status: string }) => [amount, shown]),
    ).toEqual([
      ...(back ? [[5000, 'completed']] : []),
      [-5000, back ? 'failed' : withdrawn > 0 ? 'completed' : 'pending'],
    ]);
  });

  test('an admin took is shown with who, when and why, its attempt beside it, and stands in the audit trail', async () => {
    const { teacher, id } = await after('approve');
    await act(id, 'process', { body: { notes: 'Batch 7' } });
    const { body } = await act(id, 'fail', { body: { reason: 'Account closed' } });
    expect(body).toMatchObject({
      ...{ status: 'failed', processedBy: admin, adminNotes: 'Batch 7', failureReason: 'Account closed' },
      attempts: [
        {
          ...{ n: 1, provider: 'manual', status: 'failed', startedBy: admin, endedBy: admin },
          reason: 'Account closed',
        },
      ],
    });
    expect((await emitted(db(), events.withdrawalFailed)).at(-1)?.data).toMatchObject({
      ...{ teacherId: teacher, reason: 'Account closed' },
    });
    const audited = (await emitted(db(), events.walletAudited)).filter(({ data }) => data.target === id);
    expect(audited.map(({ data }) => [data.action, data.actor])).toEqual([
      ['wallet.withdrawal.approve', admin],
      ['wallet.withdrawal.process', admin],
      ['wallet.withdrawal.fail', admin],
    ]);
  });

  test.each<[path: string[], forbidden: string[]]>([
    [[], ['process', 'complete', 'fail', 'return']],
    [['approve'], ['approve', 'reject', 'return', 'cancel']],
    [
      ['approve', 'process'],
      ['approve', 'process', 'reject', 'return', 'cancel'],
    ],
    [
      ['approve', 'complete'],
      ['approve', 'process', 'complete', 'fail', 'reject', 'cancel'],
    ],
    [['reject'], ['approve', 'process', 'complete', 'fail', 'reject', 'return', 'cancel']],
    [['cancel'], ['approve', 'complete', 'return', 'cancel']],
    [
      ['approve', 'fail'],
      ['approve', 'complete', 'fail', 'return', 'cancel'],
    ],
    [
      ['approve', 'complete', 'return'],
      ['return', 'complete', 'fail'],
    ],
  ])('after %j each of %j is 409 and names the state', async (path, forbidden) => {
    const { teacher, id } = await after(...path);
    const { status } = (await get(`/withdrawals/${id}`, teacher)).body;
    for (const step of forbidden) {
      const refused = step === 'cancel' ? await cancel(teacher, id) : await act(id, step, { body: because });
      expect([step, refused.status, refused.body.type]).toEqual([step, 409, '/problems/wrong-state']);
      expect(refused.body).toMatchObject({ status: 409, withdrawalStatus: status });
      expect(refused.body.detail).toContain(status);
    }
  });

  test.each(['fail', 'reject', 'return'])('%s without a reason is 400', async (step) => {
    const { id } = await after('approve');
    for (const body of [undefined, {}, { reason: ' ' }])
      expect((await act(id, step, { body })).status).toBe(400);
  });

  test('decided by an older state is 412, and by the newest is taken', async () => {
    const { id } = await after('approve');
    const stale = await act(id, 'process', { headers: { 'if-match': '"1"' } });
    expect([stale.status, stale.body.type]).toEqual([412, '/problems/changed-meanwhile']);
    const fresh = await act(id, 'process', { headers: { 'if-match': '"2"' } });
    expect([fresh.status, fresh.headers.etag]).toEqual([200, '"3"']);
  });

  test('is taken once an Idempotency-Key', async () => {
    const { teacher, id } = await after('approve');
    const headers = { 'idempotency-key': newId() };
    const answers = [await act(id, 'complete', { headers }), await act(id, 'complete', { headers })];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await earningsOf(teacher)).totalWithdrawn).toEqual(usd(5000));
  });

  test('who asked for it may not approve it, though he is an admin', async () => {
    const { teacher, id } = await after();
    const own = await act(id, 'approve', { by: teacher });
    expect([own.status, own.body.type]).toEqual([403, '/problems/own-withdrawal']);
  });

  test('with four eyes, who approved it may not complete it', async () => {
    const strict = handsOn(() => fourEyes);
    const { id } = await after('approve');
    const same = await strict.act(id, 'complete', { by: admin });
    expect([same.status, same.body.type]).toEqual([403, '/problems/four-eyes']);
    expect((await strict.act(id, 'complete', { by: newId() })).status).toBe(200);
  });

  test('back to earnings repays first what is owed meanwhile, and nothing is approved while it is', async () => {
    const { teacher, id } = await after();
    const debt = { userId: teacher, amount: 6000, currency: 'USD', reason: 'a test', actorId: admin };
    await workOf(db(), (work) => clawBack(work, debt));
    expect((await act(id, 'approve')).body.type).toBe('/problems/debt-stands');
    await act(id, 'reject', { body: because });
    expect((await get('/wallet', teacher)).body).toMatchObject({
      debt: usd(0),
      earnings: { available: usd(3000) },
    });
    expect((await emitted(db(), events.debtRepaid)).at(-1)?.data).toEqual({
      ...{ userId: teacher, amount: usd(2000), cause: 'withdrawal' },
    });
  });
});

describe('the other name', () => {
  test('answers the same resource', async () => {
    const teacher = await earner();
    const { status, body } = await ask(teacher, asked, {}, '/payouts');
    expect(status).toBe(201);
    expect((await get('/payouts', teacher)).body.data).toEqual([body]);
    expect((await get(`/payouts/${body.id}`, teacher)).body).toEqual(body);
    const pending = await get(`/admin/payouts?teacherId=${teacher}`, admin, ['admin']);
    expect(pending.body.data).toEqual([body]);
    await act(body.id, 'approve');
    const after_ = await get(`/admin/payouts?teacherId=${teacher}`, admin, ['admin']);
    expect(after_.body.data).toEqual([]);
    const approved = await get(`/admin/payouts?teacherId=${teacher}&status=approved`, admin, ['admin']);
    expect(approved.body.data).toHaveLength(1);
  });
});

describe('lists', () => {
  test('show a teacher his own, the newest first, by page, status, currency and time', async () => {
    const teacher = await earner();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.unshift((await ask(teacher, { ...asked, amount: 1000 + n })).body.id);
    await cancel(teacher, ids[1]!);
    const idsIn = async (search: string) =>
      (await get(`/withdrawals/me?${search}`, teacher)).body.data.map((row: { id: string }) => row.id);
    expect(await idsIn('')).toEqual(ids);
    expect(await idsIn('status=cancelled')).toEqual([ids[1]]);
    expect(await idsIn('status=cancelled&status=pending')).toEqual(ids);
    expect(await idsIn('currency=EUR')).toEqual([]);
    expect(await idsIn('to=2020-01-01T00:00:00Z')).toEqual([]);
    const page = (await get('/withdrawals/me?limit=2', teacher)).body;
    expect(await idsIn(`limit=2&cursor=${page.nextCursor}`)).toEqual([ids[2]]);
    expect((await get('/withdrawals/me?cursor=x', teacher)).status).toBe(400);
    expect((await get('/wallet/transactions?status=pending', teacher)).body.data).toHaveLength(2);
    expect((await get('/wallet/transactions?status=failed', teacher)).body.data).toHaveLength(1);
    expect((await get('/wallet/transactions?status=completed', teacher)).body.data).toHaveLength(2);
  });

  test("show an admin everybody's; another teacher's is 404 to read and to cancel", async () => {
    const { id } = await after();
    const stranger = await earner();
    const all = await get('/admin/withdrawals?status=pending&limit=100', admin, ['admin']);
    expect(all.body.data.map((row: { id: string }) => row.id)).toContain(id);
    expect((await get(`/withdrawals/${id}`, stranger)).status).toBe(404);
    expect((await cancel(stranger, id)).status).toBe(404);
    expect((await act(newId(), 'approve')).status).toBe(404);
  });
});
