/** The wallet's routes about paying earnings out. A withdrawal and a payout are one resource under two names. */
import { z } from 'zod';
import { route } from '../route.js';
import { Currency, Id, Instant, PositiveAmount, text } from '../shapes.js';
import { listOf, page, period, setOf } from './lists.js';

const WithdrawalStatus = z.enum([
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

const MaskedBankAccount = z
  .object({
    bankName: z.string(),
    /** `****` and the last four characters, fewer of a short one. */
    accountNumber: z.string(),
    /** The first letter of each of its words. */
    accountName: z.string(),
  })
  .meta({ id: 'MaskedBankAccount' });
export type MaskedBankAccount = z.infer<typeof MaskedBankAccount>;

const Withdrawal = z
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

/** One try at moving the money to the bank. */
const WithdrawalAttempt = z
  .object({
    n: z.int(),
    provider: z.string(),
    status: z.enum(['processing', 'completed', 'failed', 'returned']),
    startedAt: Instant,
    startedBy: Id,
    endedAt: Instant.nullable(),
    endedBy: Id.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'WithdrawalAttempt' });
export type WithdrawalAttempt = z.infer<typeof WithdrawalAttempt>;

const AdminWithdrawal = Withdrawal.extend({ attempts: z.array(WithdrawalAttempt) }).meta({
  id: 'AdminWithdrawal',
});
export type AdminWithdrawal = z.infer<typeof AdminWithdrawal>;

const WalletSettings = z
  .object({
    /** Where withdrawals go that name no account of their own. */
    defaultBankAccount: MaskedBankAccount.nullable(),
    version: z.int(),
  })
  .meta({ id: 'WalletSettings' });
export type WalletSettings = z.infer<typeof WalletSettings>;

export const readWalletSettings = route({
  method: 'get',
  path: '/wallet/settings',
  who: ['teacher'],
  summary: 'Where your withdrawals go',
  status: 200,
  answer: WalletSettings,
  conditional: true,
});

export const changeWalletSettings = route({
  method: 'patch',
  path: '/wallet/settings',
  who: ['teacher'],
  summary: 'Say where your withdrawals go; null takes the account away',
  body: z.strictObject({ defaultBankAccount: BankAccount.nullable().optional() }),
  status: 200,
  answer: WalletSettings,
  problems: [422],
  conditional: true,
});

const params = z.strictObject({ withdrawalId: Id });
const filters = { status: setOf(WithdrawalStatus), currency: Currency.optional(), ...period };

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
    query: z.strictObject({ ...page, ...filters }),
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
    params,
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
    params,
    status: 200,
    answer: Withdrawal,
    problems: [404, 409],
    conditional: true,
  });
export const cancelWithdrawal = cancel('/withdrawals/:withdrawalId');
export const cancelPayout = cancel('/payouts/:withdrawalId');

const adminFilters = { ...page, ...filters, teacherId: Id.optional() };

export const listAdminWithdrawals = route({
  method: 'get',
  path: '/admin/withdrawals',
  who: ['admin'],
  summary: "Everybody's withdrawals, the newest first",
  query: z.strictObject(adminFilters),
  status: 200,
  answer: listOf(Withdrawal),
});
export const listAdminPayouts = route({
  ...listAdminWithdrawals,
  path: '/admin/payouts',
  summary: "Everybody's withdrawals, those that are pending unless another status is asked for",
  query: z.strictObject({ ...adminFilters, status: setOf(WithdrawalStatus).default(['pending']) }),
});

const readAny = (path: string) =>
  route({
    method: 'get',
    path,
    who: ['admin'],
    summary: 'One withdrawal with its attempts; bank details are masked',
    params,
    status: 200,
    answer: AdminWithdrawal,
    problems: [404],
    conditional: true,
  });
export const readAdminWithdrawal = readAny('/admin/withdrawals/:withdrawalId');
export const readAdminPayout = readAny('/admin/payouts/:withdrawalId');

const notes = text(1000).optional();
const MayGiveReason = z.strictObject({ reason: text(500).optional(), notes }).optional();
const GivesReason = z.strictObject({ reason: text(500), notes });

const act = <Body extends z.ZodType>(path: string, summary: string, body: Body) =>
  route({
    method: 'post',
    path,
    who: ['admin'],
    summary,
    params,
    body,
    status: 200,
    answer: AdminWithdrawal,
    problems: [403, 404, 409],
    idempotent: true,
    conditional: true,
  });
const approve = (path: string) => act(path, 'Approve a pending withdrawal, not your own', MayGiveReason);
const process = (path: string) => act(path, 'An approved transfer has been given to the bank', MayGiveReason);
const complete = (path: string) =>
  act(path, 'The money has left: the withdrawal is completed', MayGiveReason);
const fail = (path: string) => act(path, 'The transfer failed: the money is earnings again', GivesReason);
const reject = (path: string) =>
  act(path, 'Refuse a pending withdrawal: the money is earnings again', GivesReason);
const giveBack = (path: string) =>
  act(path, 'A completed transfer came back: the money is earnings again', GivesReason);

export const approveWithdrawal = approve('/admin/withdrawals/:withdrawalId/approve');
export const approvePayout = approve('/admin/payouts/:withdrawalId/approve');
export const processWithdrawal = process('/admin/withdrawals/:withdrawalId/process');
export const processPayout = process('/admin/payouts/:withdrawalId/process');
export const completeWithdrawal = complete('/admin/withdrawals/:withdrawalId/complete');
export const completePayout = complete('/admin/payouts/:withdrawalId/complete');
export const failWithdrawal = fail('/admin/withdrawals/:withdrawalId/fail');
export const failPayout = fail('/admin/payouts/:withdrawalId/fail');
export const rejectWithdrawal = reject('/admin/withdrawals/:withdrawalId/reject');
export const rejectPayout = reject('/admin/payouts/:withdrawalId/reject');
export const returnWithdrawal = giveBack('/admin/withdrawals/:withdrawalId/return');
export const returnPayout = giveBack('/admin/payouts/:withdrawalId/return');

const reveal = (path: string) =>
  route({
    method: 'post',
    path,
    who: ['admin'],
    summary: 'The full bank details of a withdrawal; who looked, and why, stands in the audit trail',
    params,
    body: z.strictObject({ reason: text(500).optional() }).optional(),
    status: 200,
    answer: z.object({ id: Id, bankAccount: BankAccount }),
    problems: [404],
  });
export const revealWithdrawal = reveal('/admin/withdrawals/:withdrawalId/reveal');
export const revealPayout = reveal('/admin/payouts/:withdrawalId/reveal');
