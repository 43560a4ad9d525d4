import { expect, test } from '@jest/globals';
import { taxRates } from '../src/tax-rates.js';

test('rates are read as basis points by country', () => {
  expect(taxRates.parse('PL:23, CH:8.1,LU:16.75,*:0')).toEqual({ PL: 2300, CH: 810, LU: 1675, '*': 0 });
});

test.each([
  ['nothing for everywhere else', 'PL:23'],
  ['a country twice', 'PL:23,PL:8,*:0'],
  ['more than all of it', 'PL:100.01,*:0'],
  ['less than nothing', 'PL:-1,*:0'],
  ['three decimals', 'PL:8.125,*:0'],
  ['a country by name', 'Poland:23,*:0'],
  ['an empty entry', 'PL:23,,*:0'],
  ['nothing', ''],
])('%s is refused', (_what, list) => {
  expect(taxRates.safeParse(list).success).toBe(false);
});
