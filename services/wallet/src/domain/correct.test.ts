import { expect, test } from '@jest/globals';
import { accountsToCorrect, correctionOf, postCorrection, type Standing } from './correct.js';
import type { Decided, Hold } from './end.js';
import { type Account, openBook } from './ledger.js';

const hold: Hold = {
  ...{ id: 'hold', purchaseId: 'purchase', sessionId: 'session', studentId: 'sam', teacherId: 'tea' },
  ...{ amount: 1000, currency: 'USD', promo: 400, credits: 600, subscription: 0 },
};

interface Shares {
  readonly teacher?: number;
  readonly commission?: number;
  readonly referral?: number;
  readonly refund?: number;
}

const NOTHING = { teacher: 0, commission: 0, referral: 0, refund: 0 };
const RELEASED = { teacher: 700, commission: 250, referral: 50 };
const REFUNDED = { refund: 1000 };

const decided = (shares: Shares, more: Partial<Decided> = {}): Decided => ({
  ...{ holdId: 'hold', decisionVersion: 2, currency: 'USD', ...NOTHING, ...shares },
  ...{ referrerId: 'ref', referralAccount: 'promo', reason: 'attended', commissionRate: 3000, attendance: 0 },
  ...more,
});

/** Credits came back before promo. */
const standing = (shares: Shares): Standing => {
  const { refund = 0 } = shares;
  const toCredits = Math.min(refund, hold.credits);
  return {
    decisionVersion: 1,
    ...NOTHING,
    ...shares,
    toCredits,
    toPromo: refund - toCredits,
    toSubscription: 0,
  };
};

type Balances = Readonly<Record<string, number>>;

/** Corrects the hold between accounts with these balances, and says what each account won, lost and owes. */
function corrected([from, to]: readonly [Shares, Shares], there: Balances, more: Partial<Decided> = {}) {
  const parts = { expected: decided(from), decided: decided(to, more), entryId: 'entry' };
  const correction = correctionOf(hold, standing(from), parts);
  const keys = [...new Map(accountsToCorrect(correction).map((key) => [JSON.stringify(key), key])).values()];
  const named = ({ owner, kind }: Pick<Account, 'owner' | 'kind'>) => `${owner ?? 'platform'} ${kind}`;
  const accounts: Account[] = keys.map((key, id) => ({
    ...{ ...key, id, balance: key.owner === null ? null : (there[named(key)] ?? 0) },
  }));
  let last = 0;
  const book = openBook(accounts, () => `id-${++last}`);
  postCorrection(book, correction);
  const moved: Record<string, number> = {};
  for (const { from: giver, to: taker, amount } of book.journal.transfers)
    for (const [id, sign] of [
      [giver, -1],
      [taker, 1],
    ] as const) {
      const name = named(accounts[id]!);
      moved[name] = (moved[name] ?? 0) + sign * amount;
    }
  const seen = book.journal.transactions.map(({ accountId, type, amount }) => [
    named(accounts[accountId]!),
    type,
    amount,
  ]);
  return { moved, seen, entries: book.journal.entries };
}

test('what a teacher got wrongly is taken from the earnings and given back where it came from, by one entry', () => {
  const there = { 'tea earnings': 5000, 'ref promo': 80 };
  const { moved, entries } = corrected([RELEASED, REFUNDED], there);
  expect(moved).toEqual({
    'platform escrow': 0,
    'tea earnings': -700,
    'platform commission': -250,
    'ref promo': -50,
    'sam credits': 600,
    'sam promo': 400,
  });
  expect(entries).toHaveLength(1);
});

test('what is not there any more becomes the debt of whoever had it', () => {
  const { moved, seen } = corrected([RELEASED, REFUNDED], { 'tea earnings': 100 });
  expect(moved).toMatchObject({
    'tea earnings': -100,
    'tea debt': -600,
    'ref debt': -50,
    'platform commission': -250,
    'platform escrow': 0,
  });
  expect(moved['ref promo']).toBeUndefined();
  expect(seen).toContainEqual(['tea debt', 'payment_release', -600]);
});

test('a refund taken back comes from the credits and promo it went to, or is the student’s debt', () => {
  const { moved } = corrected([REFUNDED, RELEASED], { 'sam credits': 1000, 'sam promo': 150 });
  expect(moved).toEqual({
    'platform escrow': 0,
    'sam credits': -600,
    'sam promo': -150,
    'sam debt': -250,
    'tea earnings': 700,
    'platform commission': 250,
    'ref promo': 50,
  });
});

test('only the difference moves', () => {
  const { moved } = corrected([RELEASED, { teacher: 350, commission: 125, referral: 25, refund: 500 }], {
    'tea earnings': 700,
    'ref promo': 50,
  });
  expect(moved).toEqual({
    'platform escrow': 0,
    'tea earnings': -350,
    'platform commission': -125,
    'ref promo': -25,
    'sam credits': 500,
  });
});

test('the teacher is told by how much less was kept, or more', () => {
  const less = corrected([RELEASED, REFUNDED], { 'tea earnings': 700, 'ref promo': 50 });
  expect(less.seen).toContainEqual(['tea earnings', 'commission', 300]);
  const more = corrected([REFUNDED, RELEASED], { 'sam credits': 600, 'sam promo': 400 });
  expect(more.seen).toContainEqual(['tea earnings', 'commission', -300]);
});

test('a student who referred the teacher owes no share that the refund covers', () => {
  const { moved } = corrected([RELEASED, REFUNDED], { 'tea earnings': 700 }, { referrerId: 'sam' });
  expect(moved).toMatchObject({ 'sam credits': 600, 'sam promo': 350 });
  expect(moved['sam debt']).toBeUndefined();
});

test.each<[string, Shares, Shares, Partial<Decided>]>([
  ['another standing than there is', { ...RELEASED, teacher: 701 }, REFUNDED, {}],
  ['more than the hold', RELEASED, { refund: 1001 }, {}],
  ['a referrer’s share of nobody', RELEASED, REFUNDED, { referrerId: null }],
])('a correction of %s is a defect, and nothing moves', (_what, from, to, more) => {
  const parts = { expected: decided(from), decided: decided(to, more), entryId: 'entry' };
  expect(() => correctionOf(hold, standing(RELEASED), parts)).toThrow('hold hold');
});
