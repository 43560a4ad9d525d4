import { expect, test } from '@jest/globals';
import { createPause } from '../src/pause.js';

const LONG = 60_000;

test('a pause lasts for its time', async () => {
  const began = performance.now();
  await createPause(() => true).take(30);
  expect(performance.now() - began).toBeGreaterThanOrEqual(29);
});

test('a pause that is not needed is none, nor is one of no time', async () => {
  await createPause(() => false).take(LONG);
  await createPause(() => true).take(0);
});

test('a pause ends once it is needed no more, and not before', async () => {
  let waiting = 0;
  const pause = createPause(() => waiting < 3);
  let over = false;
  const taken = pause.take(LONG).then(() => {
    over = true;
  });
  for (waiting = 1; waiting < 3; waiting += 1) {
    pause.look();
    await new Promise(setImmediate);
    expect(over).toBe(false);
  }
  pause.look();
  await taken;
});
