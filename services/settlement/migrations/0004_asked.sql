-- When attendance was last asked to say this session's result, which had not come long after its end.
alter table sessions add column asked_at timestamptz;

-- The sweep and the lag look for those whose end is past, among the few that are not over here.
create index sessions_not_over on sessions (ends_at) where ended_by is null;
