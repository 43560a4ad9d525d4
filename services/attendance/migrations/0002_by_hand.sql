-- What people do by hand, and what a result needs to be read for good once its session may have moved.

-- An admin's word on when one person was in, in place of what was seen of him. Of one person the last one counts.
create table corrections (
  id         uuid primary key,                 -- of its entry in the audit trail
  seq        bigint generated always as identity,
  session_id uuid not null references sessions,
  user_id    text not null,
  intervals  jsonb not null check (jsonb_typeof(intervals) = 'array'), -- [{from, to}] in milliseconds; none: never in
  actor      uuid not null,
  reason     text not null,
  created_at timestamptz not null
);
create index corrections_session on corrections (session_id, seq);
create trigger corrections_are_append_only before update or delete or truncate on corrections
  for each statement execute function refuse_change();

-- Its schedule changed after it was completed: its next version waits for its new end.
alter table sessions add column moved boolean not null default false;
alter table sessions add check (not moved or completed_at is not null);

-- A label is read by the start its version was computed for, and a history is filtered by it.
alter table results disable trigger results_are_append_only;
alter table results add column starts_at timestamptz;
update results set starts_at = sessions.starts_at from sessions where sessions.id = results.session_id;
alter table results alter column starts_at set not null;
alter table results enable trigger results_are_append_only;

alter table records disable trigger records_are_append_only;
alter table records
  add column corrected boolean not null default false,
  add column status text check (status in ('present', 'late', 'absent', 'review'));
update records set status = case
    when not observed or (seconds * 5 >= scheduled_seconds) <> (max_seconds * 5 >= scheduled_seconds) then 'review'
    when seconds * 5 < scheduled_seconds then 'absent'
    when first_seen_at > starts_at + interval '10 minutes' then 'late'
    else 'present' end
  from results where (results.session_id, results.version) = (records.session_id, records.version);
alter table records alter column status set not null;
alter table records enable trigger records_are_append_only;

-- Rooms named after a session of which enrollment had said nothing when their webhooks came; these wait in `deliveries`.
create table unresolved_rooms (
  course_id      uuid not null,
  session_number integer not null,
  first_heard_at timestamptz not null,
  last_heard_at  timestamptz not null,
  primary key (course_id, session_number)
);
create index unresolved_rooms_heard on unresolved_rooms (last_heard_at);
