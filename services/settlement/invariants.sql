-- What must hold of settlement's database at any moment: each query names a rule and answers the rows that break it.

-- name: the parts of a decision sum to its hold's amount
select d.hold_id, d.version, h.amount, d.teacher, d.commission, d.referral, d.refund
from decisions d join holds h on h.id = d.hold_id
where d.outcome <> 'review' and d.teacher + d.commission + d.referral + d.refund <> h.amount;

-- name: a hold's status is the outcome of its last decision
select h.id, h.status, d.outcome
from holds h left join decisions d on d.hold_id = h.id and d.version = h.decision_version
where h.status not in ('held', 'disputed') and d.outcome is distinct from h.status;

-- name: a hold that has not ended is disputed exactly while it has an open dispute
select h.id, h.status, x.id as dispute_id
from holds h left join disputes x on x.hold_id = h.id and x.status = 'open'
where h.decided_at is null and (h.status = 'disputed') <> (x.id is not null);

-- name: a disputed hold has no decision but those that left it in review
select h.id, d.version, d.outcome
from holds h join decisions d on d.hold_id = h.id where h.status = 'disputed' and d.outcome <> 'review';

-- name: a dispute is resolved by a decision that ended its hold or corrected it, and no later one resolves another by it
select x.id, x.hold_id, x.resolved_version, d.outcome
from disputes x left join decisions d on d.hold_id = x.hold_id and d.version = x.resolved_version
where x.status = 'resolved'
  and (d.outcome is null or d.outcome = 'review'
       or exists (select from disputes o where o.hold_id = x.hold_id and o.id > x.id and o.resolved_version = x.resolved_version));

-- name: a dispute that changed something was resolved by who decided it, in his words
select x.id, x.hold_id, x.resolved_by, d.actor
from disputes x join decisions d on d.hold_id = x.hold_id and d.version = x.resolved_version
where x.resolved_at = d.decided_at and (d.actor, d.notes) is distinct from (x.resolved_by, x.notes);

-- name: a held hold has no decision
select h.id from holds h join decisions d on d.hold_id = h.id where h.status = 'held';

-- name: a hold's decision is its last
select h.id, h.decision_version, max(d.version) as last
from holds h join decisions d on d.hold_id = h.id
group by h.id having h.decision_version is distinct from max(d.version);

-- name: a hold ends once, and what is decided after that corrects the decision before it
select d.hold_id, d.version, d.corrects, b.outcome as before
from decisions d left join decisions b on b.hold_id = d.hold_id and b.version = d.version - 1
where (coalesce(b.outcome, 'review') <> 'review') <> (d.corrects is not null);

-- name: an open review questions the decision that stands, of an ended hold
select r.id, r.hold_id, r.decision_version, h.decision_version as stands
from reviews r join holds h on h.id = r.hold_id
where r.status = 'open' and (h.decided_at is null or h.decision_version <> r.decision_version);

-- name: an applied review is the decision after the one it questioned
select r.id, r.hold_id from reviews r
left join decisions d on d.hold_id = r.hold_id and d.version = r.decision_version + 1
where r.status = 'applied'
  and (d.outcome, d.teacher, d.commission, d.referral, d.refund)
    is distinct from (r.outcome, r.teacher, r.commission, r.referral, r.refund);

-- name: a hold goes back because its student gave it up exactly where a cancellation says so
select coalesce(d.hold_id, c.hold_id) as hold_id, c.purchase_id, d.version
from (select hold_id, version from decisions where reason = 'cancelled') d
full join (select purchase_id, unnest(hold_ids) as hold_id from cancellations) c on c.hold_id = d.hold_id
where d.hold_id is null or c.hold_id is null;

-- name: a cancellation gives back its holds in full, each to its own purchase and once
select c.purchase_id, c.requested_at, c.refunded, sum(h.amount) as of_holds
from cancellations c left join holds h on h.id = any(c.hold_ids) and h.purchase_id = c.purchase_id and h.status = 'refunded'
group by c.purchase_id, c.requested_at
having c.refunded <> coalesce(sum(h.amount), 0) or count(h.id) <> cardinality(c.hold_ids);

-- name: the evidence of a decision says what was decided
select d.hold_id, d.reason, d.seconds, d.scheduled_seconds, p.threshold
from decisions d join policies p on p.version = d.policy_version
where d.reason in ('attended', 'below-threshold')
  and (d.reason = 'attended') <> (d.seconds::bigint * 10000 >= p.threshold::bigint * d.scheduled_seconds);

-- name: commission is what the rate says of the teacher's side, half up
select d.hold_id, d.amount, d.commission_rate, d.commission, d.referral
from decisions d
where d.outcome in ('released', 'split')
  and d.commission + d.referral <> div((d.amount - d.refund)::numeric * d.commission_rate + 5000, 10000);

-- name: no hold of a session that is over waits longer than the sweep needs
select h.id, h.session_id, s.completed_at, s.cancelled_at
from holds h join sessions s on s.id = h.session_id
where h.status in ('held', 'review')
  and (s.cancelled_at < now() - interval '11 minutes' and (s.ended_by = 'cancelled' or h.status = 'review')
       or h.status = 'held' and h.waits_for is null and s.completed_at < now() - interval '11 minutes'
          and h.created_at < now() - interval '11 minutes');

-- name: every newer result was held against the ended holds of its session
select id, attendance_version, looked_version from sessions
where attendance_version > looked_version and facts_at < now() - interval '11 minutes';

-- name: no hold waits for a user we know longer than the sweep needs
select h.id, h.waits_for
from holds h join users u on u.id = h.waits_for
where u.version > 0 and h.created_at < now() - interval '11 minutes';

-- name: every decision is paid or was sent again lately
select id, decided_at, sent_at from holds
where decided_at is not null and paid_at is null and sent_at < now() - interval '11 minutes';

-- name: every result that is long due was asked for lately
select s.id, s.ends_at, s.asked_at from sessions s
where s.ended_by is null and s.ends_at < now() - interval '101 minutes'
  and coalesce(s.asked_at, '-infinity') < now() - interval '41 minutes'
  and exists (select from holds h where h.session_id = s.id and h.status in ('held', 'disputed')
                and h.created_at < now() - interval '11 minutes');
