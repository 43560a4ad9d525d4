-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

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
  payment_id uuid not null,
  provider_ref text not null,
  amount bigint not null,
  status text not null,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint disputes_amount_check CHECK (amount > 0),
  constraint disputes_check CHECK ((closed_at IS NOT NULL) = (status <> 'open'::text)),
  constraint disputes_pkey PRIMARY KEY (id),
  constraint disputes_provider_ref_key UNIQUE (provider_ref),
  constraint disputes_status_check CHECK (status = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text]))
);
CREATE INDEX disputes_of_payment ON disputes USING btree (payment_id);

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
  constraint payment_methods_default CHECK (NOT is_default OR status = 'attached'::text),
  constraint payment_methods_exp_month_check CHECK (exp_month >= 1 AND exp_month <= 12),
  constraint payment_methods_known CHECK ((status = ANY (ARRAY['attached'::text, 'detached'::text])) = (num_nonnulls(provider_id, brand, last4, exp_month, exp_year) = 5)),
  constraint payment_methods_last4_check CHECK (last4 ~ '^[0-9]{4}$'::text),
  constraint payment_methods_pkey PRIMARY KEY (id),
  constraint payment_methods_provider_id_key UNIQUE (provider_id),
  constraint payment_methods_status_check CHECK (status = ANY (ARRAY['attaching'::text, 'attached'::text, 'refused'::text, 'detached'::text]))
);
CREATE INDEX payment_methods_of_user ON payment_methods USING btree (user_id, id) WHERE status = 'attached'::text;
CREATE UNIQUE INDEX payment_methods_one_default ON payment_methods USING btree (user_id) WHERE is_default;

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
  max_lesson_price bigint not null,
  trial_days integer default 0 not null,
  features text[] default '{}'::text[] not null,
  active boolean default true not null,
  provider_price_id text,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint plans_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint plans_interval_check CHECK ("interval" = ANY (ARRAY['month'::text, 'year'::text])),
  constraint plans_lessons_per_month_check CHECK (lessons_per_month > 0),
  constraint plans_max_lesson_price_check CHECK (max_lesson_price > 0),
  constraint plans_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
  constraint plans_pkey PRIMARY KEY (id),
  constraint plans_price_check CHECK (price > 0),
  constraint plans_provider_price_id_key UNIQUE (provider_price_id),
  constraint plans_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text),
  constraint plans_slug_key UNIQUE (slug),
  constraint plans_trial_days_check CHECK (trial_days >= 0 AND trial_days <= 730),
  constraint plans_version_check CHECK (version > 0)
);
CREATE INDEX plans_offered ON plans USING btree (price, id) WHERE active;

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
  constraint reconciliations_check CHECK (to_at > from_at),
  constraint reconciliations_check1 CHECK (due_at IS NOT NULL OR (status = ANY (ARRAY['done'::text, 'failed'::text]))),
  constraint reconciliations_check2 CHECK ((failure IS NOT NULL) = (status = 'failed'::text)),
  constraint reconciliations_compared CHECK ((differences IS NULL) = (compared_at IS NULL)),
  constraint reconciliations_differences_check CHECK (differences >= 0),
  constraint reconciliations_done CHECK (status <> 'done'::text OR compared_at IS NOT NULL),
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
  payment_id uuid not null,
  amount bigint not null,
  status text not null,
  requested_here boolean not null,
  reason text,
  possible bigint,
  provider_ref text,
  look_at timestamp with time zone,
  looks integer default 0 not null,
  created_at timestamp with time zone not null,
  constraint refunds_amount_check CHECK (amount > 0),
  constraint refunds_check CHECK ((possible IS NOT NULL) = (status = 'refused'::text)),
  constraint refunds_check1 CHECK (look_at IS NULL OR status = 'reserved'::text),
  constraint refunds_looks_check CHECK (looks >= 0),
  constraint refunds_made CHECK (status <> 'succeeded'::text OR provider_ref IS NOT NULL),
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_provider_ref_key UNIQUE (provider_ref),
  constraint refunds_reason_check CHECK (length(reason) >= 1 AND length(reason) <= 500),
  constraint refunds_status_check CHECK (status = ANY (ARRAY['requested'::text, 'reserved'::text, 'succeeded'::text, 'refused'::text, 'failed'::text])),
  constraint refunds_there CHECK (requested_here OR provider_ref IS NOT NULL)
);
CREATE INDEX refunds_of_payment ON refunds USING btree (payment_id, id);
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
  constraint subscription_periods_check CHECK (ends_at > starts_at),
  constraint subscription_periods_paid_check CHECK (paid >= 0),
  constraint subscription_periods_pkey PRIMARY KEY (subscription_id, starts_at),
  constraint subscription_periods_provider_ref_key UNIQUE (provider_ref)
);

create table subscriptions (
  id uuid not null,
  user_id uuid not null,
  plan_id uuid not null,
  method_id uuid not null,
  status text default 'pending'::text not null,
  provider_ref text,
  lessons_per_month integer not null,
  max_lesson_price bigint not null,
  currency text not null,
  current_period_start timestamp with time zone,
  current_period_end timestamp with time zone,
  trial_end timestamp with time zone,
  cancel_at_period_end boolean default false not null,
  ended_at timestamp with time zone,
  look_at timestamp with time zone,
  looks integer default 0 not null,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint subscriptions_check CHECK (current_period_end > current_period_start),
  constraint subscriptions_check1 CHECK ((ended_at IS NOT NULL) = (status = ANY (ARRAY['cancelled'::text, 'expired'::text]))),
  constraint subscriptions_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint subscriptions_known CHECK ((status = ANY (ARRAY['pending'::text, 'refused'::text])) OR num_nonnulls(provider_ref, current_period_start, current_period_end) = 3),
  constraint subscriptions_lessons_per_month_check CHECK (lessons_per_month > 0),
  constraint subscriptions_looks_check CHECK (looks >= 0),
  constraint subscriptions_max_lesson_price_check CHECK (max_lesson_price > 0),
  constraint subscriptions_pkey PRIMARY KEY (id),
  constraint subscriptions_provider_ref_key UNIQUE (provider_ref),
  constraint subscriptions_status_check CHECK (status = ANY (ARRAY['pending'::text, 'refused'::text, 'trialing'::text, 'active'::text, 'past_due'::text, 'cancelled'::text, 'expired'::text])),
  constraint subscriptions_version_check CHECK (version > 0)
);
CREATE INDEX subscriptions_of_user ON subscriptions USING btree (user_id, id);
CREATE UNIQUE INDEX subscriptions_one_live ON subscriptions USING btree (user_id) WHERE status = ANY (ARRAY['pending'::text, 'trialing'::text, 'active'::text, 'past_due'::text]);
CREATE INDEX subscriptions_to_look_at ON subscriptions USING btree (look_at) WHERE look_at IS NOT NULL;

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

alter table disputes add constraint disputes_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table payments add constraint payments_method_id_fkey FOREIGN KEY (method_id) REFERENCES payment_methods(id);
alter table reconciliation_differences add constraint reconciliation_differences_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES reconciliations(id) ON DELETE CASCADE;
alter table reconciliation_objects add constraint reconciliation_objects_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES reconciliations(id) ON DELETE CASCADE;
alter table refunds add constraint refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table subscription_periods add constraint subscription_periods_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table subscriptions add constraint subscriptions_method_id_fkey FOREIGN KEY (method_id) REFERENCES payment_methods(id);
alter table subscriptions add constraint subscriptions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id);
alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
