/** Paging by an opaque cursor over the last row's sort values. No offsets: rows may arrive between two pages. */
import { z } from 'zod';
import { invalid } from './errors.js';

export const encodeCursor = (values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(values.map(String))).toString('base64url');

/**
 * The values a cursor was made of, each as its schema says (`decodeCursor(cursor, Id)`); undefined without a cursor.
 * Throws 400 for anything not made by this list: it would reach the database as a parameter of the wrong type.
 */
export function decodeCursor<Schemas extends [z.ZodType, ...z.ZodType[]]>(
  cursor: string | undefined,
  ...schemas: Schemas
): { [Place in keyof Schemas]: z.output<Schemas[Place]> } | undefined {
  if (cursor === undefined) return undefined;
  const values = z.tuple(schemas).safeParse(parse(cursor));
  if (values.success) return values.data as { [Place in keyof Schemas]: z.output<Schemas[Place]> };
  throw invalid('invalid-cursor', 'Take the cursor from nextCursor of the previous page.', [
    { path: 'query.cursor', message: 'is not a cursor of this list' },
  ]);
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
