-- What was done for payments by card. Source: domain.md, 'Billing'.

-- Each movement is made once: its kind and the id of what billing asked it for. A refund that was refused is kept too,
-- so that it gets the same answer when it is asked again. Rows are written behind the lock of the payer's credits.
create table card_movements (
  kind       text        not null check (kind in ('deposit', 'refund', 'refund-reversal', 'dispute', 'dispute-return')),
  id         uuid        not null,          -- the payment's, the refund's, the dispute's
  payment_id uuid        not null,
  user_id    uuid        not null,
  amount     bigint      not null check (amount > 0), -- minor units
  currency   text        not null check (currency ~ '^[A-Z]{3}$'),
  possible   bigint      check (possible is null or (kind = 'refund' and possible >= 0 and possible < amount)),
  entry_id   uuid,
  at         timestamptz not null,
  constraint card_movements_pkey primary key (kind, id),
  constraint card_movements_moved check ((entry_id is null) = (possible is not null)),
  constraint card_movements_entry unique (entry_id),
  check (kind <> 'deposit' or id = payment_id)
);
create index card_movements_of_payment on card_movements (payment_id);
create trigger card_movements_stay before update or delete or truncate on card_movements
  execute function keep_rows();
