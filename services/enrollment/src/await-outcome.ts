import type { Database } from '@rollcall/kit/database';
import { onCommit } from '@rollcall/kit/work';

/** Milliseconds a purchase is waited for before 202. */
const PATIENCE = 3_000;
/**
 * Milliseconds between looks where no commit of this process calls for one, because another replica consumed the answer:
 * often while an answer is likely, rarely when it is late.
 */
const SOON = 10;
const LATE = 25;
const LIKELY_WITHIN = 150;

interface Waiter {
  readonly purchaseId: string;
  readonly since: number;
  readonly settle: (error?: unknown) => void;
}

/** Resolves when the purchase is no longer pending, after 3 s, or when the caller has gone. */
export type AwaitOutcome = (purchaseId: string, signal: AbortSignal) => Promise<void>;

/**
 * Any replica may have consumed the wallet's answer, so the rows themselves are watched: one statement for all who wait
 * in this process, however many they are, and none while nobody does. A commit here is worth a look at once.
 */
export function createAwaitOutcome(db: Database): AwaitOutcome {
  const waiters = new Set<Waiter>();
  let watching = false;

  const look = async () => {
    const ids = [...new Set([...waiters].map(({ purchaseId }) => purchaseId))];
    const pending = await db('purchases').whereIn('id', ids).where({ status: 'pending' }).pluck('id');
    const still = new Set(pending);
    const asked = new Set(ids);
    for (const waiter of waiters) {
      if (asked.has(waiter.purchaseId) && !still.has(waiter.purchaseId)) waiter.settle();
    }
  };
  const watch = async () => {
    watching = true;
    while (waiters.size > 0) {
      const now = Date.now();
      const likely = [...waiters].some(({ since }) => now - since < LIKELY_WITHIN);
      await commitOr(db, likely ? SOON : LATE);
      try {
        await look();
      } catch (error) {
        for (const waiter of waiters) waiter.settle(error);
      }
    }
    watching = false;
  };

  return (purchaseId, signal) =>
    new Promise((resolve, reject) => {
      const settle = (error?: unknown) => {
        waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        if (error === undefined) resolve();
        else reject(error);
      };
      const stop = () => settle();
      const waiter: Waiter = { purchaseId, since: Date.now(), settle };
      const timer = setTimeout(stop, PATIENCE);
      signal.addEventListener('abort', stop, { once: true });
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
