import { expect, test } from '@jest/globals';
import { isCurrency, toDecimal } from '@rollcall/contracts/money';
import fc from 'fast-check';
import { minorOf } from './minor.js';

test.each<[string | number, string, number | undefined]>([
  ['12.5', 'USD', 1250],
  [12.5, 'USD', 1250],
  ['0.29', 'USD', 29],
  ['7', 'JPY', 7],
  ['7.5', 'JPY', undefined],
  ['1.234', 'KWD', 1234],
  ['1.234', 'USD', undefined],
  ['', 'USD', undefined],
  ['-3', 'USD', undefined],
  ['1e3', 'USD', undefined],
])('%s typed as %s is %s', (typed, currency, minor) => {
  expect(minorOf(typed, currency)).toBe(minor);
});

test('what is shown of any amount and typed again is the same amount', () => {
  const currency = fc.constantFrom(...['USD', 'JPY', 'KWD', 'CLF'].filter(isCurrency));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 12 }), currency, (amount, of) => {
      expect(minorOf(toDecimal({ amount, currency: of }), of)).toBe(amount);
    }),
  );
});
