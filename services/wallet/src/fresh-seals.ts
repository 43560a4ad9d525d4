/**
 * What the publisher has to send: the seals that the sealer beside it has just written, handed over in memory, and for everything else
 * the table. Measured in docs/decisions/0009.
 */
import type { Sealed } from './store/stream.js';

/** Seals that may wait in memory. What comes on top is found in the table. */
const MOST_WAITING = 5_000;
/** Milliseconds: how late it is noticed that somebody else has moved the mark. */
const LOOK_EVERY = 2_000;

/** The mark, and at most so many seals that follow it. */
export interface Page {
  readonly mark: number;
  readonly seals: readonly Sealed[];
}

export interface FreshSeals {
  /** Just sealed here, in order. */
  give(seals: readonly Sealed[]): void;
  /** What follows the mark, from memory where that is known and whole, else by `read`. */
  take(most: number, read: () => Promise<Page>): Promise<Page>;
  /** The mark is there now. */
  moved(mark: number): void;
  /** Where the mark is has to be read: a new lead, or a failure. */
  lookAgain(): void;
}

export function createFreshSeals(clock: () => number = Date.now): FreshSeals {
  let waiting: Sealed[] = [];
  let mark: number | undefined;
  let readAt = 0;

  return {
    give: (seals) => {
      if (waiting.length + seals.length <= MOST_WAITING) waiting.push(...seals);
    },
    take: async (most, read) => {
      const known = mark;
      if (known !== undefined && clock() - readAt < LOOK_EVERY) {
        waiting = waiting.filter(({ seq }) => seq > known);
        const [next] = waiting;
        if (next === undefined || next.seq === known + 1)
          return { mark: known, seals: withoutGap(waiting.slice(0, most)) };
      }
      readAt = clock();
      const page = await read();
      mark = page.mark;
      return page;
    },
    moved: (to) => {
      mark = to;
    },
    lookAgain: () => {
      mark = undefined;
    },
  };
}

/** Up to the first gap: where more waited than memory may hold, the rest is read. */
function withoutGap(seals: readonly Sealed[]): readonly Sealed[] {
  const gap = seals.findIndex(({ seq }, n) => seq !== (seals[0]?.seq ?? 0) + n);
  return gap === -1 ? seals : seals.slice(0, gap);
}
