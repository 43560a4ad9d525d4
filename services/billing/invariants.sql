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

-- name: no webhook waits for a person
select event_id, type, last_error from deliveries where status = 'dead';

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
