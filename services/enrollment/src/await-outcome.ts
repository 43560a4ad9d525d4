import type { EventType } from '@rollcall/contracts/event';
import { OUTCOME_PATIENCE } from '@rollcall/contracts/patience';
import type { Database } from '@rollcall/kit/database';
import { onCommit } from '@rollcall/kit/work';

/** Milliseconds between looks where no commit of this process calls for one: another replica consumed the answer. */
const LOOK_EVERY = 25;

/**
 * A purchase once it is no longer pending, a cancellation once it is answered; undefined after 3 s or when the caller has
 * gone. Throws what kept it from looking.
 */
export type AwaitOutcome<Outcome> = (id: string, signal: AbortSignal) => Promise<Outcome | undefined>;

/** Those of these that have their outcome, by id. */
type OutcomesOf<Outcome> = (db: Database, ids: readonly string[]) => Promise<ReadonlyMap<string, Outcome>>;

/** `said`: events whose commit here is worth a look, because an outcome is in it that is not told. */
export function createAwaitOutcome<Outcome>(
  db: Database,
  outcomesOf: OutcomesOf<Outcome>,
  said: readonly EventType[] = [],
): AwaitOutcome<Outcome> {
  const watch = createWatch(db, outcomesOf, new Set(said.map(({ type }) => type)));
  return (id, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return resolve(undefined);
      const leave = () => {
        watch.leave(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
      };
      const tell = (outcome?: Outcome) => {
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
      const waiter: Waiter<Outcome> = { id, tell };
      const timer = setTimeout(giveUp, OUTCOME_PATIENCE);
      signal.addEventListener('abort', gone, { once: true });
      watch.join(waiter);
    });
}

interface Waiter<Outcome> {
  readonly id: string;
  readonly tell: (outcome: Outcome) => void;
}

interface Watch<Outcome> {
  join(waiter: Waiter<Outcome>): void;
  leave(waiter: Waiter<Outcome>): void;
  /** Why the last look failed. It says nothing of an outcome, and the next one may find it. */
  failure(): { readonly error: unknown } | undefined;
}

/**
 * Any replica may have consumed the answer, so the rows themselves are watched: one statement for all who wait in this
 * process, however many they are, and none while nobody does. What this process has consumed it tells, row and all.
 */
function createWatch<Outcome>(
  db: Database,
  outcomesOf: OutcomesOf<Outcome>,
  said: ReadonlySet<string>,
): Watch<Outcome> {
  const waiters = new Set<Waiter<Outcome>>();
  let watching = false;
  let wake: (() => void) | undefined;
  let failure: { readonly error: unknown } | undefined;

  const tellAll = (outcomes: ReadonlyMap<string, Outcome>) => {
    for (const { id, tell } of waiters) {
      const outcome = outcomes.get(id);
      if (outcome !== undefined) tell(outcome);
    }
  };
  const look = async () => {
    const outcomes = await outcomesOf(db, [...new Set([...waiters].map(({ id }) => id))]);
    failure = undefined;
    tellAll(outcomes);
  };
  const pause = () =>
    new Promise<void>((resolve) => {
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(wake, LOOK_EVERY);
    });
  const watch = async () => {
    watching = true;
    const forget = onCommit(db, (written, told) => {
      if (told.length > 0) tellAll(new Map(told.map((row) => [row.id, row as Outcome])));
      if (written.some(({ type }) => said.has(type))) wake?.();
    });
    while (waiters.size > 0) {
      await pause();
      if (waiters.size === 0) break;
      await look().catch((error: unknown) => {
        failure = { error };
      });
    }
    forget();
    watching = false;
    failure = undefined;
  };
  return {
    join: (waiter) => {
      waiters.add(waiter);
      if (!watching) void watch();
    },
    leave: (waiter) => {
      waiters.delete(waiter);
      if (waiters.size === 0) wake?.();
    },
    failure: () => failure,
  };
}
