import { describe, expect, test } from '@jest/globals';
import { compare, type Fact } from './invariants.js';
import { readInvariants } from './sql-file.js';

async function* stream(facts: Fact[]): AsyncGenerator<Fact> {
  yield* facts;
}
async function told(left: Fact[], right: Fact[]): Promise<string[]> {
  const found: string[] = [];
  for await (const words of compare(stream(left), stream(right), 'wallet', 'settlement')) found.push(words);
  return found;
}

describe('two sides agree', () => {
  test('when each has the same rows with the same values', async () => {
    expect(
      await told(
        [
          { id: 'a', amount: 1 },
          { id: 'b', amount: 2 },
        ],
        [
          { id: 'a', amount: 1 },
          { id: 'b', amount: 2 },
        ],
      ),
    ).toEqual([]);
    expect(await told([], [])).toEqual([]);
  });

  test('and what one side lacks is named, wherever it stands', async () => {
    expect(
      await told([{ id: 'a' }, { id: 'c' }, { id: 'e' }], [{ id: 'b' }, { id: 'c' }, { id: 'd' }]),
    ).toEqual([
      'a is in wallet and not in settlement',
      'b is in settlement and not in wallet',
      'd is in settlement and not in wallet',
      'e is in wallet and not in settlement',
    ]);
  });

  test('and what differs is told with both values', async () => {
    expect(
      await told([{ id: 'a', teacher: 700, refund: 0 }], [{ id: 'a', teacher: 650, refund: 0 }]),
    ).toEqual(['a: teacher 700 in wallet, 650 in settlement']);
  });
});

describe('a file of invariants', () => {
  test('is a query under each name', () => {
    const text =
      '-- About the wallet.\n\n-- name: no debt\nselect 1\nwhere false;\n\n-- name: order\n-- why\nselect 2;\n';
    expect(readInvariants(text, 'f')).toEqual([
      { name: 'no debt', sql: 'select 1\nwhere false' },
      { name: 'order', sql: '-- why\nselect 2' },
    ]);
  });

  test.each(['select 1;', '-- name: empty\n\n-- name: other\nselect 1'])('%p is refused', (text) => {
    expect(() => readInvariants(text, 'f')).toThrow(/f: /);
  });
});
