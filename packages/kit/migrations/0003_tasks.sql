-- Timed work as it is known and as it went last, and runs of it that an operator asks for: whichever replica takes the row
-- does it.
create table scheduled_tasks (
  name         text        primary key,
  pattern      text        not null,
  last_at      timestamptz,                 -- when its last run began, by the clock or by hand
  last_outcome text        check (last_outcome in ('done', 'error')),
  last_seconds real        check (last_seconds >= 0),
  last_error   text,
  constraint scheduled_tasks_run check (num_nonnulls(last_at, last_outcome, last_seconds) in (0, 3))
);

create table task_requests (
  id       uuid        primary key,
  task     text        not null references scheduled_tasks,
  actor    text        not null,
  asked_at timestamptz not null default now(),
  taken_at timestamptz,
  ended_at timestamptz,
  outcome  text        check (outcome in ('done', 'error', 'withdrawn')),
  error    text        check (error is null or outcome = 'error'),
  constraint task_requests_ended check ((ended_at is not null) = (outcome is not null)),
  constraint task_requests_taken check (taken_at is not null or outcome is null or outcome = 'withdrawn')
);
create index task_requests_open on task_requests (asked_at) where taken_at is null and ended_at is null;
