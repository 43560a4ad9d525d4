-- How many deliveries, sweeps and corrections the latest look at a session has computed. All three are only ever added to:
-- as many as before are the same ones, and a class that is complete need not be computed again for them.
alter table sessions add column evidence_count integer not null default 0;
