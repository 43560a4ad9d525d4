-- What users are told while they look: a row a user and change, kept for a day. Ids become visible in their order, as who
-- writes takes a lock for it: a reader that has seen an id has seen all below it.
create table feed (
  id          bigint generated always as identity primary key,
  user_id     uuid not null,
  resource    text not null,
  -- null: several of that resource, or the one that a user has.
  resource_id uuid,
  -- The domain event's.
  type        text not null,
  session_id  uuid,
  course_id   uuid,
  -- When it happened.
  at          timestamptz not null,
  written_at  timestamptz not null
);
create index feed_of_user on feed (user_id, id);

-- Ids up to this one were deleted: who asks for what came after an older one may have missed some of them.
create table feed_floor (
  only_one boolean primary key default true check (only_one),
  id       bigint not null
);
insert into feed_floor (id) values (0);
