import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { differs, transfersBetween } from './correct.js';

const parts = (teacher: number, commission: number, referral: number, refund: number) => ({
  ...{ teacher, commission, referral, refund },
});

test.each<[string, number[], number[], [string, string, number][]]>([
  [
    'a release that becomes a refund comes from everybody who had of it',
    [700, 250, 50, 0],
    [0, 0, 0, 1000],
    [
      ['teacher', 'refund', 700],
      ['commission', 'refund', 250],
      ['referral', 'refund', 50],
    ],
  ],
  [
    'a refund that becomes a release goes back to everybody',
    [0, 0, 0, 1000],
    [700, 300, 0, 0],
    [
      ['refund', 'teacher', 700],
      ['refund', 'commission', 300],
    ],
  ],
  [
    'what stays where it was does not move',
    [700, 300, 0, 0],
    [600, 300, 0, 100],
    [['teacher', 'refund', 100]],
  ],
  ['nothing moves between equals', [700, 300, 0, 0], [700, 300, 0, 0], []],
])('%s', (_rule, from, to, expected) => {
  const [before, after] = [from, to].map(([a, b, c, d]) => parts(a!, b!, c!, d!));
  expect(transfersBetween(before!, after!).map(({ from, to, amount }) => [from, to, amount])).toEqual(
    expected,
  );
});

test('a correction to another amount is a defect', () => {
  expect(() => transfersBetween(parts(700, 300, 0, 0), parts(0, 0, 0, 999))).toThrow('another amount');
});

test.each<[string, object, boolean]>([
  ['the same cents by another reason', { reason: 'other' }, false],
  ['another outcome of a hold of nothing', { outcome: 'refunded' }, true],
  ['another cent', { commission: 1, refund: -1 }, true],
])('%s: is it a difference?', (_what, change, expected) => {
  const one = { outcome: 'released' as const, ...parts(0, 0, 0, 0) };
  expect(differs(one, { ...one, ...change })).toBe(expected);
});

test('the transfers lead from the one standing to the other, whatever they are', () => {
  const standing = (amount: number) =>
    fc.tuple(fc.nat(amount), fc.nat(amount), fc.nat(amount)).map((cuts) => {
      const [a, b, c] = cuts.sort((x, y) => x - y) as [number, number, number];
      return parts(a, b - a, c - b, amount - c);
    });
  const pair = fc.nat(100_000).chain((amount) => fc.tuple(standing(amount), standing(amount)));
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const reached = { ...before };
      for (const { from, to, amount } of transfersBetween(before, after)) {
        expect(amount).toBeGreaterThan(0);
        reached[from] -= amount;
        reached[to] += amount;
      }
      expect(reached).toEqual(after);
    }),
    { seed: 20_261_120, numRuns: 500 },
  );
});
