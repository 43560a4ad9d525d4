import { expect, test } from '@jest/globals';
import { slots } from './slots.js';

test('no more run at once than there are slots, and all who waited get their turn', async () => {
  const inSlot = slots(2, 10);
  let running = 0;
  let most = 0;
  const run = async (index: number) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    return index;
  };
  const results = await Promise.all(Array.from({ length: 12 }, (_, index) => inSlot(() => run(index))));
  expect(results).toEqual(Array.from({ length: 12 }, (_, index) => index));
  expect(most).toBe(2);
});

test('who finds the queue full is turned away with a time to come back, and the queue goes on', async () => {
  const inSlot = slots(1, 1);
  const all = await Promise.allSettled([1, 2, 3].map((value) => inSlot(() => Promise.resolve(value))));
  expect(all.map((one) => one.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(all[2]).toMatchObject({ reason: { kind: 'unavailable', more: { retryAfter: 1 } } });
  await expect(inSlot(() => Promise.resolve('later'))).resolves.toBe('later');
});

test('a run that fails gives its slot back', async () => {
  const inSlot = slots(1, 0);
  await expect(inSlot(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(inSlot(() => Promise.resolve('next'))).resolves.toBe('next');
});
