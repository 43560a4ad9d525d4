-- Courses and their sessions, and who bought a place in them. Money is whole minor units of the course's currency.

create table courses (
  id           uuid primary key,
  teacher_id   uuid not null,
  title        text not null check (length(title) between 1 and 200),
  description  text not null check (length(description) <= 5000),
  price        bigint not null check (price between 0 and 1000000000000),
  currency     text not null check (currency ~ '^[A-Z]{3}$'),
  status       text not null default 'draft' check (status in ('draft', 'published', 'archived')),
  max_students integer check (max_students > 0),     -- null: as many as come
  version      integer not null default 1 check (version > 0),
  created_at   timestamptz not null,
  published_at timestamptz check ((published_at is null) = (status = 'draft')),
  constraint courses_currency unique (id, currency)
);
create index courses_of_teacher on courses (teacher_id, id);
create index courses_published on courses (id) where status = 'published';

create table sessions (
  id               uuid primary key,
  course_id        uuid not null,
  number           integer not null check (number between 1 and 1000),
  title            text not null check (length(title) between 1 and 200),
  starts_at        timestamptz not null,
  duration_minutes integer not null check (duration_minutes between 5 and 720),
  price            bigint not null check (price between 0 and 1000000000000),
  currency         text not null,
  status           text not null default 'scheduled' check (status in ('scheduled', 'live', 'completed', 'cancelled')),
  started_at       timestamptz,                       -- teacher and a student both in the room, as attendance saw it
  room_name        text not null unique,
  -- The course's maxStudents, repeated so that the lock of one row and one check decide about the last seat.
  max_students     integer check (max_students > 0),
  -- Counted only where there is a limit: without one, buyers of a session need not queue for this row.
  seats_taken      integer not null default 0 check (seats_taken >= 0),
  version          integer not null default 1 check (version > 0),
  created_at       timestamptz not null,
  constraint sessions_number_once unique (course_id, number),
  constraint sessions_in_the_currency_of_their_course foreign key (course_id, currency) references courses (id, currency),
  constraint sessions_never_overbooked check (seats_taken <= max_students),
  check (room_name = 'course_' || course_id || '_session_' || number)
);

create table purchases (
  id              uuid primary key,
  kind            text not null check (kind in ('course', 'session')),
  student_id      uuid not null,
  teacher_id      uuid not null check (teacher_id <> student_id),
  course_id       uuid not null,
  session_id      uuid references sessions check ((session_id is not null) = (kind = 'session')),
  total           bigint not null check (total between 0 and 1000000000000),
  currency        text not null,
  funded_by       text not null check (funded_by in ('credits', 'card', 'subscription')),
  status          text not null default 'pending' check (status in
    ('pending', 'active', 'declined', 'expired', 'cancelled', 'attended', 'missed', 'refunded', 'completed')),
  decline_reason  text check ((decline_reason is not null) = (status in ('declined', 'expired'))),
  shortfall       bigint check (shortfall is null or status = 'declined'),
  requested_at    timestamptz not null,               -- never changes, however often the wallet is asked
  asked_at        timestamptz not null,
  expiry_asked_at timestamptz,
  cancelled_at    timestamptz,
  version         integer not null default 1 check (version > 0),
  foreign key (course_id, currency) references courses (id, currency)
);
create index purchases_of_student on purchases (student_id, kind, id);
create index purchases_pending on purchases (requested_at) where status = 'pending';

-- The money of one purchase for one session, as settlement and the wallet say where it stands.
create table holds (
  id                 uuid primary key,
  purchase_id        uuid not null references purchases,
  session_id         uuid not null references sessions,
  student_id         uuid not null,
  amount             bigint not null check (amount between 0 and 1000000000000),
  status             text not null default 'pending' check (status in
    ('pending', 'held', 'review', 'disputed', 'released', 'refunded', 'split', 'declined')),
  reason             text,                            -- of the decision
  attended           boolean not null default false,
  attendance_seconds integer not null default 0 check (attendance_seconds >= 0),
  attendance_version integer not null default 0,
  refunded           bigint not null default 0 check (refunded between 0 and amount),
  paid_at            timestamptz,
  constraint holds_one_a_session unique (purchase_id, session_id),
  check ((reason is not null) = (status in ('released', 'refunded', 'split')))
);
create index holds_of_session on holds (session_id, student_id);

-- One student's place in one session, whichever way it was bought.
create table seats (
  purchase_id uuid not null references purchases,
  session_id  uuid not null references sessions,
  student_id  uuid not null,
  course_id   uuid not null references courses,
  live        boolean not null default true,
  primary key (purchase_id, session_id)
);
create unique index seats_one_a_student on seats (session_id, student_id) where live;
create index seats_of_course on seats (course_id, student_id) where live;
