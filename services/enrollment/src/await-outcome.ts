import type { Database } from '@rollcall/kit/database';
import { onCommit } from '@rollcall/kit/work';

/** Milliseconds an outcome is waited for before 202. */
const PATIENCE = 3_000;
/** Milliseconds between looks where no commit of this process calls for one: another replica consumed the answer. */
const LOOK_EVERY = 25;

interface Waiter<Outcome> {
  readonly id: string;
  readonly resolve: (outcome?: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** A purchase once it is no longer pending, a cancellation once it is answered; undefined after 3 s, or when the caller has gone. */
export type AwaitOutcome<Outcome> = (id: string, signal: AbortSignal) => Promise<Outcome | undefined>;

/** Those of these that have their outcome, by id. */
type OutcomesOf<Outcome> = (db: Database, ids: readonly string[]) => Promise<ReadonlyMap<string, Outcome>>;

/**
 * Any replica may have consumed the answer, so the rows themselves are watched: one statement for all who wait
 * in this process, however many they are, and none while nobody does. A commit here is worth a look at once.
 */
export function createAwaitOutcome<Outcome>(
  db: Database,
  outcomesOf: OutcomesOf<Outcome>,
): AwaitOutcome<Outcome> {
  const waiters = new Set<Waiter<Outcome>>();
  let watching = false;

  const look = async () => {
    const outcomes = await outcomesOf(db, [...new Set([...waiters].map(({ id }) => id))]);
    for (const waiter of waiters) {
      const outcome = outcomes.get(waiter.id);
      if (outcome !== undefined) waiter.resolve(outcome);
    }
  };
  const watch = async () => {
    watching = true;
    while (waiters.size > 0) {
      await commitOr(db, LOOK_EVERY);
      try {
        await look();
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
    watching = false;
  };

  return (id, signal) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      const waiter: Waiter<Outcome> = {
        id,
        resolve: (outcome) => {
          leave();
          resolve(outcome);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      const giveUp = () => waiter.resolve();
      const timer = setTimeout(giveUp, PATIENCE);
      signal.addEventListener('abort', giveUp, { once: true });
      waiters.add(waiter);
      if (!watching) void watch();
    });
}

/** Resolves at the next commit through this pool that emitted something, or after `milliseconds`. */
const commitOr = (db: Database, milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const forget = onCommit(db, done);
  });
