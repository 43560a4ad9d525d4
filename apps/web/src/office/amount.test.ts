import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { majorOf, minorOf } from './amount.js';

test.each<[string, string, number]>([
  ['0.29', 'USD', 29],
  ['12.5', 'USD', 1250],
  ['12', 'JPY', 12],
  ['1.005', 'KWD', 1005],
])('%s %s is %d minor units', (typed, currency, minor) => expect(minorOf(typed, currency)).toBe(minor));

test('what is no amount is none', () => {
  for (const typed of ['', 'ten']) expect(minorOf(typed, 'USD')).toBeNaN();
  expect(minorOf('1', 'XXX1')).toBeNaN();
});

test('every amount comes back as it was shown', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000_000_000), fc.constantFrom('USD', 'JPY', 'KWD'), (amount, currency) => {
      expect(minorOf(majorOf({ amount, currency }), currency)).toBe(amount);
    }),
  );
});
