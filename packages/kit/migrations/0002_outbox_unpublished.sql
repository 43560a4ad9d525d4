-- What is still to be published, apart from the events themselves: a mark takes away a row of a few bytes, where it wrote
-- the event's own row of a kilobyte, and its index entries, once more.

-- Replicas of a release before this one write no such rows: they must have stopped.
lock table outbox in access exclusive mode;

alter index outbox_unpublished rename to outbox_unpublished_before;

create table outbox_unpublished (
  seq bigint primary key
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

insert into outbox_unpublished select seq from outbox where published_at is null;

alter table outbox drop column published_at; -- and with it the index of those without
alter table outbox reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
