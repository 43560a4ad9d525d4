-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

create table audit_entries (
  audit_id uuid not null,
  source text not null,
  actor uuid,
  action text not null,
  target text not null,
  reason text not null,
  at timestamp with time zone not null,
  constraint audit_entries_pkey PRIMARY KEY (audit_id)
);
CREATE INDEX audit_entries_action ON audit_entries USING btree (action, at DESC, audit_id DESC);
CREATE INDEX audit_entries_actor ON audit_entries USING btree (actor, at DESC, audit_id DESC);
CREATE INDEX audit_entries_at ON audit_entries USING btree (at DESC, audit_id DESC);
CREATE INDEX audit_entries_target ON audit_entries USING btree (target, at DESC, audit_id DESC);
CREATE TRIGGER audit_entries_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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

create table letter_tokens (
  token_hash bytea not null,
  user_id uuid not null,
  purpose text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint letter_tokens_check CHECK (expires_at > created_at),
  constraint letter_tokens_pkey PRIMARY KEY (token_hash),
  constraint letter_tokens_purpose_check CHECK (purpose = ANY (ARRAY['password-reset'::text, 'email-verification'::text])),
  constraint letter_tokens_token_hash_check CHECK (length(token_hash) = 32)
);
CREATE INDEX letter_tokens_expiry ON letter_tokens USING btree (expires_at);
CREATE INDEX letter_tokens_user ON letter_tokens USING btree (user_id, purpose, created_at);

create table login_failures (
  account_hash bytea not null,
  since timestamp with time zone not null,
  failures integer not null,
  constraint login_failures_account_hash_check CHECK (length(account_hash) = 32),
  constraint login_failures_failures_check CHECK (failures >= 1 AND failures <= 10),
  constraint login_failures_pkey PRIMARY KEY (account_hash)
);
CREATE INDEX login_failures_since ON login_failures USING btree (since);

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

create table refresh_families (
  id uuid not null,
  user_id uuid not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_reason text,
  constraint refresh_families_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
  constraint refresh_families_pkey PRIMARY KEY (id),
  constraint refresh_families_revoked_reason_known CHECK (revoked_reason = ANY (ARRAY['logout'::text, 'reuse'::text, 'suspended'::text, 'logout-everywhere'::text, 'password-changed'::text, 'password-reset'::text]))
);
CREATE INDEX refresh_families_user ON refresh_families USING btree (user_id);

create table refresh_tokens (
  token_hash bytea not null,
  family_id uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  spent_at timestamp with time zone,
  constraint refresh_tokens_check CHECK (expires_at > created_at),
  constraint refresh_tokens_pkey PRIMARY KEY (token_hash),
  constraint refresh_tokens_token_hash_check CHECK (length(token_hash) = 32)
);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens USING btree (expires_at);
CREATE INDEX refresh_tokens_family ON refresh_tokens USING btree (family_id);
CREATE UNIQUE INDEX refresh_tokens_one_unspent ON refresh_tokens USING btree (family_id) WHERE spent_at IS NULL;

create table reset_requests (
  email text not null,
  requested_at timestamp with time zone not null,
  constraint reset_requests_email_check CHECK (length(email) >= 3 AND length(email) <= 254),
  constraint reset_requests_pkey PRIMARY KEY (email)
);
CREATE INDEX reset_requests_at ON reset_requests USING btree (requested_at);

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

create table signing_keys (
  kid text not null,
  algorithm text not null,
  public_jwk jsonb not null,
  created_at timestamp with time zone not null,
  signs_from timestamp with time zone not null,
  retired_at timestamp with time zone,
  private_sealed text,
  replace_asked_at timestamp with time zone,
  constraint signing_keys_algorithm_check CHECK (algorithm = 'ES256'::text),
  constraint signing_keys_pkey PRIMARY KEY (kid),
  constraint signing_keys_private_sealed_check CHECK (private_sealed ~~ '%.%'::text),
  constraint signing_keys_public_jwk_check CHECK (NOT public_jwk ? 'd'::text),
  constraint signing_keys_retired_are_erased CHECK (retired_at IS NULL OR private_sealed IS NULL)
);

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

create table users (
  id uuid not null,
  email text not null,
  password_hash text not null,
  name text not null,
  roles text[] not null,
  locale text not null,
  time_zone text not null,
  referral_code text not null,
  referrer_id uuid,
  status text default 'active'::text not null,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  email_verified_at timestamp with time zone,
  constraint users_email_lower_case CHECK (email = lower(email) AND length(email) >= 3 AND length(email) <= 254),
  constraint users_email_once UNIQUE (email),
  constraint users_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
  constraint users_password_hash_check CHECK (password_hash ~~ '$argon2id$%'::text),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_referral_code_once UNIQUE (referral_code),
  constraint users_referred_by_another CHECK (referrer_id <> id),
  constraint users_roles_known CHECK (cardinality(roles) >= 1 AND cardinality(roles) <= 4 AND roles <@ ARRAY['student'::text, 'teacher'::text, 'admin'::text, 'finance'::text]),
  constraint users_status_check CHECK (status = ANY (ARRAY['active'::text, 'suspended'::text])),
  constraint users_version_check CHECK (version > 0)
);
CREATE INDEX users_referrer ON users USING btree (referrer_id) WHERE referrer_id IS NOT NULL;

alter table letter_tokens add constraint letter_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
alter table refresh_families add constraint refresh_families_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
alter table refresh_tokens add constraint refresh_tokens_family_id_fkey FOREIGN KEY (family_id) REFERENCES refresh_families(id) ON DELETE CASCADE;
alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
alter table users add constraint users_referrer_id_fkey FOREIGN KEY (referrer_id) REFERENCES users(id);
