create table users (
  id            uuid primary key,
  email         text not null constraint users_email_once unique,
  password_hash text not null check (password_hash like '$argon2id$%'),
  name          text not null check (length(name) between 1 and 200),
  roles         text[] not null,
  locale        text not null,
  time_zone     text not null,
  referral_code text not null constraint users_referral_code_once unique,
  referrer_id   uuid references users,
  status        text not null default 'active' check (status in ('active', 'suspended')),
  version       integer not null default 1 check (version > 0),
  created_at    timestamptz not null,
  -- The plain unique above is case-insensitive because nothing but lower case gets in.
  constraint users_email_lower_case check (email = lower(email) and length(email) between 3 and 254),
  constraint users_roles_known check (
    cardinality(roles) between 1 and 4 and roles <@ array['student', 'teacher', 'admin', 'finance']
  ),
  constraint users_referred_by_another check (referrer_id <> id)
);

-- A family is one sign-in; its tokens follow each other. Revoking it ends them all.
create table refresh_families (
  id             uuid primary key,
  user_id        uuid not null references users,
  created_at     timestamptz not null,
  revoked_at     timestamptz,
  revoked_reason text check (revoked_reason in ('logout', 'reuse', 'suspended')),
  check ((revoked_at is null) = (revoked_reason is null))
);
create index refresh_families_user on refresh_families (user_id);

-- The token itself is never stored: 32 random bytes need no slow hash.
create table refresh_tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  family_id  uuid not null references refresh_families on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  spent_at   timestamptz
);
-- However many refreshes race, a family has one token that still buys another.
create unique index refresh_tokens_one_unspent on refresh_tokens (family_id) where spent_at is null;
create index refresh_tokens_family on refresh_tokens (family_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

-- Keyed by the hash of the address asked for, known or not: a limit that only known ones met would tell which are known.
create table login_failures (
  account_hash bytea primary key check (length(account_hash) = 32),
  since        timestamptz not null,
  failures     integer not null check (failures between 1 and 10)
);
create index login_failures_since on login_failures (since);

create table signing_keys (
  kid         text primary key,
  algorithm   text not null check (algorithm = 'ES256'),
  public_jwk  jsonb not null check (not public_jwk ? 'd'),
  private_jwk jsonb not null check (private_jwk ? 'd'),
  created_at  timestamptz not null,
  -- May lie ahead: a key is published to verifiers before the first token is signed with it.
  signs_from  timestamptz not null,
  -- From here on it verifies nothing any more.
  retired_at  timestamptz
);
