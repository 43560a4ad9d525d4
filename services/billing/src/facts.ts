/** The wall to the provider: its objects, in answers and in webhooks, become facts or are refused. */
import { isCurrency } from '@rollcall/contracts/money';
import { Id } from '@rollcall/contracts/shapes';
import { z } from 'zod';
import type { DisputeFact, Fact, IntentFact, RefundFact } from './domain/facts.js';
import { ofInvoice, ofSubscription } from './facts-subscriptions.js';

const Amount = z.int().min(0);
const Currency = z
  .string()
  .transform((code) => code.toUpperCase())
  .refine(isCurrency);
/** An id, or the object where it was expanded. */
const Ref = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]).nullish();
/** Metadata may be anybody's who has the account: what is no id of ours is none. */
const OurId = Id.nullish().catch(null);

const Intent = z.object({
  id: z.string(),
  amount: Amount,
  currency: Currency,
  status: z.string(),
  metadata: z.object({ paymentId: OurId }).nullish(),
  last_payment_error: z
    .object({ code: z.string().nullish(), decline_code: z.string().nullish(), type: z.string() })
    .nullish(),
});

const INTENT_STATES: Readonly<Record<string, IntentFact['state']>> = {
  succeeded: 'succeeded',
  canceled: 'cancelled',
  processing: 'processing',
  requires_capture: 'processing',
};

export function intentFact(value: unknown): IntentFact {
  const { id: ref, amount, currency, status, metadata, last_payment_error: error } = Intent.parse(value);
  const state = INTENT_STATES[status] ?? 'open';
  // A browser that is asked to authenticate has not failed; what is left of a try before it says nothing of this one.
  const failed = status === 'requires_payment_method' && error;
  const failureCode = failed ? (error.decline_code ?? error.code ?? error.type) : null;
  return { ref, paymentId: metadata?.paymentId ?? null, amount, currency, state, failureCode };
}

const Refund = z.object({
  id: z.string(),
  payment_intent: Ref,
  amount: Amount,
  currency: Currency,
  status: z.string().nullable(),
  metadata: z.object({ refundId: OurId }).nullish(),
});

const REFUND_STATES: Readonly<Record<string, RefundFact['state']>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

export function refundFact(value: unknown): RefundFact {
  const { id: ref, payment_intent, amount, currency, status, metadata } = Refund.parse(value);
  const state = REFUND_STATES[status ?? ''] ?? 'pending';
  const refundId = metadata?.refundId ?? null;
  return { ref, paymentRef: payment_intent ?? null, refundId, amount, currency, state };
}

const Dispute = z.object({
  id: z.string(),
  payment_intent: Ref,
  amount: Amount,
  currency: Currency,
  status: z.string(),
});

export function disputeFact(value: unknown): DisputeFact {
  const { id: ref, payment_intent, amount, currency, status } = Dispute.parse(value);
  const closed = status === 'won' || status === 'lost' ? status : 'open';
  // An inquiry takes no money; where it becomes a dispute that is told by an event of its own.
  const state = status.startsWith('warning_') || status === 'prevented' ? 'none' : closed;
  return { ref, paymentRef: payment_intent ?? null, amount, currency, state };
}

const Event = z.object({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  data: z.object({ object: z.unknown() }),
});

/** Its id and type. Throws a ZodError for what is no event. */
export const readEvent = (body: string): z.output<typeof Event> => Event.parse(JSON.parse(body));

const intent = (object: unknown): Fact => ({ kind: 'intent', intent: intentFact(object) });
const dispute = (object: unknown): Fact => ({ kind: 'dispute', dispute: disputeFact(object) });

/** A charge tells the sum of its refunds only: which they are, and whose, is to be asked. */
function refundsOfCharge(object: unknown): Fact | undefined {
  const { payment_intent: paymentRef } = z.object({ payment_intent: Ref }).parse(object);
  return paymentRef ? { kind: 'refunds', paymentRef } : undefined;
}

/** What each type of event tells; every other type is kept and ignored. */
const READERS: Readonly<Record<string, (object: unknown) => Fact | undefined>> = {
  'payment_intent.succeeded': intent,
  'payment_intent.payment_failed': intent,
  'charge.refunded': refundsOfCharge,
  'refund.updated': (object) => ({ kind: 'refund', refund: refundFact(object) }),
  'refund.failed': (object) => ({ kind: 'refund', refund: refundFact(object) }),
  'charge.dispute.created': dispute,
  'charge.dispute.funds_withdrawn': dispute,
  'charge.dispute.funds_reinstated': dispute,
  'charge.dispute.closed': dispute,
  'customer.subscription.created': ofSubscription,
  'customer.subscription.updated': ofSubscription,
  'customer.subscription.deleted': ofSubscription,
  'invoice.paid': ofInvoice,
  'invoice.payment_failed': ofInvoice,
};

export function factOf(body: string): Fact | undefined {
  const { type, data } = readEvent(body);
  return Object.hasOwn(READERS, type) ? READERS[type]?.(data.object) : undefined;
}
