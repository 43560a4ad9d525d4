/** What is confirmed by the broker, marked as published: a moment later and many at once. */
import type { Lead } from './leader.js';
import { counter } from './metrics.js';
import type { Row } from './publish.js';

/** Milliseconds that marks gather. Nobody waits for one: an event whose mark is lost goes out again and is claimed once. */
const GATHER = 100;
/** Rows whose marks may wait; with more the relay publishes no further until they are written. */
const MOST_WAITING = 20_000;

const published = counter('outbox_published_total', 'Events confirmed by the broker and marked');

export interface Marks {
  /** These are confirmed. Resolves at once, or while too many wait, when they are written. */
  add(rows: readonly Row[]): Promise<void>;
  /** Resolves when every mark is written or has failed. */
  settled(): Promise<void>;
}

/** `done` is told of rows that are marked; `failed` that the table still holds some as unpublished. */
export function createMarks(
  { query }: Pick<Lead, 'query'>,
  { done, failed }: { done: (rows: readonly Row[]) => void; failed: (error: unknown) => void },
): Marks {
  let waiting: Row[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async () => {
    const rows = waiting;
    waiting = [];
    if (rows.length === 0) return;
    try {
      await query({
        name: 'outbox-mark',
        text: 'delete from outbox_unpublished where seq = any($1::bigint[])',
        values: [rows.map(({ seq }) => seq)],
      });
      published.inc(rows.length);
    } catch (error) {
      failed(error);
    } finally {
      done(rows);
    }
  };
  const writeNow = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  };
  return {
    add: async (rows) => {
      for (const row of rows) waiting.push(row);
      timer ??= setTimeout(writeNow, GATHER);
      if (waiting.length > MOST_WAITING) await writeNow();
    },
    settled: writeNow,
  };
}
