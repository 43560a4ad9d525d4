import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { DomainError } from '../src/errors.js';
import { decodeCursor, encodeCursor, listPage } from '../src/page.js';

describe('a list', () => {
  const rows = [5, 4, 3].map((id) => ({ id }));

  test('has a next page when one row more than asked for is there', () => {
    const page = listPage(
      rows,
      2,
      ({ id }) => id,
      ({ id }) => [id],
    );
    expect(page.data).toEqual([5, 4]);
    expect(decodeCursor(page.nextCursor ?? undefined, z.coerce.number())).toEqual([4]);
  });

  test('that is shown whole has none', () => {
    expect(
      listPage(
        rows,
        3,
        ({ id }) => id,
        ({ id }) => [id],
      ).nextCursor,
    ).toBeNull();
  });

  test.each([
    'x',
    '',
    encodeCursor([1, 2]),
    Buffer.from('["a b"]').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ])('refuses the cursor %j that it never gave', (cursor) => {
    expect(() => decodeCursor(cursor, z.uuid())).toThrow(DomainError);
  });
});
