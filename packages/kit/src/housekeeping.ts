/** What every service tidies by the clock, a bounded number of rows at a time. Source: events.md, 'Outbox' and 'Inbox'. */
import { firstIdOf } from './id.js';
import { type Task, type Turn, task } from './schedule.js';

/** Rows of one delete, and deletes of one turn: 600,000 rows an hour at most, in transactions of a few milliseconds. */
const ROWS = 1_000;
const DELETES = 50;

/** Days. */
const OUTBOX_KEPT = 30;
const INBOX_KEPT = 180;

/**
 * Each looks at the oldest rows alone, by the key they lie in: a look for what is old among all of them would read the
 * whole table whenever less than a thousand is found.
 */
const OLD: readonly string[] = [
  `delete from outbox where seq in (
     select seq from (select seq, created_at from outbox order by seq limit ${ROWS}) as oldest
      where created_at < :outboxKept and seq not in (select seq from outbox_unpublished))`,
  `delete from inbox where event_id in (
     select event_id from inbox
      where event_id < cast(:firstId as uuid) and received_at < :inboxKept and status in ('done', 'discarded')
      order by event_id limit ${ROWS})`,
  `delete from idempotency_keys where (user_id, key) in (
     select user_id, key from idempotency_keys where created_at < :keysKept order by created_at limit ${ROWS})`,
  `delete from scheduled_runs where (task, tick) in (
     select task, tick from scheduled_runs where tick < :runsKept limit ${ROWS})`,
  `delete from task_requests where id in (
     select id from task_requests where asked_at < :outboxKept limit ${ROWS})`,
];

async function tidy({ db, now }: Turn): Promise<void> {
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const inboxKept = hoursAgo(INBOX_KEPT * 24);
  const bindings = {
    outboxKept: hoursAgo(OUTBOX_KEPT * 24),
    inboxKept,
    firstId: firstIdOf(inboxKept),
    keysKept: hoursAgo(25),
    runsKept: hoursAgo(24),
  };
  for (const statement of OLD) {
    for (let turn = 0; turn < DELETES; turn += 1) {
      const { rowCount } = await db.raw(statement, bindings);
      if (rowCount === 0) break;
    }
  }
}

export const housekeeping: Task = task('housekeeping', '*/5 * * * *', tidy);
