import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { gatherer } from './gather.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('changes that come together are asked for once, and once more when a slower service has heard of them', () => {
  const asked: (readonly string[])[] = [];
  const gather = gatherer((resources) => asked.push(resources));
  for (const resource of ['hold', 'wallet', 'hold']) gather(resource);
  expect(asked).toEqual([]);
  jest.advanceTimersByTime(250);
  expect(asked).toEqual([['hold', 'wallet']]);
  jest.advanceTimersByTime(10_000);
  expect(asked).toEqual([
    ['hold', 'wallet'],
    ['hold', 'wallet'],
  ]);
});

test('a change long after has both of its own, and one that goes on coming is read all the while', () => {
  const asked: (readonly string[])[] = [];
  const gather = gatherer((resources) => asked.push(resources));
  for (let second = 0; second < 5; second += 1) {
    gather('session');
    jest.advanceTimersByTime(1_000);
  }
  expect(asked).toHaveLength(5);
  jest.advanceTimersByTime(2_500);
  expect(asked).toHaveLength(6);
});
