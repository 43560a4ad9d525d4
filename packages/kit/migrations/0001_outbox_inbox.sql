-- Events leave by the outbox and enter by the inbox, each in the transaction of the state they belong to.

create table outbox (
  seq          bigint generated always as identity primary key,
  id           uuid not null unique,
  type         text not null,
  subject      text not null,
  body         text not null,                 -- the CloudEvent, the same bytes as on the wire
  created_at   timestamptz not null default now(),
  published_at timestamptz
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
-- The relay reads what is unpublished, never `seq > last`: numbers become visible out of commit order.
create index outbox_unpublished on outbox (seq) where published_at is null;

create table inbox (
  event_id        uuid primary key,
  type            text not null,
  status          text not null check (status in ('done', 'waiting', 'retrying', 'dead', 'discarded')),
  body            text check ((body is null) = (status = 'done')),
  attempts        integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz check ((next_attempt_at is not null) = (status in ('waiting', 'retrying'))),
  last_error      text,
  received_at     timestamptz not null default now()
);
create index inbox_due on inbox (next_attempt_at) where status in ('waiting', 'retrying');
create index inbox_dead on inbox (received_at) where status = 'dead';

-- Messages nobody could read: kept as they came, for a person.
create table parked (
  id          bigint generated always as identity primary key,
  routing_key text not null,
  body        bytea not null,
  reason      text not null,
  status      text not null default 'parked' check (status in ('parked', 'discarded')),
  received_at timestamptz not null default now()
);

-- One row per task and tick: whichever replica inserts it runs the task.
create table scheduled_runs (
  task text not null,
  tick timestamptz not null,
  primary key (task, tick)
);

create table idempotency_keys (
  user_id      uuid not null,
  key          text not null,
  request_hash bytea not null,                -- SHA-256 of method, path and body; never the body
  ref          jsonb not null,                -- what the use case returned: enough to read the resource again
  created_at   timestamptz not null default now(),
  primary key (user_id, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);

-- What operators changed by hand, in the transaction of the change.
create table operator_actions (
  id      uuid primary key,
  actor   text not null,
  action  text not null,
  target  text not null,
  reason  text not null,
  at      timestamptz not null default now()
);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger operator_actions_are_append_only before update or delete or truncate on operator_actions
  for each statement execute function refuse_change();
