-- What a period of a subscription was paid with may go back like any payment: refunded in the provider's dashboard, or
-- disputed. Source: domain.md, 'Billing': the debt way; docs/decisions/0017.

alter table subscription_periods
  add column payment_ref text unique,                        -- the provider's payment of it; null: not known, or none
  -- A dispute of it is open or lost, or all of it was refunded: no lesson is booked by it.
  add column taken_back boolean not null default false,
  -- When the provider is asked what went back of it; null: there is nothing to ask.
  add column look_at timestamptz,
  add column looks integer not null default 0 check (looks >= 0);
create index subscription_periods_to_look_at on subscription_periods (look_at) where look_at is not null;

-- Of a payment, or of a period; nobody here asks for money of a period back.
alter table refunds
  alter column payment_id drop not null,
  add column subscription_id uuid,
  add column period_start timestamptz,
  add constraint refunds_period foreign key (subscription_id, period_start)
    references subscription_periods (subscription_id, starts_at),
  add constraint refunds_of_one check (
    num_nonnulls(payment_id, subscription_id) = 1 and (subscription_id is null) = (period_start is null)),
  add constraint refunds_of_period_made_there check (
    subscription_id is null or (not requested_here and status in ('succeeded', 'failed')));
create index refunds_of_period on refunds (subscription_id, period_start) where subscription_id is not null;

alter table disputes
  alter column payment_id drop not null,
  add column subscription_id uuid,
  add column period_start timestamptz,
  add constraint disputes_period foreign key (subscription_id, period_start)
    references subscription_periods (subscription_id, starts_at),
  add constraint disputes_of_one check (
    num_nonnulls(payment_id, subscription_id) = 1 and (subscription_id is null) = (period_start is null));
create index disputes_of_period on disputes (subscription_id, period_start) where subscription_id is not null;
