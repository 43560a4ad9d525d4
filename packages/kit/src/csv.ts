/** Lists as text/csv: RFC 4180, streamed, and no cell a spreadsheet would run as a formula. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** An answer as text/csv. Its rows come a page at a time, and the next page is read when the caller has taken this one. */
export interface Csv {
  readonly csv: true;
  /** Without `.csv`. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly pages: AsyncIterable<readonly CsvRow[]>;
}

type CsvRow = readonly (string | number | null)[];

export const csv = (
  name: string,
  columns: readonly string[],
  pages: AsyncIterable<readonly CsvRow[]>,
): Csv => ({
  csv: true,
  name,
  columns,
  pages,
});

/** A column: its name, and its value of an item. */
export type Column<Item> = readonly [name: string, value: (item: Item) => string | number | null];

/** Items of one page (500 cost a spreadsheet of 100,000 rows 36 MB, 200 of them 18), and pages of one answer: 10 million rows. */
const PAGE = 200;
const MOST_PAGES = 50_000;

/** A list as text/csv: all that follows where its caller begins, read as the list itself is, page by page. */
export function listCsv<Item>(
  name: string,
  columns: readonly Column<Item>[],
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<{
    readonly data: readonly Item[];
    readonly nextCursor: string | null;
  }>,
): Csv {
  async function* pages() {
    let at: { readonly cursor?: string } = {};
    for (let count = 1; count <= MOST_PAGES; count += 1) {
      const { data, nextCursor } = await read({ limit: PAGE, ...at });
      yield data.map((item) => columns.map(([, value]) => value(item)));
      if (nextCursor === null) return;
      at = { cursor: nextCursor };
    }
    throw new RangeError(`${name} has more than ${PAGE * MOST_PAGES} rows: ask for less`);
  }
  return csv(
    name,
    columns.map(([column]) => column),
    pages(),
  );
}

export const isCsv = (answer: unknown): answer is Csv =>
  typeof answer === 'object' && answer !== null && 'csv' in answer && answer.csv === true;

/** What makes a spreadsheet take a cell for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;
const QUOTED = /[",\r\n]/;

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const linesOf = (rows: readonly CsvRow[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** A table that is whole already, as text. */
export const csvText = (columns: readonly string[], rows: readonly CsvRow[]): string =>
  linesOf([columns, ...rows]);

/** Sends it. What goes wrong before the first page is a problem like any other; later, the answer is cut short. */
export async function sendCsv(response: Response, { name, columns, pages }: Csv): Promise<void> {
  const iterator = pages[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* lines() {
    yield linesOf([columns]);
    for (let page = first; page.done !== true; page = await iterator.next()) yield linesOf(page.value);
  }
  response.status(200).set({
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}.csv"`,
  });
  try {
    await pipeline(Readable.from(lines()), response);
  } catch (error) {
    if (!isCallerGone(error)) throw error;
  }
}

const isCallerGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
