-- What of the sealed ledger is on the stream, and the daily word on solvency. Source: docs/ledger.md.

-- Up to which seal the broker has confirmed. Compared when it is set, so that of two publishers one moves it; an operator
-- puts it back to have seals published again.
create table ledger_published (
  one boolean primary key default true check (one),
  seq bigint  not null default 0 check (seq >= 0)
);
insert into ledger_published default values;

create table solvency_reports (
  day        date        primary key,           -- UTC
  as_of      timestamptz not null check (as_of = (day + 1)::timestamp at time zone 'UTC'),
  seq        bigint      not null check (seq >= 0),
  currencies jsonb       not null,              -- as GET /finance/solvency has them
  created_at timestamptz not null check (created_at >= as_of)
);
create trigger solvency_reports_stay before update or delete or truncate on solvency_reports
  execute function keep_rows();
