-- Lessons by subscription: what each month allows, and what became of each lesson that was booked. Everything of one
-- subscription is written under the lock of its row. Source: domain.md, 'Billing'.

-- Made when first needed: the months of a period begin on its start's day of the month, in UTC, and end with the period.
create table quotas (
  subscription_id uuid        not null,
  starts_at       timestamptz not null,
  ends_at         timestamptz not null check (ends_at > starts_at),
  period          timestamptz not null,                          -- of the payment that bears it
  lessons         integer     not null check (lessons > 0),
  added           integer     not null default 0 check (added >= 0), -- came back from a month that was over
  reserved        integer     not null default 0 check (reserved >= 0),
  used            integer     not null default 0 check (used >= 0),
  constraint quotas_pkey primary key (subscription_id, starts_at),
  constraint quotas_period foreign key (subscription_id, period) references subscription_periods (subscription_id, starts_at),
  constraint quotas_never_overdrawn check (reserved + used <= lessons + added)
);

-- One row a purchase: the first answer it got, which is the answer for ever.
create table bookings (
  purchase_id     uuid        constraint bookings_pkey primary key,
  student_id      uuid        not null,
  requested_at    timestamptz not null,
  outcome         text        not null check (outcome in ('reserved', 'declined')),
  reason          text        check (reason in ('no-subscription', 'subscription-past-due', 'quota-used-up',
                                'lesson-too-dear', 'other-currency')),
  subscription_id uuid,
  month           timestamptz,                                   -- the quota that it is counted in
  period          timestamptz,
  answered_at     timestamptz not null,
  constraint bookings_answer check ((outcome = 'declined') = (reason is not null) and
    num_nonnulls(subscription_id, month, period) = case when outcome = 'reserved' then 3 else 0 end),
  constraint bookings_quota foreign key (subscription_id, month) references quotas (subscription_id, starts_at)
);

-- One row a hold. `forgiven`: it had come back and was booked again, then a correction said that it was used after all.
create table lessons (
  hold_id          uuid        primary key,
  purchase_id      uuid        not null references bookings,
  subscription_id  uuid        not null,
  month            timestamptz not null,
  amount           bigint      not null check (amount >= 0),     -- the price, in the subscription's minor units
  status           text        not null check (status in ('reserved', 'used', 'returned', 'forgiven')),
  returned_to      timestamptz check (returned_to is null or status in ('returned', 'forgiven')), -- null: to no month yet
  decision_version integer     not null default 0 check (decision_version >= 0), -- settlement's; 0: none yet
  constraint lessons_quota foreign key (subscription_id, month) references quotas (subscription_id, starts_at),
  constraint lessons_returned_to foreign key (subscription_id, returned_to) references quotas (subscription_id, starts_at)
);
create index lessons_of_purchase on lessons (purchase_id);
create index lessons_of_quota on lessons (subscription_id, month);
create index lessons_without_month on lessons (subscription_id) where status = 'returned' and returned_to is null;
