-- The provider's books against the ledger. What the ledger moved by card is read from its sealed stream, so that what is
-- compared is the ledger and not what billing asked of it. Amounts are minor units, above 0 where money came to us.
-- Source: domain.md, 'Billing'; docs/billing.md, 'Reconciliation'.

-- The last seal read of the stream, and until when the ledger is known here.
create table ledger_place (
  one         boolean     primary key default true check (one),
  seq         bigint      not null check (seq >= 0),
  hash        text        not null check (hash ~ '^[0-9a-f]{64}$'),
  sealed_at   timestamptz check ((sealed_at is null) = (seq = 0)),
  known_until timestamptz,
  fault       text                                       -- why nothing is read on; null: it is
);
insert into ledger_place (seq, hash) values (0, repeat('0', 64));

-- What an entry moved on card-clearing. A reference says of what: `payment:<id>`, `card-refund:<id>`, `dispute:<id>`.
create table ledger_card_movements (
  seq       bigint      not null,
  currency  text        not null check (currency ~ '^[A-Z]{3}$'),
  entry_id  uuid        not null,
  type      text        not null,
  reference text        not null,
  amount    bigint      not null check (amount <> 0),
  at        timestamptz not null,
  sealed_at timestamptz not null,
  primary key (seq, currency)
);
create index ledger_card_movements_of_reference on ledger_card_movements (reference);
create index ledger_card_movements_at on ledger_card_movements (at);

-- One row a period: compared again it has the differences of the last time.
create table reconciliations (
  id          uuid        primary key,
  from_at     timestamptz not null,
  to_at       timestamptz not null check (to_at > from_at),
  status      text        not null default 'waiting' check (status in ('waiting', 'running', 'done', 'failed')),
  tries       integer     not null default 0 check (tries >= 0), -- since it was asked for; who writes names its own
  due_at      timestamptz check (due_at is not null or status in ('done', 'failed')),
  objects     integer     not null default 0 check (objects >= 0),     -- the provider's that were read
  movements   integer     not null default 0 check (movements >= 0),   -- the ledger's in the period
  differences integer     check (differences >= 0),
  compared_at timestamptz,                               -- when the differences were last established
  failure     text        check ((failure is not null) = (status = 'failed')),
  asked_by    uuid,                                      -- null: the clock
  asked_at    timestamptz not null,
  unique (from_at, to_at),
  constraint reconciliations_compared check ((differences is null) = (compared_at is null)),
  constraint reconciliations_done check (status <> 'done' or compared_at is not null)
);
create index reconciliations_due on reconciliations (due_at) where due_at is not null;
create index reconciliations_newest on reconciliations (to_at desc, id desc);

-- The provider's objects of a run that is under way, as they stand there.
create table reconciliation_objects (
  reconciliation_id uuid        not null references reconciliations on delete cascade,
  ref               text        not null,
  kind              text        not null check (kind in ('charge', 'refund', 'dispute')),
  payment_ref       text,                                -- the provider's, of its payment
  invoice_ref       text,                                -- of a charge that is no payment of ours
  amount            bigint      not null,                -- what it moved in the end; 0: it came to nothing
  currency          text        not null,
  moved_at          timestamptz not null,
  primary key (reconciliation_id, ref)
);

create table reconciliation_differences (
  id                uuid        primary key,
  reconciliation_id uuid        not null references reconciliations on delete cascade,
  kind              text        not null
                    check (kind in ('missing-here', 'missing-there', 'amount', 'currency', 'balance', 'payout')),
  object            text        not null check (object in ('charge', 'refund', 'dispute', 'payout', 'other')),
  provider_ref      text,
  reference         text,
  there_amount      bigint,
  there_currency    text        check ((there_currency is null) = (there_amount is null)),
  here_amount       bigint,
  here_currency     text        check ((here_currency is null) = (here_amount is null)),
  at                timestamptz not null,
  constraint reconciliation_differences_named check (num_nonnulls(provider_ref, reference) > 0),
  unique nulls not distinct (reconciliation_id, kind, provider_ref, reference)
);
create index reconciliation_differences_of on reconciliation_differences (reconciliation_id, id);
