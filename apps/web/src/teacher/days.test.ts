import { expect, test } from '@jest/globals';
import { dayOf, instantOf, localOf, periodOf } from './days.js';

test('the last day of a period counts whole', () => {
  expect(periodOf({ from: '2026-11-20', to: '2026-11-30' })).toEqual({
    from: new Date(2026, 10, 20).toISOString(),
    to: new Date(2026, 11, 1).toISOString(),
  });
});

test('what is no day asks for nothing', () => {
  expect(periodOf({ from: '', to: 'soon' })).toEqual({});
});

test('an instant shown in a field and read again is the same minute', () => {
  const at = '2026-11-20T10:30:00.000Z';
  expect(instantOf(localOf(at))).toBe(at);
  expect(instantOf('')).toBeUndefined();
  expect(dayOf(new Date(2026, 0, 2))).toBe('2026-01-02');
});
