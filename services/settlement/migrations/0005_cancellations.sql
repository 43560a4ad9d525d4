-- Students who give up what has not started: what each request came to, written once, so that asked again it is said again.
create table cancellations (
  purchase_id  uuid not null,
  requested_at timestamptz not null,
  decided_at   timestamptz not null,
  hold_ids     uuid[] not null,           -- given back
  refunded     bigint not null check (refunded >= 0),
  answer       jsonb not null,            -- settlement.cancellation-decided, as it was said
  primary key (purchase_id, requested_at)
);
create trigger cancellations_written_once before update or delete on cancellations
  for each row execute function refuse_rewrite();

-- When the teacher and a student were first both in the room; a cancellation asked for after that comes too late.
alter table sessions add column started_at timestamptz;
