/** Timed work that an operator asks for: a row that whichever replica takes it answers with how it went. */
import type { Database } from './database.js';
import type { Logger } from './log.js';

export interface Asking {
  readonly db: Database;
  readonly log: Logger;
  /** The tasks there are here. */
  readonly names: readonly string[];
  readonly run: (name: string) => Promise<void>;
}

/** Seconds after which what nobody took is taken no more: who asked has gone, and would be surprised. */
const FRESH = 3_600;

/** Takes one request and does it. The audit trail of it is `operator_actions`, written by who asks; here is a line in the log. */
export async function takeAsked({ db, log, names, run }: Asking): Promise<void> {
  const { rows } = await db.raw(
    `update task_requests set taken_at = now()
      where id = (select id from task_requests
                   where taken_at is null and ended_at is null and task = any(:names)
                     and asked_at > now() - make_interval(secs => ${FRESH})
                   order by asked_at limit 1 for update skip locked)
     returning id, task, actor`,
    { names: [...names] },
  );
  const asked = (rows as { id: string; task: string; actor: string }[])[0];
  if (asked === undefined) return;
  const { id, task, actor } = asked;
  log.info({ task, actor, request: id }, 'timed work is run by hand');
  try {
    await run(task);
    await end(db, id, { outcome: 'done', error: null });
  } catch (error) {
    log.error({ err: error, task, actor, request: id }, 'timed work that was run by hand failed');
    await end(db, id, { outcome: 'error', error: String(error).slice(0, 1_000) });
  }
}

const end = (db: Database, id: string, how: { outcome: 'done' | 'error'; error: string | null }) =>
  db('task_requests')
    .where({ id })
    .update({ ended_at: db.fn.now(), ...how });
