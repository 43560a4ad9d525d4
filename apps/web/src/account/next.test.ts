import { expect, test } from '@jest/globals';
import { homeOf, nextIn } from './next.js';

test.each([
  ['/student/wallet?type=refund', '/student/wallet?type=refund'],
  ['//evil.example', undefined],
  ['/\\evil.example', undefined],
  ['https://evil.example', undefined],
  ['', undefined],
])('after signing in, %s leads to %s', (next, place) => {
  expect(nextIn(new URLSearchParams({ next }))).toBe(place);
});

test('each begins with a page of their own', () => {
  expect(homeOf(['teacher', 'admin'])).toBe('/admin');
  expect(homeOf(['student'])).toBe('/student');
});
