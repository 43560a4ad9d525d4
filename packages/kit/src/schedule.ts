/** Timed work that any replica may start and one does: inserting (task, tick) is the election. */
import { Cron } from 'croner';
import { takeAsked } from './asked-tasks.js';
import type { Database } from './database.js';
import { newId } from './id.js';
import type { Logger } from './log.js';
import { counter, gauge, histogram } from './metrics.js';
import { inWork, type Work } from './work.js';

export interface Turn {
  readonly db: Database;
  readonly now: Date;
  readonly log: Logger;
  inWork<Result>(run: (work: Work) => Promise<Result>): Promise<Result>;
}

export interface Task {
  readonly name: string;
  /** Cron pattern in UTC; six fields have seconds. */
  readonly pattern: string;
  readonly act: (turn: Turn) => Promise<void>;
}

export const task = (name: string, pattern: string, act: Task['act']): Task => ({ name, pattern, act });

const runs = counter('scheduled_runs_total', 'Timed work by outcome', ['task', 'outcome']);
const taskSeconds = histogram('scheduled_seconds', 'How long timed work took', ['task']);
const lastDone = gauge(
  'scheduled_last_success_timestamp_seconds',
  'When timed work last began a run that came to its end, in this replica',
  ['task'],
);

/** Runs one task for one tick unless a replica did. Returns whether this call ran it. */
export async function runTick(db: Database, one: Task, tick: Date, log: Logger): Promise<boolean> {
  const claimed = await db('scheduled_runs')
    .insert({ task: one.name, tick })
    .onConflict()
    .ignore()
    .returning('task');
  if (claimed.length === 0) return false;
  await runTask(db, one, log);
  return true;
}

/** Runs one task now, counted and written down however it ends. Throws what it throws. */
async function runTask(db: Database, one: Task, log: Logger): Promise<void> {
  const now = new Date();
  const cause = { correlationId: newId() };
  const stop = taskSeconds.startTimer({ task: one.name });
  let failure: unknown;
  try {
    await one.act({ db, now, log, inWork: (run) => inWork(db, cause, run, () => now) });
    lastDone.set({ task: one.name }, now.getTime() / 1000);
  } catch (error) {
    failure = error ?? new Error('it failed with nothing');
  }
  const outcome = failure === undefined ? 'done' : 'error';
  const seconds = stop();
  runs.inc({ task: one.name, outcome });
  const error = failure === undefined ? null : String(failure).slice(0, 1_000);
  await db('scheduled_tasks')
    .where({ name: one.name })
    .update({ last_at: now, last_outcome: outcome, last_seconds: seconds, last_error: error })
    .catch((late: unknown) => log.warn({ err: late, task: one.name }, 'how timed work went was not noted'));
  if (failure !== undefined) throw failure;
}

/** Milliseconds a timer may be early, and the clocks of two replicas apart. */
const EARLY = 500;
/** Milliseconds between two looks for what an operator asks for. */
const ASKED = 1_000;

/** The tick a run is for, as the pattern has it: a replica that was too busy to be in time must not name another one. */
function tickOf(job: Cron, now: Date): Date {
  const [tick] = job.previousRuns(1, new Date(now.getTime() + EARLY));
  return tick ?? now;
}

/** Starts every task; a tick that fails is logged and counted, and the next tick tries again. What is asked for is run too. */
export function startSchedule(db: Database, tasks: readonly Task[], log: Logger): { stop(): Promise<void> } {
  const running = new Set<Promise<unknown>>();
  const following = (run: Promise<unknown>, words: object, otherwise: string): Promise<void> => {
    const one: Promise<void> = run
      .then(() => undefined)
      .catch((error: unknown) => log.error({ err: error, ...words }, otherwise))
      .finally(() => running.delete(one));
    running.add(one);
    return one;
  };
  const told = following(tellTasks(db, tasks), {}, 'timed work was not made known to the operator');
  const jobs = tasks.map(
    (one) =>
      new Cron(one.pattern, { timezone: 'UTC', protect: true }, (job: Cron) =>
        following(
          runTick(db, one, tickOf(job, new Date()), log),
          { task: one.name },
          'timed work failed; the next tick tries again',
        ),
      ),
  );
  const run = (name: string) => runTask(db, tasks.find((one) => one.name === name)!, log);
  let isAsking = false;
  const asked = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    const look = told.then(() => takeAsked({ db, log, names: tasks.map(({ name }) => name), run }));
    void following(look, {}, 'what is asked for by hand could not be looked at').then(() => {
      isAsking = false;
    });
  }, ASKED);
  return {
    stop: async () => {
      clearInterval(asked);
      for (const job of jobs) job.stop();
      await Promise.all(running);
    },
  };
}

/** What there is, for `rollcall jobs`; a task of a release before this one stays with how it went last. */
async function tellTasks(db: Database, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  await db('scheduled_tasks')
    .insert(tasks.map(({ name, pattern }) => ({ name, pattern })))
    .onConflict('name')
    .merge(['pattern']);
}
