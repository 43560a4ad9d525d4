-- What a suspended teacher has published is off sale until he is let in again.
alter table people add column suspended boolean not null default false;
