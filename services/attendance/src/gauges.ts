import type { Database } from '@rollcall/kit/database';
import { gauge } from '@rollcall/kit/metrics';

const overdue = gauge('attendance_overdue_sessions', 'Past their deadline and not completed: an alarm');
const waiting = gauge('attendance_wakes', 'Rooms with webhooks not yet looked at');

export async function collect(db: Database): Promise<void> {
  const { rows } = await db.raw(
    `select (select count(*) from sessions
              where completed_at is null and not cancelled and deadline_at < now() - interval '5 minutes') as overdue,
            (select count(*) from wakes) as waiting`,
  );
  overdue.set(rows[0].overdue);
  waiting.set(rows[0].waiting);
}
