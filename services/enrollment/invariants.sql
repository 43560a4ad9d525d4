-- Each query holds when it returns no row.

-- name: no purchase waits longer than 20 minutes
select id, student_id, requested_at from purchases
where status = 'pending' and requested_at < now() - interval '20 minutes';

-- name: no session has more live seats than its course allows
select sessions.id, sessions.max_students, count(*) as live_seats
from sessions join seats on seats.session_id = sessions.id and seats.live
group by sessions.id having count(*) > sessions.max_students;

-- name: the seats counted on a limited session are its live seats
select sessions.id, sessions.seats_taken, count(seats.session_id) as live_seats
from sessions left join seats on seats.session_id = sessions.id and seats.live
where sessions.max_students is not null
group by sessions.id having count(seats.session_id) <> sessions.seats_taken;

-- name: every session has the limit of its course
select sessions.id, sessions.max_students, courses.max_students as course_max_students
from sessions join courses on courses.id = sessions.course_id
where sessions.max_students is distinct from courses.max_students;

-- name: no hold of a session that was cancelled half an hour ago is still open
select holds.id, holds.status, sessions.cancelled_at
from sessions join holds on holds.session_id = sessions.id
where sessions.cancelled_at < now() - interval '30 minutes' and holds.status in ('pending', 'held', 'review');

-- name: every pending or active purchase of a session has a live seat
select purchases.id, purchases.status from purchases
where kind = 'session' and status in ('pending', 'active') and not exists
  (select from seats where seats.purchase_id = purchases.id and seats.live);

-- name: every open hold has a live seat
select holds.id, holds.purchase_id, holds.status from holds
where holds.status in ('pending', 'held', 'review', 'disputed') and not exists
  (select from seats where seats.purchase_id = holds.purchase_id and seats.session_id = holds.session_id and seats.live);

-- name: a hold given back because the session was given up or cancelled has no live seat
select holds.id, holds.purchase_id, holds.reason
from holds join seats on seats.purchase_id = holds.purchase_id and seats.session_id = holds.session_id and seats.live
where holds.status = 'refunded' and holds.reason in ('cancelled', 'session-cancelled');

-- name: no declined, expired or cancelled purchase keeps a seat
select purchases.id, purchases.status from purchases join seats on seats.purchase_id = purchases.id and seats.live
where purchases.status in ('declined', 'expired', 'cancelled');

-- name: the total of every purchase is the sum of its holds
select purchases.id, purchases.total, sum(holds.amount) as of_holds
from purchases left join holds on holds.purchase_id = purchases.id
group by purchases.id having purchases.total is distinct from sum(holds.amount);

-- name: every hold belongs to a seat of the same student
select holds.id from holds where not exists (
  select from seats where seats.purchase_id = holds.purchase_id and seats.session_id = holds.session_id
    and seats.student_id = holds.student_id);

-- name: no hold waits for money that its purchase already has, or was refused
select holds.id, holds.status, purchases.status as purchase_status
from holds join purchases on purchases.id = holds.purchase_id
where (holds.status = 'pending' and purchases.status <> 'pending')
  or (holds.status = 'declined' and purchases.status not in ('declined', 'expired'));

-- name: a settled purchase of a session has an ended hold, and an active one has not
select purchases.id, purchases.status, holds.status as hold_status
from purchases join holds on holds.purchase_id = purchases.id
where purchases.kind = 'session'
  and (purchases.status in ('attended', 'missed', 'refunded', 'cancelled')) <> (holds.status in ('released', 'refunded', 'split'));

-- name: a settled purchase of a course has no open hold, and an active one has
select purchases.id, purchases.status from purchases
where purchases.kind = 'course'
  and (purchases.status in ('completed', 'refunded', 'cancelled'))
    <> (purchases.status not in ('pending', 'declined', 'expired') and not exists
         (select from holds where holds.purchase_id = purchases.id and holds.status not in ('released', 'refunded', 'split')));

-- name: no purchase of a course is attended or missed, and none of a session is completed
select id, kind, status from purchases
where kind = 'course' and status in ('attended', 'missed') or kind = 'session' and status = 'completed';

-- name: no cancellation waits longer than 20 minutes
select id, purchase_id, requested_at, asked_at from cancellations
where answered_at is null and requested_at < now() - interval '20 minutes';

-- name: what a cancellation gave back is given back, in full
select cancellations.id, cancellations.refunded, sum(holds.amount) as of_holds
from cancellations left join holds on holds.purchase_id = cancellations.purchase_id and holds.reason = 'cancelled'
  and holds.session_id = any(cancellations.session_ids)
where cancellations.answered_at is not null
group by cancellations.id
having cancellations.refunded <> coalesce(sum(holds.amount), 0) or count(holds.id) <> cardinality(cancellations.session_ids);

-- name: no purchase is of another teacher's course
select purchases.id from purchases join courses on courses.id = purchases.course_id
where courses.teacher_id <> purchases.teacher_id;

-- name: a purchase by card is the one its payment ordered
select purchases.id, purchases.payment_id from purchases
left join card_orders on card_orders.payment_id = purchases.payment_id
where purchases.payment_id is not null
  and (card_orders.student_id is distinct from purchases.student_id or card_orders.refusal is not null);
