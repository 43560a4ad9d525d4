-- Invoices and the documents that correct them, and the names they are written to. Amounts are minor units; prices are gross:
-- total = subtotal - discount, and the tax is contained in it. Source: domain.md, 'Billing'.

-- Who is written to on an invoice: the newest version of each account, as identity tells it.
create table payers (
  user_id      uuid    primary key,
  display_name text    not null,
  locale       text    not null,
  version      integer not null
);

-- The last number given of each series and year. The row is locked until the document that took the number commits, so
-- that a rollback gives it back.
create table invoice_series (
  series text     not null check (series ~ '^[A-Z]{2,4}$'),
  year   smallint not null,
  last   integer  not null check (last > 0),
  primary key (series, year)
);

create table invoices (
  id              uuid        primary key,
  kind            text        not null check (kind in ('invoice', 'credit_note', 'correction')),
  status          text        not null default 'draft' check (status in ('draft', 'open', 'paid', 'void')),
  user_id         uuid        not null,
  currency        text        not null check (currency ~ '^[A-Z]{3}$'),
  subtotal        bigint      not null check (subtotal > 0),
  discount        bigint      not null default 0 check (discount >= 0),
  total           bigint      not null check (total > 0),
  note            text        check (length(note) between 1 and 1000),
  country         text        check (country ~ '^[A-Z]{2}$'),   -- given by hand; else the buyer's own when it is issued
  due_days        smallint    not null default 14 check (due_days between 0 and 365),

  -- What it is about. One of a payment, a paid period or a refund is issued by itself, paid at once.
  issue_at        timestamptz check (issue_at is null or status = 'draft'), -- when that is tried (again)
  issue_attempts  integer     not null default 0 check (issue_attempts >= 0),
  payment_id      uuid        references payments,
  refund_id       uuid        references refunds,
  subscription_id uuid,
  period_start    timestamptz,
  corrects        uuid        references invoices,              -- the document that this one takes back, all or in part

  -- Given when it is issued, and frozen with it.
  series          text,
  year            smallint,
  sequence        integer     check (sequence > 0),
  number          text        unique,
  buyer_name      text,
  tax_country     text,
  tax_rate        integer     check (tax_rate between 0 and 10000), -- basis points
  tax             bigint      check (tax between 0 and total),
  seller_name     text,
  seller_address  text,
  seller_tax_id   text,
  time_zone       text,                                         -- in which its days are told
  issued_at       timestamptz,
  due_at          timestamptz check (due_at >= issued_at),

  -- What may still be said of it afterwards.
  paid_at         timestamptz,
  voided_at       timestamptz,
  overdue_at      timestamptz,                                  -- when it was found unpaid after its day
  version         integer     not null default 1 check (version > 0),
  created_at      timestamptz not null,

  constraint invoices_total check (total = subtotal - discount),
  constraint invoices_issued check (num_nonnulls(series, year, sequence, number, buyer_name, tax_country, tax_rate,
    tax, seller_name, seller_address, seller_tax_id, time_zone, issued_at, due_at) = case status when 'draft' then 0 else 14 end),
  constraint invoices_paid check ((paid_at is not null) = (status = 'paid')),
  constraint invoices_void check ((voided_at is not null) = (status = 'void')),
  constraint invoices_period check ((subscription_id is null) = (period_start is null)),
  constraint invoices_corrects check ((corrects is not null) = (kind <> 'invoice')),
  constraint invoices_refund check (refund_id is null or kind <> 'invoice'),
  constraint invoices_one_number unique (series, year, sequence)
);
create unique index invoices_one_of_payment on invoices (payment_id) where kind = 'invoice';
create unique index invoices_one_of_period on invoices (subscription_id, period_start) where kind = 'invoice';
create unique index invoices_one_of_refund on invoices (refund_id, kind) where refund_id is not null;
create index invoices_of_user on invoices (user_id, id);
create index invoices_to_issue on invoices (issue_at) where issue_at is not null;
create index invoices_unpaid on invoices (due_at) where status = 'open' and overdue_at is null;
create index invoices_correcting on invoices (corrects) where corrects is not null;

create table invoice_items (
  invoice_id  uuid     not null references invoices on delete cascade,
  n           smallint not null check (n > 0),
  description text     not null check (length(description) between 1 and 500),
  quantity    integer  not null check (quantity > 0),
  unit_price  bigint   not null check (unit_price >= 0),
  total       bigint   not null check (total = quantity * unit_price),
  primary key (invoice_id, n)
);

-- The file of an issued document, as it was first made: whoever asks later gets the same bytes.
create table invoice_files (
  invoice_id uuid        primary key references invoices,
  pdf        bytea       not null,
  made_at    timestamptz not null
);
alter table invoice_files alter column pdf set storage external; -- it is compressed already
create table invoice_files_due (
  invoice_id uuid        primary key references invoices,
  due_at     timestamptz not null,
  attempts   integer     not null default 0 check (attempts >= 0)
);
create index invoice_files_due_next on invoice_files_due (due_at);

-- An issued document says for ever what it said. It may become paid, void or overdue; nothing else.
create function refuse_change_of_issued_invoice() returns trigger language plpgsql as $$
declare
  later constant text[] := '{status,paid_at,voided_at,overdue_at,version}';
begin
  if old.status = 'draft' then
    if tg_op = 'DELETE' then return old; end if;
    return new;
  end if;
  if tg_op = 'DELETE' or to_jsonb(new) - later is distinct from to_jsonb(old) - later
     or (new.status <> old.status and not (old.status = 'open' and new.status in ('paid', 'void'))) then
    raise exception 'invoice % is issued and cannot be changed', old.number using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger invoices_stay before update or delete on invoices
  for each row execute function refuse_change_of_issued_invoice();

create function refuse_items_of_issued_invoice() returns trigger language plpgsql as $$
begin
  perform from invoices where id in (old.invoice_id, new.invoice_id) and status = 'draft' for share;
  if not found and exists (select from invoices where id in (old.invoice_id, new.invoice_id)) then
    raise exception 'the items of an issued invoice cannot be changed' using errcode = 'integrity_constraint_violation';
  end if;
  return coalesce(new, old);
end $$;
create trigger invoice_items_stay before insert or update or delete on invoice_items
  for each row execute function refuse_items_of_issued_invoice();

create function refuse_change_of_file() returns trigger language plpgsql as $$
begin
  raise exception 'the file of an invoice stays as it was made' using errcode = 'integrity_constraint_violation';
end $$;
create trigger invoice_files_stay before update or delete on invoice_files
  for each row execute function refuse_change_of_file();
create trigger invoices_are_not_truncated before truncate on invoices execute function refuse_change_of_file();
create trigger invoice_items_are_not_truncated before truncate on invoice_items execute function refuse_change_of_file();
create trigger invoice_files_are_not_truncated before truncate on invoice_files execute function refuse_change_of_file();
