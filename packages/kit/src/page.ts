/** Paging by an opaque cursor over the last row's sort values. No offsets: rows may arrive between two pages. */
import { z } from 'zod';
import { invalid } from './errors.js';

export const encodeCursor = (values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(values.map(String))).toString('base64url');

const Values = z.array(
  z
    .string()
    .max(100)
    .regex(/^[\w:.+-]+$/),
);

/** The `count` values a cursor was made of; undefined without one. Throws 400 for anything not made here. */
export function decodeCursor(cursor: string | undefined, count: number): string[] | undefined {
  if (cursor === undefined) return undefined;
  const values = Values.length(count).safeParse(parse(cursor));
  if (!values.success) {
    const message = 'is not a cursor of this list';
    throw invalid('invalid-cursor', 'Take the cursor from nextCursor of the previous page.', [
      { path: 'cursor', message },
    ]);
  }
  return values.data;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A page out of `limit + 1` fetched rows: the extra one only says that there is a next page. */
export function listPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => readonly (string | number)[],
): { data: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { data: shown.map(itemOf), nextCursor: last === undefined ? null : encodeCursor(cursorOf(last)) };
}
