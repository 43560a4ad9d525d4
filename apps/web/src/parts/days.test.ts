import { expect, test } from '@jest/globals';
import { endOfDay, startOf } from './days.js';

test('a day is from its midnight here to the next', () => {
  const from = startOf('2026-02-28')!;
  const to = endOfDay('2026-02-28')!;
  expect(new Date(from).getHours()).toBe(0);
  expect([new Date(to).getMonth(), new Date(to).getDate()]).toEqual([2, 1]);
});

test('what is no day of this century asks for nothing', () => {
  expect([startOf(''), startOf('tomorrow'), endOfDay('0001-01-01')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
