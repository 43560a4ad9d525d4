-- Decisions by hand, newer results of attendance, and what an admin is asked about holds that have ended.

alter table sessions
  -- What ended it, by which its held holds are judged: whichever of completion and cancellation was heard first under
  -- the row's lock. A large class is judged in parts, and the other one, heard between two, must not judge the rest.
  add column ended_by text check (ended_by in ('completed', 'cancelled')),
  add column facts_at timestamptz,                       -- when the newest result was heard
  add column looked_version integer not null default 0;  -- the result its ended holds were last held against

update sessions
   set ended_by = case when cancelled_at <= completed_at or completed_at is null and cancelled_at is not null then 'cancelled'
                       when completed_at is not null then 'completed' end,
       facts_at = completed_at,
       looked_version = coalesce(attendance_version, 0);

alter table sessions
  add constraint sessions_ended_by check ((ended_by is null) = (completed_at is null and cancelled_at is null)),
  add constraint sessions_facts check ((facts_at is null) = (completed_at is null));
create index sessions_amended on sessions (facts_at) where attendance_version > looked_version;

alter table holds add column review_since timestamptz; -- since when it has waited for a person
update holds h set review_since = d.decided_at
  from decisions d where h.status = 'review' and d.hold_id = h.id and d.version = h.decision_version;
alter table holds add constraint holds_review_since check ((status = 'review') = (review_since is not null));
create index holds_review on holds (id desc) include (session_id, review_since) where status = 'review';

alter table decisions
  add column corrects integer,  -- the decision before it, whose money it moves; null for one that ends its hold
  add column actor    uuid,     -- the admin who decided; null where the rules did
  add column notes    text,     -- his words
  add constraint decisions_corrects check (corrects is null or corrects = version - 1 and outcome <> 'review'),
  add constraint decisions_by_hand check ((actor is null) = (notes is null)),
  add constraint decisions_admin check (reason <> 'admin' or actor is not null);

-- A hold that has ended and that newer attendance would have decided otherwise. It proposes; only an admin applies.
create table reviews (
  id                 uuid    primary key,
  hold_id            uuid    not null,
  decision_version   integer not null, -- the decision it questions
  attendance_version integer not null,
  status             text    not null default 'open' check (status in ('open', 'applied', 'dismissed', 'superseded')),
  -- What the hold's terms make of the newer result.
  outcome            text    not null check (outcome in ('released', 'refunded', 'review')),
  reason             text    not null,
  amount             bigint  not null,
  teacher            bigint  not null check (teacher >= 0),
  commission         bigint  not null check (commission >= 0),
  referral           bigint  not null check (referral >= 0),
  refund             bigint  not null check (refund >= 0),
  commission_rate    integer not null,
  observed           boolean not null,
  seconds            integer not null,
  max_seconds        integer not null,
  scheduled_seconds  integer not null,
  percent            integer not null,
  steps              jsonb   not null,
  opened_at          timestamptz not null,
  closed_at          timestamptz,
  closed_by          uuid,             -- null: superseded by a newer result
  notes              text,
  foreign key (hold_id, decision_version) references decisions,
  constraint reviews_once unique (hold_id, decision_version, attendance_version),
  constraint reviews_closed check ((status = 'open') = (closed_at is null)),
  constraint reviews_closed_by check ((status in ('applied', 'dismissed')) = (closed_by is not null and notes is not null)),
  constraint reviews_sum check (teacher + commission + referral + refund = case outcome when 'review' then 0 else amount end)
);
create unique index reviews_one_open on reviews (hold_id) where status = 'open';

create trigger reviews_never_deleted before delete on reviews for each row execute function refuse_rewrite();
-- A review is closed once, and what it proposes never changes.
create trigger reviews_closed_once before update on reviews for each row
  when (old.status <> 'open'
    or (old.id, old.hold_id, old.decision_version, old.attendance_version, old.outcome, old.reason, old.amount, old.teacher,
        old.commission, old.referral, old.refund, old.commission_rate, old.steps, old.opened_at)
         is distinct from
       (new.id, new.hold_id, new.decision_version, new.attendance_version, new.outcome, new.reason, new.amount, new.teacher,
        new.commission, new.referral, new.refund, new.commission_rate, new.steps, new.opened_at))
  execute function refuse_rewrite();
