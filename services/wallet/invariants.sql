-- What must always hold in the wallet's database. Each query follows a line '-- name:' with its rule in words and
-- returns the rows that break it: an invariant holds when it returns none. Each is one statement, so one snapshot:
-- they may run beside live traffic.

-- name: a user's balance is the sum of the transfers to and from the account
with moved as (
  select account, sum(amount) as amount
    from (select to_account as account, amount from transfers
          union all select from_account, -amount from transfers) sides
   group by account
)
select a.id, a.owner_id, a.kind, a.currency, a.balance, coalesce(m.amount, 0) as moved
  from accounts a left join moved m on m.account = a.id
 where a.owner_id is not null and a.balance <> coalesce(m.amount, 0);

-- name: no user's balance is below zero, and no debt above it
select id, owner_id, kind, currency, balance
  from accounts
 where owner_id is not null and (case when kind = 'debt' then balance > 0 else balance < 0 end);

-- name: every transfer belongs to an entry and moves something between two accounts of one currency
select t.entry_id, t.n, t.from_account, t.to_account, t.amount
  from transfers t
  left join entries e on e.id = t.entry_id
  left join accounts f on f.id = t.from_account
  left join accounts g on g.id = t.to_account
 where e.id is null or f.id is null or g.id is null or f.id = g.id or f.currency <> g.currency or t.amount <= 0;

-- name: all accounts of a currency add up to zero
with platform as (
  select a.currency, sum(case when t.to_account = a.id then t.amount else -t.amount end) as amount
    from transfers t join accounts a on a.id in (t.from_account, t.to_account)
   where a.owner_id is null
   group by a.currency
), users as (
  select currency, sum(balance) as amount from accounts where owner_id is not null group by currency
)
select currency, coalesce(p.amount, 0) as platform, coalesce(u.amount, 0) as users
  from platform p full join users u using (currency)
 where coalesce(p.amount, 0) + coalesce(u.amount, 0) <> 0;

-- name: what is in escrow is what the open holds add up to
with escrow as (
  select a.currency, sum(case when t.to_account = a.id then t.amount else -t.amount end) as amount
    from transfers t join accounts a on a.id in (t.from_account, t.to_account)
   where a.owner_id is null and a.kind = 'escrow'
   group by a.currency
), open as (
  select h.currency, sum(h.amount) as amount
    from holds h left join hold_endings e on e.hold_id = h.id
   where e.hold_id is null
   group by h.currency
)
select currency, coalesce(e.amount, 0) as escrow, coalesce(o.amount, 0) as open_holds
  from escrow e full join open o using (currency)
 where coalesce(e.amount, 0) <> coalesce(o.amount, 0);

-- name: each transaction begins with the balance the one before it left, and the last one left the account's
with chain as (
  select account_id, no, balance_before, balance_after,
         lag(balance_after, 1, 0::bigint) over (partition by account_id order by no) as expected,
         lead(no) over (partition by account_id order by no) is null as last
    from transactions
)
select c.account_id, c.no, c.balance_before, c.expected, c.balance_after, a.balance
  from chain c left join accounts a on a.id = c.account_id
 where c.balance_before <> c.expected or (c.last and c.balance_after is distinct from a.balance);

-- name: a user's transactions of an entry say what its transfers moved
with seen as (
  select entry_id, account_id, sum(amount) as amount
    from transactions where type <> 'commission' group by entry_id, account_id
), moved as (
  select t.entry_id, a.id as account_id, sum(case when t.to_account = a.id then t.amount else -t.amount end) as amount
    from transfers t join accounts a on a.id in (t.from_account, t.to_account)
   where a.owner_id is not null
   group by t.entry_id, a.id
)
select entry_id, account_id, s.amount as seen, m.amount as moved
  from seen s full join moved m using (entry_id, account_id)
 where s.amount is distinct from m.amount;

-- name: no hold is placed or ended twice, or ended without being placed
select id as hold_id, 'placed twice' as fault from holds group by id having count(*) > 1
union all
select hold_id, 'ended twice' from hold_endings group by hold_id having count(*) > 1
union all
select e.hold_id, 'never placed' from hold_endings e left join holds h on h.id = e.hold_id where h.id is null;

-- name: a hold is shared out exactly, and no part gets back more than came from it
select h.id as hold_id, h.amount, e.teacher, e.commission, e.referral, e.refund, e.to_promo, e.to_credits
  from hold_endings e join holds h on h.id = e.hold_id
 where e.teacher + e.commission + e.referral + e.refund <> h.amount
    or e.to_promo + e.to_credits + e.to_subscription <> e.refund
    or e.to_promo > h.from_promo or e.to_credits > h.from_credits or e.to_subscription > h.from_subscription;

-- name: everybody got of an ended hold what its ending says
with got as (
  select e.hold_id,
         sum(t.amount) filter (where a.kind = 'earnings' and a.owner_id = h.teacher_id) as teacher,
         sum(t.amount) filter (where a.kind = 'commission' and a.owner_id is null) as commission,
         sum(t.amount) filter (where a.kind = 'credits' and a.owner_id = h.student_id) as credits
    from hold_endings e
    join holds h on h.id = e.hold_id
    join transfers t on t.entry_id = e.entry_id
    join accounts a on a.id = t.to_account
   group by e.hold_id
)
select e.hold_id, e.teacher, e.commission, e.to_credits, g.teacher as got_teacher, g.commission as got_commission,
       g.credits as got_credits
  from hold_endings e left join got g using (hold_id)
 -- A teacher who is also the referrer has both on one account.
 where coalesce(g.teacher, 0) not in (e.teacher, e.teacher + e.referral)
    or coalesce(g.commission, 0) <> e.commission
    or coalesce(g.credits, 0) <> e.to_credits;

-- name: a hold's parts add up to it, and its entry moved them into escrow
select h.purchase_id, sum(h.amount) as holds, coalesce(max(m.amount), 0) as moved
  from holds h
  left join (select t.entry_id, sum(t.amount) as amount
               from transfers t join accounts a on a.id = t.to_account and a.owner_id is null and a.kind = 'escrow'
              group by t.entry_id) m on m.entry_id = h.entry_id
 group by h.purchase_id
having sum(h.amount) <> coalesce(max(m.amount), 0)
    or sum(h.from_promo + h.from_credits + h.from_subscription) <> sum(h.amount);

-- name: an ended hold's entry moved its amount out of escrow
select e.hold_id, e.amount, coalesce(m.amount, 0) as moved
  from hold_endings e
  left join (select t.entry_id, sum(t.amount) as amount
               from transfers t join accounts a on a.id = t.from_account and a.owner_id is null and a.kind = 'escrow'
              group by t.entry_id) m on m.entry_id = e.entry_id
 where e.amount <> coalesce(m.amount, 0);

-- name: a purchase is held with its holds, or declined without any
select p.id as purchase_id, p.outcome, count(h.id) as holds
  from purchases p left join holds h on h.purchase_id = p.id
 group by p.id, p.outcome
having (p.outcome = 'held') <> (count(h.id) > 0);

-- name: corrections of a hold follow its ending without a gap, and each shares it out exactly
select c.hold_id, c.decision_version, h.amount, c.teacher, c.commission, c.referral, c.refund
  from hold_corrections c left join holds h on h.id = c.hold_id
 where c.teacher + c.commission + c.referral + c.refund is distinct from h.amount
    or c.to_promo + c.to_credits + c.to_subscription <> c.refund
    or c.to_promo > h.from_promo or c.to_credits > h.from_credits or c.to_subscription > h.from_subscription
    or not exists (select from hold_endings e
                    where e.hold_id = c.hold_id and e.decision_version = c.decision_version - 1)
   and not exists (select from hold_corrections b
                    where b.hold_id = c.hold_id and b.decision_version = c.decision_version - 1);

-- name: a correction leaves in escrow what it found there
select c.hold_id, c.decision_version, sum(case when t.to_account = a.id then t.amount else -t.amount end) as left_over
  from hold_corrections c
  join transfers t on t.entry_id = c.entry_id
  join accounts a on a.id in (t.from_account, t.to_account) and a.owner_id is null and a.kind = 'escrow'
 group by c.hold_id, c.decision_version
having sum(case when t.to_account = a.id then t.amount else -t.amount end) <> 0;

-- name: everybody has of a corrected hold what its last correction says, debts counted
with last as (
  select distinct on (hold_id) * from hold_corrections order by hold_id, decision_version desc
), moved as (
  select e.hold_id, a.owner_id, a.kind, sum(case when t.to_account = a.id then t.amount else -t.amount end) as amount
    from (select hold_id, entry_id from hold_endings union all select hold_id, entry_id from hold_corrections) e
    join last using (hold_id)
    join transfers t on t.entry_id = e.entry_id
    join accounts a on a.id in (t.from_account, t.to_account)
   group by e.hold_id, a.owner_id, a.kind
), got as (
  select h.id as hold_id,
         coalesce(sum(m.amount) filter (where m.owner_id = h.teacher_id and m.kind in ('earnings', 'debt')), 0) as teacher,
         coalesce(sum(m.amount) filter (where m.owner_id is null and m.kind = 'commission'), 0) as commission,
         coalesce(sum(m.amount) filter (where m.owner_id = h.student_id and m.kind in ('credits', 'promo', 'debt')), 0)
           as student
    from last join holds h on h.id = last.hold_id left join moved m on m.hold_id = h.id
   group by h.id
)
select l.hold_id, l.teacher, l.commission, l.refund, g.teacher as has_teacher, g.commission as has_commission,
       g.student as has_student
  from last l join got g using (hold_id)
 -- A teacher or student who is also the referrer has both.
 where g.teacher not in (l.teacher, l.teacher + l.referral)
    or g.commission <> l.commission
    or g.student not in (l.refund - l.to_subscription, l.refund - l.to_subscription + l.referral);

-- name: a credit to somebody in debt repaid it first, as far as it went
with credit as (
  select t.entry_id, d.id as debt, min(t.no) as first, sum(t.amount) as amount
    from accounts d
    join accounts a on a.owner_id = d.owner_id and a.currency = d.currency and a.kind in ('credits', 'earnings')
    join transactions t on t.account_id = a.id and t.amount > 0 and t.type <> 'commission'
   -- Before this migration nothing repaid a debt.
   where d.kind = 'debt' and t.at > (select applied_at from migrations where name = 'service/0004_debts.sql')
   group by t.entry_id, d.id
), owing as (
  select c.entry_id, c.debt, least(c.amount, -before.balance_after) as due
    from credit c
    join lateral (select t.balance_after from transactions t
                   where t.account_id = c.debt and t.no < c.first order by t.no desc limit 1) before
      on before.balance_after < 0
), repaid as (
  -- By the entries right behind: those of the same matter and moment, up to the next of another type.
  select o.entry_id, o.debt, sum(t.amount) as amount
    from owing o
    join entries e on e.id = o.entry_id
    join entries r on r.type = 'debt_repayment' and r.reference_id = e.reference_id and r.at = e.at
                  and r.entry_no > e.entry_no
    join transactions t on t.entry_id = r.id and t.account_id = o.debt
   where not exists (select from entries b
                      where b.type <> 'debt_repayment' and b.reference_id = e.reference_id and b.at = e.at
                        and b.entry_no > e.entry_no and b.entry_no < r.entry_no)
   group by o.entry_id, o.debt
)
select o.entry_id, o.debt, o.due, coalesce(r.amount, 0) as repaid
  from owing o left join repaid r using (entry_id, debt)
 where o.due <> coalesce(r.amount, 0);

-- name: what somebody is withdrawing is what his open withdrawals add up to
with reserved as (
  select owner_id as teacher_id, currency, balance from accounts where kind = 'withdrawing'
), open as (
  select teacher_id, currency, sum(amount) as amount
    from withdrawals where status in ('pending', 'approved', 'processing') group by teacher_id, currency
)
select teacher_id, currency, coalesce(r.balance, 0) as withdrawing, coalesce(o.amount, 0) as open_withdrawals
  from reserved r full join open o using (teacher_id, currency)
 where coalesce(r.balance, 0) <> coalesce(o.amount, 0);

-- name: what left for the bank is what the completed withdrawals add up to
with paid as (
  select a.currency, sum(case when t.to_account = a.id then t.amount else -t.amount end) as amount
    from accounts a join transfers t on a.id in (t.from_account, t.to_account)
   where a.owner_id is null and a.kind = 'payout-clearing'
   group by a.currency
), completed as (
  select currency, sum(amount) as amount from withdrawals where status = 'completed' group by currency
)
select currency, coalesce(p.amount, 0) as paid, coalesce(c.amount, 0) as completed
  from paid p full join completed c using (currency)
 where coalesce(p.amount, 0) <> coalesce(c.amount, 0);

-- name: each step of a withdrawal moved its amount, once, between the accounts it says
with step as (
  select id, teacher_id, currency, amount, reserved_entry_id as entry_id, 'earnings' as source, 'withdrawing' as target
    from withdrawals
  union all
  select id, teacher_id, currency, amount, ended_entry_id, 'withdrawing',
         case when status in ('completed', 'returned') then 'payout-clearing' else 'earnings' end
    from withdrawals where ended_entry_id is not null
  union all
  select id, teacher_id, currency, amount, returned_entry_id, 'payout-clearing', 'earnings'
    from withdrawals where returned_entry_id is not null
), moved as (
  select t.entry_id, t.amount, f.kind as source, g.kind as target, f.currency, coalesce(f.owner_id, g.owner_id) as owner_id
    from entries e
    join transfers t on t.entry_id = e.id
    join accounts f on f.id = t.from_account
    join accounts g on g.id = t.to_account
   where e.type = 'withdrawal'
)
select coalesce(s.entry_id, m.entry_id) as entry_id, s.id as withdrawal_id, s.amount, m.amount as moved
  from step s full join moved m on m.entry_id = s.entry_id
 where (s.amount, s.source, s.target, s.currency, s.teacher_id)
       is distinct from (m.amount, m.source, m.target, m.currency, m.owner_id);

-- name: a withdrawal has an attempt, in its state, from the moment its transfer began
select w.id as withdrawal_id, w.status, a.status as attempt
  from withdrawals w
  left join lateral (select b.status from withdrawal_attempts b
                      where b.withdrawal_id = w.id order by b.n desc limit 1) a on true
 where case when w.status in ('processing', 'completed', 'failed', 'returned') then w.status end
       is distinct from a.status;

-- name: a payout batch is what its lines add up to, all in its currency and with the bank
select b.id, b.count, b.total, count(w.id) as lines, sum(w.amount) as amount
  from payout_batches b
  left join payout_batch_lines l on l.batch_id = b.id
  left join withdrawals w on w.id = l.withdrawal_id
 group by b.id
having b.count <> count(w.id) or b.total is distinct from sum(w.amount) or max(l.n) <> b.count
    or bool_or(w.currency <> b.currency or w.status in ('pending', 'approved', 'rejected', 'cancelled'));

-- name: an automatic payout asked for a withdrawal of its teacher, on its day
select a.teacher_id, a.day, w.id as withdrawal_id
  from auto_payouts a join withdrawals w on w.id = a.withdrawal_id
 where w.teacher_id <> a.teacher_id or (w.requested_at at time zone 'UTC')::date <> a.day;

-- name: seals are numbered from 1 without a gap, and each is of an entry
with numbered as (
  select seq, entry_id, lag(seq, 1, 0::bigint) over (order by seq) as before from seals
)
select n.seq, n.before, n.entry_id
  from numbered n left join entries e on e.id = n.entry_id
 where n.seq <> n.before + 1 or e.id is null;

-- name: every entry has its seal or waits for it, not both
select e.id, e.entry_no, s.seq, u.entry_no is not null as waits
  from entries e
  left join seals s on s.entry_id = e.id
  left join entries_unsealed u on u.entry_no = e.entry_no
 where (s.seq is null) = (u.entry_no is null);

-- name: no entry waits longer than a minute for its seal
select entry_no, entry_id, queued_at from entries_unsealed where queued_at < clock_timestamp() - interval '1 minute';

-- name: checkpoints of the ledger hold what was sealed up to them
with moved as (
  select c.seq, a.kind, a.currency, sum(case when t.to_account = a.id then t.amount else -t.amount end) as amount
    from seals s
    join lateral (select seq from seal_checkpoints c where c.seq >= s.seq order by c.seq limit 1) c on true
    join transfers t on t.entry_id = s.entry_id
    join accounts a on a.id in (t.from_account, t.to_account)
   group by c.seq, a.kind, a.currency
), summed as (
  select c.seq, k.kind, k.currency,
         sum(m.amount) over (partition by k.kind, k.currency order by c.seq) as balance
    from seal_checkpoints c
    cross join (select distinct kind, currency from moved) k
    left join moved m on m.seq = c.seq and m.kind = k.kind and m.currency = k.currency
), said as (
  select c.seq, b.account as kind, b.currency, b.balance
    from seal_checkpoints c, jsonb_to_recordset(c.balances) as b (account text, currency text, balance bigint)
)
select seq, kind, currency, summed.balance as sealed, said.balance as said
  from summed full join said using (seq, kind, currency)
 where coalesce(summed.balance, 0) <> coalesce(said.balance, 0);

-- name: a stored report on solvency says what was sealed by the end of its day
with said as (
  select r.day, c.currency, f.key as account, case when part = 'held' then -f.value::bigint else f.value::bigint end as balance
    from solvency_reports r
    cross join jsonb_to_recordset(r.currencies) as c (currency text, owed jsonb, held jsonb, "explainedBy" jsonb)
    cross join lateral (values ('owed', c.owed -> 'figures'), ('held', c.held -> 'figures'), ('rest', c."explainedBy"))
      as p (part, figures)
    cross join jsonb_each_text(p.figures) f
), sealed as (
  select r.day, b.currency, b.account, b.balance
    from solvency_reports r
    cross join lateral (select coalesce(max(seq), 0) as seq from seals where sealed_at <= r.as_of) l
    cross join lateral sealed_balances(l.seq) b
)
select day, currency, account, said.balance as said, sealed.balance as sealed
  from said full join sealed using (day, currency, account)
 where said.balance is distinct from sealed.balance;

-- name: a stored report on solvency balances, and there is one for each day
select r.day, c.currency, c.surplus, 'does not balance' as fault
  from solvency_reports r
  cross join jsonb_to_recordset(r.currencies) as c (currency text, owed jsonb, held jsonb, surplus bigint, "explainedBy" jsonb)
 where c.surplus <> (c.held ->> 'total')::bigint - (c.owed ->> 'total')::bigint
    or c.surplus <> (select coalesce(sum(value::bigint), 0) from jsonb_each_text(c."explainedBy"))
    or (c.owed ->> 'total')::bigint <> (select coalesce(sum(value::bigint), 0) from jsonb_each_text(c.owed -> 'figures'))
    or (c.held ->> 'total')::bigint <> (select coalesce(sum(value::bigint), 0) from jsonb_each_text(c.held -> 'figures'))
union all
select n.day, null, null, 'the day before has none'
  from (select day, lag(day, 1, day - 1) over (order by day) as before from solvency_reports) n
 where n.day <> n.before + 1;

-- name: nothing is said to be published that is not sealed
select seq from ledger_published where seq > (select coalesce(max(seq), 0) from seals);
-- name: each movement of a card moved its amount once, between its payer and the provider
with moved as (
  select t.entry_id,
         coalesce(sum(t.amount) filter (where f.kind = 'card-clearing' and f.owner_id is null), 0)
           - coalesce(sum(t.amount) filter (where g.kind = 'card-clearing' and g.owner_id is null), 0) as amount,
         min(f.currency) as currency, min(coalesce(f.owner_id, g.owner_id)::text) as first,
         max(coalesce(f.owner_id, g.owner_id)::text) as last
    from entries e
    join transfers t on t.entry_id = e.id
    join accounts f on f.id = t.from_account
    join accounts g on g.id = t.to_account
   where e.reference_type in ('payment', 'card-refund', 'dispute') and e.type <> 'debt_repayment'
     and not exists (select from period_takings p where p.entry_id = e.id)
   group by t.entry_id
), asked as (
  select * from card_movements where entry_id is not null
)
select coalesce(a.entry_id, m.entry_id) as entry_id, a.kind, a.id, a.amount, m.amount as moved
  from asked a full join moved m using (entry_id)
 where (case when a.kind in ('refund', 'dispute') then -a.amount else a.amount end, a.currency, a.user_id::text, a.user_id::text)
       is distinct from (m.amount, m.currency, m.first, m.last);

-- name: what a movement of a card undoes was made before, for the same amount
select m.kind, m.id, m.amount, b.amount as made
  from card_movements m
  left join card_movements b
    on b.id = m.id and b.entry_id is not null
   and b.kind = case m.kind when 'refund-reversal' then 'refund' else 'dispute' end
 where m.kind in ('refund-reversal', 'dispute-return')
   and (b.amount, b.currency, b.user_id) is distinct from (m.amount, m.currency, m.user_id);

-- name: what is deferred of subscriptions is what their periods have left
with deferred as (
  select a.currency, sum(case when t.to_account = a.id then t.amount else -t.amount end) as amount
    from transfers t join accounts a on a.id in (t.from_account, t.to_account)
   where a.owner_id is null and a.kind = 'subscription-deferred'
   group by a.currency
), left_over as (
  select s.currency, sum(p.rest) as amount
    from subscription_periods p join subscriptions s on s.id = p.subscription_id group by s.currency
)
select currency, coalesce(d.amount, 0) as deferred, coalesce(l.amount, 0) as periods
  from deferred d full join left_over l using (currency)
 where coalesce(d.amount, 0) <> coalesce(l.amount, 0);

-- name: a period has spent what its lessons took of it, less what came back
with taken as (
  select subscription_id, period as starts_at, sum(amount) as amount
    from lesson_money where period is not null group by subscription_id, period
)
select subscription_id, starts_at, p.paid, p.spent, p.revenue, coalesce(t.amount, 0) as lessons
  from subscription_periods p left join taken t using (subscription_id, starts_at)
 where p.spent <> coalesce(t.amount, 0);

-- name: a period was paid by one entry and ended by one, and no other entry is a subscription's
with step as (
  select p.entry_id, p.paid as amount, 'card-clearing' as source, 'subscription-deferred' as target, s.currency
    from subscription_periods p join subscriptions s on s.id = p.subscription_id where p.entry_id is not null
  union all
  select p.ended_entry_id, p.revenue, 'subscription-deferred', 'revenue', s.currency
    from subscription_periods p join subscriptions s on s.id = p.subscription_id where p.ended_entry_id is not null
), moved as (
  select t.entry_id, t.amount, f.kind as source, g.kind as target, f.currency
    from entries e
    join transfers t on t.entry_id = e.id
    join accounts f on f.id = t.from_account
    join accounts g on g.id = t.to_account
   where e.type = 'subscription'
)
select coalesce(s.entry_id, m.entry_id) as entry_id, s.amount, m.amount as moved
  from step s full join moved m on m.entry_id = s.entry_id
 where (s.amount, s.source, s.target, s.currency) is distinct from (m.amount, m.source, m.target, m.currency);

-- name: no period runs beside a newer one, nor after its subscription is over
select p.subscription_id, p.starts_at
  from subscription_periods p join subscriptions s on s.id = p.subscription_id
 where p.ended_at is null
   and (s.over_at is not null or exists (select from subscription_periods n
                                          where n.subscription_id = p.subscription_id and n.starts_at > p.starts_at));

-- name: a lesson's price is borne in full until it is refunded, and then as far as it was not
with standing as (
  select e.hold_id, coalesce(c.to_subscription, e.to_subscription) as back
    from hold_endings e
    left join lateral (select to_subscription from hold_corrections c where c.hold_id = e.hold_id
                        order by decision_version desc limit 1) c on true
), borne as (
  select hold_id, sum(amount) as amount from lesson_money group by hold_id
)
select h.id as hold_id, h.from_subscription, s.back, b.amount as borne, l.hold_id is not null as is_lesson
  from holds h
  left join lessons l on l.hold_id = h.id
  left join standing s on s.hold_id = h.id
  left join borne b on b.hold_id = h.id
 where (h.from_subscription > 0 and l.hold_id is null)
    or coalesce(b.amount, 0) <> h.from_subscription - coalesce(s.back, 0);

-- name: what bears lessons moved between its pots and escrow by the same entries
with decided as (
  select entry_id, pot, sum(amount) as amount from lesson_money group by entry_id, pot
), moved as (
  select t.entry_id, a.kind as pot, sum(case when t.from_account = a.id then t.amount else -t.amount end) as amount
    from transfers t
    join accounts a on a.id in (t.from_account, t.to_account) and a.owner_id is null
                   and a.kind in ('subscription-deferred', 'promotions', 'revenue')
    join entries e on e.id = t.entry_id and e.type in ('subscription_lesson', 'refund', 'payment_release', 'correction')
                  and e.reference_type <> 'card-refund'
   group by t.entry_id, a.kind
)
select entry_id, pot, d.amount as decided, m.amount as moved
  from decided d full join moved m using (entry_id, pot)
 where coalesce(d.amount, 0) <> coalesce(m.amount, 0);

-- name: what went back of periods moved once, out of the period, of what it had earned, and of its student’s
with moved as (
  select t.entry_id, a.kind, max(a.owner_id::text) as owner_id,
         sum(case when t.from_account = a.id then t.amount else -t.amount end) as amount
    from period_takings p
    join entries e on e.id = p.entry_id
    join transfers t on t.entry_id = e.id
    join accounts a on a.id in (t.from_account, t.to_account)
   group by t.entry_id, a.kind
), parts as (
  select p.entry_id, p.kind, p.id, p.user_id, p.amount, p.of_period, p.of_revenue,
         case when p.kind in ('refund', 'dispute') then 1 else -1 end as sign,
         coalesce(sum(m.amount) filter (where m.kind = 'card-clearing'), 0) as clearing,
         coalesce(sum(m.amount) filter (where m.kind = 'subscription-deferred'), 0) as deferred,
         coalesce(sum(m.amount) filter (where m.kind = 'revenue'), 0) as revenue,
         coalesce(sum(m.amount) filter (where m.kind in ('credits', 'debt')), 0) as own,
         bool_and(m.owner_id is null or m.owner_id = p.user_id::text) as is_own
    from period_takings p left join moved m using (entry_id)
   group by p.entry_id, p.kind, p.id, p.user_id, p.amount, p.of_period, p.of_revenue
)
select kind, id, amount, clearing, deferred, revenue, own from parts
 where (clearing, deferred, revenue, own, is_own) is distinct from
       (-sign * amount, sign * of_period, sign * of_revenue, sign * (amount - of_period - of_revenue), true);

-- name: what came again of a period had gone back of it, in the same amount and the same parts
select m.kind, m.id, m.amount, b.amount as made
  from period_takings m
  left join period_takings b
    on b.id = m.id and b.kind = case m.kind when 'refund-reversal' then 'refund' else 'dispute' end
 where m.kind in ('refund-reversal', 'dispute-return')
   and (b.amount, b.subscription_id, b.starts_at, b.user_id, b.of_period + b.of_revenue)
       is distinct from (m.amount, m.subscription_id, m.starts_at, m.user_id, m.of_period + m.of_revenue);

-- name: a period counts what went back of it and of its revenue
with sums as (
  select subscription_id, starts_at,
         sum(case when kind in ('refund', 'dispute') then of_period else -of_period end) as taken,
         sum(case when kind in ('refund', 'dispute') then of_revenue else -of_revenue end) as unearned
    from period_takings group by subscription_id, starts_at
)
select subscription_id, starts_at, p.taken, p.unearned, s.taken as sum_taken, s.unearned as sum_unearned
  from subscription_periods p left join sums s using (subscription_id, starts_at)
 where (p.taken, p.unearned) is distinct from (coalesce(s.taken, 0), coalesce(s.unearned, 0));
