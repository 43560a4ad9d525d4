-- Purchases and holds as money. Every table here is only ever added to: placing is a row, ending is another one.

create table known_users (
  id       uuid        primary key,
  heard_at timestamptz not null
);

-- One row a purchase: the first answer it got, which is the answer for ever.
create table purchases (
  id           uuid        primary key,
  student_id   uuid        not null,
  outcome      text        not null check (outcome in ('held', 'declined')),
  reason       text        check (reason in ('insufficient-credit', 'expired', 'wallet-unknown')),
  shortfall    bigint      check (shortfall > 0),
  currency     text,
  teacher_id   uuid,                     -- this and the next two: null on the tombstone of a purchase never heard of
  course_id    uuid,
  requested_at timestamptz,
  answered_at  timestamptz not null,
  check ((outcome = 'declined') = (reason is not null)),
  check (outcome = 'declined' or (teacher_id is not null and course_id is not null and requested_at is not null)),
  check (shortfall is null or currency is not null)
);

-- The primary key is (hold, 'placed'): a hold is placed once.
create table holds (
  id                uuid        primary key,
  purchase_id       uuid        not null,
  n                 smallint    not null, -- place in the purchase
  entry_id          uuid        not null,
  session_id        uuid        not null,
  course_id         uuid        not null,
  student_id        uuid        not null,
  teacher_id        uuid        not null,
  amount            bigint      not null check (amount >= 0), -- 0: a hold without a transfer
  currency          text        not null,
  from_promo        bigint      not null check (from_promo >= 0),
  from_credits      bigint      not null check (from_credits >= 0),
  from_subscription bigint      not null default 0 check (from_subscription >= 0),
  placed_at         timestamptz not null,
  constraint holds_parts check (from_promo + from_credits + from_subscription = amount)
);
create index holds_of_purchase on holds (purchase_id);
create index holds_of_teacher on holds (teacher_id);

-- The primary key is (hold, 'ended'): a hold ends once.
create table hold_endings (
  hold_id                 uuid        primary key,
  entry_id                uuid        not null,
  amount                  bigint      not null,
  currency                text        not null,
  teacher                 bigint      not null check (teacher >= 0),
  commission              bigint      not null check (commission >= 0),
  referral                bigint      not null check (referral >= 0),
  refund                  bigint      not null check (refund >= 0),
  to_promo                bigint      not null check (to_promo >= 0),
  to_credits              bigint      not null check (to_credits >= 0),
  to_subscription         bigint      not null default 0 check (to_subscription >= 0),
  reason                  text        not null,
  commission_rate         integer     not null, -- basis points
  attendance_basis_points integer,
  ended_at                timestamptz not null,
  constraint hold_endings_sum check (teacher + commission + referral + refund = amount),
  constraint hold_endings_refund check (to_promo + to_credits + to_subscription = refund)
);

create trigger purchases_stay before update or delete or truncate on purchases execute function keep_rows();
create trigger holds_stay before update or delete or truncate on holds execute function keep_rows();
create trigger hold_endings_stay before update or delete or truncate on hold_endings execute function keep_rows();

create function check_endings() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if exists (select from added e left join holds h on h.id = e.hold_id
              where h.id is null or h.amount <> e.amount or h.currency <> e.currency
                 or e.to_promo > h.from_promo or e.to_credits > h.from_credits
                 or e.to_subscription > h.from_subscription) then
    raise exception 'an ending needs its hold, its amount, and gives no part back more than came from it'
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger hold_endings_match after insert on hold_endings referencing new table as added
  for each statement execute function check_endings();
