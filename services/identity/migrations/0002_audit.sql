-- What every service says somebody did by hand. Free text lives here and in the events that bring it, nowhere else.
create table audit_entries (
  audit_id uuid primary key,
  source   text not null,
  actor    uuid,                       -- null: the system itself
  action   text not null,
  target   text not null,
  reason   text not null,
  at       timestamptz not null
);
create index audit_entries_at on audit_entries (at desc, audit_id desc);

create trigger audit_entries_are_append_only before update or delete or truncate on audit_entries
  for each statement execute function refuse_change();
