import { expect, test } from '@jest/globals';
import { accountsToEnd, type Decided, endingOf, type Hold, postEnding } from './end.js';
import { type Account, openBook } from './ledger.js';

const hold: Hold = {
  ...{ id: 'hold', purchaseId: 'purchase', sessionId: 'session', studentId: 'sam', teacherId: 'tea' },
  ...{ amount: 1000, currency: 'USD', promo: 400, credits: 600, subscription: 0 },
};
const decided = (shares: Partial<Decided>): Decided => ({
  ...{
    holdId: 'hold',
    decisionVersion: 1,
    currency: 'USD',
    teacher: 0,
    commission: 0,
    referral: 0,
    refund: 0,
  },
  ...{ referrerId: null, referralAccount: null, reason: 'attended', commissionRate: 3000, attendance: 8000 },
  ...shares,
});

/** Posts one ending to fresh accounts and says who got what. */
function ended(shares: Partial<Decided>) {
  const ending = endingOf(hold, decided(shares), 'entry');
  const keys = [...new Map(accountsToEnd(ending).map((key) => [JSON.stringify(key), key])).values()];
  const accounts: Account[] = keys.map((key, id) => ({ ...key, id, balance: key.owner === null ? null : 0 }));
  let last = 0;
  const book = openBook(accounts, () => `id-${++last}`);
  postEnding(book, ending);
  const named = (id: number) => `${accounts[id]?.owner ?? 'platform'} ${accounts[id]?.kind}`;
  return {
    moved: Object.fromEntries(book.journal.transfers.map(({ to, amount }) => [named(to), amount])),
    seen: book.journal.transactions.map(({ accountId, type, amount, before, after }) => ({
      ...{ of: named(accountId), type, amount, before, after },
    })),
    entry: book.journal.entries[0]?.type,
  };
}

test('a release pays the teacher his net and the platform its commission', () => {
  expect(ended({ teacher: 700, commission: 300 }).moved).toEqual({
    'tea earnings': 700,
    'platform commission': 300,
  });
});

test('the teacher sees his net, and as information what was kept of it', () => {
  expect(ended({ teacher: 700, commission: 300 }).seen).toEqual([
    { of: 'tea earnings', type: 'payment_release', amount: 700, before: 0, after: 700 },
    { of: 'tea earnings', type: 'commission', amount: -300, before: 700, after: 700 },
  ]);
});

test.each(['earnings', 'promo'] as const)(
  "a referrer's share goes to his %s and counts as commission to the teacher",
  (to) => {
    const { moved, seen } = ended({
      ...{ teacher: 700, commission: 250, referral: 50, referrerId: 'ref', referralAccount: to },
    });
    expect(moved).toEqual({ 'tea earnings': 700, 'platform commission': 250, [`ref ${to}`]: 50 });
    expect(seen).toContainEqual({
      of: 'tea earnings',
      type: 'commission',
      amount: -300,
      before: 700,
      after: 700,
    });
    expect(seen).toContainEqual({ of: `ref ${to}`, type: 'referral', amount: 50, before: 0, after: 50 });
  },
);

test('a refund returns each part where it came from', () => {
  const { moved, entry } = ended({ refund: 1000 });
  expect(moved).toEqual({ 'sam credits': 600, 'sam promo': 400 });
  expect(entry).toBe('refund');
});

test.each([
  [500, { 'sam credits': 500 }],
  [700, { 'sam credits': 600, 'sam promo': 100 }],
])('of a split that gives %d back, credits come back before promo', (refund, back) => {
  expect(ended({ teacher: 1000 - refund, refund }).moved).toEqual({ 'tea earnings': 1000 - refund, ...back });
});

test('a teacher who keeps nothing is still told what was kept', () => {
  expect(ended({ commission: 1000 }).seen).toEqual([
    { of: 'tea earnings', type: 'commission', amount: -1000, before: 0, after: 0 },
  ]);
});

test.each([
  ['shares that miss the amount', { teacher: 999 }],
  ['a share below zero', { teacher: 1100, refund: -100 }],
  ['another currency', { teacher: 1000, currency: 'EUR' }],
  ["a referrer's share for nobody", { teacher: 900, referral: 100 }],
])('a decision with %s is a defect, and nothing is paid on it', (_what, shares) => {
  expect(() => endingOf(hold, decided(shares), 'entry')).toThrow('the decision on hold hold');
});
