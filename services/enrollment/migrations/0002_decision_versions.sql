-- Which decision of settlement a hold shows, and by which one the wallet has paid it: a correction is a newer one, and
-- whatever is said of an older one after it changes nothing. Every hold so far ended by its first decision.
alter table holds
  add column decision_version integer not null default 0 check (decision_version >= 0),
  add column paid_version     integer not null default 0 check (paid_version >= 0);

update holds set decision_version = 1 where reason is not null;
update holds set paid_version = 1 where paid_at is not null;

alter table holds
  add constraint holds_decision check ((decision_version > 0) = (reason is not null)),
  add constraint holds_paid check ((paid_version > 0) = (paid_at is not null));
