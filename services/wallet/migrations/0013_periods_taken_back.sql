-- Money that paid for a period of a subscription and went back to the card: refunded at the provider itself, or disputed.
-- What was not spent on lessons goes back first, out of the period or, once that is over, out of what was earned of it; the
-- rest is the student's. Source: domain.md, 'Billing': the debt way; docs/decisions/0017.

alter table subscription_periods
  drop constraint subscription_periods_rest,
  drop constraint subscription_periods_ended,
  drop column rest,
  add column taken bigint not null default 0,      -- went back while it ran, what came again taken off
  add column unearned bigint not null default 0;   -- of its revenue, likewise; below 0 where more came again than had gone
alter table subscription_periods
  add column rest bigint generated always as (paid - spent - taken - coalesce(revenue, 0)) stored,
  add constraint subscription_periods_rest check (paid - spent - taken - coalesce(revenue, 0) >= 0),
  add constraint subscription_periods_unearned check (
    (revenue is not null or unearned = 0) and coalesce(revenue, 0) - unearned >= 0),
  add constraint subscription_periods_ended check (
    (ended_at is not null) = (revenue is not null) and
    (ended_entry_id is not null) = (coalesce(revenue, 0) > 0) and
    (ended_at is null or paid - spent - taken - revenue = 0)); -- nothing is taken of it or put into it any more

-- Each is made once: its kind and the id of the refund or dispute.
create table period_takings (
  kind            text        not null check (kind in ('refund', 'refund-reversal', 'dispute', 'dispute-return')),
  id              uuid        not null,
  subscription_id uuid        not null,
  starts_at       timestamptz not null,
  user_id         uuid        not null,
  amount          bigint      not null check (amount > 0),
  of_period       bigint      not null check (of_period >= 0),   -- the rest is the student's credits or debt
  of_revenue      bigint      not null check (of_revenue >= 0),
  entry_id        uuid        not null constraint period_takings_entry unique,
  at              timestamptz not null,
  constraint period_takings_pkey primary key (kind, id),
  constraint period_takings_parts check (of_period + of_revenue <= amount and (of_period = 0 or of_revenue = 0)),
  constraint period_takings_period foreign key (subscription_id, starts_at)
    references subscription_periods (subscription_id, starts_at)
);
create index period_takings_of_period on period_takings (subscription_id, starts_at);
create trigger period_takings_stay before update or delete or truncate on period_takings execute function keep_rows();

create function take_of_periods() returns trigger language plpgsql as $$
begin
  update subscription_periods p set taken = p.taken + s.of_period, unearned = p.unearned + s.of_revenue
    from (select subscription_id, starts_at,
                 sum(case when kind in ('refund', 'dispute') then of_period else -of_period end)::bigint as of_period,
                 sum(case when kind in ('refund', 'dispute') then of_revenue else -of_revenue end)::bigint as of_revenue
            from added group by subscription_id, starts_at) s
   where p.subscription_id = s.subscription_id and p.starts_at = s.starts_at;
  return null;
end $$;
create trigger period_takings_take after insert on period_takings referencing new table as added
  for each statement execute function take_of_periods();

-- Depth 0 is a statement of a client; the functions that count lessons and takings update at depth 1.
drop trigger subscription_periods_change on subscription_periods;
create trigger subscription_periods_change before update on subscription_periods for each row
  when ((old.ended_at is not null and (old.spent, old.taken, old.revenue, old.ended_entry_id, old.ended_at) is distinct from
                                      (new.spent, new.taken, new.revenue, new.ended_entry_id, new.ended_at)) or
        (pg_trigger_depth() = 0 and (old.spent, old.taken, old.unearned) <> (new.spent, new.taken, new.unearned)) or
        (old.subscription_id, old.starts_at, old.ends_at, old.paid, old.entry_id) is distinct from
        (new.subscription_id, new.starts_at, new.ends_at, new.paid, new.entry_id))
  execute function keep_period();
