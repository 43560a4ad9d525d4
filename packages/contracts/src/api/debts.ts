/** The wallet's routes about what users owe. */
import { z } from 'zod';
import { route } from '../route.js';
import { Currency, Id, Instant, Money, PositiveAmount, text } from '../shapes.js';
import { format, listOf, page } from './lists.js';
import { TransactionType, Wallet } from './wallet.js';

/** What changed a user's debt: below 0 where it grew, above where it was repaid or written off. */
const DebtChange = z
  .object({
    id: Id,
    type: TransactionType,
    amount: Money,
    /** What was owed afterwards, below 0. */
    debt: Money,
    referenceType: z.string(),
    referenceId: Id,
    description: z.string(),
    createdAt: Instant,
  })
  .meta({ id: 'DebtChange' });
export type DebtChange = z.infer<typeof DebtChange>;

const UserWallet = Wallet.extend({
  userId: Id,
  /** The last 100 changes of the debt, newest first. */
  debtChanges: z.array(DebtChange),
}).meta({ id: 'UserWallet' });
export type UserWallet = z.infer<typeof UserWallet>;

const Debt = z
  .object({
    id: Id,
    userId: Id,
    /** Below 0. */
    debt: Money,
    /** Since when something is owed without a break. */
    createdAt: Instant,
  })
  .meta({ id: 'Debt' });
export type Debt = z.infer<typeof Debt>;

const Clawback = z
  .object({
    id: Id,
    userId: Id,
    amount: Money,
    /** Of the amount, what was there and is taken. */
    taken: Money,
    /** The rest, which is owed now. */
    owed: Money,
    reason: z.string(),
    createdAt: Instant,
  })
  .meta({ id: 'Clawback' });
export type Clawback = z.infer<typeof Clawback>;

const WriteOff = z
  .object({ id: Id, userId: Id, amount: Money, reason: z.string(), createdAt: Instant })
  .meta({ id: 'WriteOff' });
export type WriteOff = z.infer<typeof WriteOff>;

export const readUserWallet = route({
  method: 'get',
  path: '/admin/wallets/:userId',
  who: ['admin'],
  summary: "A user's balances in one currency, and what changed the debt",
  params: z.strictObject({ userId: Id }),
  query: z.strictObject({ currency: Currency.optional() }),
  status: 200,
  answer: UserWallet,
  problems: [404],
});

export const listDebts = route({
  method: 'get',
  path: '/admin/debts',
  who: ['admin'],
  summary: 'Who owes the platform, the newest debtor first',
  query: z.strictObject({ ...page, ...format, currency: Currency.optional() }),
  status: 200,
  answer: listOf(Debt),
});

export const clawBack = route({
  method: 'post',
  path: '/admin/wallets/:userId/clawback',
  who: ['admin'],
  summary: "Take back of a teacher's earnings, with a reason; what is not there becomes debt",
  params: z.strictObject({ userId: Id }),
  body: z.strictObject({ amount: PositiveAmount, currency: Currency, reason: text(500) }),
  status: 201,
  answer: Clawback,
  problems: [404, 422],
  idempotent: true,
});

export const writeOffDebt = route({
  method: 'post',
  path: '/admin/wallets/:userId/write-off',
  who: ['admin'],
  summary: 'Give up what a user owes, all of it without an amount, with a reason',
  params: z.strictObject({ userId: Id }),
  body: z.strictObject({ amount: PositiveAmount.optional(), currency: Currency, reason: text(500) }),
  status: 201,
  answer: WriteOff,
  problems: [404, 409],
  idempotent: true,
});
