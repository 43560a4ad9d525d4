import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contradicts, daysDue, differenceOf, nextLook, nextTry } from './reconcile.js';

const money = fc.record({
  amount: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  currency: fc.constantFrom('USD', 'EUR'),
});
const end = fc.option(money, { nil: null });

test('two ends differ exactly where what they moved does, and neither end is preferred', () => {
  fc.assert(
    fc.property(end, end, (there, here) => {
      const [left, right] = [there?.amount ?? 0, here?.amount ?? 0];
      const isEqual = (left === 0 && right === 0) || (left === right && there?.currency === here?.currency);
      expect(differenceOf({ there, here }) === undefined).toBe(isEqual);
      const other = differenceOf({ there: here, here: there });
      const turned = { 'missing-here': 'missing-there', 'missing-there': 'missing-here' } as const;
      const kind = differenceOf({ there, here });
      expect(other).toBe(kind !== undefined && kind in turned ? turned[kind as keyof typeof turned] : kind);
    }),
  );
});

test('where no pair differs the ends add up to the same by currency, and where sums differ some pair does', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ there: end, here: end }), { maxLength: 20 }), (pairs) => {
      for (const currency of ['USD', 'EUR']) {
        const sumOf = (side: 'there' | 'here', only = pairs) =>
          only.reduce((sum, { [side]: one }) => sum + (one?.currency === currency ? one.amount : 0), 0);
        const equal = pairs.filter((pair) => differenceOf(pair) === undefined);
        expect(sumOf('there', equal)).toBe(sumOf('here', equal));
        if (sumOf('there') !== sumOf('here')) expect(equal.length).toBeLessThan(pairs.length);
      }
    }),
  );
});

test.each<[string, number | null, number | null, string | undefined]>([
  ['what came to nothing at one end need not be at the other', 0, null, undefined],
  ['what the ledger took and put back need not be there', null, 0, undefined],
  ['nothing here of what moved there', 5, null, 'missing-here'],
  ['nothing there of what moved here', null, 5, 'missing-there'],
  ['as much with another sign', 5, -5, 'amount'],
])('%s', (_rule, there, here, kind) => {
  const usd = (amount: number | null) => (amount === null ? null : { amount, currency: 'USD' });
  expect(differenceOf({ there: usd(there), here: usd(here) })).toBe(kind);
});

test('a movement contradicts its charge or refund by its amount alone, whichever sign it has, and no dispute', () => {
  const object = (kind: 'charge' | 'refund' | 'dispute', amount: number) => ({
    ...{ ref: 'x', kind, paymentRef: null, customer: null, amount, currency: 'USD' },
  });
  fc.assert(
    fc.property(money, fc.integer({ min: -1_000, max: 1_000 }), (movement, amount) => {
      for (const kind of ['charge', 'refund'] as const)
        expect(contradicts(movement, object(kind, amount))).toBe(
          movement.currency === 'USD' && amount !== 0 && Math.abs(movement.amount) !== Math.abs(amount),
        );
      expect(contradicts(movement, object('dispute', amount))).toBe(false);
    }),
  );
});

const DAY = 86_400_000;
const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true });

test('the days that are due have ended and settled, follow each other, are seven at the most, and miss none of them', () => {
  fc.assert(
    fc.property(moment, fc.integer({ min: 1, max: 86_400 }), fc.option(moment), (now, settle, first) => {
      const days = daysDue(now, settle, first ?? undefined);
      expect(days.length).toBeGreaterThanOrEqual(1);
      expect(days.length).toBeLessThanOrEqual(7);
      for (const { from, to } of days) {
        expect(to.getTime() - from.getTime()).toBe(DAY);
        expect(from.getTime() % DAY).toBe(0);
        expect(to.getTime() + settle * 1000).toBeLessThanOrEqual(now.getTime());
      }
      for (const [n, { from }] of days.entries()) if (n > 0) expect(from).toEqual(days[n - 1]!.to);
      // The next day would not have settled.
      expect(days.at(-1)!.to.getTime() + DAY + settle * 1000).toBeGreaterThan(now.getTime());
    }),
  );
});

test('a period that differs is compared again each day for two weeks, one that does not never', () => {
  const to = new Date('2026-11-01');
  const after = (days: number) => new Date(to.getTime() + days * DAY);
  expect(nextLook({ to, open: false, now: after(0) })).toBeNull();
  expect(nextLook({ to, open: true, now: after(0) })).toEqual(after(1));
  expect(nextLook({ to, open: true, now: after(12.9) })).toEqual(after(13.9));
  expect(nextLook({ to, open: true, now: after(13) })).toBeNull();
});

test('what came to nothing is tried ten times within a day and a half, and then waits for a person', () => {
  const now = new Date('2026-11-01');
  const pauses = Array.from({ length: 11 }, (_, tries) => nextTry(tries, now)?.getTime());
  expect(pauses[10]).toBeUndefined();
  const sum = pauses.slice(0, 10).reduce<number>((all, at) => all + (at! - now.getTime()), 0);
  expect(sum).toBeLessThanOrEqual(1.5 * DAY);
});
