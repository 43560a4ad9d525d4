/** The wall to the provider's books: what it moved, and what its objects say of that, become facts or are refused. */
import { isCurrency } from '@rollcall/contracts/money';
import { z } from 'zod';
import type { BookObject } from './domain/reconcile.js';

const Currency = z
  .string()
  .transform((code) => code.toUpperCase())
  .refine(isCurrency);
const Ref = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]).nullish();

/** One movement of the provider's balance. */
export interface Movement {
  readonly ref: string;
  readonly at: Date;
  /** As the balance moved; in another currency than the object's where it was exchanged. */
  readonly amount: number;
  readonly currency: string;
  /** What it was for; undefined of what is neither charge, refund nor dispute, such as a fee or a payout. */
  readonly object: BookObject | undefined;
}

const Transaction = z.object({
  id: z.string(),
  amount: z.int(),
  currency: Currency,
  created: z.int(),
  source: z.unknown(),
});

export function movementOf(value: unknown): Movement {
  const { id: ref, amount, currency, created, source } = Transaction.parse(value);
  return { ref, amount, currency, at: new Date(created * 1000), object: objectFact(source) };
}

const Charge = z.object({
  object: z.literal('charge'),
  id: z.string(),
  payment_intent: Ref,
  customer: Ref,
  amount: z.int().min(0),
  currency: Currency,
  paid: z.boolean(),
});
const Refund = z.object({
  object: z.literal('refund'),
  id: z.string(),
  payment_intent: Ref,
  amount: z.int().min(0),
  currency: Currency,
  status: z.string().nullable(),
});
const Dispute = z.object({
  object: z.literal('dispute'),
  id: z.string(),
  payment_intent: Ref,
  amount: z.int().min(0),
  currency: Currency,
  status: z.string(),
});
const Source = z.discriminatedUnion('object', [Charge, Refund, Dispute]);
const KINDS: readonly unknown[] = Source.options.map(({ shape }) => shape.object.value);

/** What an object has moved in the end, below 0 where money went back. Throws a ZodError for one of these that is none. */
export function objectFact(value: unknown): BookObject | undefined {
  const kind = z.looseObject({ object: z.string() }).safeParse(value).data?.object;
  if (!KINDS.includes(kind)) return undefined;
  const source = Source.parse(value);
  const { id: ref, object, payment_intent, currency } = source;
  const customer = source.object === 'charge' ? (source.customer ?? null) : null;
  return { ref, kind: object, paymentRef: payment_intent ?? null, customer, currency, amount: netOf(source) };
}

const NOTHING_REFUNDED = ['failed', 'canceled'];

function netOf(source: z.output<typeof Source>): number {
  const { amount } = source;
  if (source.object === 'charge') return source.paid ? amount : 0;
  if (source.object === 'refund') return NOTHING_REFUNDED.includes(source.status ?? '') ? 0 : -amount;
  const { status } = source;
  // An inquiry takes no money, and a dispute that was won has given it back.
  return status === 'won' || status === 'prevented' || status.startsWith('warning_') ? 0 : -amount;
}

export interface PayoutFact {
  readonly ref: string;
  readonly amount: number;
  readonly currency: string;
  readonly at: Date;
  /** What went out with it can be asked for of those alone that the provider made by itself and that were not taken back. */
  readonly adds: boolean;
}

const Payout = z.object({
  id: z.string(),
  amount: z.int(),
  currency: Currency,
  created: z.int(),
  automatic: z.boolean(),
  status: z.string(),
});

export function payoutFact(value: unknown): PayoutFact {
  const { id: ref, amount, currency, created, automatic, status } = Payout.parse(value);
  const adds = automatic && (status === 'paid' || status === 'in_transit' || status === 'pending');
  return { ref, amount, currency, at: new Date(created * 1000), adds };
}

const Invoice = z.object({
  id: z.string(),
  customer: Ref,
  currency: Currency,
  amount_paid: z.int().min(0),
  payments: z
    .object({ data: z.array(z.object({ payment: z.object({ payment_intent: Ref }).nullish() })) })
    .nullish(),
});

/** Did this payment pay this invoice? */
export const invoiceOfPayment = (invoice: unknown, paymentRef: string): boolean =>
  (Invoice.parse(invoice).payments?.data ?? []).some(({ payment }) => payment?.payment_intent === paymentRef);

/** What paid it, as a charge by the invoice's id; undefined: nothing did. */
export function invoiceFact(value: unknown): BookObject | undefined {
  const { id: ref, customer, currency, amount_paid: amount } = Invoice.parse(value);
  if (amount === 0) return undefined;
  return { ref, kind: 'charge', paymentRef: null, customer: customer ?? null, currency, amount };
}
