import { expect, test } from '@jest/globals';
import { instantOf, secondsOf, typedOf } from './intervals.js';

const START = '2026-11-27T10:00:00.000Z';
const span = (from: number, to: number) => ({ from: at(from), to: at(to) });
const at = (minutes: number) => typedOf(new Date(Date.parse(START) + minutes * 60_000));

test('what is typed is the same moment again', () => {
  expect(instantOf(typedOf(START))).toBe(START);
  for (const wrong of ['', 'soon']) expect(instantOf(wrong)).toBeUndefined();
});

test('overlapping intervals count once, what lies outside of the class and what ends before it begins not at all', () => {
  expect(secondsOf([span(0, 10), span(5, 20), span(30, 31)], START, 3600)).toBe(21 * 60);
  expect(secondsOf([span(-10, 5), span(55, 90)], START, 3600)).toBe(10 * 60);
  expect(secondsOf([span(10, 5)], START, 3600)).toBe(0);
  expect(secondsOf([], START, 3600)).toBe(0);
});
