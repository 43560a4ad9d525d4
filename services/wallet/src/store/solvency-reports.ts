/** SQL of the daily reports on solvency. */
import type { Database } from '@rollcall/kit/database';
import type { Balance } from '../domain/solvency.js';

/** Days that have ended by `now` and have no report, from the first seal on, oldest first, as `2026-11-20`. */
export async function daysWithout(tx: Database, now: Date, limit: number): Promise<string[]> {
  const { rows } = await tx.raw(DAYS, { now, limit });
  return (rows as { day: string }[]).map(({ day }) => day);
}

const DAYS = `
  with span as (
    select coalesce((select max(day) + 1 from solvency_reports),
                    (select (sealed_at at time zone 'UTC')::date from seals where seq = 1)) as first,
           (:now::timestamptz at time zone 'UTC')::date - 1 as last
  )
  select to_char(d, 'YYYY-MM-DD') as day
    from span cross join generate_series(span.first, span.last, interval '1 day') d order by d limit :limit`;

/** What every kind of account held at the last seal by `asOf`. */
export async function balancesBy(
  tx: Database,
  asOf: Date,
): Promise<{ readonly seq: number; readonly balances: readonly Balance[] }> {
  const last = await tx('seals').where('sealed_at', '<=', asOf).max('seq as seq').first();
  const seq = Number(last?.seq ?? 0);
  const { rows } = await tx.raw(
    'select account, currency, balance from sealed_balances(?) order by currency, account',
    [seq],
  );
  return { seq, balances: rows as Balance[] };
}

export interface Report {
  readonly day: string;
  readonly asOf: Date;
  readonly seq: number;
  readonly currencies: readonly object[];
}

/** A day has one; a second is left out. */
export async function addReport(
  tx: Database,
  { day, asOf, seq, currencies }: Report,
  now: Date,
): Promise<void> {
  await tx('solvency_reports')
    .insert({ day, as_of: asOf, seq, currencies: JSON.stringify(currencies), created_at: now })
    .onConflict()
    .ignore();
}
