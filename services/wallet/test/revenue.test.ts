/** What a teacher reads of his revenue: sums over the ledger, by the calendar of his time zone. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Analytics } from '@rollcall/contracts/api/revenue';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testApp, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { analyticsOf, revenueOf } from '../src/queries/revenue.js';
import { routes } from '../src/routes.js';
import {
  brokenInvariants,
  config,
  correction,
  ending,
  migrations,
  purchase,
  type Shares,
  send,
  sendAt,
  usd,
  user,
} from './fixtures.js';
import { because, handsOn } from './withdrawing.js';

let test_: TestDatabase;
let app: RequestListener;
const db = () => test_.db;
const { get, ask, act } = handsOn(() => app);
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  app = await testApp(routes({ db: db(), config }));
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

const USUAL: Shares = { teacher: 700, commission: 300 };

/** A hold of 10.00 of this teacher, ended at this moment. */
async function earn(teacherId: string, at: string, shares = USUAL, { courseId = newId(), more = {} } = {}) {
  const bought = purchase(await user(db(), { credits: 1000 }), [1000], { teacherId, courseId });
  await send(db(), bought);
  await sendAt(db(), new Date(at), ending(bought, shares, more));
  return bought;
}

const summary = async (id: string) => (await get('/revenue/teacher/summary', id)).body;
const analytics = async (id: string, query: string): Promise<Analytics> =>
  (await get(`/wallet/analytics?${query}`, id)).body;
/** Net earnings of each period that has any. */
const byPeriod = ({ data }: Analytics) =>
  Object.fromEntries(
    data
      .filter(({ releases }) => releases > 0)
      .map(({ period, netEarnings }) => [period, netEarnings.amount]),
  );

describe('the summary', () => {
  test('is zeros for a teacher to whom nothing happened', async () => {
    const zero = usd(0);
    expect(await summary(newId())).toEqual({
      ...{ totalEarnings: zero, totalCommissions: zero, netEarnings: zero, pendingPayments: zero },
      ...{ totalWithdrawn: zero, pendingWithdrawals: zero, availableBalance: zero },
    });
  });

  test('tells what was earned, what was kept of it, what is held, and what was paid out', async () => {
    const teacher = await user(db());
    const referrer = await user(db());
    const shared = { referrerId: referrer, referralAccount: 'earnings' as const };
    await earn(teacher, '2026-01-05T10:00:00Z');
    await earn(
      teacher,
      '2026-01-06T10:00:00Z',
      { teacher: 650, commission: 300, referral: 50 },
      { more: shared },
    );
    await earn(teacher, '2026-01-07T10:00:00Z', { refund: 1000 });
    await send(db(), purchase(await user(db(), { credits: 400 }), [400], { teacherId: teacher }));
    const { body: paid } = await ask(teacher, { amount: 1000, currency: 'USD', bankAccount: BANK });
    for (const step of ['approve', 'complete']) await act(paid.id, step, { body: {} });
    await earn(teacher, '2026-01-08T10:00:00Z', { teacher: 1000 });
    await ask(teacher, { amount: 1100, currency: 'USD', bankAccount: BANK });
    expect(await summary(teacher)).toEqual({
      ...{ totalEarnings: usd(3000), totalCommissions: usd(650), netEarnings: usd(2350) },
      ...{ pendingPayments: usd(400), totalWithdrawn: usd(1000), pendingWithdrawals: usd(1100) },
      availableBalance: usd(250),
    });
    expect(await summary(referrer)).toMatchObject({ netEarnings: usd(50), totalCommissions: usd(0) });
  });

  test('counts what a correction took back, also what became debt', async () => {
    const teacher = await user(db());
    const bought = await earn(teacher, '2026-02-02T10:00:00Z', { teacher: 1000 });
    await ask(teacher, { amount: 1000, currency: 'USD', bankAccount: BANK });
    await send(db(), correction(bought, [{ teacher: 1000 }, { refund: 1000 }]));
    expect(await summary(teacher)).toMatchObject({ totalEarnings: usd(0), netEarnings: usd(0) });
  });

  test('is of one currency', async () => {
    const teacher = await user(db());
    await earn(teacher, '2026-02-02T10:00:00Z');
    const { body } = await get('/revenue/teacher/summary?currency=EUR', teacher);
    expect(body.totalEarnings).toEqual({ amount: 0, currency: 'EUR' });
  });
});

const BANK = { bankName: 'A Bank', accountNumber: 'DE89370400440532013000', accountName: 'Tea Cher' };

describe('analytics', () => {
  test('follow the days of the time zone, through its change of the clock', async () => {
    const teacher = await user(db());
    // Warsaw: 23:30 on the 28th, 00:30 on the 29th; the clock goes forward at 02:00; 00:30 on the 30th.
    for (const at of ['2026-03-28T22:30:00Z', '2026-03-28T23:30:00Z', '2026-03-29T22:30:00Z'])
      await earn(teacher, at);
    const period = 'from=2026-03-28T00:00:00%2B01:00&to=2026-03-31T00:00:00%2B02:00';
    const days = await analytics(teacher, `timeZone=Europe/Warsaw&${period}`);
    expect(byPeriod(days)).toEqual({ '2026-03-28': 700, '2026-03-29': 700, '2026-03-30': 700 });
    expect(days.data).toHaveLength(3);
    expect(byPeriod(await analytics(teacher, period))).toEqual({ '2026-03-28': 1400, '2026-03-29': 700 });
  });

  test('know zones that are half an hour off', async () => {
    const teacher = await user(db());
    await earn(teacher, '2026-05-04T18:29:59Z');
    await earn(teacher, '2026-05-04T18:30:00Z');
    const days = await analytics(
      teacher,
      'timeZone=Asia/Kolkata&from=2026-05-03T00:00:00Z&to=2026-05-08T00:00:00Z',
    );
    expect(byPeriod(days)).toEqual({ '2026-05-04': 700, '2026-05-05': 700 });
  });

  test('begin weeks on Monday and months on the first, and show periods without earnings', async () => {
    const teacher = await user(db());
    await earn(teacher, '2026-06-07T12:00:00Z'); // a Sunday
    await earn(teacher, '2026-06-22T12:00:00Z');
    const period = 'from=2026-06-01T00:00:00Z&to=2026-07-02T00:00:00Z';
    const weeks = await analytics(teacher, `by=week&${period}`);
    expect(weeks.data.map((one) => [one.period, one.netEarnings.amount])).toEqual([
      ...[
        ['2026-06-01', 700],
        ['2026-06-08', 0],
        ['2026-06-15', 0],
        ['2026-06-22', 700],
        ['2026-06-29', 0],
      ],
    ]);
    const months = await analytics(teacher, `by=month&${period}`);
    expect(
      months.data.map((one) => [one.period, one.totalEarnings.amount, one.totalCommissions.amount]),
    ).toEqual([
      ...[
        ['2026-06-01', 2000, 600],
        ['2026-07-01', 0, 0],
      ],
    ]);
    expect(months.totals).toEqual({
      ...{ totalEarnings: usd(2000), totalCommissions: usd(600), netEarnings: usd(1400), releases: 2 },
    });
  });

  test('by course show the most first, and referrals without the course they came from', async () => {
    const [teacher, other] = [await user(db()), await user(db())];
    const [small, large] = [newId(), newId()];
    const period = 'by=course&from=2026-06-01T00:00:00Z&to=2026-07-01T00:00:00Z';
    await earn(teacher, '2026-06-07T12:00:00Z', { teacher: 500, commission: 500 }, { courseId: small });
    await earn(teacher, '2026-06-08T12:00:00Z', USUAL, { courseId: large });
    await earn(teacher, '2026-06-09T12:00:00Z', USUAL, { courseId: large });
    await earn(
      other,
      '2026-06-09T12:00:00Z',
      { teacher: 900, referral: 100 },
      {
        more: { referrerId: teacher, referralAccount: 'earnings' },
      },
    );
    const { data } = await analytics(teacher, period);
    expect(
      data.map(({ courseId, netEarnings, releases }) => [courseId, netEarnings.amount, releases]),
    ).toEqual([
      [large, 1400, 2],
      [small, 500, 1],
      [null, 100, 0],
    ]);
  });

  test.each([
    ['a period that ends before it begins', 'from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z', 422],
    ['more than three years', 'from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 422],
    ['a zone that is none', 'timeZone=Mars/Olympus', 400],
    ['an offset', 'timeZone=%2B05:30', 400],
    ['a name that the database takes for a zone without summer time', 'timeZone=CET', 400],
    ['an unknown slice', 'by=year', 400],
  ])('refuse %s', async (_what, query, status) => {
    expect((await get(`/wallet/analytics?${query}`, newId())).status).toBe(status);
  });

  test('add up to the summary, whatever the zone and the slices', async () => {
    const teacher = await user(db());
    const shares = fc.integer({ min: 0, max: 1000 }).chain((teacherShare) =>
      fc.integer({ min: 0, max: 1000 - teacherShare }).map((commission) => ({
        ...{ teacher: teacherShare, commission, refund: 1000 - teacherShare - commission },
      })),
    );
    const moments = fc.date({
      min: new Date('2025-01-01'),
      max: new Date('2026-11-01'),
      noInvalidDate: true,
    });
    const history = fc.array(fc.tuple(moments, shares), { minLength: 12, maxLength: 12 });
    for (const [at, share] of fc.sample(history, { numRuns: 1, seed: 20261127 }).flat())
      await earn(teacher, at.toISOString(), share);
    const whole = await revenueOf(db(), teacher, 'USD');
    const zones = ['UTC', 'Pacific/Apia', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('day', 'week', 'month', 'course'),
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2025-01-02'), max: new Date('2026-10-30'), noInvalidDate: true }),
        async (by, timeZone, middle) => {
          const bounds = ['2025-01-01T00:00:00.000Z', middle.toISOString(), '2026-11-02T00:00:00.000Z'];
          const halves = await Promise.all(
            [0, 1].map((n) =>
              analyticsOf(
                db(),
                teacher,
                { by, timeZone, currency: 'USD', from: bounds[n], to: bounds[n + 1] },
                new Date(),
              ),
            ),
          );
          for (const name of ['totalEarnings', 'totalCommissions', 'netEarnings'] as const)
            expect(halves.reduce((total, half) => total + half.totals[name].amount, 0)).toBe(
              whole[name].amount,
            );
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('lists for a spreadsheet', () => {
  test('have every row, money in major units beside its currency, and run no formula', async () => {
    const teacher = await user(db());
    for (let n = 0; n < 3; n += 1) await earn(teacher, `2026-07-0${n + 1}T10:00:00Z`);
    const { text, headers } = await get('/revenue/teacher/transactions?format=csv&limit=1', teacher);
    expect(headers['content-type']).toContain('text/csv');
    const [head, ...lines] = text.trim().split('\r\n');
    expect(head).toContain('amount,balanceBefore,balanceAfter,currency');
    expect(lines.filter((line: string) => line.includes(',payment_release,completed,7.00,'))).toHaveLength(3);
    expect(lines).toHaveLength(6);
    const { body } = await ask(teacher, { amount: 1000, currency: 'USD', bankAccount: BANK, notes: '=1+1' });
    await act(body.id, 'reject', { body: because });
    const own = (await get('/revenue/teacher/withdrawals?format=csv', teacher)).text;
    expect(own).toContain(`,rejected,10.00,USD,A Bank,****3000,`);
    expect(own).toContain(",'=1+1,");
    expect((await get('/withdrawals/me?format=csv', teacher)).text).toBe(own);
    expect((await get('/admin/withdrawals?format=csv', newId(), ['admin'])).text).toContain(body.id);
  });

  test('are streamed over as many pages as there are, in their order', async () => {
    const teacher = await user(db());
    const bought = purchase(
      await user(db(), { credits: 60_000 }),
      Array.from({ length: 600 }, () => 100),
      {
        teacherId: teacher,
      },
    );
    await send(db(), bought);
    await send(db(), ...bought.data.holds.map((_hold, n) => ending(bought, { teacher: 100 }, { n })));
    const { text } = await get('/wallet/transactions?format=csv&account=earnings', teacher);
    const lines: string[] = text.trim().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',')[7])).toEqual(
      Array.from({ length: 600 }, (_, n) => `${600 - n}.00`),
    );
  });
});
