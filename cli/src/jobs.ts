/** Timed work of the services: what there is, how it went last, and having one run by a replica that is running. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import type { Operator } from './dead.js';
import { Refusal } from './refusal.js';

export interface Job {
  readonly name: string;
  readonly pattern: string;
  readonly lastAt: Date | null;
  readonly lastOutcome: 'done' | 'error' | null;
  readonly lastSeconds: number | null;
  readonly lastError: string | null;
}

/** A service's timed work, by name: what it said of itself at its last start. */
export const jobsOf = (db: Database): Promise<Job[]> =>
  db('scheduled_tasks')
    .orderBy('name')
    .select({
      ...{ name: 'name', pattern: 'pattern', lastAt: 'last_at', lastOutcome: 'last_outcome' },
      ...{ lastSeconds: 'last_seconds', lastError: 'last_error' },
    });

/** Asks for one run; written down with who and why. Returns the id of the request. */
export function askForJob(db: Database, name: string, { actor, reason }: Operator): Promise<string> {
  return db.transaction(async (tx) => {
    const id = newId();
    await tx('task_requests').insert({ id, task: name, actor });
    await tx('operator_actions').insert({ id: newId(), actor, action: 'job-run', target: name, reason });
    return id;
  });
}

export interface Ran {
  readonly outcome: 'done' | 'error';
  readonly error: string | null;
  readonly seconds: number;
}

/** Milliseconds between looks. */
const LOOK = 200;

/**
 * Waits at most so many seconds for its end. Throws where no replica took it, which takes it back; and where one that took it has not
 * ended, which leaves it running.
 */
export async function awaitJob(db: Database, id: string, patience: number): Promise<Ran> {
  for (const until = Date.now() + patience * 1_000; Date.now() < until; await sleep(LOOK)) {
    const ran = await ranOf(db, id);
    if (ran !== undefined) return ran;
  }
  const back = await db('task_requests')
    .where({ id })
    .whereNull('taken_at')
    .whereNull('ended_at')
    .update({ ended_at: db.fn.now(), outcome: 'withdrawn' });
  if (back > 0)
    throw new Refusal(`no replica took it within ${patience} s: is the service running? It was taken back`);
  const ran = await ranOf(db, id);
  if (ran !== undefined) return ran;
  throw new Refusal(
    `it has not ended within ${patience} s, and goes on unless its replica died: jobs list shows its end`,
  );
}

async function ranOf(db: Database, id: string): Promise<Ran | undefined> {
  const { rows } = await db.raw(
    `select outcome, error, extract(epoch from ended_at - taken_at)::float8 as seconds
       from task_requests where id = ? and ended_at is not null`,
    [id],
  );
  return (rows as Ran[])[0];
}
