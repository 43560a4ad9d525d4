-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

create table cancellations (
  id uuid not null,
  purchase_id uuid not null,
  requested_by uuid not null,
  requested_at timestamp with time zone not null,
  asked_at timestamp with time zone not null,
  words text,
  holds jsonb not null,
  answered_at timestamp with time zone,
  session_ids uuid[],
  refunded bigint,
  constraint cancellations_answer CHECK ((answered_at IS NULL) = (session_ids IS NULL) AND (answered_at IS NULL) = (refunded IS NULL)),
  constraint cancellations_pkey PRIMARY KEY (id),
  constraint cancellations_refunded_check CHECK (refunded >= 0),
  constraint cancellations_request UNIQUE (purchase_id, requested_at),
  constraint cancellations_words_check CHECK (length(words) >= 1 AND length(words) <= 500)
);
CREATE UNIQUE INDEX cancellations_one_open ON cancellations USING btree (purchase_id) WHERE answered_at IS NULL;
CREATE INDEX cancellations_waiting ON cancellations USING btree (asked_at) WHERE answered_at IS NULL;

create table card_orders (
  payment_id uuid not null,
  student_id uuid not null,
  course_id uuid,
  session_id uuid,
  refusal text,
  at timestamp with time zone not null,
  constraint card_orders_check CHECK ((session_id IS NULL) <> (course_id IS NULL)),
  constraint card_orders_pkey PRIMARY KEY (payment_id)
);

create table courses (
  id uuid not null,
  teacher_id uuid not null,
  title text not null,
  description text not null,
  price bigint not null,
  currency text not null,
  status text default 'draft'::text not null,
  max_students integer,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  published_at timestamp with time zone,
  constraint courses_currency UNIQUE (id, currency),
  constraint courses_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint courses_description_check CHECK (length(description) <= 5000),
  constraint courses_max_students_check CHECK (max_students > 0),
  constraint courses_on_sale_were_published CHECK (status <> 'published'::text OR published_at IS NOT NULL),
  constraint courses_pkey PRIMARY KEY (id),
  constraint courses_price_check CHECK (price >= 0 AND price <= '1000000000000'::bigint),
  constraint courses_published_once CHECK (status <> 'draft'::text OR published_at IS NULL),
  constraint courses_status_check CHECK (status = ANY (ARRAY['draft'::text, 'published'::text, 'archived'::text])),
  constraint courses_title_check CHECK (length(title) >= 1 AND length(title) <= 200),
  constraint courses_version_check CHECK (version > 0)
);
CREATE INDEX courses_of_teacher ON courses USING btree (teacher_id, id);
CREATE INDEX courses_published ON courses USING btree (id) WHERE status = 'published'::text;

create table holds (
  id uuid not null,
  purchase_id uuid not null,
  session_id uuid not null,
  student_id uuid not null,
  amount bigint not null,
  status text default 'pending'::text not null,
  reason text,
  attended boolean default false not null,
  attendance_seconds integer default 0 not null,
  attendance_version integer default 0 not null,
  refunded bigint default 0 not null,
  paid_at timestamp with time zone,
  decision_version integer default 0 not null,
  paid_version integer default 0 not null,
  constraint holds_amount_check CHECK (amount >= 0 AND amount <= '1000000000000'::bigint),
  constraint holds_attendance_seconds_check CHECK (attendance_seconds >= 0),
  constraint holds_check CHECK (refunded >= 0 AND refunded <= amount),
  constraint holds_check1 CHECK ((reason IS NOT NULL) = (status = ANY (ARRAY['released'::text, 'refunded'::text, 'split'::text]))),
  constraint holds_decision CHECK ((decision_version > 0) = (reason IS NOT NULL)),
  constraint holds_decision_version_check CHECK (decision_version >= 0),
  constraint holds_one_a_session UNIQUE (purchase_id, session_id),
  constraint holds_paid CHECK ((paid_version > 0) = (paid_at IS NOT NULL)),
  constraint holds_paid_version_check CHECK (paid_version >= 0),
  constraint holds_pkey PRIMARY KEY (id),
  constraint holds_status_check CHECK (status = ANY (ARRAY['pending'::text, 'held'::text, 'review'::text, 'disputed'::text, 'released'::text, 'refunded'::text, 'split'::text, 'declined'::text]))
);
CREATE INDEX holds_of_session ON holds USING btree (session_id, student_id);

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

create table people (
  user_id uuid not null,
  display_name text not null,
  version integer not null,
  suspended boolean default false not null,
  constraint people_pkey PRIMARY KEY (user_id),
  constraint people_version_check CHECK (version >= 0)
);

create table purchases (
  id uuid not null,
  kind text not null,
  student_id uuid not null,
  teacher_id uuid not null,
  course_id uuid not null,
  session_id uuid,
  total bigint not null,
  currency text not null,
  funded_by text not null,
  status text default 'pending'::text not null,
  decline_reason text,
  shortfall bigint,
  requested_at timestamp with time zone not null,
  asked_at timestamp with time zone not null,
  expiry_asked_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  version integer default 1 not null,
  payment_id uuid,
  constraint purchases_check CHECK (teacher_id <> student_id),
  constraint purchases_check1 CHECK ((session_id IS NOT NULL) = (kind = 'session'::text)),
  constraint purchases_check2 CHECK ((decline_reason IS NOT NULL) = (status = ANY (ARRAY['declined'::text, 'expired'::text]))),
  constraint purchases_check3 CHECK (shortfall IS NULL OR status = 'declined'::text),
  constraint purchases_funded_by_check CHECK (funded_by = ANY (ARRAY['credits'::text, 'card'::text, 'subscription'::text])),
  constraint purchases_kind_check CHECK (kind = ANY (ARRAY['course'::text, 'session'::text])),
  constraint purchases_one_a_payment UNIQUE (payment_id),
  constraint purchases_payment CHECK ((payment_id IS NOT NULL) = (funded_by = 'card'::text)),
  constraint purchases_pkey PRIMARY KEY (id),
  constraint purchases_status_check CHECK (status = ANY (ARRAY['pending'::text, 'active'::text, 'declined'::text, 'expired'::text, 'cancelled'::text, 'attended'::text, 'missed'::text, 'refunded'::text, 'completed'::text])),
  constraint purchases_total_check CHECK (total >= 0 AND total <= '1000000000000'::bigint),
  constraint purchases_version_check CHECK (version > 0)
);
CREATE INDEX purchases_of_student ON purchases USING btree (student_id, kind, id);
CREATE INDEX purchases_pending ON purchases USING btree (requested_at) WHERE status = 'pending'::text;

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
  purchase_id uuid not null,
  session_id uuid not null,
  student_id uuid not null,
  course_id uuid not null,
  live boolean default true not null,
  constraint seats_pkey PRIMARY KEY (purchase_id, session_id)
);
CREATE INDEX seats_of_course ON seats USING btree (course_id, student_id) WHERE live;
CREATE UNIQUE INDEX seats_one_a_student ON seats USING btree (session_id, student_id) WHERE live;

create table sessions (
  id uuid not null,
  course_id uuid not null,
  number integer not null,
  title text not null,
  starts_at timestamp with time zone not null,
  duration_minutes integer not null,
  price bigint not null,
  currency text not null,
  status text default 'scheduled'::text not null,
  started_at timestamp with time zone,
  room_name text not null,
  max_students integer,
  seats_taken integer default 0 not null,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  cancelled_at timestamp with time zone,
  cancel_reason text,
  constraint sessions_cancel_reason CHECK (cancel_reason IS NULL OR status = 'cancelled'::text),
  constraint sessions_cancel_reason_check CHECK (length(cancel_reason) >= 1 AND length(cancel_reason) <= 500),
  constraint sessions_cancelled CHECK ((cancelled_at IS NOT NULL) = (status = 'cancelled'::text)),
  constraint sessions_check CHECK (room_name = ((('course_'::text || course_id) || '_session_'::text) || number)),
  constraint sessions_duration_minutes_check CHECK (duration_minutes >= 5 AND duration_minutes <= 720),
  constraint sessions_max_students_check CHECK (max_students > 0),
  constraint sessions_never_overbooked CHECK (seats_taken <= max_students),
  constraint sessions_number_check CHECK (number >= 1 AND number <= 1000),
  constraint sessions_number_once UNIQUE (course_id, number),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_price_check CHECK (price >= 0 AND price <= '1000000000000'::bigint),
  constraint sessions_room_name_key UNIQUE (room_name),
  constraint sessions_seats_taken_check CHECK (seats_taken >= 0),
  constraint sessions_status_check CHECK (status = ANY (ARRAY['scheduled'::text, 'live'::text, 'completed'::text, 'cancelled'::text])),
  constraint sessions_title_check CHECK (length(title) >= 1 AND length(title) <= 200),
  constraint sessions_version_check CHECK (version > 0)
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

alter table cancellations add constraint cancellations_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES purchases(id);
alter table holds add constraint holds_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES purchases(id);
alter table holds add constraint holds_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id);
alter table purchases add constraint purchases_course_id_currency_fkey FOREIGN KEY (course_id, currency) REFERENCES courses(id, currency);
alter table purchases add constraint purchases_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id);
alter table seats add constraint seats_course_id_fkey FOREIGN KEY (course_id) REFERENCES courses(id);
alter table seats add constraint seats_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES purchases(id);
alter table seats add constraint seats_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id);
alter table sessions add constraint sessions_in_the_currency_of_their_course FOREIGN KEY (course_id, currency) REFERENCES courses(id, currency) ON UPDATE CASCADE;
alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
