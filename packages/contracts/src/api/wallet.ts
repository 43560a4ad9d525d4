import { z } from 'zod';
import { route } from '../route.js';
import { Currency, Id, Instant, Money, PositiveAmount, text } from '../shapes.js';
import { format, listOf, page, period, setOf } from './lists.js';

export const TransactionType = z.enum([
  'deposit',
  'purchase',
  'refund',
  'payment_release',
  'commission',
  'referral',
  'withdrawal',
  'admin_credit',
  'admin_debit',
  'chargeback',
  'debt_repayment',
  'subscription',
  'subscription_lesson',
]);

export const TransactionStatus = z.enum(['pending', 'completed', 'failed']);

export const Transaction = z
  .object({
    id: z.string(),
    account: z.enum(['credits', 'promo', 'earnings']),
    type: TransactionType,
    status: TransactionStatus,
    amount: z.int(),
    currency: z.string(),
    balanceBefore: z.int(),
    balanceAfter: z.int(),
    referenceType: z.string().nullable(),
    referenceId: z.string().nullable(),
    description: z.string(),
    /** The figures behind a row about a session; empty for any other. Percentages are 0 to 100. */
    metadata: z
      .object({
        holdId: Id,
        sessionId: Id,
        courseId: Id,
        currency: z.string(),
        originalAmount: z.int(),
        platformFee: z.int(),
        commissionRate: z.number().nullable(),
        attendancePercentage: z.number().nullable(),
      })
      .partial(),
    completedAt: Instant.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Transaction' });
export type Transaction = z.infer<typeof Transaction>;

export const Wallet = z
  .object({
    credits: Money,
    promo: Money,
    debt: Money,
    earnings: z.object({
      available: Money,
      pending: Money,
      reservedForWithdrawal: Money,
      totalEarned: Money,
      totalWithdrawn: Money,
    }),
  })
  .meta({ id: 'Wallet' });
export type Wallet = z.infer<typeof Wallet>;

export const readWallet = route({
  method: 'get',
  path: '/wallet',
  who: 'any',
  summary: 'Your balances in one currency; zeros where nothing happened yet',
  query: z.strictObject({ currency: Currency.optional() }),
  status: 200,
  answer: Wallet,
});

export const transactionFilters = {
  type: setOf(TransactionType),
  status: setOf(TransactionStatus),
  currency: Currency.optional(),
  ...period,
};

export const listTransactions = route({
  method: 'get',
  path: '/wallet/transactions',
  who: 'any',
  summary: 'Every movement of your accounts with the balance before and after',
  query: z.strictObject({
    ...page,
    ...format,
    ...transactionFilters,
    account: z.enum(['credits', 'promo', 'earnings']).optional(),
  }),
  status: 200,
  answer: listOf(Transaction),
});

export const listUserTransactions = route({
  method: 'get',
  path: '/admin/wallets/:userId/transactions',
  who: ['admin'],
  summary: "Every movement of a user's accounts with the balance before and after",
  params: z.strictObject({ userId: Id }),
  query: z.strictObject({
    ...page,
    ...format,
    ...transactionFilters,
    account: z.enum(['credits', 'promo', 'earnings']).optional(),
  }),
  status: 200,
  answer: listOf(Transaction),
});

const adjustment = (path: string, summary: string) =>
  route({
    method: 'post',
    path,
    who: ['admin'],
    summary,
    params: z.strictObject({ userId: Id }),
    body: z.strictObject({
      amount: PositiveAmount,
      currency: Currency,
      reason: text(500),
      account: z.enum(['credits', 'promo', 'earnings']).default('credits'),
    }),
    status: 201,
    answer: Transaction,
    problems: [404, 409],
    idempotent: true,
  });

export const creditWallet = adjustment('/admin/wallets/:userId/credit', 'Give a user money, with a reason');
export const debitWallet = adjustment(
  '/admin/wallets/:userId/debit',
  'Take money from a user, with a reason',
);
