import { expect, test } from '@jest/globals';
import { groupCommit } from './group.js';

/** A store whose writes end when told to. */
function slowStore() {
  const writes: { rows: readonly number[]; end: (error?: Error) => void }[] = [];
  const write = (rows: readonly number[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      writes.push({
        rows,
        end: (error) => (error ? reject(error) : resolve(rows.map((row) => `row ${row}`))),
      });
    });
  return { writes, write };
}

const options = {
  size: 3,
  waiting: 5,
  writers: 1,
  full: () => new Error('full'),
  separable: () => false,
};
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('what waits while a commit is under way shares the next, up to its size', async () => {
  const { writes, write } = slowStore();
  const group = groupCommit(write, options);
  const first = group.add(1);
  await turn();
  const rest = [2, 3, 4, 5].map((row) => group.add(row));
  await turn();
  expect(writes.map(({ rows }) => rows)).toEqual([[1]]);
  writes[0]!.end();
  expect(await first).toBe('row 1');
  await turn();
  expect(writes[1]!.rows).toEqual([2, 3, 4]);
  writes[1]!.end();
  await turn();
  writes[2]!.end();
  expect(await Promise.all(rest)).toEqual(['row 2', 'row 3', 'row 4', 'row 5']);
});

test('nobody is told that his row is stored before its commit', async () => {
  const { writes, write } = slowStore();
  const group = groupCommit(write, options);
  let told = false;
  const row = group.add(1).then(() => {
    told = true;
  });
  await turn();
  await turn();
  expect(told).toBe(false);
  writes[0]!.end();
  await row;
});

test('one more than may wait is refused, and the others are not', async () => {
  const { writes, write } = slowStore();
  const group = groupCommit(write, { ...options, waiting: 2 });
  const rows = [group.add(1), group.add(2)];
  await expect(group.add(3)).rejects.toThrow('full');
  await turn();
  writes[0]!.end();
  expect(await Promise.all(rows)).toEqual(['row 1', 'row 2']);
});

test('an outage is told at once to all who wait', async () => {
  const { writes, write } = slowStore();
  const group = groupCommit(write, options);
  const first = group.add(1);
  await turn();
  const rows = Promise.allSettled([first, group.add(2), group.add(3)]);
  writes[0]!.end(new Error('away'));
  expect((await rows).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(writes).toHaveLength(1);
});

test('a failed write fails all its rows, and the next ones go on', async () => {
  const { writes, write } = slowStore();
  const group = groupCommit(write, options);
  const rows = Promise.allSettled([group.add(1), group.add(2)]);
  await turn();
  writes[0]!.end(new Error('away'));
  expect((await rows).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = group.add(3);
  await turn();
  writes[1]!.end();
  expect(await next).toBe('row 3');
});

test('one bad row does not cost its neighbours their place', async () => {
  const write = async (rows: readonly number[]) => {
    if (rows.includes(2)) throw new Error('bad row');
    return rows;
  };
  const group = groupCommit(write, { ...options, separable: () => true });
  const outcomes = await Promise.allSettled([1, 2, 3].map((row) => group.add(row)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
