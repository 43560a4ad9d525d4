-- Payouts: batches for the bank, payouts nobody has to ask for, bank keys replaced on request. Source: domain.md,
-- 'Withdrawals'.

-- What is paid in one go, by one provider. It never changes: how far it has come is told by its withdrawals.
create table payout_batches (
  id         uuid        primary key,
  provider   text        not null,
  currency   text        not null check (currency ~ '^[A-Z]{3}$'),
  count      integer     not null check (count between 1 and 1000),
  total      bigint      not null check (total > 0), -- minor units
  debtor     jsonb,       -- whose account it is paid from, as it was set then: the file stays the same. Null: none was set
  notes      text,
  created_at timestamptz not null,
  created_by uuid        not null
);
create trigger payout_batches_stay before update or delete or truncate on payout_batches execute function keep_rows();

create table payout_batch_lines (
  withdrawal_id uuid     primary key references withdrawals, -- nothing is given to the bank twice
  batch_id      uuid     not null references payout_batches,
  n             smallint not null check (n > 0),
  unique (batch_id, n)
);
create trigger payout_batch_lines_stay before update or delete or truncate on payout_batch_lines
  execute function keep_rows();

-- The rest of what a teacher sets stands beside his bank account, under one version: a row is there from the first setting.
alter table bank_accounts
  add column auto_payout      boolean  not null default false,
  add column payout_weekday   smallint check (payout_weekday between 1 and 7), -- 1: Monday
  add column payout_threshold bigint   check (payout_threshold > 0),           -- minor units
  add column payout_currency  text     check (payout_currency ~ '^[A-Z]{3}$'),
  add constraint bank_accounts_threshold check ((payout_threshold is null) = (payout_currency is null)),
  add constraint bank_accounts_auto check (
    not auto_payout or (payout_weekday is not null and payout_threshold is not null));
create index bank_accounts_due on bank_accounts (payout_weekday, owner_id) where auto_payout;

-- What became of a teacher's payout day: a withdrawal, or what stood in its way. Once a day.
create table auto_payouts (
  teacher_id    uuid        not null,
  day           date        not null, -- in UTC
  withdrawal_id uuid        unique references withdrawals,
  blocked       text[]      not null,
  at            timestamptz not null,
  primary key (teacher_id, day),
  constraint auto_payouts_outcome check ((withdrawal_id is null) = (cardinality(blocked) > 0))
);
create trigger auto_payouts_stay before update or delete or truncate on auto_payouts execute function keep_rows();

-- Nothing is paid out by itself to an account that is suspended. What was heard before has version 0.
alter table known_users
  add column version   integer not null default 0,
  add column suspended boolean not null default false;

-- Operators' requests to seal all bank details anew. The wallet does it, which alone has the keys.
create table bank_key_rotations (
  id         uuid        primary key,
  wanted_key text,                 -- only a wallet that seals by this key is to do it; null: any
  asked_at   timestamptz not null default now(),
  key_id     text,                 -- the key it is done by; null: nobody has taken it up
  resealed   integer     not null default 0,
  broken     integer     not null default 0, -- what did not open
  worked_at  timestamptz,          -- the last batch of it; long ago: whoever did it is gone, and another one goes on
  ended_at   timestamptz
);
create unique index bank_key_rotations_one on bank_key_rotations ((true)) where ended_at is null;
