-- name: no letter is tried more often than the ladder has rungs
select id, attempts from letters where attempts > 10;

-- name: what may be sent is looked at: no letter is due for an hour
select id, next_attempt_at from letters
where status = 'waiting' and next_attempt_at < now() - interval '1 hour';

-- name: nothing was sent to an address after it was found not to be there
select l.id from letters l join suppressions s on s.email = l.email
where l.status = 'sent' and l.ended_at > s.since + interval '12 minutes';
