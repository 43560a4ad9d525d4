/** What every service tidies by the clock, a bounded number of rows at a time. Source: events.md, 'Outbox' and 'Inbox'. */
import { type Task, type Turn, task } from './schedule.js';

/** Rows of one delete, and deletes of one turn: 50,000 rows an hour at most, in transactions of a few milliseconds. */
const ROWS = 1_000;
const DELETES = 50;

const OLD: readonly string[] = [
  `delete from outbox where seq in (select seq from outbox where published_at < now() - interval '30 days' order by seq limit ${ROWS})`,
  `delete from inbox where event_id in (select event_id from inbox where status in ('done', 'discarded') and received_at < now() - interval '180 days' order by event_id limit ${ROWS})`,
  `delete from idempotency_keys where (user_id, key) in (select user_id, key from idempotency_keys where created_at < now() - interval '25 hours' limit ${ROWS})`,
  `delete from scheduled_runs where (task, tick) in (select task, tick from scheduled_runs where tick < now() - interval '1 day' limit ${ROWS})`,
];

async function tidy({ db }: Turn): Promise<void> {
  for (const statement of OLD) {
    for (let turn = 0; turn < DELETES; turn += 1) {
      const { rowCount } = await db.raw(statement);
      if (rowCount < ROWS) break;
    }
  }
}

export const housekeeping: Task = task('housekeeping', '17 * * * *', tidy);
