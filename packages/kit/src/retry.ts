/** The retry ladder, in SQL: what failed or came too early waits in the inbox table for its next attempt. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@rollcall/contracts/event';
import { checked, typesOf, wordsOf } from './arrival.js';
import { attempt, type Consumer, claimAgain } from './consumer.js';
import { type Database, isOutage } from './database.js';
import { isWorthRetry } from './errors.js';
import { countError, countHandled } from './handled.js';
import type { Logger } from './log.js';

export interface RetryOptions {
  readonly db: Database;
  readonly consumers: readonly Consumer[];
  readonly log: Logger;
}

/** Seconds. After the last of them the event is dead and waits for a person. */
const LADDER = [1, 5, 30, 120, 600, 3_600, 21_600, 43_200];
/** Rows taken at one look. */
const RETRY_BATCH = 200;
/**
 * Milliseconds between two looks: after one that found something, and at most. Nothing waits for less than the second of
 * the first rung, so a look a second sees a row before it is due, whichever replica kept it, and sleeps until it is.
 */
const [AGAIN, IDLE] = [250, 1_000];

/** Keeps an event after so many failures: with its next attempt, or dead after the last rung or an error no retry can cure. */
export async function keepFailed(
  db: Database,
  { id, type, body }: { id: string; type: string; body: string },
  failures: number,
  error: unknown,
): Promise<void> {
  const seconds = isWorthRetry(error) ? LADDER[failures - 1] : undefined;
  const next = seconds === undefined ? null : new Date(Date.now() + seconds * 1000);
  await db.raw(
    `insert into inbox as i (event_id, type, status, body, attempts, next_attempt_at, last_error)
       values (:id, :type, :status, :body, :failures, :next, :words)
     on conflict (event_id) do update
       set status = excluded.status, attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at,
           last_error = excluded.last_error
       where i.status in ('waiting', 'retrying')`,
    { id, type, status: next === null ? 'dead' : 'retrying', body, failures, next, words: wordsOf(error) },
  );
}

/** Keeps an event that failed as it came. */
export async function keepFirstFailure(
  { db, log }: Pick<RetryOptions, 'db' | 'log'>,
  event: Envelope,
  error: unknown,
): Promise<void> {
  log.error({ err: error, eventId: event.id, type: event.type }, 'an event failed and will be tried again');
  await keepFailed(db, kept(event), 1, error);
  countError(event.type);
}

/** An event as `keepFailed` takes it. */
export const kept = (event: Envelope) => ({ id: event.id, type: event.type, body: JSON.stringify(event) });

interface DueRow {
  readonly id: string;
  readonly type: string;
  readonly status: 'waiting' | 'retrying';
  readonly attempts: number;
  /** Milliseconds. */
  readonly wait: number;
  /** Read only where the wait is over. */
  readonly body: string;
}

export async function retryUntilStopped(options: RetryOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const wait = await retryDue(options, stopping).catch((error: unknown) => {
      options.log.warn({ err: error }, 'retries wait');
      return IDLE;
    });
    await sleep(wait, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/**
 * One look: what is due, those of one consumer that only waited as a batch, those that failed each alone. Returns the
 * milliseconds until the next look is worth it.
 */
export async function retryDue(options: RetryOptions, stopping?: AbortSignal): Promise<number> {
  // Only types that are handled here: others, of a release that is over, would fill every look.
  const { rows } = await options.db.raw(
    `select event_id as id, type, status, attempts, case when next_attempt_at <= now() then body end as body,
            ceil(1000 * extract(epoch from next_attempt_at - now()))::float8 as wait from inbox
      where status in ('waiting', 'retrying') and next_attempt_at <= now() + interval '1 second' and type = any(?)
      order by next_attempt_at limit ?`,
    [[...typesOf(options.consumers).keys()], RETRY_BATCH],
  );
  const [first] = rows as DueRow[];
  if (first === undefined || first.wait > 0) return first?.wait ?? IDLE;
  const due = (rows as DueRow[]).filter(({ wait }) => wait <= 0);
  for (const consumer of options.consumers) {
    const mine = due.filter((row) => consumer.types.some(({ type }) => type === row.type));
    for (const group of groupsOf(mine)) {
      if (stopping?.aborted) break;
      await retry(options, consumer, group);
    }
  }
  return AGAIN;
}

function groupsOf(rows: readonly DueRow[]): readonly (readonly DueRow[])[] {
  const waiting = rows.filter(({ status }) => status === 'waiting');
  const rungs = [...new Set(waiting.map(({ attempts }) => attempts))];
  const failed = rows.filter(({ status }) => status === 'retrying');
  return [
    ...rungs.map((rung) => waiting.filter(({ attempts }) => attempts === rung)),
    ...failed.map((row) => [row]),
  ];
}

async function retry(options: RetryOptions, consumer: Consumer, rows: readonly DueRow[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const { status, attempts } = first;
  // Waits and failures are counted apart: whoever goes from one to the other begins anew.
  const [waits, failures] = status === 'waiting' ? [attempts, 0] : [0, attempts];
  try {
    const types = typesOf([consumer]);
    const events = rows.map((row) => checked(JSON.parse(row.body) as Envelope, types));
    countHandled(events, await attempt(options.db, consumer, events, { claim: claimAgain, waits }));
  } catch (error) {
    if (isOutage(error)) throw error;
    if (rows.length > 1) {
      for (const row of rows) await retry(options, consumer, [row]);
      return;
    }
    options.log.error({ err: error, eventId: first.id, type: first.type, attempts }, 'an event failed again');
    await keepFailed(options.db, first, failures + 1, error);
  }
}
