-- What settlement owns: users and sessions as projections, policies, holds as judged, and their decisions.

-- A row of version 0 is a user somebody asked about and nobody has heard of yet. It is there to be locked: the hold
-- that waits for a user and the news of that user cannot miss each other.
create table users (
  id          uuid primary key,
  version     integer not null default 0 check (version >= 0),
  roles       text[]  not null default '{}',
  referrer_id uuid,
  check (version > 0 or referrer_id is null)
);

-- Inserted by whichever comes first of a hold, a schedule, a completion and a cancellation; each locks the row before
-- it reads holds, so a hold and the end of its session cannot miss each other.
create table sessions (
  id                 uuid primary key,
  version            integer not null default 0, -- enrollment's; 0: not heard of from enrollment
  course_id          uuid,
  teacher_id         uuid,
  starts_at          timestamptz,
  ends_at            timestamptz,
  cancelled_at       timestamptz,
  completed_at       timestamptz,                -- when it was heard here; a class may be played before its hour
  observed           boolean,
  scheduled_seconds  integer check (scheduled_seconds > 0),
  attendance_version integer,
  settled_version    integer not null default 0, -- how often 'every hold judged' was said
  created_at         timestamptz not null default now(),
  check (completed_at is null or (observed is not null and scheduled_seconds is not null and attendance_version is not null))
);

-- Who was seen in a completed session, users only: whoever joined under a name that is no id has bought nothing.
create table presences (
  session_id  uuid    not null references sessions,
  user_id     uuid    not null,
  seconds     integer not null check (seconds >= 0),
  max_seconds integer not null check (max_seconds >= seconds),
  primary key (session_id, user_id)
);

-- Rates are basis points. A null rate is a case that the policy does not ask about.
create table policies (
  version              integer primary key check (version > 0),
  preset               text    not null check (preset in ('referred-teacher-30', 'student-source-70-30', 'flat-15', 'custom')),
  effective_from       timestamptz not null,
  threshold            integer not null check (threshold between 0 and 10000),
  teacher_min          integer not null check (teacher_min between 0 and 10000),
  rate_teacher_referred integer check (rate_teacher_referred between 0 and 10000),
  rate_own_student     integer check (rate_own_student between 0 and 10000),
  rate_otherwise       integer not null check (rate_otherwise between 0 and 10000),
  referrer_share       integer not null check (referrer_share between 0 and 10000),
  overrides            jsonb   not null default '[]', -- [{teacherId?, courseId?, rate}]
  created_at           timestamptz not null default now()
);

create table holds (
  id               uuid primary key,
  purchase_id      uuid   not null,
  course_id        uuid   not null,
  session_id       uuid   not null references sessions,
  student_id       uuid   not null,
  teacher_id       uuid   not null,
  amount           bigint not null check (amount >= 0),
  currency         char(3) not null,
  requested_at     timestamptz not null,
  held_at          timestamptz not null,
  policy_version   integer not null references policies,
  -- The rest of the terms, frozen as soon as the users they depend on are known.
  waits_for        uuid references users,
  commission_case  text check (commission_case in ('teacher-referred', 'own-student', 'otherwise', 'override')),
  commission_rate  integer check (commission_rate between 0 and 10000),
  referrer_share   integer check (referrer_share between 0 and 10000),
  referrer_id      uuid,
  referral_account text check (referral_account in ('earnings', 'promo')),
  status           text not null default 'held'
                   check (status in ('held', 'review', 'disputed', 'released', 'refunded', 'split')),
  decision_version integer,
  decided_at       timestamptz,
  sent_at          timestamptz,  -- when the decision was last sent to the wallet
  paid_at          timestamptz,
  created_at       timestamptz not null,
  check ((commission_case is null) = (commission_rate is null) and (commission_rate is null) = (referrer_share is null)),
  check ((referrer_id is null) = (referral_account is null)),
  check (status <> 'held' or (waits_for is null) = (commission_rate is not null)),
  check ((status in ('released', 'refunded', 'split')) = (decided_at is not null)),
  check (status = 'held' or status = 'disputed' or decision_version is not null),
  check (paid_at is null or decided_at is not null)
);
create index holds_session on holds (session_id);
create index holds_student on holds (student_id, id desc);
create index holds_teacher on holds (teacher_id, id desc);
create index holds_waiting on holds (waits_for) where waits_for is not null;
create index holds_open on holds (session_id, id) include (status) where status in ('held', 'review', 'disputed');
create index holds_unpaid on holds (sent_at) where decided_at is not null and paid_at is null;

-- One row a judgement, never changed: what was known, what follows, and the sum in words.
create table decisions (
  hold_id            uuid    not null references holds,
  version            integer not null check (version > 0),
  outcome            text    not null check (outcome in ('released', 'refunded', 'split', 'review')),
  reason             text    not null,
  amount             bigint  not null,
  teacher            bigint  not null check (teacher >= 0),
  commission         bigint  not null check (commission >= 0),
  referral           bigint  not null check (referral >= 0),
  refund             bigint  not null check (refund >= 0),
  commission_rate    integer not null,
  policy_version     integer not null, -- the hold's, which refers to policies
  observed           boolean,
  seconds            integer,
  max_seconds        integer,
  scheduled_seconds  integer,
  percent            integer, -- basis points of the scheduled length, rounded down
  attendance_version integer,
  steps              jsonb   not null,
  decided_at         timestamptz not null,
  primary key (hold_id, version),
  check (teacher + commission + referral + refund = case outcome when 'review' then 0 else amount end)
);

create function refuse_rewrite() returns trigger language plpgsql as $$
begin
  raise exception '% is written once: % refused', tg_table_name, lower(tg_op);
end $$;

create trigger policies_written_once before update or delete on policies for each row execute function refuse_rewrite();
create trigger decisions_written_once before update or delete on decisions for each row execute function refuse_rewrite();
create trigger holds_never_deleted before delete on holds for each row execute function refuse_rewrite();

-- What a hold is and the terms it was given never change; only what became of it does.
create function refuse_changed_terms() returns trigger language plpgsql as $$
begin
  raise exception 'the terms of hold % are frozen', old.id;
end $$;

create trigger holds_terms_frozen before update on holds for each row
  when (
    (old.purchase_id, old.course_id, old.session_id, old.student_id, old.teacher_id, old.amount, old.currency,
     old.requested_at, old.held_at, old.policy_version)
      is distinct from
    (new.purchase_id, new.course_id, new.session_id, new.student_id, new.teacher_id, new.amount, new.currency,
     new.requested_at, new.held_at, new.policy_version)
    or old.commission_rate is not null
      and (old.commission_case, old.commission_rate, old.referrer_share, old.referrer_id, old.referral_account)
        is distinct from
          (new.commission_case, new.commission_rate, new.referrer_share, new.referrer_id, new.referral_account)
  )
  execute function refuse_changed_terms();
