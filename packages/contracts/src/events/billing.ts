import { z } from 'zod';
import { event } from '../event.js';
import { Id, Money } from '../shapes.js';

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
  "The payer's bank has decided about a payment it took back.",
  dispute.extend({ won: z.boolean() }),
);

export const invoiceIssued = event(
  'billing.invoice-issued',
  1,
  'invoiceId',
  'An invoice has its number and will not change any more.',
  z.object({ invoiceId: Id, number: z.string(), userId: Id, total: Money }),
);
