-- Money from and to the card provider. What is done with it in the ledger is the wallet's. Amounts are minor units.
-- Source: domain.md, 'Billing'.

create table customers (
  user_id     uuid        primary key,
  provider_id text        not null unique,
  at          timestamptz not null
);

-- Cards that payers keep: the provider has them, here are its ids and what a payer knows them by.
create table payment_methods (
  id          uuid        primary key,
  user_id     uuid        not null,
  given       text        not null,          -- the id the payer's client was given; attached it may get another one
  status      text        not null default 'attaching'
              check (status in ('attaching', 'attached', 'refused', 'detached')),
  provider_id text        unique,
  brand       text,
  last4       text        check (last4 ~ '^[0-9]{4}$'),
  exp_month   smallint    check (exp_month between 1 and 12),
  exp_year    smallint,
  is_default  boolean     not null default false,
  created_at  timestamptz not null,
  constraint payment_methods_known check (
    (status in ('attached', 'detached')) = (num_nonnulls(provider_id, brand, last4, exp_month, exp_year) = 5)),
  constraint payment_methods_default check (not is_default or status = 'attached')
);
create unique index payment_methods_one_default on payment_methods (user_id) where is_default;
create index payment_methods_of_user on payment_methods (user_id, id) where status = 'attached';

create table payments (
  id            uuid        primary key,
  user_id       uuid        not null,
  purpose       text        not null check (purpose in ('topup', 'course', 'session')),
  course_id     uuid        check ((course_id is not null) = (purpose = 'course')),
  session_id    uuid        check ((session_id is not null) = (purpose = 'session')),
  amount        bigint      not null check (amount > 0),
  currency      text        not null check (currency ~ '^[A-Z]{3}$'),
  status        text        not null default 'pending' check (status in ('pending', 'processing', 'succeeded', 'failed',
                              'cancelled', 'refunded', 'partially_refunded', 'disputed')),
  method_id     uuid        references payment_methods,
  provider_ref  text        unique,          -- null until the provider has answered
  failure_code  text,
  attempts      integer     not null default 0 check (attempts >= 0), -- to confirm it here; part of the key
  succeeded_at  timestamptz,
  refunded      bigint      not null default 0 check (refunded between 0 and amount),
  -- When the provider is asked next how it stands; null: there is nothing to ask.
  look_at       timestamptz,
  looks         integer     not null default 0 check (looks >= 0),
  version       integer     not null default 1 check (version > 0),
  created_at    timestamptz not null,
  constraint payments_succeeded check (
    (succeeded_at is not null) = (status in ('succeeded', 'refunded', 'partially_refunded', 'disputed'))),
  constraint payments_refunded check (refunded = 0 or succeeded_at is not null)
);
create index payments_of_user on payments (user_id, id);
create index payments_to_look_at on payments (look_at) where look_at is not null;

create table refunds (
  id             uuid        primary key,
  payment_id     uuid        not null references payments,
  amount         bigint      not null check (amount > 0),
  status         text        not null check (status in ('requested', 'reserved', 'succeeded', 'refused', 'failed')),
  requested_here boolean     not null,
  reason         text        check (length(reason) between 1 and 500),
  possible       bigint      check ((possible is not null) = (status = 'refused')),
  provider_ref   text        unique,
  look_at        timestamptz check (look_at is null or status = 'reserved'),
  looks          integer     not null default 0 check (looks >= 0),
  created_at     timestamptz not null,
  constraint refunds_made check (status <> 'succeeded' or provider_ref is not null),
  constraint refunds_there check (requested_here or provider_ref is not null)
);
create index refunds_of_payment on refunds (payment_id, id);
create index refunds_to_ask_for on refunds (look_at) where look_at is not null;

create table disputes (
  id           uuid        primary key,
  payment_id   uuid        not null references payments,
  provider_ref text        not null unique,
  amount       bigint      not null check (amount > 0), -- may be more than the payment
  status       text        not null check (status in ('open', 'won', 'lost')),
  opened_at    timestamptz not null,
  closed_at    timestamptz check ((closed_at is not null) = (status <> 'open'))
);
create index disputes_of_payment on disputes (payment_id);

-- The provider's webhooks as they came, each kept before it is answered and acted on once.
create table deliveries (
  event_id    text        primary key,
  type        text        not null,
  body        text,                          -- taken away once it is old and done: it may name people
  status      text        not null default 'stored' check (status in ('stored', 'done', 'ignored', 'dead')),
  attempts    integer     not null default 0 check (attempts >= 0),
  due_at      timestamptz check ((due_at is not null) = (status = 'stored')),
  last_error  text,
  received_at timestamptz not null,
  check (body is not null or status in ('done', 'ignored'))
);
create index deliveries_due on deliveries (due_at) where due_at is not null;
create index deliveries_old on deliveries (received_at) where body is not null;
