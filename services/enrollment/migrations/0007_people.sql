-- Who somebody is to a teacher who reads a roster: a projection of identity's accounts.
create table people (
  user_id      uuid    primary key,
  display_name text    not null,
  version      integer not null check (version >= 0)
);
