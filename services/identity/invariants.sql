-- name: exactly the newest token of a sign-in is unspent
select family_id, count(*) as unspent from refresh_tokens where spent_at is null
group by family_id having count(*) > 1;

-- name: a family has a token
select f.id from refresh_families f
where not exists (select 1 from refresh_tokens t where t.family_id = f.id);

-- name: there is a key that may sign
select 'no signing key' as problem
where not exists (select 1 from signing_keys where private_sealed is not null and signs_from <= now());

-- name: nobody is referred by themselves, not even through others
with recursive chain as (
  select id as start, referrer_id as at from users where referrer_id is not null
  union
  select chain.start, users.referrer_id from chain join users on users.id = chain.at
  where users.referrer_id is not null
)
select start as user_id from chain where start = at;

-- name: every account was announced (announcements are kept 30 days)
select u.id from users u
where u.created_at > now() - interval '29 days'
  and not exists (
    select 1 from outbox o where o.type = 'identity.user-registered.v1' and o.subject = u.id::text
  );

-- name: the last announcement of an account is of its present version
select u.id, u.version, max((o.body::jsonb ->> 'aggregateversion')::int) as announced
from users u join outbox o on o.subject = u.id::text and o.type like 'identity.user-%'
group by u.id, u.version
having max((o.body::jsonb ->> 'aggregateversion')::int) <> u.version;

-- name: somebody may administrate, once somebody did
select 'no active admin' as problem
where exists (select 1 from users where 'admin' = any(roles))
  and not exists (select 1 from users where 'admin' = any(roles) and status = 'active');

-- name: who is suspended has no sign-in
select f.id from refresh_families f join users u on u.id = f.user_id
where u.status = 'suspended' and f.revoked_at is null;
