-- What an ended hold came to anew. A correction is a row and an entry of its own; nothing that was is changed.

alter table entries
  drop constraint entries_type_check,
  add constraint entries_type_check check (type in (
    'deposit', 'purchase', 'refund', 'payment_release', 'withdrawal', 'admin_credit', 'admin_debit', 'chargeback',
    'debt_repayment', 'subscription', 'subscription_lesson', 'correction'));

-- Settlement's decision that ended the hold; corrections count on from it. Which one ended the holds so far was not kept: they
-- are taken to have ended by their first, as all did but those that a person's doubt had held up.
alter table hold_endings add column decision_version integer not null default 1 check (decision_version > 0);
alter table hold_endings alter column decision_version drop default;

-- The whole standing after a correction; its entry moved the difference to the standing before. The primary key is
-- (hold, decision): a correction is made once.
create table hold_corrections (
  hold_id                 uuid        not null,
  decision_version        integer     not null check (decision_version > 1),
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
  corrected_at            timestamptz not null,
  primary key (hold_id, decision_version),
  constraint hold_corrections_sum check (teacher + commission + referral + refund = amount),
  constraint hold_corrections_refund check (to_promo + to_credits + to_subscription = refund)
);
create trigger hold_corrections_stay before update or delete or truncate on hold_corrections
  execute function keep_rows();

create function check_corrections() returns trigger language plpgsql as $$
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
end $$;
create trigger hold_corrections_match after insert on hold_corrections referencing new table as added
  for each statement execute function check_corrections();
