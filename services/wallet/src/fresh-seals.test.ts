import { describe, expect, jest, test } from '@jest/globals';
import { createFreshSeals, type Page } from './fresh-seals.js';
import type { Sealed } from './store/stream.js';

const sealed = (...seqs: number[]) => seqs.map((seq) => ({ seq })) as unknown as Sealed[];
const seqsOf = ({ seals }: Page) => seals.map(({ seq }) => seq);

function stage(table: Page) {
  let now = 0;
  const fresh = createFreshSeals(() => now);
  const read = jest.fn(() => Promise.resolve(table));
  return {
    fresh,
    read,
    take: (most = 10) => fresh.take(most, read),
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('what the publisher sends', () => {
  test('is read at first, and then what the sealer gives, without a look', async () => {
    const { fresh, read, take } = stage({ mark: 3, seals: [] });
    expect(await take()).toEqual({ mark: 3, seals: [] });
    fresh.give(sealed(4, 5));
    expect(seqsOf(await take())).toEqual([4, 5]);
    fresh.moved(5);
    expect(seqsOf(await take())).toEqual([]);
    fresh.give(sealed(6, 7, 8));
    expect(seqsOf(await take(2))).toEqual([6, 7]);
    fresh.moved(7);
    expect(await take()).toMatchObject({ mark: 7, seals: [{ seq: 8 }] });
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('is given again until the mark has moved', async () => {
    const { fresh, take } = stage({ mark: 0, seals: [] });
    await take();
    fresh.give(sealed(1));
    expect(seqsOf(await take())).toEqual([1]);
    expect(seqsOf(await take())).toEqual([1]);
  });

  test('is read where the mark and what is in memory do not meet', async () => {
    const { fresh, read, take } = stage({ mark: 0, seals: sealed(1, 2) });
    await take();
    fresh.moved(2);
    fresh.give(sealed(4));
    await take();
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('ends before a gap in memory', async () => {
    const { fresh, take } = stage({ mark: 0, seals: [] });
    await take();
    fresh.give(sealed(1, 2));
    fresh.give(sealed(5, 6));
    expect(seqsOf(await take())).toEqual([1, 2]);
  });

  test('is read every two seconds, and after a failure', async () => {
    const { fresh, read, take, wait } = stage({ mark: 0, seals: [] });
    await take();
    wait(1_999);
    await take();
    expect(read).toHaveBeenCalledTimes(1);
    wait(1);
    await take();
    expect(read).toHaveBeenCalledTimes(2);
    fresh.lookAgain();
    await take();
    expect(read).toHaveBeenCalledTimes(3);
  });

  test('in memory is never more than five thousand', async () => {
    const { fresh, take } = stage({ mark: 0, seals: [] });
    await take();
    for (let n = 0; n < 6; n += 1)
      fresh.give(sealed(...Array.from({ length: 1_000 }, (_, i) => n * 1_000 + i + 1)));
    expect((await take(10_000)).seals).toHaveLength(5_000);
  });
});
