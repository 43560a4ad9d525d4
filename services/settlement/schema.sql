-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_changed_terms()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the terms of hold % are frozen', old.id;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_rewrite()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is written once: % refused', tg_table_name, lower(tg_op);
end $function$;

create table cancellations (
  purchase_id uuid not null,
  requested_at timestamp with time zone not null,
  decided_at timestamp with time zone not null,
  hold_ids uuid[] not null,
  refunded bigint not null,
  answer jsonb not null,
  constraint cancellations_pkey PRIMARY KEY (purchase_id, requested_at),
  constraint cancellations_refunded_check CHECK (refunded >= 0)
);
CREATE TRIGGER cancellations_written_once BEFORE DELETE OR UPDATE ON cancellations FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

create table decisions (
  hold_id uuid not null,
  version integer not null,
  outcome text not null,
  reason text not null,
  amount bigint not null,
  teacher bigint not null,
  commission bigint not null,
  referral bigint not null,
  refund bigint not null,
  commission_rate integer not null,
  policy_version integer not null,
  observed boolean,
  seconds integer,
  max_seconds integer,
  scheduled_seconds integer,
  percent integer,
  attendance_version integer,
  steps jsonb not null,
  decided_at timestamp with time zone not null,
  corrects integer,
  actor uuid,
  notes text,
  constraint decisions_admin CHECK (reason <> 'admin'::text OR actor IS NOT NULL),
  constraint decisions_by_hand CHECK ((actor IS NULL) = (notes IS NULL)),
  constraint decisions_check CHECK ((teacher + commission + referral + refund) =
CASE outcome
    WHEN 'review'::text THEN 0::bigint
    ELSE amount
END),
  constraint decisions_commission_check CHECK (commission >= 0),
  constraint decisions_corrects CHECK (corrects IS NULL OR corrects = (version - 1) AND outcome <> 'review'::text),
  constraint decisions_outcome_check CHECK (outcome = ANY (ARRAY['released'::text, 'refunded'::text, 'split'::text, 'review'::text])),
  constraint decisions_pkey PRIMARY KEY (hold_id, version),
  constraint decisions_referral_check CHECK (referral >= 0),
  constraint decisions_refund_check CHECK (refund >= 0),
  constraint decisions_teacher_check CHECK (teacher >= 0),
  constraint decisions_version_check CHECK (version > 0)
);
CREATE TRIGGER decisions_written_once BEFORE DELETE OR UPDATE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

create table disputes (
  id uuid not null,
  hold_id uuid not null,
  opened_by text not null,
  reason text not null,
  decision_version integer not null,
  status text default 'open'::text not null,
  opened_at timestamp with time zone not null,
  resolved_version integer,
  resolved_at timestamp with time zone,
  resolved_by uuid,
  notes text,
  constraint disputes_decision_version_check CHECK (decision_version >= 0),
  constraint disputes_in_order CHECK (resolved_version >= decision_version),
  constraint disputes_opened_by_check CHECK (opened_by = ANY (ARRAY['student'::text, 'teacher'::text])),
  constraint disputes_pkey PRIMARY KEY (id),
  constraint disputes_resolved CHECK ((status = 'resolved'::text) = (resolved_version IS NOT NULL) AND (num_nulls(resolved_version, resolved_at, resolved_by, notes) = ANY (ARRAY[0, 4]))),
  constraint disputes_status_check CHECK (status = ANY (ARRAY['open'::text, 'resolved'::text]))
);
CREATE INDEX disputes_hold ON disputes USING btree (hold_id, id DESC);
CREATE UNIQUE INDEX disputes_one_open ON disputes USING btree (hold_id) WHERE status = 'open'::text;
CREATE TRIGGER disputes_never_deleted BEFORE DELETE ON disputes FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER disputes_resolved_once BEFORE UPDATE ON disputes FOR EACH ROW WHEN (old.status <> 'open'::text OR old.id IS DISTINCT FROM new.id OR old.hold_id IS DISTINCT FROM new.hold_id OR old.opened_by IS DISTINCT FROM new.opened_by OR old.reason IS DISTINCT FROM new.reason OR old.decision_version IS DISTINCT FROM new.decision_version OR old.opened_at IS DISTINCT FROM new.opened_at) EXECUTE FUNCTION refuse_rewrite();

create table holds (
  id uuid not null,
  purchase_id uuid not null,
  course_id uuid not null,
  session_id uuid not null,
  student_id uuid not null,
  teacher_id uuid not null,
  amount bigint not null,
  currency character(3) not null,
  requested_at timestamp with time zone not null,
  held_at timestamp with time zone not null,
  policy_version integer not null,
  waits_for uuid,
  commission_case text,
  commission_rate integer,
  referrer_share integer,
  referrer_id uuid,
  referral_account text,
  status text default 'held'::text not null,
  decision_version integer,
  decided_at timestamp with time zone,
  sent_at timestamp with time zone,
  paid_at timestamp with time zone,
  created_at timestamp with time zone not null,
  review_since timestamp with time zone,
  constraint holds_amount_check CHECK (amount >= 0),
  constraint holds_check CHECK ((commission_case IS NULL) = (commission_rate IS NULL) AND (commission_rate IS NULL) = (referrer_share IS NULL)),
  constraint holds_check1 CHECK ((referrer_id IS NULL) = (referral_account IS NULL)),
  constraint holds_check2 CHECK (status <> 'held'::text OR (waits_for IS NULL) = (commission_rate IS NOT NULL)),
  constraint holds_check3 CHECK ((status = ANY (ARRAY['released'::text, 'refunded'::text, 'split'::text])) = (decided_at IS NOT NULL)),
  constraint holds_check4 CHECK (status = 'held'::text OR status = 'disputed'::text OR decision_version IS NOT NULL),
  constraint holds_check5 CHECK (paid_at IS NULL OR decided_at IS NOT NULL),
  constraint holds_commission_case_check CHECK (commission_case = ANY (ARRAY['teacher-referred'::text, 'own-student'::text, 'otherwise'::text, 'override'::text])),
  constraint holds_commission_rate_check CHECK (commission_rate >= 0 AND commission_rate <= 10000),
  constraint holds_pkey PRIMARY KEY (id),
  constraint holds_referral_account_check CHECK (referral_account = ANY (ARRAY['earnings'::text, 'promo'::text])),
  constraint holds_referrer_share_check CHECK (referrer_share >= 0 AND referrer_share <= 10000),
  constraint holds_review_since CHECK ((status = 'review'::text) = (review_since IS NOT NULL)),
  constraint holds_status_check CHECK (status = ANY (ARRAY['held'::text, 'review'::text, 'disputed'::text, 'released'::text, 'refunded'::text, 'split'::text]))
);
CREATE INDEX holds_open ON holds USING btree (session_id, id) INCLUDE (status) WHERE status = ANY (ARRAY['held'::text, 'review'::text, 'disputed'::text]);
CREATE INDEX holds_review ON holds USING btree (id DESC) INCLUDE (session_id, review_since) WHERE status = 'review'::text;
CREATE INDEX holds_session ON holds USING btree (session_id);
CREATE INDEX holds_student ON holds USING btree (student_id, id DESC);
CREATE INDEX holds_teacher ON holds USING btree (teacher_id, id DESC);
CREATE INDEX holds_unpaid ON holds USING btree (sent_at) WHERE decided_at IS NOT NULL AND paid_at IS NULL;
CREATE INDEX holds_waiting ON holds USING btree (waits_for) WHERE waits_for IS NOT NULL;
CREATE TRIGGER holds_never_deleted BEFORE DELETE ON holds FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER holds_terms_frozen BEFORE UPDATE ON holds FOR EACH ROW WHEN (old.purchase_id IS DISTINCT FROM new.purchase_id OR old.course_id IS DISTINCT FROM new.course_id OR old.session_id IS DISTINCT FROM new.session_id OR old.student_id IS DISTINCT FROM new.student_id OR old.teacher_id IS DISTINCT FROM new.teacher_id OR old.amount IS DISTINCT FROM new.amount OR old.currency IS DISTINCT FROM new.currency OR old.requested_at IS DISTINCT FROM new.requested_at OR old.held_at IS DISTINCT FROM new.held_at OR old.policy_version IS DISTINCT FROM new.policy_version OR old.commission_rate IS NOT NULL AND (old.commission_case IS DISTINCT FROM new.commission_case OR old.commission_rate IS DISTINCT FROM new.commission_rate OR old.referrer_share IS DISTINCT FROM new.referrer_share OR old.referrer_id IS DISTINCT FROM new.referrer_id OR old.referral_account IS DISTINCT FROM new.referral_account)) EXECUTE FUNCTION refuse_changed_terms();

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

create table policies (
  version integer not null,
  preset text not null,
  effective_from timestamp with time zone not null,
  threshold integer not null,
  teacher_min integer not null,
  rate_teacher_referred integer,
  rate_own_student integer,
  rate_otherwise integer not null,
  referrer_share integer not null,
  overrides jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint policies_pkey PRIMARY KEY (version),
  constraint policies_preset_check CHECK (preset = ANY (ARRAY['referred-teacher-30'::text, 'student-source-70-30'::text, 'flat-15'::text, 'custom'::text])),
  constraint policies_rate_otherwise_check CHECK (rate_otherwise >= 0 AND rate_otherwise <= 10000),
  constraint policies_rate_own_student_check CHECK (rate_own_student >= 0 AND rate_own_student <= 10000),
  constraint policies_rate_teacher_referred_check CHECK (rate_teacher_referred >= 0 AND rate_teacher_referred <= 10000),
  constraint policies_referrer_share_check CHECK (referrer_share >= 0 AND referrer_share <= 10000),
  constraint policies_teacher_min_check CHECK (teacher_min >= 0 AND teacher_min <= 10000),
  constraint policies_threshold_check CHECK (threshold >= 0 AND threshold <= 10000),
  constraint policies_version_check CHECK (version > 0)
);
CREATE TRIGGER policies_written_once BEFORE DELETE OR UPDATE ON policies FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

create table presences (
  session_id uuid not null,
  user_id uuid not null,
  seconds integer not null,
  max_seconds integer not null,
  corrected boolean default false not null,
  constraint presences_check CHECK (max_seconds >= seconds),
  constraint presences_pkey PRIMARY KEY (session_id, user_id),
  constraint presences_seconds_check CHECK (seconds >= 0)
);

create table reviews (
  id uuid not null,
  hold_id uuid not null,
  decision_version integer not null,
  attendance_version integer not null,
  status text default 'open'::text not null,
  outcome text not null,
  reason text not null,
  amount bigint not null,
  teacher bigint not null,
  commission bigint not null,
  referral bigint not null,
  refund bigint not null,
  commission_rate integer not null,
  observed boolean not null,
  seconds integer not null,
  max_seconds integer not null,
  scheduled_seconds integer not null,
  percent integer not null,
  steps jsonb not null,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  closed_by uuid,
  notes text,
  constraint reviews_closed CHECK ((status = 'open'::text) = (closed_at IS NULL)),
  constraint reviews_closed_by CHECK ((status = ANY (ARRAY['applied'::text, 'dismissed'::text])) = (closed_by IS NOT NULL AND notes IS NOT NULL)),
  constraint reviews_commission_check CHECK (commission >= 0),
  constraint reviews_once UNIQUE (hold_id, decision_version, attendance_version),
  constraint reviews_outcome_check CHECK (outcome = ANY (ARRAY['released'::text, 'refunded'::text, 'review'::text])),
  constraint reviews_pkey PRIMARY KEY (id),
  constraint reviews_referral_check CHECK (referral >= 0),
  constraint reviews_refund_check CHECK (refund >= 0),
  constraint reviews_status_check CHECK (status = ANY (ARRAY['open'::text, 'applied'::text, 'dismissed'::text, 'superseded'::text])),
  constraint reviews_sum CHECK ((teacher + commission + referral + refund) =
CASE outcome
    WHEN 'review'::text THEN 0::bigint
    ELSE amount
END),
  constraint reviews_teacher_check CHECK (teacher >= 0)
);
CREATE UNIQUE INDEX reviews_one_open ON reviews USING btree (hold_id) WHERE status = 'open'::text;
CREATE TRIGGER reviews_closed_once BEFORE UPDATE ON reviews FOR EACH ROW WHEN (old.status <> 'open'::text OR old.id IS DISTINCT FROM new.id OR old.hold_id IS DISTINCT FROM new.hold_id OR old.decision_version IS DISTINCT FROM new.decision_version OR old.attendance_version IS DISTINCT FROM new.attendance_version OR old.outcome IS DISTINCT FROM new.outcome OR old.reason IS DISTINCT FROM new.reason OR old.amount IS DISTINCT FROM new.amount OR old.teacher IS DISTINCT FROM new.teacher OR old.commission IS DISTINCT FROM new.commission OR old.referral IS DISTINCT FROM new.referral OR old.refund IS DISTINCT FROM new.refund OR old.commission_rate IS DISTINCT FROM new.commission_rate OR old.steps IS DISTINCT FROM new.steps OR old.opened_at IS DISTINCT FROM new.opened_at) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER reviews_never_deleted BEFORE DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

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
  version integer default 0 not null,
  course_id uuid,
  teacher_id uuid,
  starts_at timestamp with time zone,
  ends_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  completed_at timestamp with time zone,
  observed boolean,
  scheduled_seconds integer,
  attendance_version integer,
  settled_version integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  ended_by text,
  facts_at timestamp with time zone,
  looked_version integer default 0 not null,
  asked_at timestamp with time zone,
  started_at timestamp with time zone,
  constraint sessions_check CHECK (completed_at IS NULL OR observed IS NOT NULL AND scheduled_seconds IS NOT NULL AND attendance_version IS NOT NULL),
  constraint sessions_ended_by CHECK ((ended_by IS NULL) = (completed_at IS NULL AND cancelled_at IS NULL)),
  constraint sessions_ended_by_check CHECK (ended_by = ANY (ARRAY['completed'::text, 'cancelled'::text])),
  constraint sessions_facts CHECK ((facts_at IS NULL) = (completed_at IS NULL)),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_scheduled_seconds_check CHECK (scheduled_seconds > 0)
);
CREATE INDEX sessions_amended ON sessions USING btree (facts_at) WHERE attendance_version > looked_version;
CREATE INDEX sessions_not_over ON sessions USING btree (ends_at) WHERE ended_by IS NULL;

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
  version integer default 0 not null,
  roles text[] default '{}'::text[] not null,
  referrer_id uuid,
  constraint users_check CHECK (version > 0 OR referrer_id IS NULL),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_version_check CHECK (version >= 0)
);

alter table decisions add constraint decisions_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES holds(id);
alter table disputes add constraint disputes_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES holds(id);
alter table disputes add constraint disputes_hold_id_resolved_version_fkey FOREIGN KEY (hold_id, resolved_version) REFERENCES decisions(hold_id, version);
alter table holds add constraint holds_policy_version_fkey FOREIGN KEY (policy_version) REFERENCES policies(version);
alter table holds add constraint holds_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id);
alter table holds add constraint holds_waits_for_fkey FOREIGN KEY (waits_for) REFERENCES users(id);
alter table presences add constraint presences_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id);
alter table reviews add constraint reviews_hold_id_decision_version_fkey FOREIGN KEY (hold_id, decision_version) REFERENCES decisions(hold_id, version);
alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
