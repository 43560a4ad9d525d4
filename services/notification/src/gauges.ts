import type { Database } from '@rollcall/kit/database';
import { gauge } from '@rollcall/kit/metrics';

const waiting = gauge('notification_letters_waiting', 'Letters not sent yet');
const age = gauge(
  'notification_letters_oldest_seconds',
  'Since the oldest of them was written; an alarm past an hour',
);
const suppressed = gauge('notification_suppressed_addresses', 'Addresses that nothing is sent to any more');

export async function collect(db: Database): Promise<void> {
  const { rows } = await db.raw(
    `select count(*)::int as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as age,
            (select count(*)::int from suppressions) as suppressed
       from letters where status = 'waiting'`,
  );
  waiting.set(rows[0].waiting);
  age.set(rows[0].age);
  suppressed.set(rows[0].suppressed);
}
