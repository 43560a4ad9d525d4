/** What the wallet answers a teacher about revenue. */
import * as api from '@rollcall/contracts/api/revenue';
import type { Database } from '@rollcall/kit/database';
import { query, type Served } from '@rollcall/kit/http';
import type { Config } from '../config.js';
import { analyticsOf, revenueOf } from '../queries/revenue.js';
import { transactionsCsv, withdrawalsCsv } from '../queries/spreadsheets.js';
import { transactionsOf } from '../queries/transactions.js';
import { withdrawalsOf } from '../queries/withdrawals.js';

interface Context {
  readonly db: Database;
  readonly config: Pick<Config, 'PLATFORM_CURRENCY'>;
}

export const revenue = ({ db, config }: Context): Served[] => [
  query(db, api.readRevenueSummary, (_db, { user, query: { currency } }) =>
    revenueOf(db, user.id, currency ?? config.PLATFORM_CURRENCY),
  ),
  query(db, api.listRevenueTransactions, async (_db, { user, query: asked, wantsCsv }) => {
    const filter = { ...asked, account: 'earnings' };
    return wantsCsv ? transactionsCsv(db, user.id, filter) : transactionsOf(db, user.id, filter);
  }),
  query(db, api.listRevenueWithdrawals, async (_db, { user, query: asked, wantsCsv }) => {
    const filter = { ...asked, teacherId: user.id };
    return wantsCsv ? withdrawalsCsv(db, filter) : withdrawalsOf(db, filter);
  }),
  query(db, api.readAnalytics, (_db, { user, query: asked }) =>
    analyticsOf(db, user.id, { ...asked, currency: asked.currency ?? config.PLATFORM_CURRENCY }, new Date()),
  ),
];
