import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideByHand } from './by-hand.js';
import type { Hold } from './decide.js';
import type { Terms } from './terms.js';

const hold: Hold = { amount: 1000, currency: 'USD', studentId: 'student', teacherId: 'teacher' };
const terms: Terms = {
  ...{ policyVersion: 1, preset: 'custom', threshold: 2000, teacherMin: 0, commissionCase: 'otherwise' },
  ...{ commissionRate: 3000, referrerShare: 1000, referrerId: 'r', referralAccount: 'promo' },
};
const decided = (share: number, amount = 1000) =>
  decideByHand({ ...hold, amount }, share, { terms, evidence: null });

test.each<[string, number, number, string, number[]]>([
  ['all of it pays the commission of the terms', 1000, 10_000, 'released', [700, 270, 30, 0]],
  ['nothing of it pays none', 1000, 0, 'refunded', [0, 0, 0, 1000]],
  ['of a part only the teacher’s side pays it', 1000, 5000, 'split', [350, 135, 15, 500]],
  ['half a unit is the teacher’s side’s', 1001, 5000, 'split', [351, 135, 15, 500]],
  ['a share too small for one unit is a refund', 1, 4999, 'refunded', [0, 0, 0, 1]],
  ['a rest too small for one unit is a release', 1, 5000, 'released', [1, 0, 0, 0]],
  ['a hold of nothing is released as nothing', 0, 5000, 'released', [0, 0, 0, 0]],
])('%s', (_rule, amount, share, outcome, parts) => {
  const { teacher, commission, referral, refund, ...decision } = decided(share, amount);
  expect([decision.outcome, decision.reason]).toEqual([outcome, 'admin']);
  expect([teacher, commission, referral, refund]).toEqual(parts);
});

test('a refund needs no terms, and nothing else can do without', () => {
  const unknown = { terms: null, evidence: null };
  expect(decideByHand(hold, 0, unknown).outcome).toBe('refunded');
  expect(() => decideByHand(hold, 10, unknown)).toThrow('terms that are known');
});

test('the steps of a split say whose part is how much', () => {
  expect(decided(2500).steps).toEqual([
    'An admin decided; the words are in the notes.',
    "25.00 % of 10.00 USD, half a unit rounded up, is the teacher's side: 2.50 USD; the student gets back 7.50 USD.",
    'Commission: 30.00 % of 2.50 USD is 0.75 USD, half a unit rounded up (the rate of everybody else).',
    'The referrer gets 10.00 % of the commission, rounded down: 0.07 USD; the platform keeps 0.68 USD.',
    'The teacher gets the rest: 2.50 USD less 0.75 USD is 1.75 USD.',
  ]);
});

test('whatever the share, the parts sum to the hold, none is below 0, and a larger share never gives back more', () => {
  const basisPoints = fc.integer({ min: 0, max: 10_000 });
  const anyTerms = fc.record({ commissionRate: basisPoints, referrerShare: basisPoints });
  fc.assert(
    fc.property(
      fc.nat(1_000_000_000_000),
      basisPoints,
      basisPoints,
      anyTerms,
      (amount, one, other, rates) => {
        const under = { terms: { ...terms, ...rates }, evidence: null };
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((share) =>
          decideByHand({ ...hold, amount }, share, under),
        );
        for (const { teacher, commission, referral, refund } of [less!, more!]) {
          expect(teacher + commission + referral + refund).toBe(amount);
          expect(Math.min(teacher, commission, referral, refund)).toBeGreaterThanOrEqual(0);
        }
        expect(more!.refund).toBeLessThanOrEqual(less!.refund);
      },
    ),
    { seed: 20_261_120, numRuns: 500 },
  );
});
