/**
 * SQL behind what a teacher sees of his revenue: sums over his rows of the ledger. What was kept of a release stands there as a
 * row of information, and what a correction took back counts as well, also what of it became debt.
 */
import type { Analytics, RevenueSummary, readAnalytics } from '@rollcall/contracts/api/revenue';
import { type Money, money, sum } from '@rollcall/contracts/money';
import type { QueryOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';
import { unprocessable } from '@rollcall/kit/errors';

const EARNED = `
  coalesce(sum(case t.type when 'commission' then -t.amount else 0 end), 0)::bigint as kept,
  coalesce(sum(case t.type when 'commission' then 0 else t.amount end), 0)::bigint as net`;
const MINE = `
  accounts a join transactions t on t.account_id = a.id
   where a.owner_id = :teacherId and a.currency = :currency and a.kind in ('earnings', 'debt')
     and t.type in ('payment_release', 'referral', 'commission')`;

/** Zeros where nothing happened yet. */
export async function revenueOf(db: Database, teacherId: string, currency: string): Promise<RevenueSummary> {
  const { rows } = await db.raw(SUMMARY, { teacherId, currency });
  const [row] = rows as [Record<string, number | null>];
  const of = (name: string): Money => money(row[name] ?? 0, currency);
  const [net, kept] = [row.net ?? 0, row.kept ?? 0];
  return {
    totalEarnings: money(net + kept, currency),
    totalCommissions: of('kept'),
    netEarnings: of('net'),
    pendingPayments: of('pending'),
    totalWithdrawn: of('withdrawn'),
    pendingWithdrawals: of('withdrawing'),
    availableBalance: of('available'),
  };
}

const BALANCE = (kind: string) =>
  `(select balance from accounts where owner_id = :teacherId and currency = :currency and kind = '${kind}')`;
const SUMMARY = `
  select earned.*, ${BALANCE('earnings')} as available, ${BALANCE('withdrawing')} as withdrawing,
         (select sum(amount)::bigint from withdrawals
           where teacher_id = :teacherId and currency = :currency and status = 'completed') as withdrawn,
         (select sum(h.amount)::bigint from holds h
           where h.teacher_id = :teacherId and h.currency = :currency
             and not exists (select from hold_endings e where e.hold_id = h.id)) as pending
    from (select ${EARNED} from ${MINE}) earned`;

const DAY = 86_400_000;
const USUAL = 90 * DAY;
/** Three years: by day, 1,096 rows. */
const LONGEST = 1_096 * DAY;
/** Courses that earned most; a teacher with more is read by period. */
const MOST_COURSES = 500;

type Asked = QueryOf<typeof readAnalytics> & { readonly currency: string };

/** Throws 422 for a period that ends before it begins or is longer than three years, or a zone the database does not know. */
export async function analyticsOf(
  db: Database,
  teacherId: string,
  { by, timeZone, currency, ...asked }: Asked,
  now: Date,
): Promise<Analytics> {
  const to = asked.to ?? now.toISOString();
  const from = asked.from ?? new Date(Date.parse(to) - USUAL).toISOString();
  const length = Date.parse(to) - Date.parse(from);
  if (length <= 0) throw outOf('`from` must come before `to`.');
  if (length > LONGEST) throw outOf('Ask for three years at most.');
  const text = by === 'course' ? BY_COURSE : BY_PERIOD;
  const given = { teacherId, currency, from, to, timeZone, by, most: MOST_COURSES };
  const { rows } = await db.raw(text, given).catch((error: unknown) => {
    throw isUnknownZone(error) ? unprocessable('unknown-time-zone', `${timeZone} is not known here.`) : error;
  });
  const data = (rows as SliceRow[]).map((row) => sliceOf(row, currency));
  return { by, timeZone, from, to, totals: totalsOf(data, currency), data };
}

const outOf = (detail: string) =>
  unprocessable('unusable-period', detail, [{ path: 'query.from', message: 'does not fit `to`' }]);

/** The database's list of zones is another than ours. */
const isUnknownZone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '22023' && /time zone/.test(error.message);

interface SliceRow {
  readonly period: string | null;
  readonly courseId: string | null;
  readonly kept: number;
  readonly net: number;
  readonly releases: number;
}

type Slice = Analytics['data'][number];

const sliceOf = ({ period, courseId, kept, net, releases }: SliceRow, currency: string): Slice => ({
  period,
  courseId,
  totalEarnings: money(net + kept, currency),
  totalCommissions: money(kept, currency),
  netEarnings: money(net, currency),
  releases,
});

function totalsOf(data: readonly Slice[], currency: string): Analytics['totals'] {
  const of = (name: 'totalEarnings' | 'totalCommissions' | 'netEarnings') =>
    money(sum(data.map((slice) => slice[name].amount)), currency);
  return {
    totalEarnings: of('totalEarnings'),
    totalCommissions: of('totalCommissions'),
    netEarnings: of('netEarnings'),
    releases: sum(data.map(({ releases }) => releases)),
  };
}

/** A hold is released once; its corrections are entries of another type. */
const RELEASES = `
  count(distinct t.hold_id) filter (where t.type <> 'referral' and exists (
    select from entries e where e.id = t.entry_id and e.type = 'payment_release'))::int as releases`;
const IN_TIME = `${MINE} and t.at >= :from::timestamptz and t.at < :to::timestamptz`;

/** Every period there is between the two, as the teacher's calendar has it; the first and the last may be cut. */
const BY_PERIOD = `
  with earned as (
    select date_trunc(:by, t.at at time zone :timeZone) as period, ${EARNED}, ${RELEASES} from ${IN_TIME} group by 1
  ), periods as (
    select generate_series(
      date_trunc(:by, :from::timestamptz at time zone :timeZone),
      date_trunc(:by, (:to::timestamptz - interval '1 millisecond') at time zone :timeZone),
      ('1 ' || :by)::interval) as period
  )
  select to_char(periods.period, 'YYYY-MM-DD') as period, null as "courseId", coalesce(kept, 0) as kept,
         coalesce(net, 0) as net, coalesce(releases, 0) as releases
    from periods left join earned on earned.period = periods.period order by periods.period`;

/** A share of a referral is of another teacher's course, which is not told. */
const BY_COURSE = `
  select null as period, course as "courseId", kept, net, releases from (
    select case when t.type = 'referral' then null else h.course_id end as course, ${EARNED}, ${RELEASES}
      from (select t.* from ${IN_TIME}) t left join holds h on h.id = t.hold_id group by 1) courses
   order by net desc, course limit :most`;
