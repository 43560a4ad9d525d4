import { describe, expect, test } from '@jest/globals';
import { createHandover } from '../src/handover.js';

const row = (seq: number) => ({ seq, type: 'alpha.thing-done.v1', body: '{}' });
const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);

/** A table of unpublished rows, and how often it was read. */
function stage(...unpublished: number[]) {
  const table = { rows: new Set(unpublished), reads: 0, away: false };
  const time = { now: 0 };
  const handover = createHandover(() => time.now);
  handover.begin();
  const read = async (except: readonly number[]) => {
    table.reads += 1;
    if (table.away) return undefined;
    return [...table.rows].filter((seq) => !except.includes(seq)).map(row);
  };
  const take = async (most = 10) => seqs(await handover.take(most, read));
  return { table, time, handover, take };
}

describe('what a leading relay publishes', () => {
  test('is what the table holds when it begins to lead, and then what is handed over, without a read', async () => {
    const { table, handover, take } = stage(1, 2);
    expect(await take()).toEqual([1, 2]);
    handover.give([row(3)]);
    expect(await take()).toEqual([3]);
    expect(await take()).toEqual([]);
    expect(table.reads).toBe(1);
  });

  test('is taken once, whichever way it comes first', async () => {
    const { table, handover, take } = stage();
    handover.give([row(1)]);
    handover.give([row(1)]);
    table.rows.add(1).add(2);
    expect(await take()).toEqual([1, 2]);
    handover.give([row(2)]);
    handover.lookAgain();
    expect(await take()).toEqual([]);
  });

  test('comes again when it is done and was not marked', async () => {
    const { handover, take } = stage(1);
    expect(await take()).toEqual([1]);
    handover.done([row(1)]);
    handover.lookAgain();
    expect(await take()).toEqual([1]);
  });

  test('is found within half a second though nobody gave it, however busy the rest is', async () => {
    const { table, time, handover, take } = stage();
    await take();
    table.rows.add(7);
    for (time.now = 0; time.now < 500; time.now += 100) {
      handover.give([row(100 + time.now)]);
      expect(await take()).toEqual([100 + time.now]);
    }
    expect(await take()).toEqual([7]);
  });

  test('is looked for again at once when the table could not be read', async () => {
    const { table, take } = stage(1);
    table.away = true;
    expect(await take()).toEqual([]);
    table.away = false;
    expect(await take()).toEqual([1]);
  });

  test('is left in the table where more is given than may wait in memory', async () => {
    const { table, handover, take } = stage();
    await take();
    const many = Array.from({ length: 5_001 }, (_, seq) => row(seq));
    for (const { seq } of many) table.rows.add(seq);
    handover.give(many);
    expect(await take(10_000)).toHaveLength(5_001);
    expect(table.reads).toBe(2);
  });

  test('is left in the table where what is given is too large to wait in memory', async () => {
    const { table, handover, take } = stage();
    await take();
    const large = { ...row(1), body: 'x'.repeat(4_000_000) };
    const given = Array.from({ length: 5 }, (_, seq) => ({ ...large, seq }));
    for (const one of given) {
      table.rows.add(one.seq);
      handover.give([one]);
    }
    expect(table.reads).toBe(1);
    expect(await take()).toEqual([0, 1, 2, 3, 4]);
    expect(table.reads).toBe(2);
  });

  test('is read on while a read brings as many as it may', async () => {
    const { table, take } = stage(1, 2, 3);
    expect(await take(2)).toEqual([1, 2]);
    expect(await take(2)).toEqual([3]);
    expect(table.reads).toBe(2);
  });
});
