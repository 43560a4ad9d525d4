import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { periodEnd } from './period.js';

const at = (text: string): number => Date.parse(text) / 1_000;
const every = (interval: 'day' | 'month' | 'week' | 'year', interval_count = 1) =>
  ({ interval, interval_count }) as Stripe.Price.Recurring;

test.each([
  [
    'a month from the 31st of January ends with February',
    '2027-01-31T10:00:00Z',
    'month',
    '2027-02-28T10:00:00Z',
  ],
  ['a year from a leap day ends a day early', '2028-02-29T10:00:00Z', 'year', '2029-02-28T10:00:00Z'],
  ['a week is seven days', '2027-12-30T00:00:00Z', 'week', '2028-01-06T00:00:00Z'],
  ['a month over new year', '2027-12-15T00:00:00Z', 'month', '2028-01-15T00:00:00Z'],
] as const)('%s', (_rule, start, interval, end) => {
  expect(periodEnd(at(start), at(start), every(interval))).toBe(at(end));
});

test('after a short month the day is the anchor’s again', () => {
  const anchor = at('2027-01-31T10:00:00Z');
  expect(periodEnd(anchor, at('2027-02-28T10:00:00Z'), every('month'))).toBe(at('2027-03-31T10:00:00Z'));
});

test('however often it is renewed, a month is 28 to 31 days and twelve of them are a year', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') }),
      (anchor) => {
        let start = anchor;
        for (let month = 0; month < 12; month += 1) {
          const end = periodEnd(anchor, start, every('month'));
          expect((end - start) / 86_400).toBeGreaterThanOrEqual(28);
          expect((end - start) / 86_400).toBeLessThanOrEqual(31);
          start = end;
        }
        expect(start).toBe(periodEnd(anchor, anchor, every('year')));
      },
    ),
  );
});
