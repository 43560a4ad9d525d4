/** Billing's routes: payments by card, their refunds, and the cards a payer keeps for them. */
import { z } from 'zod';
import { Purpose } from '../events/billing.js';
import { Problem } from '../problem.js';
import { route } from '../route.js';
import { Currency, Id, Instant, Money, PositiveAmount, text } from '../shapes.js';
import { listOf, page, period, setOf } from './lists.js';

export const PaymentStatus = z.enum([
  'pending',
  'processing',
  'succeeded',
  'failed',
  'cancelled',
  'refunded',
  'partially_refunded',
  'disputed',
]);

export const RefundStatus = z.enum(['requested', 'reserved', 'succeeded', 'refused', 'failed']);

export const Refund = z
  .object({
    id: Id,
    paymentId: Id,
    amount: z.int(),
    currency: z.string(),
    /** `requested`: the wallet is asked; `reserved`: the credits are taken back and the provider is asked. */
    status: RefundStatus,
    /** Of a refused one: what could be given back then, the rest being spent. */
    possible: Money.nullable(),
    reason: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Refund' });
export type Refund = z.infer<typeof Refund>;

export const Payment = z
  .object({
    id: Id,
    userId: Id,
    purpose: Purpose,
    status: PaymentStatus,
    amount: z.int(),
    currency: z.string(),
    /** What the provider gave back. */
    refundedAmount: z.int(),
    methodId: Id.nullable(),
    courseId: Id.nullable(),
    sessionId: Id.nullable(),
    /** The provider's id of it; null until the provider has answered. */
    providerRef: z.string().nullable(),
    /** The provider's code of the last try that came to nothing. */
    failureCode: z.string().nullable(),
    refunds: z.array(Refund),
    createdAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'Payment' });
export type Payment = z.infer<typeof Payment>;

export const PaymentMethod = z
  .object({
    id: Id,
    brand: z.string(),
    last4: z.string(),
    expMonth: z.int(),
    expYear: z.int(),
    isDefault: z.boolean(),
    createdAt: Instant,
  })
  .meta({ id: 'PaymentMethod' });
export type PaymentMethod = z.infer<typeof PaymentMethod>;

const payer = ['student'] as const;
const paymentParams = z.strictObject({ paymentId: Id });
const methodParams = z.strictObject({ methodId: Id });

/** A course or session is named where, and only where, it is what is paid for. */
const IntentBody = z
  .strictObject({
    amount: PositiveAmount,
    currency: Currency,
    purpose: Purpose,
    courseId: Id.optional(),
    sessionId: Id.optional(),
    methodId: Id.optional(),
  })
  .refine(({ purpose, courseId }) => (purpose === 'course') === (courseId !== undefined), {
    path: ['courseId'],
    error: 'must be given for the purpose course, and for no other',
  })
  .refine(({ purpose, sessionId }) => (purpose === 'session') === (sessionId !== undefined), {
    path: ['sessionId'],
    error: 'must be given for the purpose session, and for no other',
  });

export const createPayment = route({
  method: 'post',
  path: '/payments/intent',
  who: payer,
  summary: 'Begin a payment by card: confirm it here with a stored method, or in the browser by its secret',
  body: IntentBody,
  status: 201,
  answer: z.object({ payment: Payment, clientSecret: z.string() }),
  problems: [404, 422, 503],
  idempotent: true,
});

export const confirmPayment = route({
  method: 'post',
  path: '/payments/:paymentId/confirm',
  who: payer,
  summary: 'Pay with a stored method, or learn how a payment confirmed in the browser stands',
  params: paymentParams,
  body: z.strictObject({ methodId: Id.optional() }).optional(),
  status: 200,
  answer: Payment,
  problems: [404, 409, 422],
  idempotent: true,
});

export const listPayments = route({
  method: 'get',
  path: '/payments',
  who: payer,
  summary: 'Your payments by card, newest first',
  query: z.strictObject({ ...page, status: setOf(PaymentStatus), ...period }),
  status: 200,
  answer: listOf(Payment),
});

export const readPayment = route({
  method: 'get',
  path: '/payments/:paymentId',
  who: payer,
  summary: 'One of your payments, with its refunds',
  params: paymentParams,
  status: 200,
  answer: Payment,
  problems: [404],
});

export const refundPayment = route({
  method: 'post',
  path: '/payments/:paymentId/refund',
  who: payer,
  summary: 'Have money back on the card: credits that are spent cannot be. No amount: all the rest',
  params: paymentParams,
  body: z.strictObject({ amount: PositiveAmount.optional(), reason: text(500).optional() }).optional(),
  status: 201,
  answer: Refund,
  alsoAnswers: [202],
  problems: [404, 409, 422],
  problemShapes: {
    409: Problem.extend({ possible: Money.optional(), refund: Refund.optional() }),
  },
  idempotent: true,
});

export const PaymentProvider = z
  .object({
    /** By which the provider's own script knows us; null: no page of ours may ask for it. */
    publishableKey: z.string().nullable(),
    /** May the provider's test cards be named instead? Never in production, nor where there is a key. */
    takesTestCards: z.boolean(),
  })
  .meta({ id: 'PaymentProvider' });
export type PaymentProvider = z.infer<typeof PaymentProvider>;

export const readProvider = route({
  method: 'get',
  path: '/payments/provider',
  who: payer,
  summary: "What a page needs to take cards by the provider's own form",
  status: 200,
  answer: PaymentProvider,
});

export const attachMethod = route({
  method: 'post',
  path: '/payments/methods',
  who: payer,
  summary: "Keep a card, by the id that the provider's own form gave; the first becomes the default",
  body: z.strictObject({
    paymentMethodId: z.string().regex(/^pm_\w{1,200}$/, "must be the provider's id of a payment method"),
  }),
  status: 201,
  answer: PaymentMethod,
  problems: [422, 503],
  idempotent: true,
});

export const listMethods = route({
  method: 'get',
  path: '/payments/methods',
  who: payer,
  summary: 'The cards you keep, newest first',
  query: z.strictObject(page),
  status: 200,
  answer: listOf(PaymentMethod),
});

export const makeDefault = route({
  method: 'patch',
  path: '/payments/methods/:methodId/default',
  who: payer,
  summary: 'Pay with this card where no other is named',
  params: methodParams,
  status: 200,
  answer: PaymentMethod,
  problems: [404],
});

export const detachMethod = route({
  method: 'delete',
  path: '/payments/methods/:methodId',
  who: payer,
  summary: 'Keep a card no longer; not one that pays a subscription',
  params: methodParams,
  status: 204,
  problems: [404, 409],
});

export const stripeWebhook = route({
  method: 'post',
  path: '/webhooks/stripe',
  who: 'webhook',
  summary: "The card provider's webhook: signed, stored, answered, acted on once",
  status: 200,
  problems: [400, 503],
});
