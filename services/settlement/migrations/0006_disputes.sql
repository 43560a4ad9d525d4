-- What a student or a teacher says against the outcome of a hold. Of one that has not ended the hold's status says so too,
-- and nobody but an admin ends it then; of one that has ended nothing moves before an admin says so.
create table disputes (
  id               uuid    primary key,
  hold_id          uuid    not null references holds,
  opened_by        text    not null check (opened_by in ('student', 'teacher')),
  reason           text    not null,
  decision_version integer not null check (decision_version >= 0), -- what stood then; 0: nothing was decided
  status           text    not null default 'open' check (status in ('open', 'resolved')),
  opened_at        timestamptz not null,
  resolved_version integer,      -- the decision that it was resolved by, or that was left as it was
  resolved_at      timestamptz,
  resolved_by      uuid,
  notes            text,         -- the admin's words
  foreign key (hold_id, resolved_version) references decisions (hold_id, version),
  constraint disputes_resolved check (
    (status = 'resolved') = (resolved_version is not null)
    and num_nulls(resolved_version, resolved_at, resolved_by, notes) in (0, 4)),
  constraint disputes_in_order check (resolved_version >= decision_version)
);
create unique index disputes_one_open on disputes (hold_id) where status = 'open';
create index disputes_hold on disputes (hold_id, id desc);

create trigger disputes_never_deleted before delete on disputes for each row execute function refuse_rewrite();
-- A dispute is resolved once, and what was said in it never changes.
create trigger disputes_resolved_once before update on disputes for each row
  when (old.status <> 'open'
    or (old.id, old.hold_id, old.opened_by, old.reason, old.decision_version, old.opened_at)
         is distinct from
       (new.id, new.hold_id, new.opened_by, new.reason, new.decision_version, new.opened_at))
  execute function refuse_rewrite();
