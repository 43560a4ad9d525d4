import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant, Money } from '../shapes.js';

export const SessionStatus = z.enum(['scheduled', 'live', 'completed', 'cancelled']);
export const FundedBy = z.enum(['credits', 'card', 'subscription']);
export const PurchaseKind = z.enum(['course', 'session']);

const session = z.object({
  sessionId: Id,
  courseId: Id,
  number: z.int(),
  teacherId: Id,
  title: z.string(),
  startsAt: Instant,
  durationMinutes: z.int(),
  price: Money,
  status: SessionStatus,
  version: z.int(),
});

export const sessionScheduled = event(
  'enrollment.session-scheduled',
  1,
  'sessionId',
  'A session of a published course can be bought.',
  session,
);
export const sessionRescheduled = event(
  'enrollment.session-rescheduled',
  1,
  'sessionId',
  'A session has another time, title or price.',
  session,
);
export const sessionCancelled = event(
  'enrollment.session-cancelled',
  1,
  'sessionId',
  'A session will not take place.',
  session,
);

export const purchaseRequested = event(
  'enrollment.purchase-requested',
  1,
  'purchaseId',
  'A student wants to buy; asked again it keeps its requestedAt and gets the same answer.',
  z.object({
    purchaseId: Id,
    requestedAt: Instant,
    kind: PurchaseKind,
    studentId: Id,
    teacherId: Id,
    courseId: Id,
    fundedBy: FundedBy,
    paymentId: Id.optional(),
    subscriptionId: Id.optional(),
    holds: z.array(z.object({ holdId: Id, sessionId: Id, amount: Money })).min(1),
    total: Money,
  }),
);

export const expiryRequested = event(
  'enrollment.expiry-requested',
  1,
  'purchaseId',
  'A purchase waited too long; the wallet alone says whether it is held or declined.',
  z.object({ purchaseId: Id, studentId: Id, requestedAt: Instant }),
);

export const cancellationRequested = event(
  'enrollment.cancellation-requested',
  1,
  'purchaseId',
  'A student gives up what of a purchase has not started; asked again it keeps its requestedAt and gets the same answer.',
  z.object({
    purchaseId: Id,
    requestedAt: Instant,
    holds: z
      .array(
        z.object({
          holdId: Id,
          sessionId: Id,
          /** As enrollment knew it at `requestedAt`: not later than that where the session was seen to have started. */
          startsAt: Instant,
          sessionVersion: z.int(),
        }),
      )
      .min(1),
    requestedBy: Id,
    /** A code; what the student says stays with enrollment. */
    reason: z.string(),
  }),
);

const outcome = z.object({
  purchaseId: Id,
  kind: PurchaseKind,
  studentId: Id,
  teacherId: Id,
  courseId: Id,
  sessionIds: z.array(Id),
  fundedBy: FundedBy,
  /** Of a purchase by card. */
  paymentId: Id.optional(),
  total: Money,
  reason: z.string().nullable(),
  refunded: Money,
  version: z.int(),
});

export const purchaseActivated = event(
  'enrollment.purchase-activated',
  1,
  'purchaseId',
  'The money is held and the student has access.',
  outcome,
);
export const purchaseDeclined = event(
  'enrollment.purchase-declined',
  1,
  'purchaseId',
  'There will be no purchase; nothing was taken.',
  outcome,
);
export const purchaseExpired = event(
  'enrollment.purchase-expired',
  1,
  'purchaseId',
  'No answer came in time and the wallet has refused the purchase for good.',
  outcome,
);
export const purchaseCancelled = event(
  'enrollment.purchase-cancelled',
  1,
  'purchaseId',
  'The student gave up these sessions, all of the purchase or a part, and their money went back.',
  outcome,
);
