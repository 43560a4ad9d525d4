-- When the provider is asked (again) to forget a card that its payer has dropped; null: it has, or was never to.
alter table payment_methods
  add column forget_at timestamptz check (forget_at is null or status = 'detached'),
  add column forget_tries integer not null default 0 check (forget_tries >= 0);
create index payment_methods_to_forget on payment_methods (forget_at) where forget_at is not null;
