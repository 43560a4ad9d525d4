-- The rivals' ledger: the same facts as ours, plainly, with foreign keys and checks and nothing set-based.
create table bare_accounts (
  id      integer primary key,
  balance bigint not null check (balance >= 0)
);
create table bare_holds (
  id      uuid primary key,
  account integer not null references bare_accounts,
  amount  bigint not null check (amount > 0),
  status  text not null
);
create table bare_decisions (
  hold_id uuid primary key references bare_holds,
  outcome text not null,
  steps   jsonb not null
);
create table bare_entries (
  id      uuid primary key,
  hold_id uuid not null references bare_holds,
  kind    text not null,
  at      timestamptz not null default now(),
  unique (hold_id, kind)
);
create table bare_transfers (
  entry_id     uuid not null references bare_entries,
  from_account integer not null,
  to_account   integer not null,
  amount       bigint not null check (amount > 0)
);
create table bare_transactions (
  account        integer not null references bare_accounts,
  entry_id       uuid not null references bare_entries,
  kind           text not null,
  amount         bigint not null,
  balance_before bigint not null,
  balance_after  bigint not null
);
create table bare_outbox (
  seq  bigint generated always as identity primary key,
  id   uuid not null unique,
  body text not null
);
