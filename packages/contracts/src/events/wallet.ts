import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant, Money } from '../shapes.js';
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

export const walletAudited = event(
  'wallet.action-audited',
  1,
  'auditId',
  'Somebody changed money by hand: who, what, why.',
  audited,
);
