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

-- name: a period counts as paid unless a dispute of it stands or all of it was refunded
select p.subscription_id, p.starts_at, p.taken_back from subscription_periods p
 where p.taken_back is distinct from (
         exists (select from disputes d where (d.subscription_id, d.period_start) = (p.subscription_id, p.starts_at)
                                          and d.status <> 'won')
         or exists (select from refunds r where (r.subscription_id, r.period_start) = (p.subscription_id, p.starts_at)
                                            and r.status = 'succeeded' having sum(r.amount) >= p.paid));

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
-- name: a month's quota counts the lessons there are
select q.subscription_id, q.starts_at, q.reserved, q.used, q.added, c.reserved as lessons_reserved, c.used as lessons_used,
       b.added as lessons_added
  from quotas q
  cross join lateral (select count(*) filter (where l.status = 'reserved') as reserved,
                             count(*) filter (where l.status = 'used') as used
                        from lessons l where l.subscription_id = q.subscription_id and l.month = q.starts_at) c
  cross join lateral (select count(*) as added from lessons l
                       where l.subscription_id = q.subscription_id and l.returned_to = q.starts_at
                         and l.month <> q.starts_at) b
 where (q.reserved, q.used, q.added) is distinct from (c.reserved, c.used, b.added);

-- name: no month has more lessons booked than it allows, and months of a subscription do not overlap
select q.subscription_id, q.starts_at, q.ends_at
  from quotas q
 where q.reserved + q.used > q.lessons + q.added
    or exists (select from quotas o where o.subscription_id = q.subscription_id and o.starts_at > q.starts_at
                                      and o.starts_at < q.ends_at);

-- name: a month lies in the paid period it belongs to
select q.subscription_id, q.starts_at, q.ends_at
  from quotas q
  left join subscription_periods p on p.subscription_id = q.subscription_id and p.starts_at = q.period
 where p.starts_at is null or q.starts_at < p.starts_at or q.ends_at > p.ends_at;

-- name: lessons that are reserved have rows in the month they are counted in, and a declined purchase has none
select b.purchase_id, b.outcome, count(l.hold_id) as lessons
  from bookings b left join lessons l on l.purchase_id = b.purchase_id
 group by b.purchase_id, b.outcome
having (b.outcome = 'reserved') <> (count(l.hold_id) > 0)
    or bool_or((l.subscription_id, l.month) is distinct from (b.subscription_id, b.month)) filter (where l.hold_id is not null);

-- name: a lesson that came back is with a month, unless it did after its own and no later one was begun
select l.hold_id, l.subscription_id, l.month
  from lessons l join quotas q on q.subscription_id = l.subscription_id and q.starts_at = l.month
 where l.status = 'returned' and l.returned_to is null and q.ends_at > now();
-- name: the numbers of a series and year have no gap
select s.series, s.year, s.last, count(i.id) as given, max(i.sequence) as highest
  from invoice_series s left join invoices i using (series, year)
 group by s.series, s.year, s.last
having count(i.id) <> s.last or max(i.sequence) is distinct from s.last;

-- name: no document has a number that its series has not given
select i.number from invoices i left join invoice_series s using (series, year)
 where i.sequence is not null and i.sequence > coalesce(s.last, 0);

-- name: the items of an invoice add up to it
select i.id, i.subtotal, coalesce(sum(n.total), 0) as items
  from invoices i left join invoice_items n on n.invoice_id = i.id
 group by i.id having coalesce(sum(n.total), 0) <> i.subtotal;

-- name: the invoice of a payment is over what was paid, and not before
select i.id, i.payment_id, i.total, p.amount
  from invoices i join payments p on p.id = i.payment_id
 where i.kind = 'invoice' and (i.total <> p.amount or i.currency <> p.currency or p.succeeded_at is null);

-- name: what is taken back of an invoice is what was given back of its payment
select p.id, p.refunded, sum(case i.kind when 'credit_note' then i.total else -i.total end) as credited
  from payments p join invoices i on i.payment_id = p.id and i.kind <> 'invoice'
 group by p.id having sum(case i.kind when 'credit_note' then i.total else -i.total end) <> p.refunded;

-- name: what is taken back of a period's invoice is what was refunded of it
select r.subscription_id, r.period_start, sum(r.amount) filter (where r.status = 'succeeded') as refunded, c.credited
  from refunds r
  left join lateral (select sum(case i.kind when 'credit_note' then i.total else -i.total end) as credited from invoices i
                      where (i.subscription_id, i.period_start) = (r.subscription_id, r.period_start)
                        and i.kind <> 'invoice') c on true
 where r.subscription_id is not null
 group by r.subscription_id, r.period_start, c.credited
having coalesce(sum(r.amount) filter (where r.status = 'succeeded'), 0) <> coalesce(c.credited, 0);

-- name: no more is taken back of a document, nor more tax, than it said
select i.id, i.number from invoices i join invoices c on c.corrects = i.id and c.status <> 'draft'
  left join invoices k on k.corrects = c.id and k.status <> 'draft'
 group by i.id having sum(c.total - coalesce(k.total, 0)) > i.total or sum(c.tax - coalesce(k.tax, 0)) > i.tax;

-- name: what was paid in a month that is over has its invoice
select p.id, p.succeeded_at from payments p
 where p.succeeded_at < date_trunc('month', now() - interval '1 day')
   and not exists (select from invoices i where i.payment_id = p.id and i.kind = 'invoice');

-- name: an issued document has its file, or will have it
select i.id, i.number from invoices i
 where i.status <> 'draft'
   and not exists (select from invoice_files f where f.invoice_id = i.id)
   and not exists (select from invoice_files_due d where d.invoice_id = i.id);

-- name: no document of a payment waits longer than a day for its payer’s name
select id, user_id, created_at from invoices where issue_at is not null and created_at < now() - interval '1 day';
