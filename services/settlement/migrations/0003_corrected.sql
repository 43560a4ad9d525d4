-- An admin of attendance set this person's presence by hand: it counts though the room was not seen.
alter table presences add column corrected boolean not null default false;
