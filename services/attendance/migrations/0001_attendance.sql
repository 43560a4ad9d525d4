-- What the video server said, word for word and for good, and what was made of it.

create table deliveries (
  event_id          text primary key,          -- the video server's; without one `sha256:` and the body's hash
  seq               bigint generated always as identity,
  received_at       timestamptz not null,      -- our clock
  body_sha256       bytea not null check (length(body_sha256) = 32),
  body              bytea not null,            -- as it came, but for the room's turnPassword
  traceparent       text,
  -- Facts read once, at intake, so that a session of 100,000 events is computed without a body being read again.
  event             text not null,
  room_name         text,
  room_sid          text,
  course_id         uuid,                      -- from a well-formed room name; null: not one of ours
  session_number    integer,
  participant_sid   text,
  identity          text,
  kind              text,                      -- null: absent, which means STANDARD
  hidden            boolean not null,
  recorder          boolean not null,
  agent             boolean not null,
  joined_at_ms      bigint,                    -- joinedAtMs
  joined_at         bigint,                    -- joinedAt, in milliseconds
  created_at        bigint,                    -- createdAt, in milliseconds; null: absent or implausible
  disconnect_reason text,
  quarantine        text check (quarantine in ('undecodable', 'implausible-time', 'unstorable-text')),
  check ((course_id is null) = (session_number is null))
);
create index deliveries_session on deliveries (course_id, session_number, seq) where course_id is not null;
create index deliveries_created on deliveries (created_at) where quarantine is null;

create trigger deliveries_are_append_only before update or delete or truncate on deliveries
  for each statement execute function refuse_change();

-- 'Something came for this room': a row of its own, so that taking a webhook in never waits for a session's lock.
create table wakes (
  id             bigint generated always as identity primary key,
  course_id      uuid not null,
  session_number integer not null,
  finished       boolean not null              -- a room_finished was among what came
);

-- enrollment's sessions as far as attendance needs them; `version` is theirs, an older one is ignored.
create table sessions (
  id               uuid primary key,
  course_id        uuid not null,
  number           integer not null,
  teacher_id       uuid not null,
  starts_at        timestamptz not null,
  duration_minutes integer not null check (duration_minutes >= 0),
  ends_at          timestamptz not null check (ends_at > starts_at),
  deadline_at      timestamptz not null check (deadline_at >= ends_at),
  cancelled        boolean not null default false,
  version          integer not null,
  started_at       timestamptz,                -- as said in attendance.session-started
  finish_heard     boolean not null default false,
  completed_at     timestamptz,
  latest_version   integer not null default 0 check (latest_version >= 0), -- of its results; 0: none yet
  due_at           timestamptz,                -- when to look whether it is over; null: nothing to wait for
  rest_until       timestamptz,                -- not before this: a large class is not computed without pause
  check ((completed_at is null) = (latest_version = 0))
);
create index sessions_room on sessions (course_id, number);
create index sessions_due on sessions (due_at) where due_at is not null;

-- A session's result, version by version; never overwritten.
create table results (
  session_id        uuid not null references sessions,
  version           integer not null check (version >= 1),
  cause             text not null check (cause in
                      ('room-finished', 'scheduled-end', 'deadline', 'admin', 'late-event', 'correction')),
  scheduled_seconds integer not null check (scheduled_seconds > 0),
  observed          boolean not null,
  started_at        timestamptz,
  ended_at          timestamptz not null,
  figures_sha256    bytea not null check (length(figures_sha256) = 32), -- equal: nothing changed, no new version
  created_at        timestamptz not null,
  primary key (session_id, version)
);

create table records (
  session_id      uuid not null,
  version         integer not null,
  user_id         text not null,               -- the identity the video server reported
  role            text not null check (role in ('teacher', 'participant')),
  seconds         integer not null check (seconds >= 0),
  max_seconds     integer not null check (max_seconds >= seconds),
  overlap_seconds integer not null check (overlap_seconds between 0 and seconds),
  first_seen_at   timestamptz,
  last_seen_at    timestamptz,
  intervals       jsonb not null,
  disconnects     jsonb not null,
  primary key (session_id, version, user_id),
  foreign key (session_id, version) references results
);
create index records_user on records (user_id);

create trigger results_are_append_only before update or delete or truncate on results
  for each statement execute function refuse_change();
create trigger records_are_append_only before update or delete or truncate on records
  for each statement execute function refuse_change();
