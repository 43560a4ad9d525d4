/** What admins read of withdrawals and do about them, under both names. */
import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, text } from '../shapes.js';
import { format, listOf, page, setOf } from './lists.js';
import {
  BankAccount,
  Withdrawal,
  WithdrawalStatus,
  withdrawalFilters,
  withdrawalParams,
} from './withdrawals.js';

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

const AdminWithdrawal = Withdrawal.extend({
  attempts: z.array(WithdrawalAttempt),
  /** The payout batch it was given to the bank in. */
  payoutBatchId: Id.nullable(),
}).meta({ id: 'AdminWithdrawal' });
export type AdminWithdrawal = z.infer<typeof AdminWithdrawal>;

const adminFilters = { ...page, ...format, ...withdrawalFilters, teacherId: Id.optional() };

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
    params: withdrawalParams,
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
    params: withdrawalParams,
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
    params: withdrawalParams,
    body: z.strictObject({ reason: text(500).optional() }).optional(),
    status: 200,
    answer: z.object({ id: Id, bankAccount: BankAccount }),
    problems: [404],
  });
export const revealWithdrawal = reveal('/admin/withdrawals/:withdrawalId/reveal');
export const revealPayout = reveal('/admin/payouts/:withdrawalId/reveal');
