import type { Database } from '@rollcall/kit/database';
import { onCommit } from '@rollcall/kit/work';
import type { PurchaseRow } from './shapes.js';

/** Milliseconds a purchase is waited for before 202. */
const PATIENCE = 3_000;
/** Milliseconds between looks where no commit of this process calls for one: another replica consumed the answer. */
const LOOK_EVERY = 25;

interface Waiter {
  readonly purchaseId: string;
  readonly resolve: (outcome?: PurchaseRow) => void;
  readonly reject: (error: unknown) => void;
}

/** The purchase once it is no longer pending; undefined after 3 s, or when the caller has gone. */
export type AwaitOutcome = (purchaseId: string, signal: AbortSignal) => Promise<PurchaseRow | undefined>;

/** Those of these purchases that are no longer pending, by id. */
type OutcomesOf = (db: Database, purchaseIds: readonly string[]) => Promise<ReadonlyMap<string, PurchaseRow>>;

/**
 * Any replica may have consumed the wallet's answer, so the rows themselves are watched: one statement for all who wait
 * in this process, however many they are, and none while nobody does. A commit here is worth a look at once.
 */
export function createAwaitOutcome(db: Database, outcomesOf: OutcomesOf): AwaitOutcome {
  const waiters = new Set<Waiter>();
  let watching = false;

  const look = async () => {
    const outcomes = await outcomesOf(db, [...new Set([...waiters].map(({ purchaseId }) => purchaseId))]);
    for (const waiter of waiters) {
      const outcome = outcomes.get(waiter.purchaseId);
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

  return (purchaseId, signal) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      const waiter: Waiter = {
        purchaseId,
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
