/** SQL behind the trial balance and what follows from it. Both are of one seal, so that the same question has one answer. */
import type { listSolvency, Solvency, SolvencyReport, TrialBalance } from '@rollcall/contracts/api/finance';
import { money, sum, toDecimal } from '@rollcall/contracts/money';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { type Csv, csv } from '@rollcall/kit/csv';
import type { Database } from '@rollcall/kit/database';
import { unprocessable } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';
import { type Balance, currenciesOf, solvencyByCurrency } from '../domain/solvency.js';

interface Books {
  readonly asOf: string;
  readonly seq: number;
  readonly balances: readonly Balance[];
}

/** What every kind of account held at the last seal, or at the last one by then. Throws 422 for a time to come. */
async function booksOf(db: Database, asOf: string | undefined): Promise<Books> {
  if (asOf !== undefined && Date.parse(asOf) > Date.now())
    throw unprocessable('not-yet', 'Ask for a moment that has passed.');
  const { rows } = await db.raw(LAST, { asOf: asOf ?? null });
  const [last] = rows as { seq: number; sealedAt: Date }[];
  const balances = last === undefined ? [] : (await db.raw(BALANCES, [last.seq])).rows;
  const at = asOf ?? (last?.sealedAt ?? new Date()).toISOString();
  return { asOf: at, seq: last?.seq ?? 0, balances: balances as Balance[] };
}

/** Not `is null or`: that would go through every seal since a moment long ago, 120 ms for a million. */
const LAST = `
  select seq, sealed_at as "sealedAt" from seals
   where sealed_at <= coalesce(:asOf::timestamptz, 'infinity') order by sealed_at desc, seq desc limit 1`;

const BALANCES = 'select account, currency, balance from sealed_balances(?) order by currency, account';

export async function trialBalance(db: Database, asOf: string | undefined): Promise<TrialBalance> {
  const { balances, ...books } = await booksOf(db, asOf);
  const totals = currenciesOf(balances).map((currency) => ({
    currency,
    balance: sum(balances.filter((one) => one.currency === currency).map(({ balance }) => balance)),
  }));
  return { ...books, accounts: [...balances], totals };
}

/** The same for a spreadsheet, in major units. */
export function trialBalanceCsv(db: Database, asOf: string | undefined): Csv {
  async function* rows() {
    const { accounts, ...books } = await trialBalance(db, asOf);
    yield accounts.map(({ account, currency, balance }) => [
      ...[books.asOf, books.seq, account, toDecimal(money(balance, currency)), currency],
    ]);
  }
  return csv('trial-balance', ['asOf', 'seq', 'account', 'balance', 'currency'], rows());
}

export async function solvency(db: Database, asOf: string | undefined): Promise<Solvency> {
  const { balances, ...books } = await booksOf(db, asOf);
  return { ...books, currencies: solvencyByCurrency(balances) };
}

interface ReportRow extends Omit<SolvencyReport, 'asOf' | 'createdAt'> {
  readonly as_of: Date;
  readonly created_at: Date;
}

/** This list's cursor holds the last day. */
const Day = z.iso.date();

export async function solvencyHistory(
  db: Database,
  { limit, cursor }: QueryOf<typeof listSolvency>,
): Promise<AnswerOf<typeof listSolvency>> {
  const [before] = decodeCursor(cursor, Day) ?? [null];
  const { rows } = await db.raw(REPORTS, { before, limit: limit + 1 });
  return listPage(rows as ReportRow[], limit, reportOf, ({ day }) => [day]);
}

const REPORTS = `
  select to_char(day, 'YYYY-MM-DD') as day, as_of, seq, currencies, created_at from solvency_reports
   where :before::date is null or day < :before order by day desc limit :limit`;

const reportOf = ({ as_of, created_at, ...row }: ReportRow): SolvencyReport => ({
  ...row,
  asOf: as_of.toISOString(),
  createdAt: created_at.toISOString(),
});
