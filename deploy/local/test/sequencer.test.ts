/** In what order the test files are begun. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../state.js';

const { default: LongestFirst, LONGEST } = await import(new URL('../sequencer.mjs', import.meta.url).href);

/** A file as Jest hands it over, of which nothing is known but its size: no run of it is in the cache. */
const file = (project: string, path: string, size = 1) => ({
  path: `/nowhere/${path}`,
  context: {
    config: { id: project, displayName: { name: project }, cache: false },
    hasteFS: { getSize: () => size },
  },
});

const orderOf = (files: ReturnType<typeof file>[]): string[] =>
  new LongestFirst({}).sort(files).map(({ path }: { path: string }) => path.replace('/nowhere/', ''));

test('the longest end-to-end files come first, then the other ones, then the rest, the larger before the smaller', () => {
  const files = [
    file('wallet', 'test/small.test.ts', 1),
    file('wallet', 'test/large.test.ts', 9),
    file('wallet', 'test/crash.test.ts', 2),
    file('e2e', 'new.test.ts'),
    file('e2e', 'crash.test.ts'),
    file('e2e', 'expiry.test.ts'),
  ];
  expect(orderOf(files)).toEqual([
    'expiry.test.ts',
    'crash.test.ts',
    'new.test.ts',
    'test/large.test.ts',
    'test/crash.test.ts',
    'test/small.test.ts',
  ]);
});

test('every file that has a place is there', () => {
  const missing = LONGEST.filter((name: string) => !existsSync(join(root, 'e2e', `${name}.test.ts`)));
  expect(LONGEST).not.toHaveLength(0);
  expect(missing).toEqual([]);
});
