import { expect, test } from '@jest/globals';
import { createBell } from '../src/bell.js';

const LONG = 60_000;

test('a bell wakes who waits', async () => {
  const bell = createBell();
  const woken = bell.wait(LONG);
  bell.ring();
  await woken;
});

test('a bell that was rung before is heard once', async () => {
  const bell = createBell();
  bell.ring();
  bell.ring();
  await bell.wait(LONG);
  const began = performance.now();
  await bell.wait(30);
  expect(performance.now() - began).toBeGreaterThanOrEqual(29);
});
