-- Who is written to: the newest version of each account, as identity tells it.
create table contacts (
  user_id      uuid primary key,
  email        text not null check (length(email) between 3 and 254),
  display_name text not null,
  locale       text not null,
  time_zone    text not null,
  suspended    boolean not null,
  version      integer not null
);

-- What letters name, and when to remind of it.
create table sessions (
  id               uuid primary key,
  teacher_id       uuid not null,
  title            text not null,
  starts_at        timestamptz not null,
  duration_minutes integer not null check (duration_minutes > 0),
  cancelled        boolean not null,
  version          integer not null,
  -- The newest settlement that a letter told of: an older one that comes late is no news.
  settled_version  integer not null default 0
);
create index sessions_to_remind on sessions (starts_at) where not cancelled;

-- Who has bought which session. A purchase that was given up leaves its row, so that its activation, heard later, gives nothing.
create table seats (
  session_id   uuid not null,
  student_id   uuid not null,
  purchase_id  uuid not null,
  given_up     boolean not null,
  -- The start that the student was last told of as near; another start is told anew.
  reminded_for timestamptz,
  primary key (session_id, student_id, purchase_id)
);

-- Addresses that a mail server said are not there. Nothing is sent to one until its owner has another.
create table suppressions (
  email  text primary key,
  since  timestamptz not null,
  -- What the server answered, without the address.
  reason text not null
);

-- One row a letter: written with the claim of its event, sent afterwards.
create table letters (
  id              uuid primary key,
  kind            text not null,
  -- What it is about, so that the same news said by two events is one letter: `withdrawal/<id>/completed`.
  about           text not null,
  recipient_id    uuid not null,
  -- Gone some time after it ended; the row stays, so that news said again much later is still no news.
  email           text check (length(email) between 3 and 254),
  -- Name, language and zone of the reader and the facts the words are made of. Gone once nothing is to be sent any more.
  content         jsonb,
  -- dropped: of no use any more when its turn came. failed: no server took it in two days.
  status          text not null default 'waiting' check (status in ('waiting', 'sent', 'suppressed', 'dropped', 'failed')),
  attempts        integer not null default 0 check (attempts >= 0),
  -- Of a waiting letter: when to try (again). While it is being sent, when its lease is over.
  next_attempt_at timestamptz,
  -- After this it would be of no use: a reminder of a class that began, a token that has run out.
  expires_at      timestamptz,
  last_error      text,
  created_at      timestamptz not null,
  ended_at        timestamptz,
  constraint letters_once unique (about, kind, recipient_id),
  constraint letters_over_hold_nothing check ((status = 'waiting') = (content is not null)),
  constraint letters_over_have_ended check ((status = 'waiting') = (ended_at is null)),
  constraint letters_waiting_have_a_time check ((status = 'waiting') = (next_attempt_at is not null)),
  constraint letters_waiting_have_an_address check (status <> 'waiting' or email is not null),
  constraint letters_forgotten_hold_nothing check (email is not null or last_error is null),
  constraint letters_sent_were_tried check (status <> 'sent' or attempts > 0)
);
create index letters_due on letters (next_attempt_at) where status = 'waiting';
create index letters_to_forget on letters (ended_at) where status <> 'waiting' and email is not null;
