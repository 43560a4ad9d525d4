import type { Database } from '@rollcall/kit/database';
import { gauge } from '@rollcall/kit/metrics';

const overdue = gauge('attendance_overdue_sessions', 'Past their deadline and not completed: an alarm');
const waiting = gauge('attendance_wakes', 'Rooms with webhooks not yet looked at');
const unresolved = gauge(
  'attendance_unresolved_rooms',
  'Rooms heard in the last week, named after a session that nobody told us of yet',
);
const unresolvedAge = gauge(
  'attendance_unresolved_oldest_seconds',
  'Since the first webhook of the oldest of them; an alarm past an hour',
);

export async function collect(db: Database): Promise<void> {
  const { rows } = await db.raw(
    `select (select count(*) from sessions
              where (completed_at is null or moved) and not cancelled
                and deadline_at < now() - interval '5 minutes') as overdue,
            (select count(*) from wakes) as waiting,
            unresolved.*
       from (select count(*) as unresolved,
                    coalesce(extract(epoch from now() - min(first_heard_at)), 0)::float8 as age
               from unresolved_rooms room
              where last_heard_at > now() - interval '7 days'
                and not exists (select from sessions
                                 where (course_id, number) = (room.course_id, room.session_number))) unresolved`,
  );
  overdue.set(rows[0].overdue);
  waiting.set(rows[0].waiting);
  unresolved.set(rows[0].unresolved);
  unresolvedAge.set(rows[0].age);
}
