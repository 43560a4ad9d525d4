-- What the migrations make, written by: npm run schema

CREATE OR REPLACE FUNCTION public.apply_transfers()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
begin
  if exists (select from (select distinct entry_id from added) t
               left join entries e on e.id = t.entry_id where e.id is null) then
    raise exception 'a transfer needs its entry' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from (select distinct from_account, to_account from added) t
               left join accounts f on f.id = t.from_account
               left join accounts g on g.id = t.to_account
              where f.id is null or g.id is null or f.currency <> g.currency) then
    raise exception 'a transfer needs two accounts of one currency' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from (select distinct to_account from added) t
               join accounts c on c.id = t.to_account and c.kind in ('credits', 'earnings')
               join accounts d on d.owner_id = c.owner_id and d.kind = 'debt' and d.currency = c.currency
              where d.balance < 0 and d.id not in (select to_account from added union select from_account from added)) then
    raise exception 'a credit repays its owner''s debt first' using errcode = 'serialization_failure';
  end if;
  update accounts a
     set balance = a.balance + moved.amount
    from (select account, sum(amount)::bigint as amount
            from (select to_account as account, amount from added
                  union all select from_account, -amount from added) as sides
           group by account) as moved
   where a.id = moved.account and a.owner_id is not null;
  if exists (select from (select to_account as account from added union select from_account from added) touched
               join accounts a on a.id = touched.account and a.owner_id is not null
               left join lateral (select t.balance_after from transactions t
                                   where t.account_id = a.id order by t.no desc limit 1) last on true
              where last.balance_after is distinct from a.balance) then
    raise exception 'a transfer needs the transaction its owner sees, with the right balance, in the same statement'
      using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.check_chain()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
begin
  if exists (select from (select distinct account_id, entry_id from added) t
               left join accounts a on a.id = t.account_id and a.owner_id is not null
               left join entries e on e.id = t.entry_id
              where a.id is null or e.id is null) then
    raise exception 'a transaction needs its entry and a user''s account' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from (select account_id, no, balance_before,
                                 lag(balance_after) over (partition by account_id order by no) as before
                            from added) as link
              where link.balance_before <> coalesce(link.before,
                (select t.balance_after from transactions t
                  where t.account_id = link.account_id and t.no < link.no order by t.no desc limit 1), 0)) then
    raise exception 'a transaction begins with the balance the one before it left' using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.check_corrections()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from added c left join holds h on h.id = c.hold_id
              where h.id is null or h.amount <> c.amount or h.currency <> c.currency
                 or c.to_promo > h.from_promo or c.to_credits > h.from_credits
                 or c.to_subscription > h.from_subscription) then
    raise exception 'a correction needs its hold, its amount, and gives no part back more than came from it'
      using errcode = 'check_violation';
  end if;
  if exists (select from added c
              where not exists (select from hold_endings e
                                 where e.hold_id = c.hold_id and e.decision_version = c.decision_version - 1)
                and not exists (select from hold_corrections b
                                 where b.hold_id = c.hold_id and b.decision_version = c.decision_version - 1)) then
    raise exception 'a correction follows the ending of its hold, or the correction before it'
      using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.check_endings()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
begin
  if exists (select from added e left join holds h on h.id = e.hold_id
              where h.id is null or h.amount <> e.amount or h.currency <> e.currency
                 or e.to_promo > h.from_promo or e.to_credits > h.from_credits
                 or e.to_subscription > h.from_subscription) then
    raise exception 'an ending needs its hold, its amount, and gives no part back more than came from it'
      using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.check_seals()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
begin
  if exists (select from added s left join entries e on e.id = s.entry_id where e.id is null) then
    raise exception 'a seal needs its entry' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from added s left join seals p on p.seq = s.seq - 1
              where s.seq > 1 and (p.seq is null or p.sealed_at > s.sealed_at)) then
    raise exception 'a seal follows the one before it, without a gap' using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.check_withdrawal_step()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.id, new.teacher_id, new.amount, new.currency, new.requested_at, new.reserved_entry_id)
     is distinct from (old.id, old.teacher_id, old.amount, old.currency, old.requested_at, old.reserved_entry_id)
     or new.payable_from <> old.payable_from
     or (old.ended_entry_id is not null and new.ended_entry_id is distinct from old.ended_entry_id)
     or (old.returned_entry_id is not null and new.returned_entry_id is distinct from old.returned_entry_id) then
    raise exception 'a withdrawal keeps whose it is, how much, and the entries that moved it'
      using errcode = 'restrict_violation';
  end if;
  if old.status <> new.status and old.status || ' to ' || new.status not in (
      'pending to approved', 'pending to rejected', 'pending to cancelled',
      'approved to processing', 'approved to completed', 'approved to failed',
      'processing to completed', 'processing to failed', 'completed to returned') then
    raise exception 'a withdrawal does not go from % to %', old.status, new.status using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.keep_period()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'what was paid for a period stays, lessons alone spend it, and it ends once'
    using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.keep_rows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is only ever added to; put a mistake right by a reversing entry', tg_table_name
    using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_entries(ids uuid[])
 RETURNS TABLE(id uuid, type text, at timestamp with time zone, reference text, actor_id uuid, description text, transfers json)
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
begin
  return query
    select e.id, e.type, e.at, e.reference_type || ':' || e.reference_id, e.actor_id, e.description,
           coalesce((select json_agg(json_build_array(f.kind || coalesce(':' || f.owner_id, ''),
                                                      g.kind || coalesce(':' || g.owner_id, ''),
                                                      t.amount, f.currency) order by t.n)
                       from transfers t
                       left join accounts f on f.id = t.from_account
                       left join accounts g on g.id = t.to_account
                      where t.entry_id = e.id), '[]')
      from entries e where e.id = any(ids);
end $function$;

CREATE OR REPLACE FUNCTION public.queue_for_seal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into entries_unsealed (entry_no, entry_id) select entry_no, id from added;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_balance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a balance changes by a transfer alone, and an account keeps its owner, kind and currency'
    using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.sealed_balances(upto bigint)
 RETURNS TABLE(account text, currency text, balance bigint)
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
begin
  return query
    with base as (
      select c.seq, c.balances from seal_checkpoints c where c.seq <= upto order by c.seq desc limit 1
    ), moved as (
      select b.account, b.currency, b.balance
        from base cross join jsonb_to_recordset(base.balances) as b (account text, currency text, balance bigint)
      union all
      select a.kind, a.currency, side.amount
        from seals s
        join transfers t on t.entry_id = s.entry_id
        cross join lateral (values (t.to_account, t.amount), (t.from_account, -t.amount)) as side (account, amount)
        join accounts a on a.id = side.account
       where s.seq > coalesce((select seq from base), 0) and s.seq <= upto
    )
    select m.account, m.currency, sum(m.balance)::bigint from moved m group by m.account, m.currency;
end $function$;

CREATE OR REPLACE FUNCTION public.spend_on_lessons()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update subscription_periods p set spent = p.spent + s.amount
    from (select subscription_id, period, sum(amount)::bigint as amount
            from added where period is not null group by subscription_id, period) s
   where p.subscription_id = s.subscription_id and p.starts_at = s.period;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.take_of_periods()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update subscription_periods p set taken = p.taken + s.of_period, unearned = p.unearned + s.of_revenue
    from (select subscription_id, starts_at,
                 sum(case when kind in ('refund', 'dispute') then of_period else -of_period end)::bigint as of_period,
                 sum(case when kind in ('refund', 'dispute') then of_revenue else -of_revenue end)::bigint as of_revenue
            from added group by subscription_id, starts_at) s
   where p.subscription_id = s.subscription_id and p.starts_at = s.starts_at;
  return null;
end $function$;

create table accounts (
  id bigint generated always as identity not null,
  owner_id uuid,
  kind text not null,
  currency text not null,
  balance bigint,
  constraint accounts_balance CHECK (
CASE
    WHEN owner_id IS NULL THEN balance IS NULL
    WHEN kind = 'debt'::text THEN balance IS NOT NULL AND balance <= 0
    ELSE balance IS NOT NULL AND balance >= 0
END),
  constraint accounts_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint accounts_kind CHECK (
CASE
    WHEN owner_id IS NULL THEN kind = ANY (ARRAY['escrow'::text, 'commission'::text, 'card-clearing'::text, 'payout-clearing'::text, 'subscription-deferred'::text, 'revenue'::text, 'promotions'::text, 'adjustments'::text, 'losses'::text])
    ELSE kind = ANY (ARRAY['credits'::text, 'promo'::text, 'earnings'::text, 'withdrawing'::text, 'debt'::text])
END),
  constraint accounts_owner_id_kind_currency_key UNIQUE NULLS NOT DISTINCT (owner_id, kind, currency),
  constraint accounts_pkey PRIMARY KEY (id)
);
CREATE INDEX accounts_of_debts ON accounts USING btree (owner_id, currency) WHERE kind = 'debt'::text;
CREATE TRIGGER accounts_begin_empty BEFORE INSERT ON accounts FOR EACH ROW WHEN (new.balance <> 0) EXECUTE FUNCTION refuse_balance();
CREATE TRIGGER accounts_by_transfer BEFORE UPDATE ON accounts FOR EACH ROW WHEN (pg_trigger_depth() = 0 OR old.id IS DISTINCT FROM new.id OR old.owner_id IS DISTINCT FROM new.owner_id OR old.kind IS DISTINCT FROM new.kind OR old.currency IS DISTINCT FROM new.currency) EXECUTE FUNCTION refuse_balance();
CREATE TRIGGER accounts_stay BEFORE DELETE OR TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table auto_payouts (
  teacher_id uuid not null,
  day date not null,
  withdrawal_id uuid,
  blocked text[] not null,
  at timestamp with time zone not null,
  constraint auto_payouts_outcome CHECK ((withdrawal_id IS NULL) = (cardinality(blocked) > 0)),
  constraint auto_payouts_pkey PRIMARY KEY (teacher_id, day),
  constraint auto_payouts_withdrawal_id_key UNIQUE (withdrawal_id)
);
CREATE TRIGGER auto_payouts_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON auto_payouts FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table bank_accounts (
  owner_id uuid not null,
  version integer default 1 not null,
  bank_sealed text,
  bank_masked jsonb,
  changed_at timestamp with time zone not null,
  auto_payout boolean default false not null,
  payout_weekday smallint,
  payout_threshold bigint,
  payout_currency text,
  constraint bank_accounts_auto CHECK (NOT auto_payout OR payout_weekday IS NOT NULL AND payout_threshold IS NOT NULL),
  constraint bank_accounts_payout_currency_check CHECK (payout_currency ~ '^[A-Z]{3}$'::text),
  constraint bank_accounts_payout_threshold_check CHECK (payout_threshold > 0),
  constraint bank_accounts_payout_weekday_check CHECK (payout_weekday >= 1 AND payout_weekday <= 7),
  constraint bank_accounts_pkey PRIMARY KEY (owner_id),
  constraint bank_accounts_threshold CHECK ((payout_threshold IS NULL) = (payout_currency IS NULL)),
  constraint bank_accounts_whole CHECK ((bank_sealed IS NULL) = (bank_masked IS NULL))
);
CREATE INDEX bank_accounts_by_key ON bank_accounts USING btree (split_part(bank_sealed, '.'::text, 1));
CREATE INDEX bank_accounts_due ON bank_accounts USING btree (payout_weekday, owner_id) WHERE auto_payout;

create table bank_key_rotations (
  id uuid not null,
  wanted_key text,
  asked_at timestamp with time zone default now() not null,
  key_id text,
  resealed integer default 0 not null,
  broken integer default 0 not null,
  worked_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint bank_key_rotations_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX bank_key_rotations_one ON bank_key_rotations USING btree ((true)) WHERE ended_at IS NULL;

create table card_movements (
  kind text not null,
  id uuid not null,
  payment_id uuid not null,
  user_id uuid not null,
  amount bigint not null,
  currency text not null,
  possible bigint,
  entry_id uuid,
  at timestamp with time zone not null,
  constraint card_movements_amount_check CHECK (amount > 0),
  constraint card_movements_check CHECK (possible IS NULL OR kind = 'refund'::text AND possible >= 0 AND possible < amount),
  constraint card_movements_check1 CHECK (kind <> 'deposit'::text OR id = payment_id),
  constraint card_movements_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint card_movements_entry UNIQUE (entry_id),
  constraint card_movements_kind_check CHECK (kind = ANY (ARRAY['deposit'::text, 'refund'::text, 'refund-reversal'::text, 'dispute'::text, 'dispute-return'::text])),
  constraint card_movements_moved CHECK ((entry_id IS NULL) = (possible IS NOT NULL)),
  constraint card_movements_pkey PRIMARY KEY (kind, id)
);
CREATE INDEX card_movements_of_payment ON card_movements USING btree (payment_id);
CREATE TRIGGER card_movements_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON card_movements FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table entries (
  id uuid not null,
  entry_no bigint generated always as identity not null,
  type text not null,
  reference_type text not null,
  reference_id uuid not null,
  description text,
  actor_id uuid,
  at timestamp with time zone not null,
  constraint entries_pkey PRIMARY KEY (id),
  constraint entries_type_check CHECK (type = ANY (ARRAY['deposit'::text, 'purchase'::text, 'refund'::text, 'payment_release'::text, 'withdrawal'::text, 'admin_credit'::text, 'admin_debit'::text, 'chargeback'::text, 'debt_repayment'::text, 'subscription'::text, 'subscription_lesson'::text, 'correction'::text]))
);
CREATE TRIGGER entries_queue AFTER INSERT ON entries REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_for_seal();
CREATE TRIGGER entries_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table entries_unsealed (
  entry_no bigint not null,
  entry_id uuid not null,
  queued_at timestamp with time zone default now() not null,
  constraint entries_unsealed_pkey PRIMARY KEY (entry_no)
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000);

create table hold_corrections (
  hold_id uuid not null,
  decision_version integer not null,
  entry_id uuid not null,
  amount bigint not null,
  currency text not null,
  teacher bigint not null,
  commission bigint not null,
  referral bigint not null,
  refund bigint not null,
  to_promo bigint not null,
  to_credits bigint not null,
  to_subscription bigint default 0 not null,
  reason text not null,
  commission_rate integer not null,
  attendance_basis_points integer,
  corrected_at timestamp with time zone not null,
  constraint hold_corrections_commission_check CHECK (commission >= 0),
  constraint hold_corrections_decision_version_check CHECK (decision_version > 1),
  constraint hold_corrections_pkey PRIMARY KEY (hold_id, decision_version),
  constraint hold_corrections_referral_check CHECK (referral >= 0),
  constraint hold_corrections_refund CHECK ((to_promo + to_credits + to_subscription) = refund),
  constraint hold_corrections_refund_check CHECK (refund >= 0),
  constraint hold_corrections_sum CHECK ((teacher + commission + referral + refund) = amount),
  constraint hold_corrections_teacher_check CHECK (teacher >= 0),
  constraint hold_corrections_to_credits_check CHECK (to_credits >= 0),
  constraint hold_corrections_to_promo_check CHECK (to_promo >= 0),
  constraint hold_corrections_to_subscription_check CHECK (to_subscription >= 0)
);
CREATE TRIGGER hold_corrections_match AFTER INSERT ON hold_corrections REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_corrections();
CREATE TRIGGER hold_corrections_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON hold_corrections FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table hold_endings (
  hold_id uuid not null,
  entry_id uuid not null,
  amount bigint not null,
  currency text not null,
  teacher bigint not null,
  commission bigint not null,
  referral bigint not null,
  refund bigint not null,
  to_promo bigint not null,
  to_credits bigint not null,
  to_subscription bigint default 0 not null,
  reason text not null,
  commission_rate integer not null,
  attendance_basis_points integer,
  ended_at timestamp with time zone not null,
  decision_version integer not null,
  constraint hold_endings_commission_check CHECK (commission >= 0),
  constraint hold_endings_decision_version_check CHECK (decision_version > 0),
  constraint hold_endings_pkey PRIMARY KEY (hold_id),
  constraint hold_endings_referral_check CHECK (referral >= 0),
  constraint hold_endings_refund CHECK ((to_promo + to_credits + to_subscription) = refund),
  constraint hold_endings_refund_check CHECK (refund >= 0),
  constraint hold_endings_sum CHECK ((teacher + commission + referral + refund) = amount),
  constraint hold_endings_teacher_check CHECK (teacher >= 0),
  constraint hold_endings_to_credits_check CHECK (to_credits >= 0),
  constraint hold_endings_to_promo_check CHECK (to_promo >= 0),
  constraint hold_endings_to_subscription_check CHECK (to_subscription >= 0)
);
CREATE TRIGGER hold_endings_match AFTER INSERT ON hold_endings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_endings();
CREATE TRIGGER hold_endings_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON hold_endings FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table holds (
  id uuid not null,
  purchase_id uuid not null,
  n smallint not null,
  entry_id uuid not null,
  session_id uuid not null,
  course_id uuid not null,
  student_id uuid not null,
  teacher_id uuid not null,
  amount bigint not null,
  currency text not null,
  from_promo bigint not null,
  from_credits bigint not null,
  from_subscription bigint default 0 not null,
  placed_at timestamp with time zone not null,
  constraint holds_amount_check CHECK (amount >= 0),
  constraint holds_from_credits_check CHECK (from_credits >= 0),
  constraint holds_from_promo_check CHECK (from_promo >= 0),
  constraint holds_from_subscription_check CHECK (from_subscription >= 0),
  constraint holds_parts CHECK ((from_promo + from_credits + from_subscription) = amount),
  constraint holds_pkey PRIMARY KEY (id)
);
CREATE INDEX holds_of_purchase ON holds USING btree (purchase_id);
CREATE INDEX holds_of_teacher ON holds USING btree (teacher_id);
CREATE TRIGGER holds_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON holds FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

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

create table known_users (
  id uuid not null,
  heard_at timestamp with time zone not null,
  version integer default 0 not null,
  suspended boolean default false not null,
  constraint known_users_pkey PRIMARY KEY (id)
);

create table ledger_published (
  one boolean default true not null,
  seq bigint default 0 not null,
  constraint ledger_published_one_check CHECK (one),
  constraint ledger_published_pkey PRIMARY KEY (one),
  constraint ledger_published_seq_check CHECK (seq >= 0)
);

create table lesson_money (
  no bigint generated always as identity not null,
  entry_id uuid not null,
  hold_id uuid not null,
  subscription_id uuid not null,
  pot text not null,
  period timestamp with time zone,
  amount bigint not null,
  constraint lesson_money_amount_check CHECK (amount <> 0),
  constraint lesson_money_check CHECK ((period IS NOT NULL) = (pot = 'subscription-deferred'::text)),
  constraint lesson_money_pkey PRIMARY KEY (no),
  constraint lesson_money_pot_check CHECK (pot = ANY (ARRAY['subscription-deferred'::text, 'promotions'::text, 'revenue'::text]))
);
CREATE INDEX lesson_money_of_hold ON lesson_money USING btree (hold_id);
CREATE TRIGGER lesson_money_spends AFTER INSERT ON lesson_money REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION spend_on_lessons();
CREATE TRIGGER lesson_money_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON lesson_money FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table lessons (
  hold_id uuid not null,
  subscription_id uuid not null,
  period timestamp with time zone not null,
  constraint lessons_pkey PRIMARY KEY (hold_id)
);
CREATE TRIGGER lessons_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON lessons FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

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

create table payout_batch_lines (
  withdrawal_id uuid not null,
  batch_id uuid not null,
  n smallint not null,
  constraint payout_batch_lines_batch_id_n_key UNIQUE (batch_id, n),
  constraint payout_batch_lines_n_check CHECK (n > 0),
  constraint payout_batch_lines_pkey PRIMARY KEY (withdrawal_id)
);
CREATE TRIGGER payout_batch_lines_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON payout_batch_lines FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table payout_batches (
  id uuid not null,
  provider text not null,
  currency text not null,
  count integer not null,
  total bigint not null,
  debtor jsonb,
  notes text,
  created_at timestamp with time zone not null,
  created_by uuid not null,
  constraint payout_batches_count_check CHECK (count >= 1 AND count <= 1000),
  constraint payout_batches_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint payout_batches_pkey PRIMARY KEY (id),
  constraint payout_batches_total_check CHECK (total > 0)
);
CREATE TRIGGER payout_batches_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON payout_batches FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table period_takings (
  kind text not null,
  id uuid not null,
  subscription_id uuid not null,
  starts_at timestamp with time zone not null,
  user_id uuid not null,
  amount bigint not null,
  of_period bigint not null,
  of_revenue bigint not null,
  entry_id uuid not null,
  at timestamp with time zone not null,
  constraint period_takings_amount_check CHECK (amount > 0),
  constraint period_takings_entry UNIQUE (entry_id),
  constraint period_takings_kind_check CHECK (kind = ANY (ARRAY['refund'::text, 'refund-reversal'::text, 'dispute'::text, 'dispute-return'::text])),
  constraint period_takings_of_period_check CHECK (of_period >= 0),
  constraint period_takings_of_revenue_check CHECK (of_revenue >= 0),
  constraint period_takings_parts CHECK ((of_period + of_revenue) <= amount AND (of_period = 0 OR of_revenue = 0)),
  constraint period_takings_pkey PRIMARY KEY (kind, id)
);
CREATE INDEX period_takings_of_period ON period_takings USING btree (subscription_id, starts_at);
CREATE TRIGGER period_takings_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON period_takings FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE TRIGGER period_takings_take AFTER INSERT ON period_takings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION take_of_periods();

create table purchases (
  id uuid not null,
  student_id uuid not null,
  outcome text not null,
  reason text,
  shortfall bigint,
  currency text,
  teacher_id uuid,
  course_id uuid,
  requested_at timestamp with time zone,
  answered_at timestamp with time zone not null,
  constraint purchases_check CHECK ((outcome = 'declined'::text) = (reason IS NOT NULL)),
  constraint purchases_check1 CHECK (outcome = 'declined'::text OR teacher_id IS NOT NULL AND course_id IS NOT NULL AND requested_at IS NOT NULL),
  constraint purchases_check2 CHECK (shortfall IS NULL OR currency IS NOT NULL),
  constraint purchases_outcome_check CHECK (outcome = ANY (ARRAY['held'::text, 'declined'::text])),
  constraint purchases_pkey PRIMARY KEY (id),
  constraint purchases_reason_check CHECK (reason = ANY (ARRAY['insufficient-credit'::text, 'expired'::text, 'wallet-unknown'::text])),
  constraint purchases_shortfall_check CHECK (shortfall > 0)
);
CREATE TRIGGER purchases_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON purchases FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

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

create table seal_checkpoints (
  seq bigint not null,
  balances jsonb not null,
  constraint seal_checkpoints_pkey PRIMARY KEY (seq)
);
CREATE TRIGGER seal_checkpoints_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON seal_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table seals (
  seq bigint not null,
  entry_id uuid not null,
  hash bytea not null,
  sealed_at timestamp with time zone not null,
  constraint seals_entry_id_key UNIQUE (entry_id),
  constraint seals_hash_check CHECK (length(hash) = 32),
  constraint seals_pkey PRIMARY KEY (seq),
  constraint seals_seq_check CHECK (seq > 0)
);
CREATE INDEX seals_by_time ON seals USING btree (sealed_at, seq);
CREATE TRIGGER seals_follow AFTER INSERT ON seals REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_seals();
CREATE TRIGGER seals_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON seals FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table solvency_reports (
  day date not null,
  as_of timestamp with time zone not null,
  seq bigint not null,
  currencies jsonb not null,
  created_at timestamp with time zone not null,
  constraint solvency_reports_check CHECK (as_of = ((day + 1)::timestamp without time zone AT TIME ZONE 'UTC'::text)),
  constraint solvency_reports_check1 CHECK (created_at >= as_of),
  constraint solvency_reports_pkey PRIMARY KEY (day),
  constraint solvency_reports_seq_check CHECK (seq >= 0)
);
CREATE TRIGGER solvency_reports_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON solvency_reports FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table subscription_periods (
  subscription_id uuid not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  paid bigint not null,
  entry_id uuid,
  spent bigint default 0 not null,
  revenue bigint,
  ended_entry_id uuid,
  ended_at timestamp with time zone,
  taken bigint default 0 not null,
  unearned bigint default 0 not null,
  rest bigint generated always as ((((paid - spent) - taken) - COALESCE(revenue, (0)::bigint))) stored,
  constraint subscription_periods_check CHECK (ends_at > starts_at),
  constraint subscription_periods_ended CHECK ((ended_at IS NOT NULL) = (revenue IS NOT NULL) AND (ended_entry_id IS NOT NULL) = (COALESCE(revenue, 0::bigint) > 0) AND (ended_at IS NULL OR (paid - spent - taken - revenue) = 0)),
  constraint subscription_periods_ended_entry_id_key UNIQUE (ended_entry_id),
  constraint subscription_periods_entry_id_key UNIQUE (entry_id),
  constraint subscription_periods_paid CHECK ((entry_id IS NOT NULL) = (paid > 0)),
  constraint subscription_periods_paid_check CHECK (paid >= 0),
  constraint subscription_periods_pkey PRIMARY KEY (subscription_id, starts_at),
  constraint subscription_periods_rest CHECK ((paid - spent - taken - COALESCE(revenue, 0::bigint)) >= 0),
  constraint subscription_periods_revenue_check CHECK (revenue >= 0),
  constraint subscription_periods_unearned CHECK ((revenue IS NOT NULL OR unearned = 0) AND (COALESCE(revenue, 0::bigint) - unearned) >= 0)
);
CREATE INDEX subscription_periods_open ON subscription_periods USING btree (subscription_id) WHERE ended_at IS NULL;
CREATE TRIGGER subscription_periods_change BEFORE UPDATE ON subscription_periods FOR EACH ROW WHEN (old.ended_at IS NOT NULL AND (old.spent IS DISTINCT FROM new.spent OR old.taken IS DISTINCT FROM new.taken OR old.revenue IS DISTINCT FROM new.revenue OR old.ended_entry_id IS DISTINCT FROM new.ended_entry_id OR old.ended_at IS DISTINCT FROM new.ended_at) OR pg_trigger_depth() = 0 AND (old.spent <> new.spent OR old.taken <> new.taken OR old.unearned <> new.unearned) OR old.subscription_id IS DISTINCT FROM new.subscription_id OR old.starts_at IS DISTINCT FROM new.starts_at OR old.ends_at IS DISTINCT FROM new.ends_at OR old.paid IS DISTINCT FROM new.paid OR old.entry_id IS DISTINCT FROM new.entry_id) EXECUTE FUNCTION keep_period();
CREATE TRIGGER subscription_periods_stay BEFORE DELETE OR TRUNCATE ON subscription_periods FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table subscriptions (
  id uuid not null,
  user_id uuid not null,
  currency text not null,
  over_at timestamp with time zone,
  constraint subscriptions_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint subscriptions_pkey PRIMARY KEY (id)
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

create table transactions (
  account_id bigint not null,
  no bigint generated always as identity not null,
  id uuid not null,
  entry_id uuid not null,
  type text not null,
  amount bigint not null,
  balance_before bigint not null,
  balance_after bigint not null,
  hold_id uuid,
  at timestamp with time zone not null,
  constraint transactions_pkey PRIMARY KEY (account_id, no),
  constraint transactions_sum CHECK (balance_after = (balance_before +
CASE
    WHEN type = 'commission'::text THEN 0::bigint
    ELSE amount
END)),
  constraint transactions_type_check CHECK (type = ANY (ARRAY['deposit'::text, 'purchase'::text, 'refund'::text, 'payment_release'::text, 'commission'::text, 'referral'::text, 'withdrawal'::text, 'admin_credit'::text, 'admin_debit'::text, 'chargeback'::text, 'debt_repayment'::text, 'subscription'::text, 'subscription_lesson'::text]))
);
CREATE INDEX transactions_of_withdrawals ON transactions USING btree (account_id, no) WHERE type = 'withdrawal'::text;
CREATE TRIGGER transactions_chain AFTER INSERT ON transactions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_chain();
CREATE TRIGGER transactions_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON transactions FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table transfers (
  entry_id uuid not null,
  n smallint not null,
  from_account bigint not null,
  to_account bigint not null,
  amount bigint not null,
  constraint transfers_amount_check CHECK (amount > 0),
  constraint transfers_pkey PRIMARY KEY (entry_id, n),
  constraint transfers_two_accounts CHECK (from_account <> to_account)
);
CREATE TRIGGER transfers_apply AFTER INSERT ON transfers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION apply_transfers();
CREATE TRIGGER transfers_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table withdrawal_attempts (
  withdrawal_id uuid not null,
  n smallint not null,
  provider text not null,
  status text not null,
  started_at timestamp with time zone not null,
  started_by uuid not null,
  ended_at timestamp with time zone,
  ended_by uuid,
  reason text,
  constraint withdrawal_attempts_ended CHECK ((status = 'processing'::text) = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)),
  constraint withdrawal_attempts_n_check CHECK (n > 0),
  constraint withdrawal_attempts_pkey PRIMARY KEY (withdrawal_id, n),
  constraint withdrawal_attempts_status_check CHECK (status = ANY (ARRAY['processing'::text, 'completed'::text, 'failed'::text, 'returned'::text]))
);
CREATE TRIGGER withdrawal_attempts_stay BEFORE DELETE OR TRUNCATE ON withdrawal_attempts FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();

create table withdrawals (
  id uuid not null,
  teacher_id uuid not null,
  amount bigint not null,
  currency text not null,
  status text not null,
  version integer default 1 not null,
  bank_sealed text not null,
  bank_masked jsonb not null,
  notes text,
  admin_notes text,
  failure_reason text,
  requested_at timestamp with time zone not null,
  payable_from timestamp with time zone not null,
  approved_by uuid,
  processed_at timestamp with time zone,
  processed_by uuid,
  completed_at timestamp with time zone,
  reserved_entry_id uuid not null,
  ended_entry_id uuid,
  returned_entry_id uuid,
  constraint withdrawals_amount_check CHECK (amount > 0),
  constraint withdrawals_completed CHECK ((completed_at IS NOT NULL) = (status = ANY (ARRAY['completed'::text, 'returned'::text]))),
  constraint withdrawals_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint withdrawals_ended CHECK ((ended_entry_id IS NULL) = (status = ANY (ARRAY['pending'::text, 'approved'::text, 'processing'::text]))),
  constraint withdrawals_ended_entry_id_key UNIQUE (ended_entry_id),
  constraint withdrawals_pkey PRIMARY KEY (id),
  constraint withdrawals_reason CHECK ((failure_reason IS NOT NULL) = (status = ANY (ARRAY['failed'::text, 'rejected'::text, 'returned'::text]))),
  constraint withdrawals_reserved_entry_id_key UNIQUE (reserved_entry_id),
  constraint withdrawals_returned CHECK ((returned_entry_id IS NOT NULL) = (status = 'returned'::text)),
  constraint withdrawals_returned_entry_id_key UNIQUE (returned_entry_id),
  constraint withdrawals_status CHECK (status = ANY (ARRAY['pending'::text, 'approved'::text, 'processing'::text, 'completed'::text, 'returned'::text, 'failed'::text, 'rejected'::text, 'cancelled'::text]))
);
CREATE INDEX withdrawals_by_key ON withdrawals USING btree (split_part(bank_sealed, '.'::text, 1));
CREATE INDEX withdrawals_by_status ON withdrawals USING btree (status, id);
CREATE INDEX withdrawals_of_teacher ON withdrawals USING btree (teacher_id, id);
CREATE TRIGGER withdrawals_stay BEFORE DELETE OR TRUNCATE ON withdrawals FOR EACH STATEMENT EXECUTE FUNCTION keep_rows();
CREATE TRIGGER withdrawals_step BEFORE UPDATE ON withdrawals FOR EACH ROW EXECUTE FUNCTION check_withdrawal_step();

alter table auto_payouts add constraint auto_payouts_withdrawal_id_fkey FOREIGN KEY (withdrawal_id) REFERENCES withdrawals(id);
alter table lesson_money add constraint lesson_money_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES lessons(hold_id);
alter table lesson_money add constraint lesson_money_period FOREIGN KEY (subscription_id, period) REFERENCES subscription_periods(subscription_id, starts_at);
alter table lessons add constraint lessons_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table payout_batch_lines add constraint payout_batch_lines_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES payout_batches(id);
alter table payout_batch_lines add constraint payout_batch_lines_withdrawal_id_fkey FOREIGN KEY (withdrawal_id) REFERENCES withdrawals(id);
alter table period_takings add constraint period_takings_period FOREIGN KEY (subscription_id, starts_at) REFERENCES subscription_periods(subscription_id, starts_at);
alter table subscription_periods add constraint subscription_periods_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table task_requests add constraint task_requests_task_fkey FOREIGN KEY (task) REFERENCES scheduled_tasks(name);
alter table withdrawal_attempts add constraint withdrawal_attempts_withdrawal_id_fkey FOREIGN KEY (withdrawal_id) REFERENCES withdrawals(id);
