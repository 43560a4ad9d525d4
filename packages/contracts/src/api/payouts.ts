/** The wallet's routes about paying out in batches, and about what keeps a teacher from being paid. */
import { z } from 'zod';
import { route } from '../route.js';
import { Currency, Id, Instant, Money, text } from '../shapes.js';
import { listOf, page } from './lists.js';
import { MaskedBankAccount, Weekday, WithdrawalStatus } from './withdrawals.js';

/** What stands in the way of a payout, and what takes it away. */
const Obstacle = z
  .object({
    code: z.enum([
      'auto-payout-off',
      'suspended',
      'debt-stands',
      'no-bank-account',
      'bank-account-too-new',
      'below-minimum',
      'below-threshold',
      'withdrawal-open',
    ]),
    message: z.string(),
    unblockedBy: z.string(),
    /** From when on it stands no longer, where time alone takes it away. */
    until: Instant.nullable(),
  })
  .meta({ id: 'PayoutObstacle' });

const PayoutReadiness = z
  .object({
    /** Will the next payout be made, as things stand now? */
    ready: z.boolean(),
    /** When your payout day comes next, in UTC, `2026-12-04`; null where automatic payouts are off. */
    nextPayoutDate: z.iso.date().nullable(),
    blocked: z.array(Obstacle),
    autoPayout: z.boolean(),
    payoutWeekday: Weekday.nullable(),
    /** What a payout would pay now: all of it. */
    available: Money,
    /** What there must be before a payout is made: your threshold, or else the least that is ever paid out. */
    threshold: Money,
    /** The least that is ever paid out. */
    minimum: Money,
    /** For so long a bank account newly named is not paid to; 0: at once. */
    bankCoolDownHours: z.int(),
  })
  .meta({ id: 'PayoutReadiness' });
export type PayoutReadiness = z.infer<typeof PayoutReadiness>;

export const readPayoutReadiness = route({
  method: 'get',
  path: '/wallet/payout-readiness',
  who: ['teacher'],
  summary: 'When you are paid next, and what stands in its way; `currency` where you have set no threshold',
  query: z.strictObject({ currency: Currency.optional() }),
  status: 200,
  answer: PayoutReadiness,
});

export const readUserPayoutReadiness = route({
  method: 'get',
  path: '/admin/wallets/:userId/payout-readiness',
  who: ['admin'],
  summary: 'When a teacher is paid next, and what stands in its way',
  params: z.strictObject({ userId: Id }),
  query: z.strictObject({ currency: Currency.optional() }),
  status: 200,
  answer: PayoutReadiness,
});

const BatchStatus = z.enum(['processing', 'completed', 'partly-completed', 'failed']);

const PayoutBatch = z
  .object({
    id: Id,
    /** Derived from its withdrawals: `processing` while any of them is. */
    status: BatchStatus,
    provider: z.string(),
    total: Money,
    count: z.int(),
    /** How many of its withdrawals are in each state they can be in. */
    counts: z.object({
      processing: z.int(),
      completed: z.int(),
      failed: z.int(),
      returned: z.int(),
    }),
    /** What its file can be had as. */
    formats: z.array(z.string()),
    notes: z.string().nullable(),
    createdBy: Id,
    createdAt: Instant,
  })
  .meta({ id: 'PayoutBatch' });
export type PayoutBatch = z.infer<typeof PayoutBatch>;

const PayoutBatchWithLines = PayoutBatch.extend({
  lines: z.array(
    z.object({
      n: z.int(),
      withdrawalId: Id,
      teacherId: Id,
      amount: z.int(),
      currency: z.string(),
      status: WithdrawalStatus,
      bankAccount: MaskedBankAccount,
      completedAt: Instant.nullable(),
      failureReason: z.string().nullable(),
      /** Of the withdrawal, for `If-Match` of its next step. */
      version: z.int(),
    }),
  ),
}).meta({ id: 'PayoutBatchWithLines' });
export type PayoutBatchWithLines = z.infer<typeof PayoutBatchWithLines>;

/** Withdrawals in a batch at most. */
export const BATCH_MOST = 1_000;

export const createPayoutBatch = route({
  method: 'post',
  path: '/admin/payout-batches',
  who: ['admin'],
  summary:
    'Give approved withdrawals of one currency to the bank in one go: they are processing from now on. Without ' +
    '`withdrawals` the oldest that may be paid, at most `limit`',
  body: z.strictObject({
    currency: Currency,
    /** These and no others; with `version` only as you have seen it. */
    withdrawals: z
      .array(z.strictObject({ id: Id, version: z.int().min(1).optional() }))
      .min(1)
      .max(BATCH_MOST)
      .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must not name one twice')
      .optional(),
    limit: z.int().min(1).max(BATCH_MOST).default(BATCH_MOST),
    notes: text(500).optional(),
  }),
  status: 201,
  answer: PayoutBatchWithLines,
  problems: [404, 409, 412, 422],
  idempotent: true,
});

export const listPayoutBatches = route({
  method: 'get',
  path: '/admin/payout-batches',
  who: ['admin'],
  summary: 'Payout batches, the newest first',
  query: z.strictObject({ ...page, currency: Currency.optional() }),
  status: 200,
  answer: listOf(PayoutBatch),
});

const batchParams = z.strictObject({ batchId: Id });

export const readPayoutBatch = route({
  method: 'get',
  path: '/admin/payout-batches/:batchId',
  who: ['admin'],
  summary: 'One payout batch with its withdrawals; bank details are masked',
  params: batchParams,
  status: 200,
  answer: PayoutBatchWithLines,
  problems: [404],
});

export const readPayoutBatchFile = route({
  method: 'get',
  path: '/admin/payout-batches/:batchId/file',
  who: ['admin'],
  summary:
    'A payout batch as a file for the bank, the same to the byte each time: CSV, or ISO 20022 pain.001.001.09. It has ' +
    'bank details in full, so who asked for it stands in the audit trail',
  params: batchParams,
  query: z.strictObject({
    format: z.enum(['csv', 'pain.001']),
    /** You have taken it to the bank before: have it again though lines of it have ended since. */
    again: z.enum(['true', 'false']).default('false'),
  }),
  status: 200,
  files: ['text/csv', 'application/xml'],
  problems: [404, 409],
});
