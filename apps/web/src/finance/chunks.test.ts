import { expect, test } from '@jest/globals';
import { chunksOf } from './chunks.js';

test('a range is asked for in parts that leave nothing out and take nothing twice', () => {
  expect(chunksOf(3, 9, 3)).toEqual([
    { from: 3, to: 5 },
    { from: 6, to: 8 },
    { from: 9, to: 9 },
  ]);
  expect(chunksOf(1, 1, 3)).toEqual([{ from: 1, to: 1 }]);
});

test('what is no range is left to the API to refuse', () => {
  expect(chunksOf(5, 2)).toEqual([{ from: 5, to: 2 }]);
});
