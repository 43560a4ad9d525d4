/** What admins read of debts over HTTP, and do about them. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { walletAudited } from '@rollcall/contracts/events/wallet';
import type { Role } from '@rollcall/contracts/shapes';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase, token } from '@rollcall/kit/testing';
import request from 'supertest';
import { routes } from '../src/routes.js';
import {
  adjust,
  brokenInvariants,
  config,
  ending,
  migrations,
  purchase,
  send,
  usd,
  user,
} from './fixtures.js';

let test_: TestDatabase;
let app: RequestListener;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  app = await testApp(routes({ db: db(), config }));
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

const admin = newId();
const as = async (id: string, ...roles: Role[]) => ({
  authorization: `Bearer ${await token({ id, roles })}`,
});
const get = async (path: string, id = admin, role: Role = 'admin') =>
  request(app)
    .get(`/api/v1${path}`)
    .set(await as(id, role));
const post = async (path: string, body: object, headers: Record<string, string> = {}) =>
  request(app)
    .post(`/api/v1${path}`)
    .set({ ...(await as(admin, 'admin')), ...headers })
    .send(body);

const back = { amount: 1000, currency: 'USD', reason: 'Paid twice' };
const clawBack = (id: string, body: object = back, headers?: Record<string, string>) =>
  post(`/admin/wallets/${id}/clawback`, body, headers);
const writeOff = (id: string, body: object) => post(`/admin/wallets/${id}/write-off`, body);
const walletOf = async (id: string) => (await get('/wallet', id, 'teacher')).body;

describe('POST /admin/wallets/:userId/clawback', () => {
  test('takes what is there of the earnings, and the rest is owed', async () => {
    const id = await user(db(), { earnings: 300, credits: 900 });
    const { status, body } = await clawBack(id);
    expect([status, body]).toEqual([
      201,
      {
        ...{ id: expect.any(String), userId: id, reason: 'Paid twice', createdAt: expect.any(String) },
        ...{ amount: usd(1000), taken: usd(300), owed: usd(700) },
      },
    ]);
    expect(await walletOf(id)).toMatchObject({
      ...{ credits: usd(900), debt: usd(-700), earnings: { available: usd(0) } },
    });
    expect((await emitted(db(), walletAudited)).at(-1)?.data).toMatchObject({
      ...{ actor: admin, action: 'wallet.clawback', target: id, reason: 'Paid twice' },
    });
  });

  test('is done once an Idempotency-Key', async () => {
    const id = await user(db());
    const key = { 'idempotency-key': newId() };
    const first = await clawBack(id, back, key);
    const second = await clawBack(id, back, key);
    expect([second.status, second.headers['idempotency-replayed'], second.body]).toEqual([
      ...[201, 'true', first.body],
    ]);
    expect((await walletOf(id)).debt).toEqual(usd(-1000));
  });

  test.each<[string, object, string]>([
    ['nothing', { ...back, amount: 0 }, 'amount'],
    ['no reason', { ...back, reason: ' ' }, 'reason'],
    ['an account', { ...back, account: 'credits' }, 'account'],
  ])('refuses %s with 400', async (_what, body, path) => {
    const answer = await clawBack(await user(db()), body);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  });

  test('of a user not heard of is 404', async () => {
    expect((await clawBack(newId())).status).toBe(404);
  });
});

describe('POST /admin/wallets/:userId/write-off', () => {
  test('gives up all that is owed when no amount is said', async () => {
    const id = await user(db());
    await clawBack(id);
    expect((await writeOff(id, { amount: 400, currency: 'USD', reason: 'half' })).body).toMatchObject({
      amount: usd(400),
    });
    const { status, body } = await writeOff(id, { currency: 'USD', reason: 'moved abroad' });
    expect([status, body]).toMatchObject([201, { userId: id, amount: usd(600), reason: 'moved abroad' }]);
    expect((await walletOf(id)).debt).toEqual(usd(0));
  });

  test('where nothing is owed, or less, is 409 and says how much', async () => {
    const id = await user(db());
    const all = await writeOff(id, { currency: 'USD', reason: 'x' });
    expect([all.status, all.body.type]).toEqual([409, '/problems/no-debt']);
    await clawBack(id, { ...back, amount: 70 });
    const more = await writeOff(id, { amount: 71, currency: 'USD', reason: 'x' });
    expect([more.status, more.body.type]).toEqual([409, '/problems/debt-is-smaller']);
    expect(more.body.detail).toContain('70');
  });
});

test('an admin reads every movement of a user, as the user does', async () => {
  const id = await user(test_.db, { credits: 1200 });
  const { body } = await get(`/admin/wallets/${id}/transactions`);
  expect(body.data).toMatchObject([{ account: 'credits', amount: 1200, balanceAfter: 1200 }]);
  expect((await get(`/admin/wallets/${id}/transactions?account=promo`)).body.data).toEqual([]);
  expect((await get(`/admin/wallets/${id}/transactions`, id, 'student')).status).toBe(403);
});

describe('GET /admin/wallets/:userId', () => {
  test('shows the balances and every change of the debt, newest first', async () => {
    const id = await user(db(), { promo: 20 });
    await clawBack(id);
    const bought = purchase(await user(db(), { credits: 500 }), [500], { teacherId: id });
    await send(db(), bought, ending(bought, { teacher: 400, commission: 100 }));
    await writeOff(id, { amount: 100, currency: 'USD', reason: 'half' });
    const { status, body } = await get(`/admin/wallets/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      userId: id,
      promo: usd(20),
      debt: usd(-500),
      earnings: { available: usd(0) },
    });
    expect(body.debtChanges).toMatchObject([
      { type: 'debt_repayment', amount: usd(100), debt: usd(-500), description: 'half' },
      { amount: usd(400), debt: usd(-600), referenceType: 'hold', description: 'Repays what was owed' },
      { type: 'admin_debit', amount: usd(-1000), debt: usd(-1000), description: 'Paid twice' },
    ]);
  });

  test('of a user not heard of is 404, and it is for admins alone', async () => {
    expect((await get(`/admin/wallets/${newId()}`)).status).toBe(404);
    const id = await user(db());
    for (const role of ['student', 'teacher', 'finance'] as const)
      expect((await get(`/admin/wallets/${id}`, id, role)).status).toBe(403);
  });
});

test('what repays a debt stands beside the money it is taken from', async () => {
  const id = await user(db());
  await clawBack(id, { ...back, amount: 150 });
  const bought = purchase(await user(db(), { credits: 500 }), [500], { teacherId: id });
  await send(db(), bought, ending(bought, { teacher: 400, commission: 100 }));
  const { body } = await get('/wallet/transactions', id, 'teacher');
  const { holdId, sessionId } = bought.data.holds[0]!;
  const rows = body.data.map((row: Record<string, unknown>) => [
    ...[row.account, row.type, row.amount, row.balanceBefore, row.balanceAfter],
  ]);
  expect(rows).toEqual([
    ['earnings', 'debt_repayment', -150, 400, 250],
    ['earnings', 'commission', -100, 400, 400],
    ['earnings', 'payment_release', 400, 0, 400],
  ]);
  expect(body.data[0]).toMatchObject({
    ...{ referenceType: 'hold', referenceId: holdId, description: 'Repays what was owed' },
    metadata: { holdId, sessionId },
  });
  expect((await walletOf(id)).earnings).toMatchObject({ available: usd(250), totalEarned: usd(400) });
});

describe('GET /admin/debts', () => {
  test('lists who owes now, the newest debtor first, page by page, in one currency or all', async () => {
    const ids = [];
    for (const currency of ['CHF', 'NOK', 'CHF', 'CHF']) {
      const id = await user(db());
      ids.push(id);
      await clawBack(id, { ...back, currency });
    }
    const [first, , third, fourth] = ids as [string, string, string, string];
    await adjust(db(), { userId: third, amount: 1000, currency: 'CHF' });
    await adjust(db(), { userId: first, amount: 300, currency: 'CHF' });
    const page = await get('/admin/debts?currency=CHF&limit=1');
    expect(page.body.data).toMatchObject([{ userId: fourth, debt: { amount: -1000, currency: 'CHF' } }]);
    const rest = await get(`/admin/debts?currency=CHF&limit=1&cursor=${page.body.nextCursor}`);
    expect(rest.body).toMatchObject({ data: [{ userId: first, debt: { amount: -700 } }], nextCursor: null });
    expect((await get('/admin/debts?currency=NOK')).body.data).toHaveLength(1);
    expect((await get('/admin/debts?limit=100')).body.data.length).toBeGreaterThan(2);
  });

  test.each(['cursor=x', 'limit=0', 'currency=usd'])('refuses ?%s with 400', async (search) => {
    expect((await get(`/admin/debts?${search}`)).status).toBe(400);
  });

  test('is for admins alone', async () => {
    expect((await get('/admin/debts', newId(), 'finance')).status).toBe(403);
  });
});
