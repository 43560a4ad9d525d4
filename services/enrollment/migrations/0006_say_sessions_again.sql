-- Every session that was ever said is said again as it is, for services that began to listen after it was said: letters name
-- it. Said as version 0, so that whoever knows the session changes nothing: the version went on without a word when a class
-- began or ended, and attendance would look at such a class again. The envelope is that of kit/src/work.ts; ids are UUIDv7, as claims of
-- events are deleted by the time in them.
with said as (
  select overlay(overlay(gen_random_uuid()::text placing '7' from 15) placing
           overlay(lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') placing '-' from 9 for 0) from 1 for 13
         ) as id,
         s.id as session_id,
         json_build_object(
           'sessionId', s.id, 'courseId', s.course_id, 'number', s.number, 'teacherId', c.teacher_id, 'title', s.title,
           'startsAt', to_char(s.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'durationMinutes', s.duration_minutes, 'price', json_build_object('amount', s.price, 'currency', s.currency),
           'status', s.status, 'version', 0
         ) as data
    from sessions s join courses c on c.id = s.course_id
   where c.published_at is not null
), added as (
  insert into outbox (id, type, subject, body)
  select id::uuid, 'enrollment.session-scheduled.v1', session_id::text,
         json_build_object(
           'specversion', '1.0', 'id', id, 'source', '/rollcall/enrollment', 'type', 'enrollment.session-scheduled.v1',
           'subject', session_id, 'time', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'datacontenttype', 'application/json', 'correlationid', id, 'aggregateversion', 0, 'data', data
         )::text
    from said
   order by session_id
  returning seq
)
insert into outbox_unpublished select seq from added;
