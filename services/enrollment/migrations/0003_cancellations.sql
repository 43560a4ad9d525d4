-- What students asked to give up, and what came of it. settlement alone decides; the student's own words stay here.
create table cancellations (
  id           uuid primary key,
  purchase_id  uuid not null references purchases,
  requested_by uuid not null,
  requested_at timestamptz not null,               -- never changes, however often settlement is asked
  asked_at     timestamptz not null,
  words        text check (length(words) between 1 and 500),
  holds        jsonb not null,                     -- the question, so that asked again it is the same one
  answered_at  timestamptz,
  session_ids  uuid[],                             -- given up: their money went back; none: nothing could
  refunded     bigint check (refunded >= 0),
  constraint cancellations_request unique (purchase_id, requested_at),
  constraint cancellations_answer check
    ((answered_at is null) = (session_ids is null) and (answered_at is null) = (refunded is null))
);
create unique index cancellations_one_open on cancellations (purchase_id) where answered_at is null;
create index cancellations_waiting on cancellations (asked_at) where answered_at is null;
