import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countryOf, creditedTax, includedTax, rateOf } from './tax.js';

const amount = fc.integer({ min: 0, max: 1_000_000_000_000 });
const rate = fc.integer({ min: 0, max: 10_000 });

describe('the tax in a price', () => {
  test.each([
    [12_300, 2300, 2300],
    [100, 2300, 19], // 18.699
    [1, 2300, 0], // 0.187
    [3, 2000, 1], // 0.5, half up
    [5000, 0, 0],
    [200, 10_000, 100],
  ])('of %i at %i basis points is %i', (gross, points, tax) => {
    expect(includedTax(gross, points)).toBe(tax);
  });

  test('is what the net comes to at that rate, to half a unit, and never more than the price', () => {
    fc.assert(
      fc.property(amount, rate, (gross, points) => {
        const tax = includedTax(gross, points);
        const net = gross - tax;
        expect(net).toBeGreaterThanOrEqual(0);
        // |tax × (10000 + rate) - gross × rate| ≤ (10000 + rate) / 2, in whole numbers.
        const off = BigInt(tax) * BigInt(10_000 + points) - BigInt(gross) * BigInt(points);
        expect(2n * (off < 0n ? -off : off) <= BigInt(10_000 + points)).toBe(true);
      }),
    );
  });

  test('never falls when the price rises', () => {
    fc.assert(
      fc.property(amount, amount, rate, (a, b, points) => {
        expect(includedTax(Math.min(a, b), points)).toBeLessThanOrEqual(includedTax(Math.max(a, b), points));
      }),
    );
  });

  test('is of nothing below 0, and of no part of a unit', () => {
    expect(() => includedTax(-1, 2300)).toThrow(RangeError);
    expect(() => includedTax(0.5, 2300)).toThrow(RangeError);
  });
});

test('an invoice taken back in any parts has exactly its own tax taken back, and no part more tax than money', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(parts, rate, (amounts, points) => {
      let before = { total: 0, tax: 0 };
      for (const part of amounts) {
        const tax = creditedTax(part, points, before);
        expect(tax).toBeGreaterThanOrEqual(0);
        expect(tax).toBeLessThanOrEqual(part);
        before = { total: before.total + part, tax: before.tax + tax };
      }
      expect(before.tax).toBe(includedTax(before.total, points));
    }),
  );
});

test.each([
  ['pl-PL', 'PL'],
  ['en', undefined],
  ['zh-Hant-TW', 'TW'],
  ['es-419', undefined],
  ['no locale', undefined],
])('the locale %s names the country %s', (locale, country) => {
  expect(countryOf(locale)).toBe(country);
});

test('a country that is not listed has the rate of everywhere else', () => {
  const rates = { PL: 2300, '*': 700 };
  expect(['PL', 'DE', 'constructor'].map((country) => rateOf(rates, country))).toEqual([2300, 700, 700]);
});
