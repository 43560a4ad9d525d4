-- The ledger. Transfers are the truth: inserting them is the only thing that moves a balance, and the balances that
-- people see (transactions) must agree with them before the statement ends.
--
-- References between these tables are checked a statement at a time, by the triggers below, not by foreign keys: those
-- look up and lock a row for each row, and cost 35 us of database time a hold placed and 50 us a hold ended, beside 75
-- and 60 us for everything else (batches of 200).

create table accounts (
  id       bigint generated always as identity primary key,
  owner_id uuid,                         -- null: the platform's own
  kind     text   not null,
  currency text   not null check (currency ~ '^[A-Z]{3}$'),
  balance  bigint,                       -- minor units; null for the platform's own, whose row nobody may fight over
  unique nulls not distinct (owner_id, kind, currency),
  constraint accounts_kind check (
    case when owner_id is null
      then kind in ('escrow', 'commission', 'card-clearing', 'payout-clearing', 'subscription-deferred', 'revenue',
                    'promotions', 'adjustments', 'losses')
      else kind in ('credits', 'promo', 'earnings', 'withdrawing', 'debt') end),
  constraint accounts_balance check (
    case when owner_id is null then balance is null
         when kind = 'debt' then balance is not null and balance <= 0
         else balance is not null and balance >= 0 end)
);

create table entries (
  id             uuid        primary key,
  -- Drawn at the insert, which comes after the account locks: on every account cause has the lower number.
  entry_no       bigint      generated always as identity,
  type           text        not null check (type in (
                   'deposit', 'purchase', 'refund', 'payment_release', 'withdrawal', 'admin_credit', 'admin_debit',
                   'chargeback', 'debt_repayment', 'subscription', 'subscription_lesson')),
  reference_type text        not null,
  reference_id   uuid        not null,
  description    text,                   -- an admin's reason; null where the type says it all
  actor_id       uuid,                   -- the person who did it by hand
  at             timestamptz not null
);

create table transfers (
  entry_id     uuid     not null,
  n            smallint not null,        -- place in the entry
  from_account bigint   not null,
  to_account   bigint   not null,
  amount       bigint   not null check (amount > 0), -- balanced by construction
  primary key (entry_id, n),
  constraint transfers_two_accounts check (from_account <> to_account)
);

-- What the owner of an account sees, a row for each transfer that touches it, in the account's own order.
create table transactions (
  account_id     bigint      not null,
  -- Drawn under the account's lock: the order of the account, and one order over all accounts of a user.
  no             bigint      generated always as identity,
  id             uuid        not null,
  entry_id       uuid        not null,
  type           text        not null check (type in (
                   'deposit', 'purchase', 'refund', 'payment_release', 'commission', 'referral', 'withdrawal',
                   'admin_credit', 'admin_debit', 'chargeback', 'debt_repayment', 'subscription',
                   'subscription_lesson')),
  amount         bigint      not null,   -- signed
  balance_before bigint      not null,
  balance_after  bigint      not null,
  hold_id        uuid,
  at             timestamptz not null,
  primary key (account_id, no),
  -- 'commission' tells a teacher what was kept of the release above it; nothing moved on his account.
  constraint transactions_sum check (
    balance_after = balance_before + case when type = 'commission' then 0 else amount end)
);

create function keep_rows() returns trigger language plpgsql as $$
begin
  raise exception '% is only ever added to; put a mistake right by a reversing entry', tg_table_name
    using errcode = 'restrict_violation';
end $$;

create trigger entries_stay before update or delete or truncate on entries execute function keep_rows();
create trigger transfers_stay before update or delete or truncate on transfers execute function keep_rows();
create trigger transactions_stay before update or delete or truncate on transactions execute function keep_rows();
create trigger accounts_stay before delete or truncate on accounts execute function keep_rows();

create function refuse_balance() returns trigger language plpgsql as $$
begin
  raise exception 'a balance changes by a transfer alone, and an account keeps its owner, kind and currency'
    using errcode = 'restrict_violation';
end $$;

-- Depth 0 is a statement of a client; apply_transfers() updates at depth 1.
create trigger accounts_by_transfer before update on accounts for each row
  when (pg_trigger_depth() = 0 or (old.id, old.owner_id, old.kind, old.currency)
        is distinct from (new.id, new.owner_id, new.kind, new.currency))
  execute function refuse_balance();
create trigger accounts_begin_empty before insert on accounts for each row
  when (new.balance <> 0)
  execute function refuse_balance();

-- These functions look a batch's rows up one by one, whatever the planner knows: their plans are kept for the session,
-- and one made while a table was small reads the whole of it for every batch (13 ms instead of 3 at 17,000 entries).
create function apply_transfers() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if exists (select from (select distinct entry_id from added) t
               left join entries e on e.id = t.entry_id where e.id is null) then
    raise exception 'a transfer needs its entry' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from (select distinct from_account, to_account from added) t
               left join accounts f on f.id = t.from_account
               left join accounts g on g.id = t.to_account
              where f.id is null or g.id is null or f.currency <> g.currency) then
    raise exception 'a transfer needs two accounts of one currency' using errcode = 'foreign_key_violation';
  end if;
  update accounts a
     set balance = a.balance + moved.amount
    from (select account, sum(amount)::bigint as amount
            from (select to_account as account, amount from added
                  union all select from_account, -amount from added) as sides
           group by account) as moved
   where a.id = moved.account and a.owner_id is not null;
  if exists (select from (select to_account as account from added union select from_account from added) touched
               join accounts a on a.id = touched.account and a.owner_id is not null
               left join lateral (select t.balance_after from transactions t
                                   where t.account_id = a.id order by t.no desc limit 1) last on true
              where last.balance_after is distinct from a.balance) then
    raise exception 'a transfer needs the transaction its owner sees, with the right balance, in the same statement'
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger transfers_apply after insert on transfers referencing new table as added
  for each statement execute function apply_transfers();

create function check_chain() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if exists (select from (select distinct account_id, entry_id from added) t
               left join accounts a on a.id = t.account_id and a.owner_id is not null
               left join entries e on e.id = t.entry_id
              where a.id is null or e.id is null) then
    raise exception 'a transaction needs its entry and a user''s account' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from (select account_id, no, balance_before,
                                 lag(balance_after) over (partition by account_id order by no) as before
                            from added) as link
              where link.balance_before <> coalesce(link.before,
                (select t.balance_after from transactions t
                  where t.account_id = link.account_id and t.no < link.no order by t.no desc limit 1), 0)) then
    raise exception 'a transaction begins with the balance the one before it left' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger transactions_chain after insert on transactions referencing new table as added
  for each statement execute function check_chain();
