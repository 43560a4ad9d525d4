/**
 * What the leading relay has to publish: rows that this very process has just committed, handed over in memory, and for
 * everything else the table. Measured in docs/decisions/0009.
 */
import type { Row } from './publish.js';

/** Rows, and characters of their bodies, that may wait in memory. What comes on top is found in the table. */
const MOST_WAITING = 5_000;
const MOST_CHARACTERS = 16_000_000;
/** Milliseconds: the backstop, however much is handed over meanwhile. */
const LOOK_EVERY = 500;

/** Unpublished rows of the table besides these; undefined when it could not be read. */
export type Read = (except: readonly number[]) => Promise<readonly Row[] | undefined>;

export interface Handover {
  /** A new lead: what was in hand is another's business by now, and the table is looked at first. */
  begin(): void;
  /** Rows just committed here. */
  give(rows: readonly Row[]): void;
  /** The table may hold rows that nobody gives. */
  lookAgain(): void;
  /** At most `most` rows, each once until it is done. */
  take(most: number, read: Read): Promise<readonly Row[]>;
  /** These are published and marked, or failed: then they are found in the table again. */
  done(rows: readonly Row[]): void;
}

export function createHandover(clock: () => number = Date.now): Handover {
  let waiting: Row[] = [];
  /** Waiting or being published: a read leaves them out, and what comes both ways is taken once. */
  const inHand = new Set<number>();
  let unread = true;
  let readAt = 0;

  const keep = (rows: readonly Row[]) => {
    for (const row of rows) {
      if (inHand.has(row.seq)) continue;
      inHand.add(row.seq);
      waiting.push(row);
    }
  };
  const look = async (most: number, read: Read) => {
    readAt = clock();
    unread = false;
    const found = await read([...inHand]);
    if (found === undefined || found.length >= most) unread = true;
    keep(found ?? []);
  };
  return {
    begin: () => {
      waiting = [];
      inHand.clear();
      unread = true;
    },
    give: (rows) => {
      const characters = [...waiting, ...rows].reduce((sum, { body }) => sum + body.length, 0);
      if (waiting.length + rows.length <= MOST_WAITING && characters <= MOST_CHARACTERS) keep(rows);
      else unread = true;
    },
    lookAgain: () => {
      unread = true;
    },
    take: async (most, read) => {
      if (unread || clock() - readAt >= LOOK_EVERY) await look(most, read);
      return waiting.splice(0, most);
    },
    done: (rows) => {
      for (const { seq } of rows) inHand.delete(seq);
    },
  };
}
