import { expect, test } from '@jest/globals';
import { asked, filled, filtersIn } from './filter-state.js';

const DEFAULTS = { status: [] as string[], from: '' };

test('filters survive the address and come back as they were', () => {
  const search = filled(new URLSearchParams('tab=2'), { status: ['held', 'review'], from: '2026-11-20' });
  expect(search.toString()).toBe('tab=2&status=held&status=review&from=2026-11-20');
  expect(filtersIn(search, DEFAULTS)).toEqual({ status: ['held', 'review'], from: '2026-11-20' });
});

test('what is empty is neither in the address nor asked of the API', () => {
  const search = filled(new URLSearchParams('status=held&from=x'), { status: [], from: '' });
  expect(search.toString()).toBe('');
  expect(asked(filtersIn(search, DEFAULTS))).toEqual({});
});
