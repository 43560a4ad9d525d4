import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  BASIS_POINTS,
  exponentOf,
  format,
  isCurrency,
  MAX_AMOUNT,
  money,
  percent,
  percentDown,
  safe,
  split,
  sum,
  toDecimal,
} from '../src/money.js';

const amounts = fc.integer({ min: 0, max: MAX_AMOUNT });
const weights = fc.array(amounts, { minLength: 1, maxLength: 200 });
const rates = fc.integer({ min: 0, max: BASIS_POINTS });

/** Checked by remainders, not by the division under test. */
const withinOneUnit = (share: number, total: number, weight: bigint, whole: bigint) => {
  const difference = BigInt(share) * whole - BigInt(total) * weight;
  return difference > -whole && difference <= whole;
};

describe('split', () => {
  test('a hundred dollars over three equal sessions gives the unit left over to the earliest', () => {
    expect(split(10_000, [1, 1, 1])).toEqual([3334, 3333, 3333]);
  });

  test('two units left over go to the two earliest', () => {
    expect(split(11, [1, 1, 1])).toEqual([4, 4, 3]);
  });

  test('sessions without a price share equally', () => {
    expect(split(10, [0, 0, 0, 0])).toEqual([3, 3, 2, 2]);
  });

  test('nothing to give is nothing for each', () => {
    expect(split(0, [5, 0, 3])).toEqual([0, 0, 0]);
  });

  test('shares always add up to the whole, to the unit', () => {
    fc.assert(fc.property(amounts, weights, (total, by) => sum(split(total, by)) === total));
  });

  test('no share is a whole unit below its exact part, nor more than one above', () => {
    fc.assert(
      fc.property(amounts, weights, (total, by) => {
        const even = by.every((weight) => weight === 0);
        const parts = by.map((weight) => (even ? 1n : BigInt(weight)));
        const whole = parts.reduce((a, b) => a + b, 0n);
        return split(total, by).every((share, index) => withinOneUnit(share, total, parts[index]!, whole));
      }),
    );
  });

  test('equal prices never give a later session more than an earlier one', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 200 }), amounts, (total, count, price) => {
        const shares = split(total, new Array<number>(count).fill(price));
        return shares.every((share, index) => index === 0 || share <= shares[index - 1]!);
      }),
    );
  });

  test.each([
    ['nothing to split over', 1, []],
    ['a negative total', -1, [1]],
    ['a negative weight', 1, [1, -1]],
    ['a fraction of a unit', 0.5, [1]],
    ['a fraction as a weight', 1, [0.5]],
    ['more than a safe integer', 2 ** 53, [1]],
  ])('refuses %s', (_what, total, by) => {
    expect(() => split(total, by)).toThrow(RangeError);
  });
});

describe('percent', () => {
  test.each([
    [1000, 3000, 300],
    [10, 1500, 2], // 1.5 goes up
    [1, 5000, 1],
    [1, 4999, 0],
    [333, 3000, 100],
    [MAX_AMOUNT, BASIS_POINTS, MAX_AMOUNT],
  ])('of %d at %d basis points is %d, half up', (amount, rate, expected) => {
    expect(percent(amount, rate)).toBe(expected);
  });

  test('is the nearest unit, and the upper one of two that are equally near', () => {
    fc.assert(
      fc.property(amounts, rates, (amount, rate) => {
        const twiceTheError = 2n * (BigInt(percent(amount, rate)) * 10_000n - BigInt(amount) * BigInt(rate));
        return twiceTheError > -10_000n && twiceTheError <= 10_000n;
      }),
    );
  });

  test("a referrer's share is rounded down", () => {
    expect(percentDown(199, 5000)).toBe(99);
    fc.assert(
      fc.property(amounts, rates, (amount, rate) => {
        const error = BigInt(amount) * BigInt(rate) - BigInt(percentDown(amount, rate)) * 10_000n;
        return error >= 0n && error < 10_000n;
      }),
    );
  });

  test('a share and its rest are never more than there was', () => {
    fc.assert(fc.property(amounts, rates, (amount, rate) => percent(amount, rate) <= amount));
  });

  test.each([
    [-1, 100],
    [1, -100],
    [0.1, 100],
    [1, 12.5],
    [Number.NaN, 100],
  ])('refuses %d at %d', (amount, rate) => {
    expect(() => percent(amount, rate)).toThrow(RangeError);
  });
});

describe('currencies', () => {
  test.each([
    ['USD', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['CLF', 4],
    ['VND', 0],
  ])('%s has %d digits', (currency, digits) => {
    expect(exponentOf(currency)).toBe(digits);
  });

  test.each(['usd', 'XXX', '', 'USDT', 'constructor', 'toString', '__proto__'])('%p is none', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => exponentOf(code)).toThrow(RangeError);
  });
});

describe('as words', () => {
  test.each([
    [1000, 'USD', '10.00'],
    [5, 'USD', '0.05'],
    [-5, 'USD', '-0.05'],
    [-12345, 'USD', '-123.45'],
    [1000, 'JPY', '1000'],
    [-7, 'JPY', '-7'],
    [1234, 'KWD', '1.234'],
    [1, 'KWD', '0.001'],
    [0, 'USD', '0.00'],
    [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91'],
  ])('%d %s is %s', (amount, currency, expected) => {
    expect(toDecimal({ amount, currency })).toBe(expected);
  });

  test('a decimal read back gives the same units', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('USD', 'JPY', 'KWD', 'CLF'), (amount, currency) => {
        const digits = toDecimal({ amount, currency }).replace('.', '');
        return Number(digits) === amount || (amount === 0 && Number(digits) === 0);
      }),
    );
  });

  test('people see every minor unit, in their own way of writing', () => {
    expect(format({ amount: 1000, currency: 'USD' })).toBe('$10.00');
    expect(format({ amount: 1000, currency: 'JPY' })).toBe('¥1,000');
    expect(format({ amount: 1234, currency: 'LBP' })).toContain('12.34');
    expect(format({ amount: 123_456, currency: 'EUR' }, 'de')).toBe('1.234,56\u00a0€');
  });

  test('an amount beyond what a double holds in major units is written exactly', () => {
    expect(format({ amount: 9_007_199_254_740_991, currency: 'USD' })).toBe('$90,071,992,547,409.91');
  });
});

describe('no float ever becomes money', () => {
  test.each([0.1, 1e20, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d is refused', (value) => {
    expect(() => safe(value)).toThrow(RangeError);
    expect(() => money(value, 'USD')).toThrow(RangeError);
    expect(() => sum([value])).toThrow(RangeError);
    expect(() => toDecimal({ amount: value, currency: 'USD' })).toThrow(RangeError);
  });

  test('a sum that leaves the safe integers is refused', () => {
    expect(() => sum([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
    expect(sum([])).toBe(0);
  });
});
