import { expect, test } from '@jest/globals';
import { dayStart, queryOf } from './query.js';

test('a day is from its beginning to the beginning of the next, in the reader’s zone', () => {
  expect(queryOf({ from: '2026-11-27', to: '2026-11-27', status: ['pending'], text: '' })).toEqual({
    from: new Date(2026, 10, 27).toISOString(),
    to: new Date(2026, 10, 28).toISOString(),
    status: ['pending'],
  });
});

test('what is no day is left to the API, and asks for nothing', () => {
  expect(dayStart('yesterday')).toBeUndefined();
  expect(queryOf({ status: [], from: '' })).toEqual({});
});
