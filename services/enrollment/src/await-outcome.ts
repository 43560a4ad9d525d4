import { OUTCOME_PATIENCE } from '@rollcall/contracts/patience';
import type { Database } from '@rollcall/kit/database';
import { onCommit } from '@rollcall/kit/work';
import type { PurchaseRow } from './shapes.js';

/** Milliseconds between looks where no commit of this process calls for one: another replica consumed the answer. */
const LOOK_EVERY = 25;

/** The purchase once it is no longer pending; undefined after 3 s or when the caller has gone. Throws what kept it from looking. */
export type AwaitOutcome = (purchaseId: string, signal: AbortSignal) => Promise<PurchaseRow | undefined>;

/** Those of these purchases that are no longer pending, by id. */
type OutcomesOf = (db: Database, purchaseIds: readonly string[]) => Promise<ReadonlyMap<string, PurchaseRow>>;

export function createAwaitOutcome(db: Database, outcomesOf: OutcomesOf): AwaitOutcome {
  const watch = createWatch(db, outcomesOf);
  return (purchaseId, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return resolve(undefined);
      const leave = () => {
        watch.leave(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
      };
      const tell = (outcome?: PurchaseRow) => {
        leave();
        resolve(outcome);
      };
      const giveUp = () => {
        const failure = watch.failure();
        if (failure === undefined) return tell();
        leave();
        reject(failure.error);
      };
      const gone = () => tell();
      const waiter: Waiter = { purchaseId, tell };
      const timer = setTimeout(giveUp, OUTCOME_PATIENCE);
      signal.addEventListener('abort', gone, { once: true });
      watch.join(waiter);
    });
}

interface Waiter {
  readonly purchaseId: string;
  readonly tell: (outcome: PurchaseRow) => void;
}

interface Watch {
  join(waiter: Waiter): void;
  leave(waiter: Waiter): void;
  /** Why the last look failed. It says nothing of a purchase, and the next one may find it. */
  failure(): { readonly error: unknown } | undefined;
}

/**
 * Any replica may have consumed the wallet's answer, so the rows themselves are watched: one statement for all who wait
 * in this process, however many they are, and none while nobody does. A commit here is worth a look at once.
 */
function createWatch(db: Database, outcomesOf: OutcomesOf): Watch {
  const waiters = new Set<Waiter>();
  let watching = false;
  let failure: { readonly error: unknown } | undefined;

  const look = async () => {
    const outcomes = await outcomesOf(db, [...new Set([...waiters].map(({ purchaseId }) => purchaseId))]);
    failure = undefined;
    for (const { purchaseId, tell } of waiters) {
      const outcome = outcomes.get(purchaseId);
      if (outcome !== undefined) tell(outcome);
    }
  };
  const watch = async () => {
    watching = true;
    while (waiters.size > 0) {
      await commitOr(db, LOOK_EVERY);
      await look().catch((error: unknown) => {
        failure = { error };
      });
    }
    watching = false;
    failure = undefined;
  };
  return {
    join: (waiter) => {
      waiters.add(waiter);
      if (!watching) void watch();
    },
    leave: (waiter) => waiters.delete(waiter),
    failure: () => failure,
  };
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
