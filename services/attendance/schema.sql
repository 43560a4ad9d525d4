-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

create table access (
  session_id uuid not null,
  student_id uuid not null,
  purchase_id uuid not null,
  revoked boolean default false not null,
  constraint access_pkey PRIMARY KEY (session_id, student_id, purchase_id)
);

create table corrections (
  id uuid not null,
  seq bigint generated always as identity not null,
  session_id uuid not null,
  user_id text not null,
  intervals jsonb not null,
  actor uuid not null,
  reason text not null,
  created_at timestamp with time zone not null,
  constraint corrections_intervals_check CHECK (jsonb_typeof(intervals) = 'array'::text),
  constraint corrections_pkey PRIMARY KEY (id)
);
CREATE INDEX corrections_session ON corrections USING btree (session_id, seq);
CREATE TRIGGER corrections_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON corrections FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table deliveries (
  event_id text not null,
  seq bigint generated always as identity not null,
  received_at timestamp with time zone not null,
  body_sha256 bytea not null,
  body bytea not null,
  traceparent text,
  event text not null,
  room_name text,
  room_sid text,
  course_id uuid,
  session_number integer,
  participant_sid text,
  identity text,
  kind text,
  hidden boolean not null,
  recorder boolean not null,
  agent boolean not null,
  joined_at_ms bigint,
  joined_at bigint,
  created_at bigint,
  disconnect_reason text,
  quarantine text,
  constraint deliveries_body_sha256_check CHECK (length(body_sha256) = 32),
  constraint deliveries_check CHECK ((course_id IS NULL) = (session_number IS NULL)),
  constraint deliveries_pkey PRIMARY KEY (event_id),
  constraint deliveries_quarantine_check CHECK (quarantine = ANY (ARRAY['undecodable'::text, 'implausible-time'::text, 'unstorable-text'::text]))
);
CREATE INDEX deliveries_created ON deliveries USING btree (created_at) WHERE quarantine IS NULL;
CREATE INDEX deliveries_other_rooms ON deliveries USING btree (course_id, session_number, room_name) WHERE room_name <> ((('course_'::text || course_id::text) || '_session_'::text) || session_number::text);
CREATE INDEX deliveries_session ON deliveries USING btree (course_id, session_number, seq) WHERE course_id IS NOT NULL;
CREATE TRIGGER deliveries_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON deliveries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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

create table records (
  session_id uuid not null,
  version integer not null,
  user_id text not null,
  role text not null,
  seconds integer not null,
  max_seconds integer not null,
  overlap_seconds integer not null,
  first_seen_at timestamp with time zone,
  last_seen_at timestamp with time zone,
  intervals jsonb not null,
  disconnects jsonb not null,
  corrected boolean default false not null,
  status text not null,
  constraint records_check CHECK (max_seconds >= seconds),
  constraint records_check1 CHECK (overlap_seconds >= 0 AND overlap_seconds <= seconds),
  constraint records_pkey PRIMARY KEY (session_id, version, user_id),
  constraint records_role_check CHECK (role = ANY (ARRAY['teacher'::text, 'participant'::text])),
  constraint records_seconds_check CHECK (seconds >= 0),
  constraint records_status_check CHECK (status = ANY (ARRAY['present'::text, 'late'::text, 'absent'::text, 'review'::text]))
);
CREATE INDEX records_user ON records USING btree (user_id);
CREATE TRIGGER records_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON records FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table results (
  session_id uuid not null,
  version integer not null,
  cause text not null,
  scheduled_seconds integer not null,
  observed boolean not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone not null,
  figures_sha256 bytea not null,
  created_at timestamp with time zone not null,
  starts_at timestamp with time zone not null,
  constraint results_cause_check CHECK (cause = ANY (ARRAY['room-finished'::text, 'scheduled-end'::text, 'deadline'::text, 'admin'::text, 'late-event'::text, 'correction'::text])),
  constraint results_figures_sha256_check CHECK (length(figures_sha256) = 32),
  constraint results_pkey PRIMARY KEY (session_id, version),
  constraint results_scheduled_seconds_check CHECK (scheduled_seconds > 0),
  constraint results_version_check CHECK (version >= 1)
);
CREATE TRIGGER results_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON results FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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

create table sessions (
  id uuid not null,
  course_id uuid not null,
  number integer not null,
  teacher_id uuid not null,
  starts_at timestamp with time zone not null,
  duration_minutes integer not null,
  ends_at timestamp with time zone not null,
  deadline_at timestamp with time zone not null,
  cancelled boolean default false not null,
  version integer not null,
  started_at timestamp with time zone,
  finish_heard boolean default false not null,
  completed_at timestamp with time zone,
  latest_version integer default 0 not null,
  due_at timestamp with time zone,
  rest_until timestamp with time zone,
  moved boolean default false not null,
  evidence_count integer default 0 not null,
  constraint sessions_check CHECK (ends_at > starts_at),
  constraint sessions_check1 CHECK (deadline_at >= ends_at),
  constraint sessions_check2 CHECK ((completed_at IS NULL) = (latest_version = 0)),
  constraint sessions_check3 CHECK (NOT moved OR completed_at IS NOT NULL),
  constraint sessions_duration_minutes_check CHECK (duration_minutes >= 0),
  constraint sessions_latest_version_check CHECK (latest_version >= 0),
  constraint sessions_pkey PRIMARY KEY (id)
);
CREATE INDEX sessions_due ON sessions USING btree (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX sessions_ends ON sessions USING btree (ends_at);
CREATE INDEX sessions_room ON sessions USING btree (course_id, number);

create table sweeps (
  seq bigint generated always as identity not null,
  course_id uuid not null,
  session_number integer not null,
  room_name text not null,
  asked_at timestamp with time zone not null,
  active jsonb not null,
  constraint sweeps_pkey PRIMARY KEY (seq)
);
CREATE INDEX sweeps_session ON sweeps USING btree (course_id, session_number, seq);
CREATE TRIGGER sweeps_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sweeps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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

create table unresolved_rooms (
  course_id uuid not null,
  session_number integer not null,
  first_heard_at timestamp with time zone not null,
  last_heard_at timestamp with time zone not null,
  constraint unresolved_rooms_pkey PRIMARY KEY (course_id, session_number)
);
CREATE INDEX unresolved_rooms_heard ON unresolved_rooms USING btree (last_heard_at);

create table wakes (
  id bigint generated always as identity not null,
  course_id uuid not null,
  session_number integer not null,
  finished boolean not null,
  constraint wakes_pkey PRIMARY KEY (id)
);

alter table corrections add constraint corrections_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id);
alter table records add constraint records_session_id_version_fkey FOREIGN KEY (session_id, version) REFERENCES results(session_id, version);
alter table results add constraint results_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id);
alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
