/** SQL behind what admins read of wallets and debts. */
import type {
  Clawback,
  Debt,
  DebtChange,
  listDebts,
  UserWallet,
  WriteOff,
} from '@rollcall/contracts/api/debts';
import { money } from '@rollcall/contracts/money';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';
import { walletOf } from '../queries.js';
import { describe } from './transactions.js';

/** A user's wallet as an admin reads it. Throws 404 for a user not heard of. */
export async function userWallet(db: Database, userId: string, currency: string): Promise<UserWallet> {
  const known = await db('known_users').where({ id: userId }).first('id');
  if (known === undefined) throw notFound('user');
  const { rows } = await db.raw(CHANGES, [userId, currency]);
  return {
    userId,
    ...(await walletOf(db, userId, currency)),
    debtChanges: (rows as ChangeRow[]).map(changeOf),
  };
}

interface ChangeRow extends Omit<DebtChange, 'amount' | 'debt' | 'createdAt' | 'description'> {
  readonly amount: number;
  readonly after: number;
  readonly currency: string;
  readonly entryType: string;
  readonly description: string | null;
  readonly at: Date;
}

const CHANGES = `
  select t.id, t.type, t.amount, t.balance_after as after, a.currency, t.at, e.type as "entryType",
         e.reference_type as "referenceType", e.reference_id as "referenceId", e.description
    from accounts a
    join transactions t on t.account_id = a.id
    join entries e on e.id = t.entry_id
   where a.owner_id = ? and a.currency = ? and a.kind = 'debt'
   order by t.no desc limit 100`;

const changeOf = ({ amount, after, currency, at, entryType, ...row }: ChangeRow): DebtChange => ({
  ...row,
  amount: money(amount, currency),
  debt: money(after, currency),
  description:
    row.description ?? describe({ entryType, referenceType: row.referenceType, type: row.type, amount }),
  createdAt: at.toISOString(),
});

/** What this list's cursor holds: the account's number, which grows with each first debt. */
const AccountId = z.coerce.number().int().nonnegative();

/** Who owes something now. */
export async function debtsOf(
  db: Database,
  { limit, cursor, currency }: QueryOf<typeof listDebts>,
): Promise<AnswerOf<typeof listDebts>> {
  const [before] = decodeCursor(cursor, AccountId) ?? [Number.MAX_SAFE_INTEGER];
  const { rows } = await db.raw(DEBTS, { before, currency: currency ?? null, limit: limit + 1 });
  return listPage(rows as DebtRow[], limit, debtOf, ({ account }) => [account]);
}

interface DebtRow {
  readonly account: number;
  readonly id: string;
  readonly userId: string;
  readonly balance: number;
  readonly currency: string;
  readonly since: Date;
}

/** Since: the change that came upon no debt. Its id names this debt. */
const DEBTS = `
  select a.id as account, opened.id, a.owner_id as "userId", a.balance, a.currency, opened.at as since
    from accounts a
    cross join lateral (select t.id, t.at from transactions t
                         where t.account_id = a.id and t.balance_before = 0 order by t.no desc limit 1) opened
   where a.kind = 'debt' and a.balance < 0 and a.id < :before
     and (:currency::text is null or a.currency = :currency)
   order by a.id desc limit :limit`;

const debtOf = ({ id, userId, balance, currency, since }: DebtRow): Debt => ({
  id,
  userId,
  debt: money(balance, currency),
  createdAt: since.toISOString(),
});

interface ByHand {
  readonly id: string;
  readonly userId: string;
  readonly reason: string;
  readonly currency: string;
  readonly at: Date;
  readonly earnings: number;
  readonly debt: number;
}

/** What an entry made by hand moved on a user's earnings and debt. */
async function byHand(db: Database, entryId: string): Promise<ByHand> {
  const { rows } = await db.raw(BY_HAND, [entryId]);
  return (rows as [ByHand])[0];
}

const BY_HAND = `
  select e.id, e.description as reason, e.at, a.owner_id as "userId", a.currency,
         coalesce(sum(t.amount) filter (where a.kind = 'earnings'), 0)::bigint as earnings,
         coalesce(sum(t.amount) filter (where a.kind = 'debt'), 0)::bigint as debt
    from entries e
    join transfers t on t.entry_id = e.id
    join accounts a on a.id in (t.from_account, t.to_account) and a.owner_id is not null
   where e.id = ?
   group by e.id, a.owner_id, a.currency`;

export async function clawbackOf(db: Database, entryId: string): Promise<Clawback> {
  const { id, userId, reason, at, currency, earnings, debt } = await byHand(db, entryId);
  const of = (amount: number) => money(amount, currency);
  const moved = { amount: of(earnings + debt), taken: of(earnings), owed: of(debt) };
  return { id, userId, ...moved, reason, createdAt: at.toISOString() };
}

export async function writeOffOf(db: Database, entryId: string): Promise<WriteOff> {
  const { id, userId, reason, at, currency, debt } = await byHand(db, entryId);
  return { id, userId, reason, createdAt: at.toISOString(), amount: money(debt, currency) };
}
