-- Statements that return a row for each fault: `rollcall invariants check` runs them. Each begins with its name.

-- name: a payment that succeeded was said once, and no other was
select p.id, p.status, count(o.id) as said
  from payments p left join outbox o on o.type = 'billing.payment-succeeded.v1' and o.subject = p.id::text
 where p.created_at > now() - interval '30 days' -- as long as what was published is kept
 group by p.id, p.status, p.succeeded_at
having count(o.id) <> case when p.succeeded_at is null then 0 else 1 end;

-- name: what was given back of a payment is what its refunds add up to
select p.id, p.refunded, coalesce(sum(r.amount), 0) as refunds
  from payments p left join refunds r on r.payment_id = p.id and r.status = 'succeeded'
 group by p.id, p.refunded
having p.refunded <> coalesce(sum(r.amount), 0);

-- name: no more of a payment is given back, or is to be, than was paid
select p.id, p.amount, sum(r.amount) as refunds
  from payments p join refunds r on r.payment_id = p.id and r.status in ('requested', 'reserved', 'succeeded')
 group by p.id, p.amount
having sum(r.amount) > p.amount;

-- name: a paid payment stands as its refunds and disputes leave it
select p.id, p.status, p.refunded
  from payments p
 where p.succeeded_at is not null
   and p.status is distinct from case
         when exists (select from disputes d where d.payment_id = p.id and d.status <> 'won') then 'disputed'
         when p.refunded = 0 then 'succeeded'
         when p.refunded < p.amount then 'partially_refunded'
         else 'refunded' end;

-- name: a refund is of a payment that was paid
select r.id, p.id as payment_id, p.status
  from refunds r join payments p on p.id = r.payment_id
 where p.succeeded_at is null;

-- name: a payment that waits for its outcome is asked about
select id, status from payments
 where status in ('pending', 'processing', 'failed') and look_at is null;

-- name: a refund that waits for the provider is asked for
select id, status from refunds where status = 'reserved' and look_at is null;

-- name: no refund waits longer than 20 minutes for the wallet
select id, created_at from refunds where status = 'requested' and created_at < now() - interval '20 minutes';

-- name: no refund waits longer than a week for the provider
select id, provider_ref, created_at from refunds
 where status = 'reserved' and created_at < now() - interval '7 days';

-- name: no webhook waits for a person
select event_id, type, last_error from deliveries where status = 'dead';

-- name: a period of a subscription is paid once and said once, by its first event or a later one
select p.subscription_id, p.starts_at, count(o.id) as said
  from subscription_periods p
  join subscriptions s on s.id = p.subscription_id and s.created_at > now() - interval '30 days'
  left join outbox o on o.type in ('billing.subscription-started.v1', 'billing.subscription-renewed.v1')
                    and o.subject = p.subscription_id::text
                    and (o.body::jsonb #>> '{data,period,startsAt}')::timestamptz = p.starts_at
                    and (o.body::jsonb #>> '{data,amount,amount}')::bigint = p.paid
 group by p.subscription_id, p.starts_at
having count(o.id) <> 1;

-- name: a subscription stands in the newest of its paid periods
select s.id, s.status, s.current_period_start, max(p.starts_at) as newest
  from subscriptions s left join subscription_periods p on p.subscription_id = s.id
 group by s.id
having s.current_period_start is distinct from max(p.starts_at)
    or (s.status in ('pending', 'refused')) <> (count(p.starts_at) = 0);

-- name: a subscription that waits for the provider is asked about
select id, status, wish from subscriptions where (status = 'pending' or wish is not null) and look_at is null;

-- name: a plan on offer has its price at the provider, or is to get it
select id, slug from plans where active and provider_price_id is null and tell_at is null;

-- name: what lives was heard of at the provider within a day
select id, status, looked_at from subscriptions
 where status in ('trialing', 'active', 'past_due') and looked_at < now() - interval '1 day';
