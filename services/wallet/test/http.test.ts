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
  balance,
  brokenInvariants,
  config,
  ending,
  migrations,
  purchase,
  registered,
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

const as = async (id: string, ...roles: Role[]) => ({
  authorization: `Bearer ${await token({ id, roles })}`,
});
const admin = newId();

async function get(id: string, path: string) {
  return request(app)
    .get(`/api/v1${path}`)
    .set(await as(id, 'student'));
}
async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return request(app)
    .post(`/api/v1${path}`)
    .set({ ...(await as(admin, 'admin')), ...headers })
    .send(body as object);
}
const credit = (id: string, body: unknown, headers?: Record<string, string>) =>
  post(`/admin/wallets/${id}/credit`, body, headers);
const debit = (id: string, body: unknown) => post(`/admin/wallets/${id}/debit`, body);
const gift = { amount: 2500, currency: 'USD', reason: 'Sorry for the outage' };

describe('GET /wallet', () => {
  test('shows zeros in the platform’s currency to a user not heard of', async () => {
    const { status, body } = await get(newId(), '/wallet');
    const none = usd(0);
    expect([status, body]).toEqual([
      200,
      {
        ...{ credits: none, promo: none, debt: none },
        earnings: {
          ...{
            available: none,
            pending: none,
            reservedForWithdrawal: none,
            totalEarned: none,
            totalWithdrawn: none,
          },
        },
      },
    ]);
  });

  test('shows one currency at a time', async () => {
    const id = await user(db(), { credits: 700 }, 'EUR');
    expect((await get(id, '/wallet?currency=EUR')).body.credits).toEqual({ amount: 700, currency: 'EUR' });
    expect((await get(id, '/wallet')).body.credits).toEqual(usd(0));
  });

  test('shows a teacher the gross of open holds as pending, and what lessons earned in total', async () => {
    const bought = purchase(await user(db(), { credits: 5000 }), [1000, 2000]);
    await send(db(), bought);
    const { teacherId } = bought.data;
    expect((await get(teacherId, '/wallet')).body.earnings).toMatchObject({
      pending: usd(3000),
      available: usd(0),
    });
    await send(
      db(),
      ending(bought, { teacher: 700, commission: 300 }),
      ending(bought, { refund: 2000 }, { n: 1 }),
    );
    const { earnings } = (await get(teacherId, '/wallet')).body;
    expect(earnings).toMatchObject({ pending: usd(0), available: usd(700), totalEarned: usd(700) });
  });

  test.each(['?currency=XXX', '?currency=usd', '?currency=', '?colour=red'])(
    'refuses %s with 400',
    async (search) => {
      const { status, body } = await get(newId(), `/wallet${search}`);
      expect([status, body.type]).toEqual([400, '/problems/invalid-request']);
      expect(body.errors).toHaveLength(1);
    },
  );

  test('is for those who are signed in', async () => {
    expect((await request(app).get('/api/v1/wallet')).status).toBe(401);
  });
});

describe('GET /wallet/transactions', () => {
  test('shows each movement with the balance before and after, newest first', async () => {
    const student = await user(db(), { credits: 1000, promo: 400 });
    const bought = purchase(student, [1000]);
    await send(db(), bought, ending(bought, { refund: 1000 }));
    const { body } = await get(student, '/wallet/transactions');
    const rows = body.data.map((row: Record<string, unknown>) => [
      ...[row.account, row.type, row.amount, row.balanceBefore, row.balanceAfter, row.status],
    ]);
    expect(rows).toEqual([
      ['promo', 'refund', 400, 0, 400, 'completed'],
      ['credits', 'refund', 600, 400, 1000, 'completed'],
      ['credits', 'purchase', -600, 1000, 400, 'completed'],
      ['promo', 'purchase', -400, 400, 0, 'completed'],
      ['promo', 'admin_credit', 400, 0, 400, 'completed'],
      ['credits', 'admin_credit', 1000, 0, 1000, 'completed'],
    ]);
    expect(body.nextCursor).toBeNull();
  });

  test('explains a release to the teacher: rate, fee, attendance, and the commission as a row of its own', async () => {
    const bought = purchase(await user(db(), { credits: 1000 }), [1000]);
    const [hold] = bought.data.holds;
    const seen = { seconds: 720, maxSeconds: 720, scheduledSeconds: 3600, percentBasisPoints: 2055 };
    const attendance = { ...seen, attendanceVersion: 1 };
    const shares = { teacher: 700, commission: 250, referral: 50 };
    const referrerId = newId();
    await send(db(), bought, ending(bought, shares, { attendance, referrerId, referralAccount: 'promo' }));
    const metadata = {
      ...{ holdId: hold?.holdId, sessionId: hold?.sessionId, courseId: bought.data.courseId },
      ...{
        currency: 'USD',
        originalAmount: 1000,
        platformFee: 300,
        commissionRate: 30,
        attendancePercentage: 20.55,
      },
    };
    const reference = { referenceType: 'hold', referenceId: hold?.holdId, metadata };
    const { body } = await get(bought.data.teacherId, '/wallet/transactions');
    expect(body.data).toMatchObject([
      { type: 'commission', amount: -300, balanceBefore: 700, balanceAfter: 700, ...reference },
      { type: 'payment_release', amount: 700, balanceBefore: 0, balanceAfter: 700, ...reference },
    ]);
    const [share] = (await get(referrerId, '/wallet/transactions')).body.data;
    expect(share).toMatchObject({ type: 'referral', account: 'promo', amount: 50 });
    expect(Object.keys(share.metadata).sort()).toEqual(['courseId', 'holdId', 'sessionId']);
  });

  test('pages without gap or repeat, over several accounts, while rows arrive', async () => {
    const id = await user(db());
    const accounts = ['credits', 'promo', 'earnings'] as const;
    for (let n = 1; n <= 9; n += 1) await adjust(db(), { userId: id, amount: n, account: accounts[n % 3] });
    const seen: number[] = [];
    let cursor = '';
    for (let page = 0; page < 5; page += 1) {
      const { body } = await get(id, `/wallet/transactions?limit=2${cursor}`);
      seen.push(...body.data.map(({ amount }: { amount: number }) => amount));
      await adjust(db(), { userId: id, amount: 100 });
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('filters by type, account, currency, status and time', async () => {
    const id = await user(db(), { credits: 1000, promo: 5 });
    await adjust(db(), { userId: id, amount: 200, direction: 'debit' });
    await adjust(db(), { userId: id, amount: 7, currency: 'EUR' });
    const amounts = async (search: string) =>
      (await get(id, `/wallet/transactions?${search}`)).body.data.map(
        ({ amount }: { amount: number }) => amount,
      );
    expect(await amounts('type=admin_debit')).toEqual([-200]);
    expect(await amounts('type=admin_debit&type=admin_credit&currency=USD&account=credits')).toEqual([
      -200, 1000,
    ]);
    expect(await amounts('account=promo')).toEqual([5]);
    expect(await amounts('currency=EUR')).toEqual([7]);
    expect(await amounts('status=pending')).toEqual([]);
    expect(await amounts('status=pending&status=completed')).toHaveLength(4);
    expect(await amounts(`to=${encodeURIComponent('2020-01-01T01:00:00+01:00')}`)).toEqual([]);
    expect(await amounts('from=2020-01-01T00:00:00Z')).toHaveLength(4);
  });

  test.each([
    'limit=0',
    'limit=101',
    'cursor=abc',
    'type=gift',
    'status=lost',
    'account=escrow',
    'from=yesterday',
    'x=1',
  ])('refuses ?%s with 400', async (search) => {
    const { status, body } = await get(newId(), `/wallet/transactions?${search}`);
    expect([status, body.status]).toEqual([400, 400]);
    expect(body.errors[0].path).toContain(search.split('=')[0]);
  });

  test('refuses a cursor that holds no number', async () => {
    const cursor = Buffer.from(JSON.stringify(['9'.repeat(40)])).toString('base64url');
    expect((await get(newId(), `/wallet/transactions?cursor=${cursor}`)).status).toBe(400);
  });
});

describe('POST /admin/wallets/:userId/credit and debit', () => {
  test('gives money with a reason that the user sees, and leaves a trail', async () => {
    const id = await user(db());
    const { status, body } = await credit(id, gift);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ account: 'credits', type: 'admin_credit', amount: 2500, currency: 'USD', balanceBefore: 0 },
      ...{ balanceAfter: 2500, status: 'completed', description: gift.reason, referenceType: 'adjustment' },
    });
    expect((await emitted(db(), walletAudited)).at(-1)).toMatchObject({
      data: {
        auditId: body.referenceId,
        actor: admin,
        action: 'wallet.credit',
        target: id,
        reason: gift.reason,
      },
    });
  });

  test.each(['promo', 'earnings'] as const)('moves %s when asked to', async (account) => {
    const id = await user(db());
    await credit(id, { ...gift, account });
    expect((await debit(id, { ...gift, amount: 500, account })).body).toMatchObject({
      account,
      amount: -500,
    });
    expect(await balance(db(), id, account)).toBe(2000);
  });

  test('takes no more than there is, and says how much that is', async () => {
    const id = await user(db(), { credits: 2499 });
    const { status, body } = await debit(id, gift);
    expect([status, body.type]).toEqual([409, '/problems/insufficient-funds']);
    expect(body.detail).toContain('2499');
    expect(await balance(db(), id, 'credits')).toBe(2499);
  });

  test('the same Idempotency-Key gives once, whoever repeats it how often', async () => {
    const id = await user(db());
    const key = { 'idempotency-key': newId() };
    const first = await credit(id, gift, key);
    const second = await credit(id, gift, key);
    expect([second.status, second.headers['idempotency-replayed']]).toEqual([201, 'true']);
    expect(second.body).toEqual(first.body);
    expect((await credit(id, { ...gift, amount: 1 }, key)).status).toBe(422);
    expect(await balance(db(), id, 'credits')).toBe(2500);
  });

  test('waits for a user who has just registered', async () => {
    const id = newId();
    const answer = credit(id, gift);
    setTimeout(() => void send(db(), registered(id)), 300);
    expect((await answer).status).toBe(201);
  });

  test('answers 404 for a user who is not heard of within 3 s', async () => {
    const began = Date.now();
    const { status, body } = await debit(newId(), gift);
    expect([status, body.type]).toEqual([404, '/problems/not-found']);
    expect(Date.now() - began).toBeGreaterThanOrEqual(3000);
  });

  test('stops before a balance that no longer could be counted exactly', async () => {
    const id = await user(db());
    for (let n = 0; n < 10; n += 1) await adjust(db(), { userId: id, amount: 100_000_000_000_000 });
    const { status, body } = await credit(id, { ...gift, amount: 1 });
    expect([status, body.type, body.errors[0].path]).toEqual([422, '/problems/balance-too-large', 'amount']);
    expect((await get(id, '/wallet')).body.credits.amount).toBe(1_000_000_000_000_000);
  });

  test.each<[string, unknown, string]>([
    ['a fraction', { ...gift, amount: 10.5 }, 'amount'],
    ['nothing', { ...gift, amount: 0 }, 'amount'],
    ['less than nothing', { ...gift, amount: -5 }, 'amount'],
    ['an absurd amount', { ...gift, amount: 1e15 }, 'amount'],
    ['an amount no number can hold exactly', { ...gift, amount: 1e300 }, 'amount'],
    ['text for an amount', { ...gift, amount: '100' }, 'amount'],
    ['a currency that is none', { ...gift, currency: 'XXX' }, 'currency'],
    ['an account that is the platform’s', { ...gift, account: 'escrow' }, 'account'],
    ['no reason', { ...gift, reason: '  ' }, 'reason'],
    ['NUL in the reason', { ...gift, reason: 'a\0b' }, 'reason'],
    ['half a surrogate pair in the reason', { ...gift, reason: 'a\ud800' }, 'reason'],
    ['an unknown field', { ...gift, colour: 'red' }, 'colour'],
    ['a list', [gift], ''],
  ])('refuses %s with 400, naming the field', async (_what, body, path) => {
    const id = await user(db());
    const answer = await credit(id, body);
    expect([answer.status, answer.body.type]).toEqual([400, '/problems/invalid-request']);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect(await balance(db(), id, 'credits')).toBe(0);
  });

  test('refuses an id that is no UUID', async () => {
    expect((await credit('me', gift)).status).toBe(400);
  });

  test.each<Role>(['student', 'teacher', 'finance'])('is not for a %s', async (role) => {
    const id = await user(db());
    const answer = await request(app)
      .post(`/api/v1/admin/wallets/${id}/credit`)
      .set(await as(id, role))
      .send(gift);
    expect(answer.status).toBe(403);
    expect(await balance(db(), id, 'credits')).toBe(0);
  });
});
