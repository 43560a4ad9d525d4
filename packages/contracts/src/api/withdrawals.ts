/** The wallet's routes about paying earnings out. A withdrawal and a payout are one resource under two names. */
import { z } from 'zod';
import { route } from '../route.js';
import { Currency, Id, Instant, Money, MoneyInput, PositiveAmount, text } from '../shapes.js';
import { format, listOf, page, period, setOf } from './lists.js';

export const WithdrawalStatus = z.enum([
  'pending',
  'approved',
  'processing',
  'completed',
  'returned',
  'failed',
  'rejected',
  'cancelled',
]);

/** As it comes in, and as an admin sees it revealed. An account number that is an IBAN must be a right one. */
export const BankAccount = z
  .strictObject({
    bankName: text(100),
    accountNumber: text(40, 4),
    accountName: text(140),
    branch: text(100).optional(),
    swiftCode: text(11).optional(),
  })
  .meta({ id: 'BankAccount' });
export type BankAccount = z.infer<typeof BankAccount>;

export const MaskedBankAccount = z
  .object({
    bankName: z.string(),
    /** `****` and the last four characters, fewer of a short one. */
    accountNumber: z.string(),
    /** The first letter of each of its words. */
    accountName: z.string(),
  })
  .meta({ id: 'MaskedBankAccount' });
export type MaskedBankAccount = z.infer<typeof MaskedBankAccount>;

export const Withdrawal = z
  .object({
    id: Id,
    teacherId: Id,
    amount: z.int(),
    currency: z.string(),
    status: WithdrawalStatus,
    payoutMethod: z.literal('bank_transfer'),
    bankAccount: MaskedBankAccount,
    requestedAt: Instant,
    /** The admin's last step before the money left, and who took it. */
    processedAt: Instant.nullable(),
    processedBy: Id.nullable(),
    completedAt: Instant.nullable(),
    notes: z.string().nullable(),
    adminNotes: z.string().nullable(),
    /** Why it failed, was rejected, or came back. */
    failureReason: z.string().nullable(),
    createdAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'Withdrawal' });
export type Withdrawal = z.infer<typeof Withdrawal>;

/** The first is ISO 8601's day 1. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export const Weekday = z.enum(WEEKDAYS);

const WalletSettings = z
  .object({
    /** Where withdrawals go that name no account of their own. */
    defaultBankAccount: MaskedBankAccount.nullable(),
    /** Are available earnings asked for without you, once a week on your payout day (in UTC)? */
    autoPayout: z.boolean(),
    payoutWeekday: Weekday.nullable(),
    /** Less than this waits for the next payout day. */
    payoutThreshold: Money.nullable(),
    version: z.int(),
  })
  .meta({ id: 'WalletSettings' });
export type WalletSettings = z.infer<typeof WalletSettings>;

export const readWalletSettings = route({
  method: 'get',
  path: '/wallet/settings',
  who: ['teacher'],
  summary: 'Where your withdrawals go, and when',
  status: 200,
  answer: WalletSettings,
  conditional: true,
});

export const changeWalletSettings = route({
  method: 'patch',
  path: '/wallet/settings',
  who: ['teacher'],
  summary:
    'Say where your withdrawals go, and when. What is left out stays; null takes the account away, and the day and ' +
    'threshold where automatic payouts are off',
  body: z.strictObject({
    defaultBankAccount: BankAccount.nullable().optional(),
    autoPayout: z.boolean().optional(),
    payoutWeekday: Weekday.nullable().optional(),
    payoutThreshold: MoneyInput.nullable().optional(),
  }),
  status: 200,
  answer: WalletSettings,
  problems: [422],
  conditional: true,
});

export const withdrawalParams = z.strictObject({ withdrawalId: Id });
export const withdrawalFilters = {
  status: setOf(WithdrawalStatus),
  currency: Currency.optional(),
  ...period,
};

const request = (path: string) =>
  route({
    method: 'post',
    path,
    who: ['teacher'],
    summary: 'Ask for earnings to be paid out: they are reserved at once. At least ten of the currency',
    body: z.strictObject({
      amount: PositiveAmount,
      currency: Currency,
      bankAccount: BankAccount.optional(),
      notes: text(500).optional(),
    }),
    status: 201,
    answer: Withdrawal,
    problems: [409, 422],
    idempotent: true,
    conditional: true,
  });
export const requestWithdrawal = request('/withdrawals/request');
export const requestPayout = request('/payouts');

const listOwn = (path: string) =>
  route({
    method: 'get',
    path,
    who: ['teacher'],
    summary: 'Your withdrawals, the newest first',
    query: z.strictObject({ ...page, ...format, ...withdrawalFilters }),
    status: 200,
    answer: listOf(Withdrawal),
  });
export const listWithdrawals = listOwn('/withdrawals/me');
export const listPayouts = listOwn('/payouts');

const readOwn = (path: string) =>
  route({
    method: 'get',
    path,
    who: ['teacher'],
    summary: 'One of your withdrawals',
    params: withdrawalParams,
    status: 200,
    answer: Withdrawal,
    problems: [404],
    conditional: true,
  });
export const readWithdrawal = readOwn('/withdrawals/:withdrawalId');
export const readPayout = readOwn('/payouts/:withdrawalId');

const cancel = (path: string) =>
  route({
    method: 'delete',
    path,
    who: ['teacher'],
    summary: 'Cancel a withdrawal while it is pending; the money is earnings again',
    params: withdrawalParams,
    status: 200,
    answer: Withdrawal,
    problems: [404, 409],
    conditional: true,
  });
export const cancelWithdrawal = cancel('/withdrawals/:withdrawalId');
export const cancelPayout = cancel('/payouts/:withdrawalId');
