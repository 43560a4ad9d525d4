-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change_of_file()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the file of an invoice stays as it was made' using errcode = 'integrity_constraint_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change_of_issued_invoice()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_items_of_issued_invoice()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform from invoices where id in (old.invoice_id, new.invoice_id) and status = 'draft' for share;
  if not found and exists (select from invoices where id in (old.invoice_id, new.invoice_id)) then
    raise exception 'the items of an issued invoice cannot be changed' using errcode = 'integrity_constraint_violation';
  end if;
  return coalesce(new, old);
end $function$;

create table bookings (
  purchase_id uuid not null,
  student_id uuid not null,
  requested_at timestamp with time zone not null,
  outcome text not null,
  reason text,
  subscription_id uuid,
  month timestamp with time zone,
  period timestamp with time zone,
  answered_at timestamp with time zone not null,
  constraint bookings_answer CHECK ((outcome = 'declined'::text) = (reason IS NOT NULL) AND num_nonnulls(subscription_id, month, period) =
CASE
    WHEN outcome = 'reserved'::text THEN 3
    ELSE 0
END),
  constraint bookings_outcome_check CHECK (outcome = ANY (ARRAY['reserved'::text, 'declined'::text])),
  constraint bookings_pkey PRIMARY KEY (purchase_id),
  constraint bookings_reason_check CHECK (reason = ANY (ARRAY['no-subscription'::text, 'subscription-past-due'::text, 'quota-used-up'::text, 'lesson-too-dear'::text, 'other-currency'::text]))
);

create table customers (
  user_id uuid not null,
  provider_id text not null,
  at timestamp with time zone not null,
  constraint customers_pkey PRIMARY KEY (user_id),
  constraint customers_provider_id_key UNIQUE (provider_id)
);

create table deliveries (
  event_id text not null,
  type text not null,
  body text,
  status text default 'stored'::text not null,
  attempts integer default 0 not null,
  due_at timestamp with time zone,
  last_error text,
  received_at timestamp with time zone not null,
  constraint deliveries_attempts_check CHECK (attempts >= 0),
  constraint deliveries_check CHECK ((due_at IS NOT NULL) = (status = 'stored'::text)),
  constraint deliveries_check1 CHECK (body IS NOT NULL OR (status = ANY (ARRAY['done'::text, 'ignored'::text]))),
  constraint deliveries_pkey PRIMARY KEY (event_id),
  constraint deliveries_status_check CHECK (status = ANY (ARRAY['stored'::text, 'done'::text, 'ignored'::text, 'dead'::text]))
);
CREATE INDEX deliveries_due ON deliveries USING btree (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_old ON deliveries USING btree (received_at) WHERE body IS NOT NULL;

create table disputes (
  id uuid not null,
  payment_id uuid,
  provider_ref text not null,
  amount bigint not null,
  status text not null,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  subscription_id uuid,
  period_start timestamp with time zone,
  constraint disputes_amount_check CHECK (amount > 0),
  constraint disputes_check CHECK ((closed_at IS NOT NULL) = (status <> 'open'::text)),
  constraint disputes_of_one CHECK (num_nonnulls(payment_id, subscription_id) = 1 AND (subscription_id IS NULL) = (period_start IS NULL)),
  constraint disputes_pkey PRIMARY KEY (id),
  constraint disputes_provider_ref_key UNIQUE (provider_ref),
  constraint disputes_status_check CHECK (status = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text]))
);
CREATE INDEX disputes_of_payment ON disputes USING btree (payment_id);
CREATE INDEX disputes_of_period ON disputes USING btree (subscription_id, period_start) WHERE subscription_id IS NOT NULL;

create table idempotency_keys (
  user_id uuid not null,
  key text not null,
  request_hash bytea not null,
  ref jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys USING btree (created_at);

create table inbox (
  event_id uuid not null,
  type text not null,
  status text not null,
  body text,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  last_error text,
  received_at timestamp with time zone default now() not null,
  constraint inbox_attempts_check CHECK (attempts >= 0),
  constraint inbox_check CHECK ((body IS NULL) = (status = 'done'::text)),
  constraint inbox_check1 CHECK ((next_attempt_at IS NOT NULL) = (status = ANY (ARRAY['waiting'::text, 'retrying'::text]))),
  constraint inbox_pkey PRIMARY KEY (event_id),
  constraint inbox_status_check CHECK (status = ANY (ARRAY['done'::text, 'waiting'::text, 'retrying'::text, 'dead'::text, 'discarded'::text]))
);
CREATE INDEX inbox_dead ON inbox USING btree (received_at) WHERE status = 'dead'::text;
CREATE INDEX inbox_due ON inbox USING btree (next_attempt_at) WHERE status = ANY (ARRAY['waiting'::text, 'retrying'::text]);

create table invoice_files (
  invoice_id uuid not null,
  pdf bytea not null,
  made_at timestamp with time zone not null,
  constraint invoice_files_pkey PRIMARY KEY (invoice_id)
);
CREATE TRIGGER invoice_files_are_not_truncated BEFORE TRUNCATE ON invoice_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_file();
CREATE TRIGGER invoice_files_stay BEFORE DELETE OR UPDATE ON invoice_files FOR EACH ROW EXECUTE FUNCTION refuse_change_of_file();

create table invoice_files_due (
  invoice_id uuid not null,
  due_at timestamp with time zone not null,
  attempts integer default 0 not null,
  constraint invoice_files_due_attempts_check CHECK (attempts >= 0),
  constraint invoice_files_due_pkey PRIMARY KEY (invoice_id)
);
CREATE INDEX invoice_files_due_next ON invoice_files_due USING btree (due_at);

create table invoice_items (
  invoice_id uuid not null,
  n smallint not null,
  description text not null,
  quantity integer not null,
  unit_price bigint not null,
  total bigint not null,
  constraint invoice_items_check CHECK (total = (quantity * unit_price)),
  constraint invoice_items_description_check CHECK (length(description) >= 1 AND length(description) <= 500),
  constraint invoice_items_n_check CHECK (n > 0),
  constraint invoice_items_pkey PRIMARY KEY (invoice_id, n),
  constraint invoice_items_quantity_check CHECK (quantity > 0),
  constraint invoice_items_unit_price_check CHECK (unit_price >= 0)
);
CREATE TRIGGER invoice_items_are_not_truncated BEFORE TRUNCATE ON invoice_items FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_file();
CREATE TRIGGER invoice_items_stay BEFORE INSERT OR DELETE OR UPDATE ON invoice_items FOR EACH ROW EXECUTE FUNCTION refuse_items_of_issued_invoice();

create table invoice_series (
  series text not null,
  year smallint not null,
  last integer not null,
  constraint invoice_series_last_check CHECK (last > 0),
  constraint invoice_series_pkey PRIMARY KEY (series, year),
  constraint invoice_series_series_check CHECK (series ~ '^[A-Z]{2,4}$'::text)
);

create table invoices (
  id uuid not null,
  kind text not null,
  status text default 'draft'::text not null,
  user_id uuid not null,
  currency text not null,
  subtotal bigint not null,
  discount bigint default 0 not null,
  total bigint not null,
  note text,
  country text,
  due_days smallint default 14 not null,
  issue_at timestamp with time zone,
  issue_attempts integer default 0 not null,
  payment_id uuid,
  refund_id uuid,
  subscription_id uuid,
  period_start timestamp with time zone,
  corrects uuid,
  series text,
  year smallint,
  sequence integer,
  number text,
  buyer_name text,
  tax_country text,
  tax_rate integer,
  tax bigint,
  seller_name text,
  seller_address text,
  seller_tax_id text,
  time_zone text,
  issued_at timestamp with time zone,
  due_at timestamp with time zone,
  paid_at timestamp with time zone,
  voided_at timestamp with time zone,
  overdue_at timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  happened_at timestamp with time zone,
  constraint invoices_check CHECK (issue_at IS NULL OR status = 'draft'::text),
  constraint invoices_check1 CHECK (tax >= 0 AND tax <= total),
  constraint invoices_check2 CHECK (due_at >= issued_at),
  constraint invoices_corrects CHECK ((corrects IS NOT NULL) = (kind <> 'invoice'::text)),
  constraint invoices_country_check CHECK (country ~ '^[A-Z]{2}$'::text),
  constraint invoices_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint invoices_discount_check CHECK (discount >= 0),
  constraint invoices_due_days_check CHECK (due_days >= 0 AND due_days <= 365),
  constraint invoices_issue_attempts_check CHECK (issue_attempts >= 0),
  constraint invoices_issued CHECK (num_nonnulls(series, year, sequence, number, buyer_name, tax_country, tax_rate, tax, seller_name, seller_address, seller_tax_id, time_zone, issued_at, due_at) =
CASE status
    WHEN 'draft'::text THEN 0
    ELSE 14
END),
  constraint invoices_kind_check CHECK (kind = ANY (ARRAY['invoice'::text, 'credit_note'::text, 'correction'::text])),
  constraint invoices_note_check CHECK (length(note) >= 1 AND length(note) <= 1000),
  constraint invoices_number_key UNIQUE (number),
  constraint invoices_one_number UNIQUE (series, year, sequence),
  constraint invoices_paid CHECK ((paid_at IS NOT NULL) = (status = 'paid'::text)),
  constraint invoices_period CHECK ((subscription_id IS NULL) = (period_start IS NULL)),
  constraint invoices_pkey PRIMARY KEY (id),
  constraint invoices_refund CHECK (refund_id IS NULL OR kind <> 'invoice'::text),
  constraint invoices_sequence_check CHECK (sequence > 0),
  constraint invoices_status_check CHECK (status = ANY (ARRAY['draft'::text, 'open'::text, 'paid'::text, 'void'::text])),
  constraint invoices_subtotal_check CHECK (subtotal > 0),
  constraint invoices_tax_rate_check CHECK (tax_rate >= 0 AND tax_rate <= 10000),
  constraint invoices_total CHECK (total = (subtotal - discount)),
  constraint invoices_total_check CHECK (total > 0),
  constraint invoices_version_check CHECK (version > 0),
  constraint invoices_void CHECK ((voided_at IS NOT NULL) = (status = 'void'::text))
);
CREATE INDEX invoices_correcting ON invoices USING btree (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX invoices_of_user ON invoices USING btree (user_id, id);
CREATE UNIQUE INDEX invoices_one_of_payment ON invoices USING btree (payment_id) WHERE kind = 'invoice'::text;
CREATE UNIQUE INDEX invoices_one_of_period ON invoices USING btree (subscription_id, period_start) WHERE kind = 'invoice'::text;
CREATE UNIQUE INDEX invoices_one_of_refund ON invoices USING btree (refund_id, kind) WHERE refund_id IS NOT NULL;
CREATE INDEX invoices_to_issue ON invoices USING btree (issue_at) WHERE issue_at IS NOT NULL;
CREATE INDEX invoices_unpaid ON invoices USING btree (due_at) WHERE status = 'open'::text AND overdue_at IS NULL;
CREATE TRIGGER invoices_are_not_truncated BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_file();
CREATE TRIGGER invoices_stay BEFORE DELETE OR UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION refuse_change_of_issued_invoice();

create table ledger_card_movements (
  seq bigint not null,
  currency text not null,
  entry_id uuid not null,
  type text not null,
  reference text not null,
  amount bigint not null,
  at timestamp with time zone not null,
  sealed_at timestamp with time zone not null,
  constraint ledger_card_movements_amount_check CHECK (amount <> 0),
  constraint ledger_card_movements_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint ledger_card_movements_pkey PRIMARY KEY (seq, currency)
);
CREATE INDEX ledger_card_movements_at ON ledger_card_movements USING btree (at);
CREATE INDEX ledger_card_movements_of_reference ON ledger_card_movements USING btree (reference);

create table ledger_place (
  one boolean default true not null,
  seq bigint not null,
  hash text not null,
  sealed_at timestamp with time zone,
  known_until timestamp with time zone,
  fault text,
  constraint ledger_place_check CHECK ((sealed_at IS NULL) = (seq = 0)),
  constraint ledger_place_hash_check CHECK (hash ~ '^[0-9a-f]{64}$'::text),
  constraint ledger_place_one_check CHECK (one),
  constraint ledger_place_pkey PRIMARY KEY (one),
  constraint ledger_place_seq_check CHECK (seq >= 0)
);

create table lessons (
  hold_id uuid not null,
  purchase_id uuid not null,
  subscription_id uuid not null,
  month timestamp with time zone not null,
  amount bigint not null,
  status text not null,
  returned_to timestamp with time zone,
  decision_version integer default 0 not null,
  constraint lessons_amount_check CHECK (amount >= 0),
  constraint lessons_check CHECK (returned_to IS NULL OR (status = ANY (ARRAY['returned'::text, 'forgiven'::text]))),
  constraint lessons_decision_version_check CHECK (decision_version >= 0),
  constraint lessons_pkey PRIMARY KEY (hold_id),
  constraint lessons_status_check CHECK (status = ANY (ARRAY['reserved'::text, 'used'::text, 'returned'::text, 'forgiven'::text]))
);
CREATE INDEX lessons_of_purchase ON lessons USING btree (purchase_id);
CREATE INDEX lessons_of_quota ON lessons USING btree (subscription_id, month);
CREATE INDEX lessons_without_month ON lessons USING btree (subscription_id) WHERE status = 'returned'::text AND returned_to IS NULL;

create table migrations (
  name text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (name)
);

create table operator_actions (
  id uuid not null,
  actor text not null,
  action text not null,
  target text not null,
  reason text not null,
  at timestamp with time zone default now() not null,
  constraint operator_actions_pkey PRIMARY KEY (id)
);
CREATE TRIGGER operator_actions_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON operator_actions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table outbox (
  seq bigint generated always as identity not null,
  id uuid not null,
  type text not null,
  subject text not null,
  body text not null,
  created_at timestamp with time zone default now() not null,
  constraint outbox_id_key UNIQUE (id),
  constraint outbox_pkey PRIMARY KEY (seq)
);

create table outbox_unpublished (
  seq bigint not null,
  constraint outbox_unpublished_pkey PRIMARY KEY (seq)
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000);

create table parked (
  id bigint generated always as identity not null,
  routing_key text not null,
  body bytea not null,
  reason text not null,
  status text default 'parked'::text not null,
  received_at timestamp with time zone default now() not null,
  constraint parked_pkey PRIMARY KEY (id),
  constraint parked_status_check CHECK (status = ANY (ARRAY['parked'::text, 'discarded'::text]))
);

create table payers (
  user_id uuid not null,
  display_name text not null,
  locale text not null,
  version integer not null,
  constraint payers_pkey PRIMARY KEY (user_id)
);

create table payment_methods (
  id uuid not null,
  user_id uuid not null,
  given text not null,
  status text default 'attaching'::text not null,
  provider_id text,
  brand text,
  last4 text,
  exp_month smallint,
  exp_year smallint,
  is_default boolean default false not null,
  created_at timestamp with time zone not null,
  forget_at timestamp with time zone,
  forget_tries integer default 0 not null,
  constraint payment_methods_check CHECK (forget_at IS NULL OR status = 'detached'::text),
  constraint payment_methods_default CHECK (NOT is_default OR status = 'attached'::text),
  constraint payment_methods_exp_month_check CHECK (exp_month >= 1 AND exp_month <= 12),
  constraint payment_methods_forget_tries_check CHECK (forget_tries >= 0),
  constraint payment_methods_known CHECK ((status = ANY (ARRAY['attached'::text, 'detached'::text])) = (num_nonnulls(provider_id, brand, last4, exp_month, exp_year) = 5)),
  constraint payment_methods_last4_check CHECK (last4 ~ '^[0-9]{4}$'::text),
  constraint payment_methods_pkey PRIMARY KEY (id),
  constraint payment_methods_provider_id_key UNIQUE (provider_id),
  constraint payment_methods_status_check CHECK (status = ANY (ARRAY['attaching'::text, 'attached'::text, 'refused'::text, 'detached'::text]))
);
CREATE INDEX payment_methods_of_user ON payment_methods USING btree (user_id, id) WHERE status = 'attached'::text;
CREATE UNIQUE INDEX payment_methods_one_default ON payment_methods USING btree (user_id) WHERE is_default;
CREATE INDEX payment_methods_to_forget ON payment_methods USING btree (forget_at) WHERE forget_at IS NOT NULL;

create table payments (
  id uuid not null,
  user_id uuid not null,
  purpose text not null,
  course_id uuid,
  session_id uuid,
  amount bigint not null,
  currency text not null,
  status text default 'pending'::text not null,
  method_id uuid,
  provider_ref text,
  failure_code text,
  attempts integer default 0 not null,
  succeeded_at timestamp with time zone,
  refunded bigint default 0 not null,
  look_at timestamp with time zone,
  looks integer default 0 not null,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint payments_amount_check CHECK (amount > 0),
  constraint payments_attempts_check CHECK (attempts >= 0),
  constraint payments_check CHECK ((course_id IS NOT NULL) = (purpose = 'course'::text)),
  constraint payments_check1 CHECK ((session_id IS NOT NULL) = (purpose = 'session'::text)),
  constraint payments_check2 CHECK (refunded >= 0 AND refunded <= amount),
  constraint payments_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint payments_looks_check CHECK (looks >= 0),
  constraint payments_pkey PRIMARY KEY (id),
  constraint payments_provider_ref_key UNIQUE (provider_ref),
  constraint payments_purpose_check CHECK (purpose = ANY (ARRAY['topup'::text, 'course'::text, 'session'::text])),
  constraint payments_refunded CHECK (refunded = 0 OR succeeded_at IS NOT NULL),
  constraint payments_status_check CHECK (status = ANY (ARRAY['pending'::text, 'processing'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'refunded'::text, 'partially_refunded'::text, 'disputed'::text])),
  constraint payments_succeeded CHECK ((succeeded_at IS NOT NULL) = (status = ANY (ARRAY['succeeded'::text, 'refunded'::text, 'partially_refunded'::text, 'disputed'::text]))),
  constraint payments_version_check CHECK (version > 0)
);
CREATE INDEX payments_of_user ON payments USING btree (user_id, id);
CREATE INDEX payments_to_look_at ON payments USING btree (look_at) WHERE look_at IS NOT NULL;

create table plans (
  id uuid not null,
  name text not null,
  slug text not null,
  price bigint not null,
  currency text not null,
  "interval" text not null,
  lessons_per_month integer not null,
  max_lesson_price bigint,
  trial_days integer default 0 not null,
  features text[] default '{}'::text[] not null,
  active boolean default true not null,
  prices integer default 1 not null,
  provider_price_id text,
  tell_at timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint plans_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint plans_interval_check CHECK ("interval" = ANY (ARRAY['month'::text, 'year'::text])),
  constraint plans_lessons_per_month_check CHECK (lessons_per_month > 0),
  constraint plans_max_lesson_price_check CHECK (max_lesson_price > 0),
  constraint plans_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
  constraint plans_pkey PRIMARY KEY (id),
  constraint plans_price_check CHECK (price > 0),
  constraint plans_prices_check CHECK (prices > 0),
  constraint plans_provider_price_id_key UNIQUE (provider_price_id),
  constraint plans_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text),
  constraint plans_slug_key UNIQUE (slug),
  constraint plans_trial_days_check CHECK (trial_days >= 0 AND trial_days <= 730),
  constraint plans_version_check CHECK (version > 0)
);
CREATE INDEX plans_offered ON plans USING btree (price, id) WHERE active;
CREATE INDEX plans_to_tell ON plans USING btree (tell_at) WHERE tell_at IS NOT NULL;

create table quotas (
  subscription_id uuid not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  period timestamp with time zone not null,
  lessons integer not null,
  added integer default 0 not null,
  reserved integer default 0 not null,
  used integer default 0 not null,
  constraint quotas_added_check CHECK (added >= 0),
  constraint quotas_check CHECK (ends_at > starts_at),
  constraint quotas_lessons_check CHECK (lessons > 0),
  constraint quotas_never_overdrawn CHECK ((reserved + used) <= (lessons + added)),
  constraint quotas_pkey PRIMARY KEY (subscription_id, starts_at),
  constraint quotas_reserved_check CHECK (reserved >= 0),
  constraint quotas_used_check CHECK (used >= 0)
);

create table reconciliation_differences (
  id uuid not null,
  reconciliation_id uuid not null,
  kind text not null,
  object text not null,
  provider_ref text,
  reference text,
  there_amount bigint,
  there_currency text,
  here_amount bigint,
  here_currency text,
  at timestamp with time zone not null,
  constraint reconciliation_differences_check CHECK ((there_currency IS NULL) = (there_amount IS NULL)),
  constraint reconciliation_differences_check1 CHECK ((here_currency IS NULL) = (here_amount IS NULL)),
  constraint reconciliation_differences_kind_check CHECK (kind = ANY (ARRAY['missing-here'::text, 'missing-there'::text, 'amount'::text, 'currency'::text, 'balance'::text, 'payout'::text])),
  constraint reconciliation_differences_named CHECK (num_nonnulls(provider_ref, reference) > 0),
  constraint reconciliation_differences_object_check CHECK (object = ANY (ARRAY['charge'::text, 'refund'::text, 'dispute'::text, 'payout'::text, 'other'::text])),
  constraint reconciliation_differences_pkey PRIMARY KEY (id),
  constraint reconciliation_differences_reconciliation_id_kind_provider__key UNIQUE NULLS NOT DISTINCT (reconciliation_id, kind, provider_ref, reference)
);
CREATE INDEX reconciliation_differences_of ON reconciliation_differences USING btree (reconciliation_id, id);

create table reconciliation_objects (
  reconciliation_id uuid not null,
  ref text not null,
  kind text not null,
  payment_ref text,
  invoice_ref text,
  amount bigint not null,
  currency text not null,
  moved_at timestamp with time zone not null,
  constraint reconciliation_objects_kind_check CHECK (kind = ANY (ARRAY['charge'::text, 'refund'::text, 'dispute'::text])),
  constraint reconciliation_objects_pkey PRIMARY KEY (reconciliation_id, ref)
);

create table reconciliations (
  id uuid not null,
  from_at timestamp with time zone not null,
  to_at timestamp with time zone not null,
  status text default 'waiting'::text not null,
  tries integer default 0 not null,
  due_at timestamp with time zone,
  objects integer default 0 not null,
  movements integer default 0 not null,
  differences integer,
  compared_at timestamp with time zone,
  failure text,
  asked_by uuid,
  asked_at timestamp with time zone not null,
  failures integer default 0 not null,
  constraint reconciliations_check CHECK (to_at > from_at),
  constraint reconciliations_check1 CHECK (due_at IS NOT NULL OR (status = ANY (ARRAY['done'::text, 'failed'::text]))),
  constraint reconciliations_check2 CHECK ((failure IS NOT NULL) = (status = 'failed'::text)),
  constraint reconciliations_compared CHECK ((differences IS NULL) = (compared_at IS NULL)),
  constraint reconciliations_differences_check CHECK (differences >= 0),
  constraint reconciliations_done CHECK (status <> 'done'::text OR compared_at IS NOT NULL),
  constraint reconciliations_failures_check CHECK (failures >= 0),
  constraint reconciliations_from_at_to_at_key UNIQUE (from_at, to_at),
  constraint reconciliations_movements_check CHECK (movements >= 0),
  constraint reconciliations_objects_check CHECK (objects >= 0),
  constraint reconciliations_pkey PRIMARY KEY (id),
  constraint reconciliations_status_check CHECK (status = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text])),
  constraint reconciliations_tries_check CHECK (tries >= 0)
);
CREATE INDEX reconciliations_due ON reconciliations USING btree (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX reconciliations_newest ON reconciliations USING btree (to_at DESC, id DESC);

create table refunds (
  id uuid not null,
  payment_id uuid,
  amount bigint not null,
  status text not null,
  requested_here boolean not null,
  reason text,
  possible bigint,
  provider_ref text,
  look_at timestamp with time zone,
  looks integer default 0 not null,
  created_at timestamp with time zone not null,
  subscription_id uuid,
  period_start timestamp with time zone,
  constraint refunds_amount_check CHECK (amount > 0),
  constraint refunds_check CHECK ((possible IS NOT NULL) = (status = 'refused'::text)),
  constraint refunds_check1 CHECK (look_at IS NULL OR status = 'reserved'::text),
  constraint refunds_looks_check CHECK (looks >= 0),
  constraint refunds_made CHECK (status <> 'succeeded'::text OR provider_ref IS NOT NULL),
  constraint refunds_of_one CHECK (num_nonnulls(payment_id, subscription_id) = 1 AND (subscription_id IS NULL) = (period_start IS NULL)),
  constraint refunds_of_period_made_there CHECK (subscription_id IS NULL OR NOT requested_here AND (status = ANY (ARRAY['succeeded'::text, 'failed'::text]))),
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_provider_ref_key UNIQUE (provider_ref),
  constraint refunds_reason_check CHECK (length(reason) >= 1 AND length(reason) <= 500),
  constraint refunds_status_check CHECK (status = ANY (ARRAY['requested'::text, 'reserved'::text, 'succeeded'::text, 'refused'::text, 'failed'::text])),
  constraint refunds_there CHECK (requested_here OR provider_ref IS NOT NULL)
);
CREATE INDEX refunds_of_payment ON refunds USING btree (payment_id, id);
CREATE INDEX refunds_of_period ON refunds USING btree (subscription_id, period_start) WHERE subscription_id IS NOT NULL;
CREATE INDEX refunds_to_ask_for ON refunds USING btree (look_at) WHERE look_at IS NOT NULL;

create table scheduled_runs (
  task text not null,
  tick timestamp with time zone not null,
  constraint scheduled_runs_pkey PRIMARY KEY (task, tick)
);

create table scheduled_tasks (
  name text not null,
  pattern text not null,
  last_at timestamp with time zone,
  last_outcome text,
  last_seconds real,
  last_error text,
  constraint scheduled_tasks_last_outcome_check CHECK (last_outcome = ANY (ARRAY['done'::text, 'error'::text])),
  constraint scheduled_tasks_last_seconds_check CHECK (last_seconds >= 0::double precision),
  constraint scheduled_tasks_pkey PRIMARY KEY (name),
  constraint scheduled_tasks_run CHECK (num_nonnulls(last_at, last_outcome, last_seconds) = ANY (ARRAY[0, 3]))
);

create table subscription_periods (
  subscription_id uuid not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  paid bigint not null,
  provider_ref text,
  payment_ref text,
  taken_back boolean default false not null,
  look_at timestamp with time zone,
  looks integer default 0 not null,
  constraint subscription_periods_check CHECK (ends_at > starts_at),
  constraint subscription_periods_looks_check CHECK (looks >= 0),
  constraint subscription_periods_paid_check CHECK (paid >= 0),
  constraint subscription_periods_payment_ref_key UNIQUE (payment_ref),
  constraint subscription_periods_pkey PRIMARY KEY (subscription_id, starts_at),
  constraint subscription_periods_provider_ref_key UNIQUE (provider_ref)
);
CREATE INDEX subscription_periods_to_look_at ON subscription_periods USING btree (look_at) WHERE look_at IS NOT NULL;

create table subscriptions (
  id uuid not null,
  user_id uuid not null,
  plan_id uuid not null,
  method_id uuid not null,
  status text default 'pending'::text not null,
  provider_ref text,
  price bigint not null,
  currency text not null,
  "interval" text not null,
  lessons_per_month integer not null,
  max_lesson_price bigint not null,
  trial_days integer default 0 not null,
  provider_price_id text not null,
  failure_code text,
  current_period_start timestamp with time zone,
  current_period_end timestamp with time zone,
  trial_end timestamp with time zone,
  cancel_at_period_end boolean default false not null,
  past_due_since timestamp with time zone,
  ended_at timestamp with time zone,
  wish text,
  look_at timestamp with time zone,
  looks integer default 0 not null,
  looked_at timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  routine boolean default false not null,
  constraint subscriptions_check CHECK (failure_code IS NULL OR status = 'refused'::text),
  constraint subscriptions_check1 CHECK (current_period_end > current_period_start),
  constraint subscriptions_check2 CHECK (past_due_since IS NULL OR status = 'past_due'::text),
  constraint subscriptions_check3 CHECK ((ended_at IS NOT NULL) = (status = ANY (ARRAY['cancelled'::text, 'expired'::text]))),
  constraint subscriptions_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint subscriptions_interval_check CHECK ("interval" = ANY (ARRAY['month'::text, 'year'::text])),
  constraint subscriptions_known CHECK ((status = ANY (ARRAY['pending'::text, 'refused'::text])) OR num_nonnulls(provider_ref, current_period_start, current_period_end) = 3),
  constraint subscriptions_lessons_per_month_check CHECK (lessons_per_month > 0),
  constraint subscriptions_looks_check CHECK (looks >= 0),
  constraint subscriptions_max_lesson_price_check CHECK (max_lesson_price > 0),
  constraint subscriptions_pending_is_asked CHECK (status <> 'pending'::text OR look_at IS NOT NULL),
  constraint subscriptions_pkey PRIMARY KEY (id),
  constraint subscriptions_price_check CHECK (price > 0),
  constraint subscriptions_provider_ref_key UNIQUE (provider_ref),
  constraint subscriptions_status_check CHECK (status = ANY (ARRAY['pending'::text, 'refused'::text, 'trialing'::text, 'active'::text, 'past_due'::text, 'cancelled'::text, 'expired'::text])),
  constraint subscriptions_trial_days_check CHECK (trial_days >= 0 AND trial_days <= 730),
  constraint subscriptions_version_check CHECK (version > 0),
  constraint subscriptions_wish_check CHECK (wish = ANY (ARRAY['end-now'::text, 'end-at-period-end'::text, 'go-on'::text]))
);
CREATE INDEX subscriptions_looked_at ON subscriptions USING btree (looked_at) WHERE status = ANY (ARRAY['trialing'::text, 'active'::text, 'past_due'::text]);
CREATE INDEX subscriptions_of_method ON subscriptions USING btree (method_id) WHERE status = ANY (ARRAY['pending'::text, 'trialing'::text, 'active'::text, 'past_due'::text]);
CREATE INDEX subscriptions_of_user ON subscriptions USING btree (user_id, id);
CREATE UNIQUE INDEX subscriptions_one_live ON subscriptions USING btree (user_id) WHERE status = ANY (ARRAY['pending'::text, 'trialing'::text, 'active'::text, 'past_due'::text]);
CREATE INDEX subscriptions_to_look_at ON subscriptions USING btree (routine, look_at) WHERE look_at IS NOT NULL;

create table task_requests (
  id uuid not null,
  task text not null,
  actor text not null,
  asked_at timestamp with time zone default now() not null,
  taken_at timestamp with time zone,
  ended_at timestamp with time zone,
  outcome text,
  error text,
  constraint task_requests_check CHECK (error IS NULL OR outcome = 'error'::text),
  constraint task_requests_ended CHECK ((ended_at IS NOT NULL) = (outcome IS NOT NULL)),
  constraint task_requests_outcome_check CHECK (outcome = ANY (ARRAY['done'::text, 'error'::text, 'withdrawn'::text])),
  constraint task_requests_pkey PRIMARY KEY (id),
  constraint task_requests_taken CHECK (taken_at IS NOT NULL OR outcome IS NULL OR outcome = 'withdrawn'::text)
);
CREATE INDEX task_requests_open ON task_requests USING btree (asked_at) WHERE taken_at IS NULL AND ended_at IS NULL;

alter table bookings add constraint bookings_quota FOREIGN KEY (subscription_id, month) REFERENCES quotas(subscription_id, starts_at);
alter table disputes add constraint disputes_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table disputes add constraint disputes_period FOREIGN KEY (subscription_id, period_start) REFERENCES subscription_periods(subscription_id, starts_at);
alter table invoice_files add constraint invoice_files_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table invoice_files_due add constraint invoice_files_due_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table invoice_items add constraint invoice_items_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id) ON DELETE CASCADE;
alter table invoices add constraint invoices_corrects_fkey FOREIGN KEY (corrects) REFERENCES invoices(id);
alter table invoices add constraint invoices_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table invoices add constraint invoices_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refunds(id);
alter table lessons add constraint lessons_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES bookings(purchase_id);
alter table lessons add constraint lessons_quota FOREIGN KEY (subscription_id, month) REFERENCES quotas(subscription_id, starts_at);
alter table lessons add constraint lessons_returned_to FOREIGN KEY (subscription_id, returned_to) REFERENCES quotas(subscription_id, starts_at);
alter table payments add constraint payments_method_id_fkey FOREIGN KEY (method_id) REFERENCES payment_methods(id);
alter table quotas add constraint quotas_period FOREIGN KEY (subscription_id, period) REFERENCES subscription_periods(subscription_id, starts_at);
alter table reconciliation_differences add constraint reconciliation_differences_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES reconciliations(id) ON DELETE CASCADE;
alter table reconciliation_objects add constraint reconciliation_objects_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES reconciliations(id) ON DELETE CASCADE;
alter table refunds add constraint refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table refunds add constraint refunds_period FOREIGN KEY (subscription_id, period_start) REFERENCES subscription_periods(subscription_id, starts_at);
alter table subscription_periods add constraint subscription_periods_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table subscriptions add constraint subscriptions_method_id_fkey FOREIGN KEY (method_id) REFERENCES payment_methods(id);
alter table subscriptions add constraint subscriptions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id);
alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
