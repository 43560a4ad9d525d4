import { expect, test } from '@jest/globals';
import { askedOf, rangeOf } from './range.js';

const today = new Date(2026, 10, 27, 12);

test('shows the last thirty days by day and the last year by month, today with them', () => {
  expect(rangeOf('day', { from: '', to: '' }, today)).toEqual({ from: '2026-10-29', to: '2026-11-27' });
  expect(rangeOf('month', { from: '', to: '' }, today)).toEqual({ from: '2025-11-28', to: '2026-11-27' });
});

test('what is chosen stands, and what is left out goes by it', () => {
  expect(rangeOf('day', { from: '', to: '2026-01-31' }, today).from).toBe('2026-01-02');
  expect(rangeOf('week', { from: '2026-11-01', to: '' }, today)).toEqual({
    from: '2026-11-01',
    to: '2026-11-27',
  });
});

test('a period that ends before it begins, or of more than three years, is not asked for', () => {
  expect(askedOf({ from: '2026-11-28', to: '2026-11-26' })).toBeUndefined();
  expect(askedOf({ from: '2020-01-01', to: '2026-11-26' })).toBeUndefined();
  expect(askedOf({ from: '2026-11-27', to: '2026-11-27' })).toEqual({
    from: new Date(2026, 10, 27).toISOString(),
    to: new Date(2026, 10, 28).toISOString(),
  });
});
