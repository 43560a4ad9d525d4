/** Timed work that any replica may start and one does: inserting (task, tick) is the election. */
import { Cron } from 'croner';
import type { Database } from './database.js';
import { newId } from './id.js';
import type { Logger } from './log.js';
import { counter, histogram } from './metrics.js';
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

/** Runs one task for one tick unless a replica did. Returns whether this call ran it. */
export async function runTick(db: Database, one: Task, tick: Date, log: Logger): Promise<boolean> {
  const claimed = await db('scheduled_runs')
    .insert({ task: one.name, tick })
    .onConflict()
    .ignore()
    .returning('task');
  if (claimed.length === 0) return false;
  const now = new Date();
  const cause = { correlationId: newId() };
  const stop = taskSeconds.startTimer({ task: one.name });
  await one.act({ db, now, log, inWork: (run) => inWork(db, cause, run, () => now) });
  stop();
  runs.inc({ task: one.name, outcome: 'done' });
  return true;
}

/** Milliseconds a timer may be early, and the clocks of two replicas apart. */
const EARLY = 500;

/** The tick a run is for, as the pattern has it: a replica that was too busy to be in time must not name another one. */
function tickOf(job: Cron, now: Date): Date {
  const [tick] = job.previousRuns(1, new Date(now.getTime() + EARLY));
  return tick ?? now;
}

/** Starts every task; a tick that fails is logged and counted, and the next tick tries again. */
export function startSchedule(db: Database, tasks: readonly Task[], log: Logger): { stop(): Promise<void> } {
  const running = new Set<Promise<unknown>>();
  const jobs = tasks.map(
    (one) =>
      new Cron(one.pattern, { timezone: 'UTC', protect: true }, (job: Cron) => {
        const run: Promise<void> = runTick(db, one, tickOf(job, new Date()), log)
          .then(() => undefined)
          .catch((error: unknown) => {
            runs.inc({ task: one.name, outcome: 'error' });
            log.error({ err: error, task: one.name }, 'timed work failed; the next tick tries again');
          })
          .finally(() => running.delete(run));
        running.add(run);
        return run;
      }),
  );
  return {
    stop: async () => {
      for (const job of jobs) job.stop();
      await Promise.all(running);
    },
  };
}
