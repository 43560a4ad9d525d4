-- A look that is due because the hour is over waits for those of which something changed, or whose time is over.
alter table subscriptions add column routine boolean not null default false;
drop index subscriptions_to_look_at;
create index subscriptions_to_look_at on subscriptions (routine, look_at) where look_at is not null;
