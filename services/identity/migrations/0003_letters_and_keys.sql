alter table users add email_verified_at timestamptz;

alter table refresh_families drop constraint refresh_families_revoked_reason_check;
alter table refresh_families add constraint refresh_families_revoked_reason_known
  check (revoked_reason in ('logout', 'reuse', 'suspended', 'logout-everywhere', 'password-changed', 'password-reset'));

-- What a letter's link carries: 32 random bytes, of which the hash is kept. Using one deletes all of its purpose.
create table letter_tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  user_id    uuid not null references users,
  purpose    text not null check (purpose in ('password-reset', 'email-verification')),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at)
);
create index letter_tokens_user on letter_tokens (user_id, purpose, created_at);
create index letter_tokens_expiry on letter_tokens (expires_at);

-- Addresses that somebody asked a reset for, with an account or without: the request is over before anybody looks which.
create table reset_requests (
  email        text primary key check (length(email) between 3 and 254),
  requested_at timestamptz not null
);
create index reset_requests_at on reset_requests (requested_at);

-- Private keys are sealed from here on (AES-256-GCM under IDENTITY_KEYS). Those that lay open are gone; their public
-- parts go on to verify what they signed. Replicas of a release before this one must have stopped.
alter table signing_keys add private_sealed text check (private_sealed like '%.%');
alter table signing_keys drop column private_jwk;
-- An operator asked for the next key.
alter table signing_keys add replace_asked_at timestamptz;
alter table signing_keys add constraint signing_keys_retired_are_erased
  check (retired_at is null or private_sealed is null);

-- The trail is read by who, what and to what; each newest first.
create index audit_entries_actor on audit_entries (actor, at desc, audit_id desc);
create index audit_entries_action on audit_entries (action, at desc, audit_id desc);
create index audit_entries_target on audit_entries (target, at desc, audit_id desc);

create index users_referrer on users (referrer_id) where referrer_id is not null;
