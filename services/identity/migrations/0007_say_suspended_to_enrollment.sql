-- Accounts that are suspended are said again, for enrollment, which takes their courses off sale. Whoever knows it already changes
-- nothing. The envelope is that of kit/src/work.ts; ids are UUIDv7, as claims of events are deleted by the time in them.
with said as (
  select overlay(overlay(gen_random_uuid()::text placing '7' from 15) placing
           overlay(lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') placing '-' from 9 for 0) from 1 for 13
         ) as id,
         'identity.user-suspended.v1' as type,
         users.id as user_id, version,
         json_build_object(
           'userId', users.id, 'roles', roles, 'displayName', name, 'email', email, 'locale', locale, 'timeZone', time_zone,
           'referrerId', referrer_id, 'version', version
         ) as data
    from users where status = 'suspended'
), added as (
  insert into outbox (id, type, subject, body)
  select id::uuid, type, user_id::text,
         json_build_object(
           'specversion', '1.0', 'id', id, 'source', '/rollcall/identity', 'type', type, 'subject', user_id,
           'time', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json',
           'correlationid', id, 'aggregateversion', version, 'data', data
         )::text
    from said
   order by user_id
  returning seq
)
insert into outbox_unpublished select seq from added;
