/** The wallet's routes about what a teacher earns. Every figure is a sum over the ledger. */
import { z } from 'zod';
import { route } from '../route.js';
import { Currency, Id, Money, TimeZone } from '../shapes.js';
import { format, listOf, page, period } from './lists.js';
import { Transaction, transactionFilters } from './wallet.js';
import { Withdrawal, withdrawalFilters } from './withdrawals.js';

const RevenueSummary = z
  .object({
    /** Gross: what was released, before commission and referral, and shares for referrals. */
    totalEarnings: Money,
    /** Of it, what was kept: commission, and a referrer's share. */
    totalCommissions: Money,
    netEarnings: Money,
    /** The gross of open holds. */
    pendingPayments: Money,
    totalWithdrawn: Money,
    pendingWithdrawals: Money,
    availableBalance: Money,
  })
  .meta({ id: 'RevenueSummary' });
export type RevenueSummary = z.infer<typeof RevenueSummary>;

export const readRevenueSummary = route({
  method: 'get',
  path: '/revenue/teacher/summary',
  who: ['teacher'],
  summary: 'What you earned, what was kept of it, what is still held, and what was paid out',
  query: z.strictObject({ currency: Currency.optional() }),
  status: 200,
  answer: RevenueSummary,
});

export const listRevenueTransactions = route({
  method: 'get',
  path: '/revenue/teacher/transactions',
  who: ['teacher'],
  summary: 'Every movement of your earnings, the newest first',
  query: z.strictObject({ ...page, ...format, ...transactionFilters }),
  status: 200,
  answer: listOf(Transaction),
});

export const listRevenueWithdrawals = route({
  method: 'get',
  path: '/revenue/teacher/withdrawals',
  who: ['teacher'],
  summary: 'Your withdrawals, the newest first',
  query: z.strictObject({ ...page, ...format, ...withdrawalFilters }),
  status: 200,
  answer: listOf(Withdrawal),
});

const Slice = z.object({
  /** The local date on which the day, the week (a Monday) or the month begins; null by course. */
  period: z.iso.date().nullable(),
  /** By course; null for shares of referrals, which are of other teachers' courses. */
  courseId: Id.nullable(),
  totalEarnings: Money,
  totalCommissions: Money,
  netEarnings: Money,
  /** Holds released in it, also in part. */
  releases: z.int(),
});

const Analytics = z
  .object({
    by: z.enum(['day', 'week', 'month', 'course']),
    timeZone: z.string(),
    from: z.string(),
    to: z.string(),
    totals: Slice.omit({ period: true, courseId: true }),
    /** Periods in order, those without earnings too; courses by what they earned, the most first. */
    data: z.array(Slice),
  })
  .meta({ id: 'RevenueAnalytics' });
export type Analytics = z.infer<typeof Analytics>;

export const readAnalytics = route({
  method: 'get',
  path: '/wallet/analytics',
  who: ['teacher'],
  summary:
    'Your earnings by day, week, month or course, as days are in your time zone; the last 90 days unless said, at most three years',
  query: z.strictObject({
    by: z.enum(['day', 'week', 'month', 'course']).default('day'),
    timeZone: TimeZone.default('UTC'),
    currency: Currency.optional(),
    ...period,
  }),
  status: 200,
  answer: Analytics,
  problems: [422],
});
