-- Debts are repaid: a credit to credits or earnings goes to what its owner owes first. Source: domain.md, 'Money'.

-- What somebody owes, and who owes. It holds only those who ever had a debt: an account of debt is created with the first.
-- On the balance it must not depend, or every transfer would have to write the accounts' other indexes anew.
create index accounts_of_debts on accounts (owner_id, currency) where kind = 'debt';

-- As before, and a credit beside a debt that the same statement leaves alone is refused. Who posted it looked before the
-- debt was made (the first of its owner, whose account was not there to be locked); the code says: try again.
create or replace function apply_transfers() returns trigger language plpgsql
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
  if exists (select from (select distinct to_account from added) t
               join accounts c on c.id = t.to_account and c.kind in ('credits', 'earnings')
               join accounts d on d.owner_id = c.owner_id and d.kind = 'debt' and d.currency = c.currency
              where d.balance < 0 and d.id not in (select to_account from added union select from_account from added)) then
    raise exception 'a credit repays its owner''s debt first' using errcode = 'serialization_failure';
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
