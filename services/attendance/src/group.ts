/** Group commit: what waits while one write is under way goes into the next, so one commit serves many requests. */

export interface Group<Row, Outcome> {
  /** Resolves once the row is committed. Rejects, with nothing stored, when its write fails or too many wait. */
  add(row: Row): Promise<Outcome>;
}

export interface GroupOptions {
  /** Rows of one write at most. */
  readonly size: number;
  /** Rows that may wait; one more is refused. */
  readonly waiting: number;
  /** Writes under way at once. */
  readonly writers: number;
  readonly full: () => Error;
  /**
   * Is a failed write worth trying row by row? One bad row must not cost its neighbours their place. If not, whatever else
   * waits fails with it.
   */
  readonly separable: (error: unknown) => boolean;
}

interface Waiting<Row, Outcome> {
  readonly row: Row;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** `write` stores all rows or none and returns an outcome for each, in their order. */
export function groupCommit<Row, Outcome>(
  write: (rows: readonly Row[]) => Promise<readonly Outcome[]>,
  { size, waiting, writers, full, separable }: GroupOptions,
): Group<Row, Outcome> {
  const queue: Waiting<Row, Outcome>[] = [];
  let writing = 0;
  let scheduled = false;

  const writeAll = async (batch: readonly Waiting<Row, Outcome>[]): Promise<void> => {
    try {
      const outcomes = await write(batch.map(({ row }) => row));
      batch.forEach(({ resolve }, index) => {
        resolve(outcomes[index]!);
      });
    } catch (error) {
      const isOnlyHere = separable(error);
      if (batch.length > 1 && isOnlyHere) for (const one of batch) await writeAll([one]);
      // An outage is told to all who wait: each write of theirs would take its own seconds to find the same.
      else for (const { reject } of isOnlyHere ? batch : [...batch, ...queue.splice(0)]) reject(error);
    }
  };

  const flush = async (): Promise<void> => {
    writing += 1;
    await writeAll(queue.splice(0, size));
    writing -= 1;
    schedule();
  };

  /** After the requests of this turn of the event loop have been read: they all go together. */
  const schedule = (): void => {
    if (scheduled || queue.length === 0 || writing >= writers) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void flush();
    });
  };

  return {
    add: (row) =>
      new Promise((resolve, reject) => {
        if (queue.length >= waiting) return reject(full());
        queue.push({ row, resolve, reject });
        schedule();
      }),
  };
}
