-- Plans that may be subscribed to, and who subscribes. A plan's product and prices at the provider are made by billing; a
-- price there never changes, so a new price of a plan is a new one there and holds for who subscribes after it.
-- Source: domain.md, 'Billing'.

create table plans (
  id                uuid        primary key,
  name              text        not null check (length(name) between 1 and 200),
  slug              text        not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  price             bigint      not null check (price > 0),
  currency          text        not null check (currency ~ '^[A-Z]{3}$'),
  interval          text        not null check (interval in ('month', 'year')),
  lessons_per_month integer     not null check (lessons_per_month > 0),
  max_lesson_price  bigint      check (max_lesson_price > 0), -- a dearer lesson is declined; null: the price per lesson
  trial_days        integer     not null default 0 check (trial_days between 0 and 730),
  features          text[]      not null default '{}',
  active            boolean     not null default true,       -- may be subscribed to
  prices            integer     not null default 1 check (prices > 0), -- it has had so many; part of the provider's key
  provider_price_id text        unique,                      -- null until the provider has answered for this price
  tell_at           timestamptz,                             -- when the provider is told next; null: it knows all
  version           integer     not null default 1 check (version > 0),
  created_at        timestamptz not null
);
create index plans_offered on plans (price, id) where active;
create index plans_to_tell on plans (tell_at) where tell_at is not null;

create table subscriptions (
  id                   uuid        primary key,
  user_id              uuid        not null,
  plan_id              uuid        not null references plans,
  method_id            uuid        not null references payment_methods,
  -- `pending`: the provider has not answered yet, or the payer has to confirm the first payment; `refused`: it said no,
  -- or nobody confirmed, and there never was a subscription.
  status               text        not null default 'pending'
                       check (status in ('pending', 'refused', 'trialing', 'active', 'past_due', 'cancelled', 'expired')),
  provider_ref         text        unique,
  -- As subscribed to: a plan changed later holds for others.
  price                bigint      not null check (price > 0),
  currency             text        not null check (currency ~ '^[A-Z]{3}$'),
  interval             text        not null check (interval in ('month', 'year')),
  lessons_per_month    integer     not null check (lessons_per_month > 0),
  max_lesson_price     bigint      not null check (max_lesson_price > 0),
  trial_days           integer     not null default 0 check (trial_days between 0 and 730),
  provider_price_id    text        not null,
  failure_code         text        check (failure_code is null or status = 'refused'),
  -- The newest period that is paid; a trial counts as paid with nothing.
  current_period_start timestamptz,
  current_period_end   timestamptz check (current_period_end > current_period_start),
  trial_end            timestamptz,
  cancel_at_period_end boolean     not null default false,
  past_due_since       timestamptz check (past_due_since is null or status = 'past_due'),
  ended_at             timestamptz check ((ended_at is not null) = (status in ('cancelled', 'expired'))),
  -- What the student asked for and the provider has not confirmed yet.
  wish                 text        check (wish in ('end-now', 'end-at-period-end', 'go-on')),
  -- When the provider is asked next how it stands; null: the hourly turn does so.
  look_at              timestamptz,
  looks                integer     not null default 0 check (looks >= 0),
  looked_at            timestamptz,                              -- when it last answered
  version              integer     not null default 1 check (version > 0),
  created_at           timestamptz not null,
  constraint subscriptions_known check (
    (status in ('pending', 'refused')) or
    num_nonnulls(provider_ref, current_period_start, current_period_end) = 3),
  constraint subscriptions_pending_is_asked check (status <> 'pending' or look_at is not null)
);
create unique index subscriptions_one_live on subscriptions (user_id)
  where status in ('pending', 'trialing', 'active', 'past_due');
create index subscriptions_of_user on subscriptions (user_id, id);
create index subscriptions_of_method on subscriptions (method_id) where status in ('pending', 'trialing', 'active', 'past_due');
create index subscriptions_to_look_at on subscriptions (look_at) where look_at is not null;
create index subscriptions_looked_at on subscriptions (looked_at) where status in ('trialing', 'active', 'past_due');

-- The periods of a subscription that were begun, each once, with what was paid for it: a trial's is zero.
create table subscription_periods (
  subscription_id uuid        not null references subscriptions,
  starts_at       timestamptz not null,
  ends_at         timestamptz not null check (ends_at > starts_at),
  paid            bigint      not null check (paid >= 0),
  provider_ref    text        unique,                                  -- the provider's invoice; null of none
  primary key (subscription_id, starts_at)
);
