import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant, Money } from '../shapes.js';
import { PurchaseKind } from './enrollment.js';
import { audited } from './identity.js';

/** What a payment by card is for: credits alone, or credits with which a course or session is bought at once. */
export const Purpose = z.enum(['topup', 'course', 'session']);

const payment = z.object({
  paymentId: Id,
  userId: Id,
  purpose: Purpose,
  courseId: Id.optional(),
  sessionId: Id.optional(),
  amount: Money,
});

export const paymentSucceeded = event(
  'billing.payment-succeeded',
  1,
  'paymentId',
  'A payment by card is ours: said once, whichever way it became known.',
  payment,
);
export const paymentFailed = event(
  'billing.payment-failed',
  1,
  'paymentId',
  'A try to pay by card came to nothing; the payer may try again.',
  payment.extend({ reason: z.string() }),
);

/** `requestedHere` is false of a refund that somebody made at the provider itself. */
const refund = z.object({
  refundId: Id,
  paymentId: Id,
  userId: Id,
  amount: Money,
  requestedHere: z.boolean(),
});

export const refundRequested = event(
  'billing.refund-requested',
  1,
  'refundId',
  'A payer wants money of a payment back on the card; the wallet says whether it is still there.',
  refund,
);
export const paymentRefunded = event(
  'billing.payment-refunded',
  1,
  'refundId',
  'The provider gave money of a payment back.',
  refund,
);
export const refundFailed = event(
  'billing.refund-failed',
  1,
  'refundId',
  'A refund came to nothing, now or after it had been made: the money is still with us.',
  refund,
);

const dispute = z.object({ disputeId: Id, paymentId: Id, userId: Id, amount: Money });

export const paymentDisputed = event(
  'billing.payment-disputed',
  1,
  'disputeId',
  "The payer's bank took a payment back; the amount may be larger than the payment.",
  dispute,
);
export const disputeClosed = event(
  'billing.dispute-closed',
  1,
  'disputeId',
  "The payer's bank has decided about a payment it took back; what was lost may be won after all, which is said too.",
  dispute.extend({ won: z.boolean() }),
);

/**
 * `period` is what one payment of a plan covers, its month or its year; its start names it. `amount` is what was paid for
 * it; of a period that could not be paid, what is due.
 */
const subscription = z.object({
  subscriptionId: Id,
  userId: Id,
  planId: Id,
  period: z.object({ startsAt: Instant, endsAt: Instant }),
  amount: Money,
});

export const subscriptionStarted = event(
  'billing.subscription-started',
  1,
  'subscriptionId',
  'A subscription has begun: its first period is paid, or is a trial and the amount zero.',
  subscription,
);
export const subscriptionRenewed = event(
  'billing.subscription-renewed',
  1,
  'subscriptionId',
  'The next period of a subscription is paid; the one before it is over.',
  subscription,
);
export const subscriptionPastDue = event(
  'billing.subscription-past-due',
  1,
  'subscriptionId',
  'A period of a subscription could not be paid; the provider tries again.',
  subscription,
);
export const subscriptionCancelled = event(
  'billing.subscription-cancelled',
  1,
  'subscriptionId',
  'Its student gave a subscription up, and it is over; `period` was the last one, `amount` what was paid for it.',
  subscription,
);
export const subscriptionExpired = event(
  'billing.subscription-expired',
  1,
  'subscriptionId',
  'A subscription is over because it was not paid; `period` was the last one, `amount` what was paid for it.',
  subscription,
);

/** `takingId` is the refund's or the dispute's; `amount` what moved, which a bank may make more than was paid. */
const taking = subscription.extend({ takingId: Id, by: z.enum(['refund', 'dispute']) });

export const periodTakenBack = event(
  'billing.period-taken-back',
  1,
  'takingId',
  "Money that paid for a period of a subscription went back: refunded at the provider itself, or taken by the payer's bank.",
  taking,
);
export const periodGivenBack = event(
  'billing.period-given-back',
  1,
  'takingId',
  'Money that went back of a period is with us again: its refund failed, or its dispute was won.',
  taking,
);

export const lessonReserved = event(
  'billing.lesson-reserved',
  1,
  'purchaseId',
  "A subscription's quota has room for a purchase: the wallet holds its money, out of what the period was paid with.",
  z.object({
    purchaseId: Id,
    requestedAt: Instant,
    kind: PurchaseKind,
    studentId: Id,
    teacherId: Id,
    courseId: Id,
    subscriptionId: Id,
    /** The start of the paid period that bears it. */
    period: Instant,
    holds: z.array(z.object({ holdId: Id, sessionId: Id, amount: Money })).min(1),
    total: Money,
  }),
);
export const LessonDeclineReason = z.enum([
  'no-subscription',
  'subscription-past-due',
  'quota-used-up',
  'lesson-too-dear',
  'other-currency',
]);
export const lessonDeclined = event(
  'billing.lesson-declined',
  1,
  'purchaseId',
  'A purchase cannot be had by subscription; nothing was reserved.',
  z.object({ purchaseId: Id, studentId: Id, reason: LessonDeclineReason }),
);

/** A credit note takes back (a part of) an invoice when money was given back; a correction, one whose refund failed after all. */
export const InvoiceKind = z.enum(['invoice', 'credit_note', 'correction']);

const invoice = z.object({ invoiceId: Id, kind: InvoiceKind, number: z.string(), userId: Id, total: Money });

export const invoiceIssued = event(
  'billing.invoice-issued',
  1,
  'invoiceId',
  'An invoice, or a document that corrects one, has its number and will not change any more.',
  /** null: it is paid already, or takes back what was. */
  invoice.extend({ dueAt: Instant.nullable() }),
);
export const invoicePaid = event(
  'billing.invoice-paid',
  1,
  'invoiceId',
  'An invoice is paid.',
  /** Another way than by card, as an admin saw. */
  invoice.extend({ byHand: z.boolean() }),
);
export const invoiceOverdue = event(
  'billing.invoice-overdue',
  1,
  'invoiceId',
  'An invoice was not paid by the day it was due.',
  invoice.extend({ dueAt: Instant }),
);
export const invoiceVoided = event(
  'billing.invoice-voided',
  1,
  'invoiceId',
  'An invoice was called back; its number stays taken.',
  invoice,
);

export const billingAudited = event(
  'billing.action-audited',
  1,
  'auditId',
  'Somebody changed what is sold or billed by hand: who, what, why.',
  audited,
);
