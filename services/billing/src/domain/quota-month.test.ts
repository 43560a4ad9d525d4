import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { monthAt, monthsAfter } from './quota-month.js';

const at = (text: string) => new Date(text.length === 10 ? `${text}T09:30:00.000Z` : text);
const period = (startsAt: string, endsAt: string) => ({ startsAt: at(startsAt), endsAt: at(endsAt) });

test.each([
  ['2027-01-31', 1, '2027-02-28'],
  ['2027-01-31', 2, '2027-03-31'],
  ['2027-01-31', 3, '2027-04-30'],
  ['2028-01-30', 1, '2028-02-29'],
  ['2028-02-29', 12, '2029-02-28'],
  ['2026-12-15', 1, '2027-01-15'],
])('from %s, %i months later is %s', (from, months, to) => {
  expect(monthsAfter(at(from), months)).toEqual(at(to));
});

test.each([
  ['the first of twelve', period('2027-01-31', '2028-01-31'), '2027-02-10', '2027-01-31', '2027-02-28'],
  [
    'the second, from its very start',
    period('2027-01-31', '2028-01-31'),
    '2027-02-28',
    '2027-02-28',
    '2027-03-31',
  ],
  ['the last', period('2027-01-31', '2028-01-31'), '2028-01-30', '2027-12-31', '2028-01-31'],
  ['all of a monthly period', period('2027-02-28', '2027-03-31'), '2027-03-29', '2027-02-28', '2027-03-31'],
  ['all of a short trial', period('2027-02-28', '2027-03-10'), '2027-03-01', '2027-02-28', '2027-03-10'],
  [
    'the last of a year that is a day longer',
    period('2027-02-28', '2028-02-29'),
    '2028-02-28T20:00:00.000Z',
    '2028-01-28',
    '2028-02-29',
  ],
] as const)('a month is %s', (_what, year, now, from, to) => {
  expect(monthAt(year, at(now))).toEqual(period(from, to));
});

test('outside of a period there is no month', () => {
  const march = period('2027-03-01', '2027-04-01');
  expect(monthAt(march, at('2027-02-28'))).toBeUndefined();
  expect(monthAt(march, at('2027-04-01'))).toBeUndefined();
});

test('a year from any day has twelve months, which follow each other without a gap and fill it', () => {
  const days = fc.date({ min: at('2026-01-01'), max: at('2036-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(days, (startsAt) => {
      const year = { startsAt, endsAt: monthsAfter(startsAt, 12) };
      let count = 0;
      for (let now = startsAt; now < year.endsAt; count += 1) {
        const month = monthAt(year, now);
        expect(month?.startsAt).toEqual(now);
        expect(monthAt(year, new Date((month?.endsAt.getTime() ?? 0) - 1))).toEqual(month);
        now = month?.endsAt ?? year.endsAt;
      }
      expect(count).toBe(12);
    }),
  );
});
