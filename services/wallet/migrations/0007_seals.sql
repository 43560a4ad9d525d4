-- The sealed ledger: each committed entry gets its place in a gapless, hash-chained sequence. Source: docs/ledger.md.

-- Entries that have no place yet. A number would not tell which they are: entries become visible out of the order of their
-- entry_no, and one that commits late must not be skipped.
create table entries_unsealed (
  entry_no  bigint      primary key,
  entry_id  uuid        not null,
  queued_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create function queue_for_seal() returns trigger language plpgsql as $$
begin
  insert into entries_unsealed (entry_no, entry_id) select entry_no, id from added;
  return null;
end $$;
-- It also keeps out writers until the entries that are there already have been queued.
create trigger entries_queue after insert on entries referencing new table as added
  for each statement execute function queue_for_seal();
insert into entries_unsealed (entry_no, entry_id) select entry_no, id from entries;

create table seals (
  seq       bigint      primary key check (seq > 0),
  entry_id  uuid        not null unique,
  hash      bytea       not null check (length(hash) = 32),
  sealed_at timestamptz not null  -- one for all seals of a batch, later than that of the batch before
);
create index seals_by_time on seals (sealed_at, seq);

-- What every kind of account holds after a seal, so that a trial balance reads the seals after it alone.
create table seal_checkpoints (
  seq      bigint primary key,
  balances jsonb  not null        -- [{account, currency, balance}]
);

create trigger seals_stay before update or delete or truncate on seals execute function keep_rows();
create trigger seal_checkpoints_stay before update or delete or truncate on seal_checkpoints
  execute function keep_rows();

create function check_seals() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if exists (select from added s left join entries e on e.id = s.entry_id where e.id is null) then
    raise exception 'a seal needs its entry' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from added s left join seals p on p.seq = s.seq - 1
              where s.seq > 1 and (p.seq is null or p.sealed_at > s.sealed_at)) then
    raise exception 'a seal follows the one before it, without a gap' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger seals_follow after insert on seals referencing new table as added
  for each statement execute function check_seals();

-- These entries with their transfers, as the ledger shows them. An account is named by its kind, a user's with the user.
create function ledger_entries(ids uuid[])
  returns table (id uuid, type text, at timestamptz, reference text, actor_id uuid, description text, transfers json)
  language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  return query
    select e.id, e.type, e.at, e.reference_type || ':' || e.reference_id, e.actor_id, e.description,
           coalesce((select json_agg(json_build_array(f.kind || coalesce(':' || f.owner_id, ''),
                                                      g.kind || coalesce(':' || g.owner_id, ''),
                                                      t.amount, f.currency) order by t.n)
                       from transfers t
                       left join accounts f on f.id = t.from_account
                       left join accounts g on g.id = t.to_account
                      where t.entry_id = e.id), '[]')
      from entries e where e.id = any(ids);
end $$;

-- What every kind of account holds after the seal of this number: the last checkpoint before it, and what was sealed since.
create function sealed_balances(upto bigint) returns table (account text, currency text, balance bigint)
  language plpgsql stable set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  return query
    with base as (
      select c.seq, c.balances from seal_checkpoints c where c.seq <= upto order by c.seq desc limit 1
    ), moved as (
      select b.account, b.currency, b.balance
        from base cross join jsonb_to_recordset(base.balances) as b (account text, currency text, balance bigint)
      union all
      select a.kind, a.currency, side.amount
        from seals s
        join transfers t on t.entry_id = s.entry_id
        cross join lateral (values (t.to_account, t.amount), (t.from_account, -t.amount)) as side (account, amount)
        join accounts a on a.id = side.account
       where s.seq > coalesce((select seq from base), 0) and s.seq <= upto
    )
    select m.account, m.currency, sum(m.balance)::bigint from moved m group by m.account, m.currency;
end $$;
