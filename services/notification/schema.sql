-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

create table contacts (
  user_id uuid not null,
  email text not null,
  display_name text not null,
  locale text not null,
  time_zone text not null,
  suspended boolean not null,
  version integer not null,
  constraint contacts_email_check CHECK (length(email) >= 3 AND length(email) <= 254),
  constraint contacts_pkey PRIMARY KEY (user_id)
);

create table feed (
  id bigint generated always as identity not null,
  user_id uuid not null,
  resource text not null,
  resource_id uuid,
  type text not null,
  session_id uuid,
  course_id uuid,
  at timestamp with time zone not null,
  written_at timestamp with time zone not null,
  constraint feed_pkey PRIMARY KEY (id)
);
CREATE INDEX feed_of_user ON feed USING btree (user_id, id);

create table feed_floor (
  only_one boolean default true not null,
  id bigint not null,
  constraint feed_floor_only_one_check CHECK (only_one),
  constraint feed_floor_pkey PRIMARY KEY (only_one)
);

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

create table letters (
  id uuid not null,
  kind text not null,
  about text not null,
  recipient_id uuid not null,
  email text,
  content jsonb,
  status text default 'waiting'::text not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  expires_at timestamp with time zone,
  last_error text,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint letters_attempts_check CHECK (attempts >= 0),
  constraint letters_email_check CHECK (length(email) >= 3 AND length(email) <= 254),
  constraint letters_forgotten_hold_nothing CHECK (email IS NOT NULL OR last_error IS NULL),
  constraint letters_once UNIQUE (about, kind, recipient_id),
  constraint letters_over_have_ended CHECK ((status = 'waiting'::text) = (ended_at IS NULL)),
  constraint letters_over_hold_nothing CHECK ((status = 'waiting'::text) = (content IS NOT NULL)),
  constraint letters_pkey PRIMARY KEY (id),
  constraint letters_sent_were_tried CHECK (status <> 'sent'::text OR attempts > 0),
  constraint letters_status_check CHECK (status = ANY (ARRAY['waiting'::text, 'sent'::text, 'suppressed'::text, 'dropped'::text, 'failed'::text])),
  constraint letters_waiting_have_a_time CHECK ((status = 'waiting'::text) = (next_attempt_at IS NOT NULL)),
  constraint letters_waiting_have_an_address CHECK (status <> 'waiting'::text OR email IS NOT NULL)
);
CREATE INDEX letters_due ON letters USING btree ((kind = ANY (ARRAY['email-verification'::text, 'password-reset'::text])) DESC, next_attempt_at) WHERE status = 'waiting'::text;
CREATE INDEX letters_to_forget ON letters USING btree (ended_at) WHERE status <> 'waiting'::text AND email IS NOT NULL;

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

create table seats (
  session_id uuid not null,
  student_id uuid not null,
  purchase_id uuid not null,
  given_up boolean not null,
  reminded_for timestamp with time zone,
  by_subscription boolean default false not null,
  constraint seats_pkey PRIMARY KEY (session_id, student_id, purchase_id)
);
CREATE INDEX seats_by_subscription ON seats USING btree (purchase_id) WHERE by_subscription;

create table sessions (
  id uuid not null,
  teacher_id uuid not null,
  title text not null,
  starts_at timestamp with time zone not null,
  duration_minutes integer not null,
  cancelled boolean not null,
  version integer not null,
  settled_version integer default 0 not null,
  constraint sessions_duration_minutes_check CHECK (duration_minutes > 0),
  constraint sessions_pkey PRIMARY KEY (id)
);
CREATE INDEX sessions_to_remind ON sessions USING btree (starts_at) WHERE NOT cancelled;

create table suppressions (
  email text not null,
  since timestamp with time zone not null,
  reason text not null,
  constraint suppressions_pkey PRIMARY KEY (email)
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

alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
