import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant, Money } from '../shapes.js';
import { Purpose } from './billing.js';
import { audited } from './identity.js';

/** Where a part of a hold came from, and goes back to. */
export const Part = z.object({ account: z.enum(['promo', 'credits', 'subscription']), amount: Money });

export const fundsHeld = event(
  'wallet.funds-held',
  1,
  'purchaseId',
  'Every hold of a purchase is in escrow.',
  z.object({
    purchaseId: Id,
    studentId: Id,
    teacherId: Id,
    courseId: Id,
    requestedAt: Instant,
    holds: z.array(z.object({ holdId: Id, sessionId: Id, amount: Money, parts: z.array(Part) })),
  }),
);

export const DeclineReason = z.enum(['insufficient-credit', 'expired', 'wallet-unknown']);

export const fundsDeclined = event(
  'wallet.funds-declined',
  1,
  'purchaseId',
  'Nothing was held for a purchase and nothing will be.',
  z.object({ purchaseId: Id, studentId: Id, reason: DeclineReason, shortfall: Money.nullable() }),
);

export const holdPaid = event(
  'wallet.hold-paid',
  1,
  'holdId',
  'The money of an ended hold is where the decision put it.',
  z.object({
    holdId: Id,
    purchaseId: Id,
    sessionId: Id,
    studentId: Id,
    teacherId: Id,
    teacher: Money,
    commission: Money,
    referral: Money,
    refund: Money,
    /** The decision it was paid by: the one that ended the hold, or a correction of it. */
    decisionVersion: z.int().optional(),
    entryId: Id,
    paidAt: Instant,
  }),
);

/** How a debt came to be. `card-refund`: the provider gave money back that nobody here had asked for. */
const DebtOpened = z.enum(['correction', 'clawback', 'chargeback', 'card-refund']);
/** The credit that repaid a debt, or an admin who wrote it off. */
const DebtRepaid = z.enum([
  'deposit',
  'refund',
  'payment-release',
  'referral',
  'withdrawal',
  'admin-credit',
  'correction',
  'chargeback',
  'write-off',
]);

export const debtOpened = event(
  'wallet.debt-opened',
  1,
  'userId',
  'Somebody owes the platform, or owes it more: what was to be taken was not there any more.',
  z.object({ userId: Id, amount: Money, cause: DebtOpened }),
);

export const debtRepaid = event(
  'wallet.debt-repaid',
  1,
  'userId',
  'Of what somebody owed, this much is owed no more.',
  z.object({ userId: Id, amount: Money, cause: DebtRepaid }),
);

export const creditsDeposited = event(
  'wallet.credits-deposited',
  1,
  'paymentId',
  'A payment by card is credits: whatever was to be bought with it can be bought now.',
  z.object({
    userId: Id,
    paymentId: Id,
    amount: Money,
    purpose: Purpose,
    courseId: Id.optional(),
    sessionId: Id.optional(),
  }),
);

const cardRefund = { refundId: Id, paymentId: Id, userId: Id };

export const refundReserved = event(
  'wallet.refund-reserved',
  1,
  'refundId',
  'The credits of a refund are taken back: the provider may be asked to give them back.',
  z.object({ ...cardRefund, amount: Money }),
);
export const refundRefused = event(
  'wallet.refund-refused',
  1,
  'refundId',
  'The credits of a refund are spent, all or in part; `possible` is what could be given back.',
  z.object({ ...cardRefund, possible: Money }),
);

/** `reason` is the admin's, where one is due: it is what the teacher is told. */
const Withdrawn = z.object({
  withdrawalId: Id,
  teacherId: Id,
  amount: Money,
  status: z.enum([
    'pending',
    'approved',
    'processing',
    'completed',
    'returned',
    'failed',
    'rejected',
    'cancelled',
  ]),
  reason: z.string().nullable(),
});

const withdrawal = (what: string, says: string) =>
  event(`wallet.withdrawal-${what}`, 1, 'withdrawalId', says, Withdrawn);

export const withdrawalRequested = withdrawal(
  'requested',
  'A teacher asks for earnings, which are reserved.',
);
export const withdrawalApproved = withdrawal('approved', 'An admin lets a withdrawal be paid out.');
export const withdrawalProcessing = withdrawal('processing', "A withdrawal's transfer is with the bank.");
export const withdrawalCompleted = withdrawal('completed', "A withdrawal's money has left.");
export const withdrawalReturned = withdrawal(
  'returned',
  'The money of a completed withdrawal came back and is earnings again.',
);
export const withdrawalFailed = withdrawal(
  'failed',
  "A withdrawal's transfer failed; the money is earnings again.",
);
export const withdrawalRejected = withdrawal(
  'rejected',
  'An admin refused a withdrawal; the money is earnings again.',
);
export const withdrawalCancelled = withdrawal(
  'cancelled',
  'The teacher took a withdrawal back; the money is earnings again.',
);

export const bankAccountChanged = event(
  'wallet.bank-account-changed',
  1,
  'teacherId',
  'A teacher named another bank account for withdrawals, or none any more.',
  z.object({ teacherId: Id, last4: z.string().max(4).nullable() }),
);

export const walletAudited = event(
  'wallet.action-audited',
  1,
  'auditId',
  'Somebody changed money by hand: who, what, why.',
  audited,
);
