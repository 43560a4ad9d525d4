/** SQL behind what a user sees of his accounts. */
import type { Transaction } from '@rollcall/contracts/api/wallet';
import type { Database } from '@rollcall/kit/database';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';

interface Filter {
  readonly limit: number;
  readonly cursor?: string;
  readonly type?: readonly string[];
  readonly status?: readonly string[];
  readonly account?: string;
  readonly currency?: string;
  readonly from?: string;
  readonly to?: string;
}

/** What this list's cursor holds: the last transaction's place in the order of all. */
const OrderNumber = z.coerce.number().int().nonnegative();

/** A page of a user's transactions, newest first; within an account that is the account's own order. */
export async function transactionsOf(db: Database, userId: string, filter: Filter) {
  const [before] = decodeCursor(filter.cursor, OrderNumber) ?? [Number.MAX_SAFE_INTEGER];
  const { rows } = await db.raw(transactionsIn(filter.status), {
    userId,
    before,
    account: filter.account ?? null,
    currency: filter.currency ?? null,
    types: filter.type === undefined ? null : [...filter.type],
    from: filter.from ?? null,
    to: filter.to ?? null,
    limit: filter.limit + 1,
    ...(filter.status !== undefined && { statuses: [...filter.status] }),
  });
  return listPage(rows as Row[], filter.limit, transaction, ({ no }) => [no]);
}

/** One of a user's transactions, normally a recent one, which its caller knows to be there. */
export async function transactionOf(db: Database, userId: string, id: string): Promise<Transaction> {
  const { rows } = await db.raw(ONE_TRANSACTION, [userId, id]);
  const [row] = rows as [Row];
  return transaction(row);
}

interface Row {
  readonly no: number;
  readonly id: string;
  readonly account: Transaction['account'];
  readonly type: Transaction['type'];
  readonly status: Transaction['status'];
  readonly amount: number;
  readonly currency: string;
  readonly before: number;
  readonly after: number;
  readonly entryType: string;
  readonly referenceType: string;
  readonly referenceId: string;
  readonly description: string | null;
  readonly at: Date;
  readonly holdId: string | null;
  readonly sessionId: string | null;
  readonly courseId: string | null;
  readonly original: number | null;
  readonly fee: number | null;
  readonly rate: number | null;
  readonly attendance: number | null;
}

/** A row that reserves earnings for a withdrawal stands as the withdrawal does; every other is done. */
const statusOf = (row: string): string => `
  case when ${row}.type = 'withdrawal' and ${row}.amount < 0 then (
    select case when w.status in ('pending', 'approved', 'processing') then 'pending'
                when w.status = 'completed' then 'completed' else 'failed' end
      from entries e join withdrawals w on w.id = e.reference_id where e.id = ${row}.entry_id)
  else 'completed' end`;

const COLUMNS = `
  t.no, t.id, a.kind as account, t.type, ${statusOf('t')} as status, t.amount, a.currency, t.balance_before as before,
  t.balance_after as after,
  e.type as "entryType", e.reference_type as "referenceType", e.reference_id as "referenceId", e.description, t.at,
  t.hold_id as "holdId", h.session_id as "sessionId", h.course_id as "courseId", h.amount as original,
  coalesce(x.commission + x.referral, c.commission + c.referral) as fee,
  coalesce(x.commission_rate, c.commission_rate) as rate,
  coalesce(x.attendance_basis_points, c.attendance_basis_points) as attendance`;
const WHAT = `
  join entries e on e.id = t.entry_id
  left join holds h on h.id = t.hold_id
  left join hold_endings x on x.hold_id = t.hold_id and x.entry_id = t.entry_id
  left join hold_corrections c on c.hold_id = t.hold_id and c.entry_id = t.entry_id`;

/** From each account the newest that fit, by its primary key; then the newest of those. Deep pages cost no more. */
const transactionsIn = (statuses: readonly string[] | undefined): string => `
  select ${COLUMNS}
    from accounts a
    cross join lateral (
      select * from transactions one
       where one.account_id = a.id and one.no < :before
         and (:types::text[] is null or one.type = any(:types))
         and (:from::timestamptz is null or one.at >= :from)
         and (:to::timestamptz is null or one.at < :to)
         ${statuses === undefined ? '' : `and ${statusOf('one')} = any(:statuses)`}
         ${(statuses ?? ['completed']).includes('completed') ? '' : "and one.type = 'withdrawal'"}
       order by one.no desc limit :limit) t
    ${WHAT}
   where a.owner_id = :userId and a.kind in ('credits', 'promo', 'earnings')
     and (:account::text is null or a.kind = :account)
     and (:currency::text is null or a.currency = :currency)
   order by t.no desc limit :limit`;

const ONE_TRANSACTION = `
  select ${COLUMNS} from accounts a join transactions t on t.account_id = a.id ${WHAT}
   where a.owner_id = ? and t.id = ? order by t.no desc limit 1`;

const transaction = (row: Row): Transaction => ({
  id: row.id,
  account: row.account,
  type: row.type,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  balanceBefore: row.before,
  balanceAfter: row.after,
  referenceType: row.referenceType,
  referenceId: row.referenceId,
  description: row.description ?? describe(row),
  metadata: metadataOf(row),
  completedAt: row.status === 'completed' ? row.at.toISOString() : null,
  createdAt: row.at.toISOString(),
});

/** What a row is about, where nobody gave a reason. */
export function describe({
  entryType,
  referenceType,
  type,
  amount,
}: Pick<Row, 'entryType' | 'referenceType' | 'type' | 'amount'>): string {
  if (type === 'refund' && referenceType === 'card-refund')
    return amount < 0 ? 'Given back on your card' : 'A refund on your card failed';
  if (type === 'chargeback') return amount < 0 ? 'Taken back by your bank' : 'Given back by your bank';
  if (type === 'withdrawal') return amount < 0 ? 'Withdrawal' : 'Given back of a withdrawal';
  if (entryType !== 'correction') return DESCRIPTIONS[type] ?? type;
  if (type === 'commission') return 'Commission of a session, corrected';
  return amount < 0 ? 'Taken back for a session, corrected' : 'Given for a session, corrected';
}

const DESCRIPTIONS: Readonly<Partial<Record<Transaction['type'], string>>> = {
  deposit: 'Paid in by card',
  purchase: 'Held for a session',
  refund: 'Given back for a session',
  payment_release: 'Paid for a session',
  commission: 'Kept of the payment for a session',
  referral: 'Share for a referral',
  debt_repayment: 'Repays what was owed',
};

/** The figures behind a row. A referrer sees which session earned him his share, not what others paid or got. */
function metadataOf(row: Row): Transaction['metadata'] {
  if (row.holdId === null || row.sessionId === null || row.courseId === null) return {};
  const session = { holdId: row.holdId, sessionId: row.sessionId, courseId: row.courseId };
  if (row.fee === null || row.original === null || row.type === 'referral') return session;
  return {
    ...session,
    currency: row.currency,
    originalAmount: row.original,
    platformFee: row.fee,
    commissionRate: row.rate === null ? null : row.rate / 100,
    attendancePercentage: row.attendance === null ? null : row.attendance / 100,
  };
}
