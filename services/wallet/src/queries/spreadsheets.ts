/** The wallet's lists for a spreadsheet: the same rows as their lists have, money in major units. */
import type { Debt } from '@rollcall/contracts/api/debts';
import type { Transaction } from '@rollcall/contracts/api/wallet';
import type { Withdrawal } from '@rollcall/contracts/api/withdrawals';
import { money, toDecimal } from '@rollcall/contracts/money';
import { type Column, type Csv, listCsv } from '@rollcall/kit/csv';
import type { Database } from '@rollcall/kit/database';
import { debtsOf } from './debts.js';
import { transactionsOf } from './transactions.js';
import { withdrawalsOf } from './withdrawals.js';

/** What a caller asked of a list, but for the page: that of a spreadsheet is its own. */
type Filter<List extends (db: Database, filter: never) => unknown> = Parameters<List>[1];

const TRANSACTION: readonly Column<Transaction>[] = [
  ['id', ({ id }) => id],
  ['createdAt', ({ createdAt }) => createdAt],
  ['account', ({ account }) => account],
  ['type', ({ type }) => type],
  ['status', ({ status }) => status],
  ['amount', ({ amount, currency }) => toDecimal(money(amount, currency))],
  ['balanceBefore', ({ balanceBefore, currency }) => toDecimal(money(balanceBefore, currency))],
  ['balanceAfter', ({ balanceAfter, currency }) => toDecimal(money(balanceAfter, currency))],
  ['currency', ({ currency }) => currency],
  ['referenceType', ({ referenceType }) => referenceType],
  ['referenceId', ({ referenceId }) => referenceId],
  ['description', ({ description }) => description],
  ['sessionId', ({ metadata }) => metadata.sessionId ?? null],
  ['courseId', ({ metadata }) => metadata.courseId ?? null],
  ['originalAmount', (row) => majorOf(row, row.metadata.originalAmount)],
  ['platformFee', (row) => majorOf(row, row.metadata.platformFee)],
  ['commissionRate', ({ metadata }) => metadata.commissionRate ?? null],
  ['attendancePercentage', ({ metadata }) => metadata.attendancePercentage ?? null],
];

const majorOf = ({ currency }: Transaction, amount: number | undefined): string | null =>
  amount === undefined ? null : toDecimal(money(amount, currency));

export const transactionsCsv = (
  db: Database,
  userId: string,
  filter: Parameters<typeof transactionsOf>[2],
): Csv => listCsv('transactions', TRANSACTION, (page) => transactionsOf(db, userId, { ...filter, ...page }));

const WITHDRAWAL: readonly Column<Withdrawal>[] = [
  ['id', ({ id }) => id],
  ['teacherId', ({ teacherId }) => teacherId],
  ['status', ({ status }) => status],
  ['amount', ({ amount, currency }) => toDecimal(money(amount, currency))],
  ['currency', ({ currency }) => currency],
  ['bankName', ({ bankAccount }) => bankAccount.bankName],
  ['accountNumber', ({ bankAccount }) => bankAccount.accountNumber],
  ['accountName', ({ bankAccount }) => bankAccount.accountName],
  ['requestedAt', ({ requestedAt }) => requestedAt],
  ['processedAt', ({ processedAt }) => processedAt],
  ['completedAt', ({ completedAt }) => completedAt],
  ['notes', ({ notes }) => notes],
  ['adminNotes', ({ adminNotes }) => adminNotes],
  ['failureReason', ({ failureReason }) => failureReason],
];

export const withdrawalsCsv = (db: Database, filter: Filter<typeof withdrawalsOf>): Csv =>
  listCsv('withdrawals', WITHDRAWAL, (page) => withdrawalsOf(db, { ...filter, ...page }));

const DEBT: readonly Column<Debt>[] = [
  ['id', ({ id }) => id],
  ['userId', ({ userId }) => userId],
  ['debt', ({ debt }) => toDecimal(debt)],
  ['currency', ({ debt }) => debt.currency],
  ['createdAt', ({ createdAt }) => createdAt],
];

export const debtsCsv = (db: Database, filter: Filter<typeof debtsOf>): Csv =>
  listCsv('debts', DEBT, (page) => debtsOf(db, { ...filter, ...page }));
