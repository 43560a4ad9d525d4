import { describe, expect, test } from '@jest/globals';
import { createBulkhead } from './bulkhead.js';

const forever = new AbortController().signal;

describe('a bulkhead', () => {
  test('so many at once, so many waiting, and no more', async () => {
    const bulkhead = createBulkhead('wallet', { concurrent: 2, queue: 1, wait: 1_000 });
    await bulkhead.enter(forever);
    await bulkhead.enter(forever);
    const third = bulkhead.enter(forever);
    await expect(bulkhead.enter(forever)).rejects.toMatchObject({
      kind: 'unavailable',
      more: { retryAfter: 1 },
    });
    bulkhead.leave();
    await third;
    expect(bulkhead.active).toBe(2);
  });

  test('places go to those who waited, in their order', async () => {
    const bulkhead = createBulkhead('wallet', { concurrent: 1, queue: 2, wait: 1_000 });
    await bulkhead.enter(forever);
    const order: number[] = [];
    const waiting = [1, 2].map((who) => bulkhead.enter(forever).then(() => order.push(who)));
    bulkhead.leave();
    bulkhead.leave();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
  });

  test('who waits too long is refused and takes no place later', async () => {
    const bulkhead = createBulkhead('wallet', { concurrent: 1, queue: 1, wait: 20 });
    await bulkhead.enter(forever);
    await expect(bulkhead.enter(forever)).rejects.toMatchObject({ kind: 'unavailable' });
    bulkhead.leave();
    expect(bulkhead.active).toBe(0);
  });

  test('who leaves the queue gives up the place in it', async () => {
    const bulkhead = createBulkhead('wallet', { concurrent: 1, queue: 1, wait: 1_000 });
    await bulkhead.enter(forever);
    const caller = new AbortController();
    const left = bulkhead.enter(caller.signal);
    caller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const next = bulkhead.enter(forever);
    bulkhead.leave();
    await next;
    expect(bulkhead.active).toBe(1);
  });
});
