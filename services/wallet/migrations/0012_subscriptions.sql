-- Money that subscriptions were paid with, until it is earned. Source: domain.md, 'Money'; docs/decisions/0016.

-- A subscription that was heard of: its row is the lock of all its money.
create table subscriptions (
  id       uuid        primary key,
  user_id  uuid        not null,
  currency text        not null check (currency ~ '^[A-Z]{3}$'),
  over_at  timestamptz                       -- cancelled or expired: a period that is heard of later is over at once
);

-- Each period is paid for once and ends once. What is in 'subscription-deferred' is what the periods' `rest` adds up to.
create table subscription_periods (
  subscription_id uuid        not null references subscriptions,
  starts_at       timestamptz not null,
  ends_at         timestamptz not null check (ends_at > starts_at),
  paid            bigint      not null check (paid >= 0),                  -- a trial's is 0
  entry_id        uuid        unique,
  spent           bigint      not null default 0,                          -- on lessons, what came back taken off
  revenue         bigint      check (revenue >= 0),                        -- what was left when it ended
  ended_entry_id  uuid        unique,
  ended_at        timestamptz,
  rest            bigint      generated always as (paid - spent - coalesce(revenue, 0)) stored,
  constraint subscription_periods_pkey primary key (subscription_id, starts_at),
  constraint subscription_periods_rest check (paid - spent - coalesce(revenue, 0) >= 0),
  constraint subscription_periods_paid check ((entry_id is not null) = (paid > 0)),
  constraint subscription_periods_ended check (
    (ended_at is not null) = (revenue is not null) and
    (ended_entry_id is not null) = (coalesce(revenue, 0) > 0) and
    (ended_at is null or paid - spent - revenue = 0)) -- nothing is taken of it or put into it any more
);
create index subscription_periods_open on subscription_periods (subscription_id) where ended_at is null;

-- Whose subscription a hold by subscription is of, and of which period.
create table lessons (
  hold_id         uuid        primary key,
  subscription_id uuid        not null references subscriptions,
  period          timestamptz not null
);

-- Which money bears a lesson's price: signed, below 0 where it went back. Of a lesson that is held or released they add up to
-- its price, of one that is refunded to 0. The platform's `promotions` bear what a period's money does not cover.
create table lesson_money (
  no              bigint      generated always as identity constraint lesson_money_pkey primary key,
  entry_id        uuid        not null,
  hold_id         uuid        not null references lessons,
  subscription_id uuid        not null,
  pot             text        not null check (pot in ('subscription-deferred', 'promotions', 'revenue')),
  period          timestamptz check ((period is not null) = (pot = 'subscription-deferred')),
  amount          bigint      not null check (amount <> 0),
  constraint lesson_money_period foreign key (subscription_id, period) references subscription_periods (subscription_id, starts_at)
);
create index lesson_money_of_hold on lesson_money (hold_id);

create trigger lessons_stay before update or delete or truncate on lessons execute function keep_rows();
create trigger lesson_money_stay before update or delete or truncate on lesson_money execute function keep_rows();
create trigger subscription_periods_stay before delete or truncate on subscription_periods execute function keep_rows();

create function spend_on_lessons() returns trigger language plpgsql as $$
begin
  update subscription_periods p set spent = p.spent + s.amount
    from (select subscription_id, period, sum(amount)::bigint as amount
            from added where period is not null group by subscription_id, period) s
   where p.subscription_id = s.subscription_id and p.starts_at = s.period;
  return null;
end $$;
create trigger lesson_money_spends after insert on lesson_money referencing new table as added
  for each statement execute function spend_on_lessons();

create function keep_period() returns trigger language plpgsql as $$
begin
  raise exception 'what was paid for a period stays, lessons alone spend it, and it ends once'
    using errcode = 'restrict_violation';
end $$;
-- Depth 0 is a statement of a client; spend_on_lessons() updates at depth 1.
create trigger subscription_periods_change before update on subscription_periods for each row
  when (old.ended_at is not null or (pg_trigger_depth() = 0 and old.spent <> new.spent) or
        (old.subscription_id, old.starts_at, old.ends_at, old.paid, old.entry_id) is distinct from
        (new.subscription_id, new.starts_at, new.ends_at, new.paid, new.entry_id))
  execute function keep_period();
