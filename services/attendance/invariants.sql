-- Each query holds when it returns no row.

-- name: every session is completed within five minutes of its deadline
select id, deadline_at from sessions
 where (completed_at is null or moved) and not cancelled and deadline_at < now() - interval '5 minutes';

-- name: a completed session has every version of its result from 1 to the latest
select id, latest_version, count(results.version) as found from sessions
  left join results on results.session_id = sessions.id
 group by id, latest_version
having count(results.version) <> latest_version or coalesce(max(results.version), 0) <> latest_version;

-- name: every result has its teacher, once
select results.session_id, results.version from results
  left join records on records.session_id = results.session_id and records.version = results.version
                   and records.role = 'teacher'
 group by results.session_id, results.version having count(records.user_id) <> 1;

-- name: nobody was in longer than the session was to last
select session_id, version, user_id, max_seconds from records join results using (session_id, version)
 where max_seconds > scheduled_seconds;

-- name: a completed result was said, each version once
select session_id, version from results
 where created_at > now() - interval '1 day'
   and (select count(*) from outbox
         where type in ('attendance.session-completed.v1', 'attendance.amended.v1') and subject = session_id::text
           and (body::jsonb -> 'data' ->> 'version')::integer = version) <> 1;

-- name: what comes in is looked at within a minute
select w.id from wakes w
  join deliveries d on (d.course_id, d.session_number) = (w.course_id, w.session_number)
 group by w.id having max(d.received_at) < now() - interval '1 minute';

-- name: no secret of a room is stored
select event_id from deliveries
 where received_at > now() - interval '1 day'
   and encode(body, 'escape') ~ '"turn_{0,1}[pP]assword"\s*:\s*"[^"]';

-- name: a session that waits has a time to be looked at
select id from sessions where due_at is null and (completed_at is null or moved) and not cancelled;

-- name: what an admin set by hand is in the newest result
select corrections.id from corrections join sessions on sessions.id = corrections.session_id
 where latest_version > 0 and not moved and corrections.created_at < now() - interval '1 minute'
   and not exists (select from records
                    where records.session_id = corrections.session_id and version = latest_version
                      and records.user_id = corrections.user_id and corrected);
