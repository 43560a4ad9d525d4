import { expect, test } from '@jest/globals';
import { afterFailure, closedFor, type Failures } from './login-limit.js';

const start = new Date('2026-11-20T10:00:00.000Z');
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const failed = (failures: number): Failures => ({ since: start, failures });

test.each<[string, Failures | undefined, number, number | undefined]>([
  ['an account nobody failed at is open', undefined, 0, undefined],
  ['nine failures leave it open', failed(9), 1, undefined],
  ['ten close it for the rest of the fifteen minutes', failed(10), 60, 840],
  ['a last part of a second is said as one second', failed(10), 899.5, 1],
  ['it opens when the fifteen minutes are over', failed(10), 900, undefined],
])('%s', (_rule, known, at, expected) => {
  expect(closedFor(known, later(at))).toBe(expected);
});

test('the window begins at the first failure and does not move with later ones', () => {
  const twice = afterFailure(afterFailure(undefined, start), later(600));
  expect(twice).toEqual({ since: start, failures: 2 });
});

test('a failure after the window starts a new one', () => {
  expect(afterFailure(failed(10), later(900))).toEqual({ since: later(900), failures: 1 });
});
