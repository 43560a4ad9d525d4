import type { Turn } from '@rollcall/kit/schedule';
import { trimFeed } from '../store/feed.js';

/** Rows of one delete, and deletes of one turn: three million an hour, in transactions of a few milliseconds. */
const ROWS = 1_000;
const DELETES = 50;

/** Forgets changes older than `hours`. */
export async function forgetChanges({ now, inWork }: Turn, hours: number): Promise<void> {
  const before = new Date(now.getTime() - hours * 3_600_000);
  for (let turn = 0; turn < DELETES; turn += 1) {
    const gone = await inWork((work) => trimFeed(work.tx, { before, most: ROWS }));
    if (gone < ROWS) return;
  }
}
