-- Who was in a room when we asked the video server, and who may come in.

create table sweeps (
  seq            bigint generated always as identity primary key,
  course_id      uuid not null,
  session_number integer not null,
  room_name      text not null,
  asked_at       timestamptz not null,         -- our clock, before we asked
  active         jsonb not null                -- whoever was in state ACTIVE; an empty room is [], a failed sweep no row
);
create index sweeps_session on sweeps (course_id, session_number, seq);

create trigger sweeps_are_append_only before update or delete or truncate on sweeps
  for each statement execute function refuse_change();

-- Rooms of a session under other names than its own, lessons' above all: few rows, so that a sweep finds them at once.
create index deliveries_other_rooms on deliveries (course_id, session_number, room_name)
  where room_name <> 'course_' || course_id::text || '_session_' || session_number::text;

-- What may still be swept: sessions are never deleted, and nearly all of them are over.
create index sessions_ends on sessions (ends_at);

-- Who may join, by enrollment's purchases.
create table access (
  session_id  uuid not null,
  student_id  uuid not null,
  purchase_id uuid not null,
  primary key (session_id, student_id, purchase_id)
);
