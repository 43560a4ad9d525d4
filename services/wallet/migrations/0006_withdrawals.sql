-- Earnings on their way to a bank. Source: domain.md, 'Withdrawals'.

create table withdrawals (
  id                uuid        primary key,
  teacher_id        uuid        not null,
  amount            bigint      not null check (amount > 0), -- minor units
  currency          text        not null check (currency ~ '^[A-Z]{3}$'),
  status            text        not null,
  version           integer     not null default 1,
  bank_sealed       text        not null, -- AES-256-GCM, bound to this row's id
  bank_masked       jsonb       not null, -- what may be shown: no more than the last four of the number
  notes             text,                 -- the teacher's
  admin_notes       text,
  failure_reason    text,
  requested_at      timestamptz not null,
  payable_from      timestamptz not null, -- when the bank account is no longer too new to be paid to
  approved_by       uuid,
  processed_at      timestamptz,
  processed_by      uuid,
  completed_at      timestamptz,
  reserved_entry_id uuid        not null unique, -- earnings → withdrawing
  ended_entry_id    uuid        unique,          -- withdrawing → payout-clearing, or back to earnings
  returned_entry_id uuid        unique,          -- payout-clearing → earnings
  constraint withdrawals_status check (status in (
    'pending', 'approved', 'processing', 'completed', 'returned', 'failed', 'rejected', 'cancelled')),
  -- Money moves with the state, and in no other way.
  constraint withdrawals_ended check ((ended_entry_id is null) = (status in ('pending', 'approved', 'processing'))),
  constraint withdrawals_returned check ((returned_entry_id is not null) = (status = 'returned')),
  constraint withdrawals_completed check ((completed_at is not null) = (status in ('completed', 'returned'))),
  constraint withdrawals_reason check (
    (failure_reason is not null) = (status in ('failed', 'rejected', 'returned')))
);
create index withdrawals_of_teacher on withdrawals (teacher_id, id);
create index withdrawals_by_status on withdrawals (status, id);
-- Which key sealed what: those of an older key are sealed anew.
create index withdrawals_by_key on withdrawals (split_part(bank_sealed, '.', 1));

create function check_withdrawal_step() returns trigger language plpgsql as $$
begin
  if (new.id, new.teacher_id, new.amount, new.currency, new.requested_at, new.reserved_entry_id)
     is distinct from (old.id, old.teacher_id, old.amount, old.currency, old.requested_at, old.reserved_entry_id)
     or new.payable_from <> old.payable_from
     or (old.ended_entry_id is not null and new.ended_entry_id is distinct from old.ended_entry_id)
     or (old.returned_entry_id is not null and new.returned_entry_id is distinct from old.returned_entry_id) then
    raise exception 'a withdrawal keeps whose it is, how much, and the entries that moved it'
      using errcode = 'restrict_violation';
  end if;
  if old.status <> new.status and old.status || ' to ' || new.status not in (
      'pending to approved', 'pending to rejected', 'pending to cancelled',
      'approved to processing', 'approved to completed', 'approved to failed',
      'processing to completed', 'processing to failed', 'completed to returned') then
    raise exception 'a withdrawal does not go from % to %', old.status, new.status using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger withdrawals_step before update on withdrawals for each row execute function check_withdrawal_step();
create trigger withdrawals_stay before delete or truncate on withdrawals execute function keep_rows();

-- Tries at moving the money to the bank: what became of each, and by whom.
create table withdrawal_attempts (
  withdrawal_id uuid        not null references withdrawals,
  n             smallint    not null check (n > 0),
  provider      text        not null,
  status        text        not null check (status in ('processing', 'completed', 'failed', 'returned')),
  started_at    timestamptz not null,
  started_by    uuid        not null,
  ended_at      timestamptz,
  ended_by      uuid,
  reason        text,
  primary key (withdrawal_id, n),
  constraint withdrawal_attempts_ended check (
    (status = 'processing') = (ended_at is null) and (ended_at is null) = (ended_by is null))
);
create trigger withdrawal_attempts_stay before delete or truncate on withdrawal_attempts execute function keep_rows();

-- Where a teacher's withdrawals go unless one says otherwise.
create table bank_accounts (
  owner_id    uuid        primary key,
  version     integer     not null default 1,
  bank_sealed text,                      -- bound to owner_id; null: taken away again
  bank_masked jsonb,
  changed_at  timestamptz not null,
  constraint bank_accounts_whole check ((bank_sealed is null) = (bank_masked is null))
);
create index bank_accounts_by_key on bank_accounts (split_part(bank_sealed, '.', 1));

-- A teacher's own: 'pending' and 'failed' are asked for without reading the whole account.
create index transactions_of_withdrawals on transactions (account_id, no) where type = 'withdrawal';
