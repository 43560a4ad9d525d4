import { expect, test } from '@jest/globals';
import { column } from './column.js';

const literal = (...values: (string | number | null)[]) => column(values, (value) => value);

test('ids, numbers and instants stand as they are, and nothing is NULL', () => {
  expect(literal('01980000-0000-7000-8000-000000000001', -5, null, '2026-11-20T10:00:00.000Z')).toBe(
    '{01980000-0000-7000-8000-000000000001,-5,NULL,2026-11-20T10:00:00.000Z}',
  );
});

test('text that the literal would read otherwise is quoted', () => {
  expect(literal('null', 'NULL', '', 'a,b', '{x}', 'say "hi"', 'back\\slash')).toBe(
    String.raw`{"null","NULL","","a,b","{x}","say \"hi\"","back\\slash"}`,
  );
});
