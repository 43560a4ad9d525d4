import { describe, expect, test } from '@jest/globals';
import { DomainError } from '@rollcall/kit/errors';
import fc from 'fast-check';
import {
  type Code,
  checkPlan,
  dayOf,
  nextDay,
  type Plan,
  readinessOf,
  type Standing,
  weekdayOf,
} from './auto-payout.js';

/** A Friday. */
const now = new Date('2026-11-27T06:00:00.000Z');
const DAY = 86_400_000;
const plan: Plan = { on: true, weekday: 5, threshold: 5000, currency: 'USD' };
const ready: Standing = {
  ...{ plan, currency: 'USD', available: 5000, owed: 0, suspended: false, payableFrom: now },
  ...{ openWithdrawal: null, lastDay: null },
};
const codes = (standing: Partial<Standing>, at = now): Code[] =>
  readinessOf({ ...ready, ...standing }, at).blocked.map(({ code }) => code);

describe('a payout is', () => {
  test.each<[string, Partial<Standing>, Code[]]>([
    ['made with exactly the threshold', {}, []],
    ['kept back by one cent less', { available: 4999 }, ['below-threshold']],
    ['kept back by less than is ever paid out', { available: 999 }, ['below-minimum']],
    ['made of the least without a threshold', { plan: { ...plan, threshold: null }, available: 1000 }, []],
    ['kept back where it is off', { plan: { ...plan, on: false } }, ['auto-payout-off']],
    ['kept back while something is owed', { owed: 1 }, ['debt-stands']],
    ['kept back without a bank account', { payableFrom: null }, ['no-bank-account']],
    ['kept back by an account too new', { payableFrom: new Date(+now + 1) }, ['bank-account-too-new']],
    ['kept back while a withdrawal is under way', { openWithdrawal: 'w1' }, ['withdrawal-open']],
    ['kept back from who is suspended', { suspended: true }, ['suspended']],
    [
      'told of every obstacle at once',
      { suspended: true, owed: 1, payableFrom: null, available: 0, openWithdrawal: 'w1' },
      ['suspended', 'debt-stands', 'no-bank-account', 'below-minimum', 'withdrawal-open'],
    ],
  ])('%s', (_rule, standing, expected) => {
    expect(codes(standing)).toEqual(expected);
  });

  test.each<[currency: string, least: number]>([
    ['USD', 1000],
    ['JPY', 10],
    ['KWD', 10_000],
  ])('of ten %s at least: %i', (currency, least) => {
    const none = { ...plan, threshold: null, currency: null };
    expect(codes({ plan: none, currency, available: least })).toEqual([]);
    expect(codes({ plan: none, currency, available: least - 1 })).toEqual(['below-minimum']);
  });
});

test('each obstacle says what it is and what takes it away; time, from when on', () => {
  const until = new Date(+now + 3_600_000);
  const bad = {
    plan: { ...plan, on: false },
    suspended: true,
    owed: 250,
    payableFrom: until,
    available: 1500,
  };
  const { blocked } = readinessOf({ ...ready, ...bad, openWithdrawal: 'w1' }, now);
  expect(blocked).toHaveLength(6);
  for (const { message, unblockedBy } of blocked)
    expect([message, unblockedBy].every((words) => /^\S.*\.$/.test(words))).toBe(true);
  const found = Object.fromEntries(blocked.map((one) => [one.code, one]));
  expect(found['bank-account-too-new']?.until).toEqual(until);
  expect(found['debt-stands']).toMatchObject({ message: 'You owe 2.50 USD.', until: null });
  expect(found['below-threshold']?.unblockedBy).toBe('Earnings of 35.00 USD more, or a lower threshold.');
});

test('an account that will be old enough by the next payout day is no obstacle', () => {
  const monday = { ...plan, weekday: 1 };
  const at = Date.parse('2026-11-30');
  expect(codes({ plan: monday, payableFrom: new Date(at) })).toEqual([]);
  expect(codes({ plan: monday, payableFrom: new Date(at + 1) })).toEqual(['bank-account-too-new']);
});

describe('the next payout day', () => {
  test.each<[string, Partial<Plan>, string | null, string | null]>([
    ['is today where it is the day', {}, null, '2026-11-27'],
    ['is today still, whatever became of last week', {}, '2026-11-20', '2026-11-27'],
    ['is a week later once today was seen to', {}, '2026-11-27', '2026-12-04'],
    ['is tomorrow', { weekday: 6 }, null, '2026-11-28'],
    ['is next Thursday, yesterday being one', { weekday: 4 }, '2026-11-26', '2026-12-03'],
    ['is none where payouts are off', { on: false }, null, null],
  ])('%s', (_rule, more, lastDay, expected) => {
    expect(nextDay({ ...plan, ...more }, now, lastDay)).toBe(expected);
  });

  test('is that weekday in UTC, within a week, whenever it is asked', () => {
    const instants = fc.date({
      ...{ min: new Date('2000-01-01'), max: new Date('2100-01-01') },
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 7 }), fc.boolean(), (at, weekday, seen) => {
        const day = new Date(nextDay({ ...plan, weekday }, at, seen ? dayOf(at) : null)!);
        const ahead = (+day - Date.parse(dayOf(at))) / DAY;
        expect([weekdayOf(day), ahead >= (seen ? 1 : 0), ahead <= 7]).toEqual([weekday, true, true]);
      }),
    );
  });
});

test.each<[string, Partial<Plan>, string[]]>([
  ['on without a day', { weekday: null }, ['payoutWeekday']],
  ['on without a threshold', { threshold: null, currency: null }, ['payoutThreshold']],
  ['a threshold below the least', { threshold: 999 }, ['payoutThreshold']],
  ['the same while off', { on: false, threshold: 999 }, ['payoutThreshold']],
  ['the least', { threshold: 1000 }, []],
  ['ten yen', { threshold: 10, currency: 'JPY' }, []],
  ['nothing at all, off', { on: false, weekday: null, threshold: null, currency: null }, []],
])('settings with %s are wrong in %j', (_what, more, wrong) => {
  let paths: string[] = [];
  try {
    checkPlan({ ...plan, ...more });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    paths = (error.more.errors ?? []).map(({ path }) => path);
  }
  expect(paths).toEqual(wrong);
});
