/** The wall to the provider for subscriptions and their invoices: its objects become facts or are refused. */
import { isCurrency } from '@rollcall/contracts/money';
import { Id } from '@rollcall/contracts/shapes';
import { z } from 'zod';
import type { Fact } from './domain/facts.js';
import type { PaidPeriod, SubscriptionFact } from './domain/subscription-fact.js';

const Amount = z.int().min(0);
const Currency = z
  .string()
  .transform((code) => code.toUpperCase())
  .refine(isCurrency);
const Seconds = z.int().transform((seconds) => new Date(seconds * 1000));
/** An id, or the object where it was expanded. */
const Ref = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]).nullish();
/** Metadata may be anybody's who has the account: what is no id of ours is none. */
const Metadata = z
  .object({ subscriptionId: Id.nullish().catch(null) })
  .nullish()
  .transform((metadata) => metadata?.subscriptionId ?? null);

const Line = z.object({
  period: z.object({ start: Seconds, end: Seconds }),
  parent: z.object({ subscription_item_details: z.object({ proration: z.boolean() }).nullish() }).nullish(),
});

const Invoice = z.object({
  id: z.string(),
  currency: Currency,
  amount_paid: Amount,
  amount_remaining: z.int(),
  lines: z.object({ data: z.array(Line) }),
  status: z.string().nullish(),
  status_transitions: z.object({ paid_at: Seconds.nullish() }).nullish(),
  payments: z
    .object({
      data: z.array(z.object({ status: z.string(), payment: z.object({ payment_intent: Ref }).nullish() })),
    })
    .nullish(),
});
type Invoice = z.output<typeof Invoice>;

/** The period an invoice covers; undefined of one that bills something else, such as a part of a period after a change. */
function periodOf({ lines }: Pick<Invoice, 'lines'>) {
  const line = lines.data.find(({ parent, period }) => {
    const item = parent?.subscription_item_details;
    return item && !item.proration && period.end > period.start;
  });
  return line && { startsAt: line.period.start, endsAt: line.period.end };
}

/** The provider's payment that paid an invoice; null where it was paid otherwise, or its payments did not come along. */
const paymentOf = ({ payments }: Invoice): string | null =>
  payments?.data.find(({ status }) => status === 'paid')?.payment?.payment_intent ?? null;

/** Of invoices that are paid: the periods they cover, the oldest first. */
export function paidPeriods(invoices: readonly unknown[]): PaidPeriod[] {
  const periods = invoices.flatMap((value): PaidPeriod[] => {
    const invoice = Invoice.parse(value);
    const period = periodOf(invoice);
    if (period === undefined) return [];
    const { id: invoiceRef, amount_paid: paid, currency } = invoice;
    const paidAt = invoice.status_transitions?.paid_at ?? null;
    return [{ ...period, invoiceRef, paid, currency, paidAt, paymentRef: paymentOf(invoice) }];
  });
  return periods.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
}

const Failure = z.object({
  code: z.string().nullish(),
  decline_code: z.string().nullish(),
  type: z.string(),
});
const Intent = z.object({ status: z.string(), last_payment_error: Failure.nullish() });

const Subscription = z.object({
  id: z.string(),
  status: z.string(),
  metadata: Metadata,
  cancel_at_period_end: z.boolean(),
  ended_at: Seconds.nullish(),
  trial_end: Seconds.nullish(),
  cancellation_details: z.object({ reason: z.string().nullish() }).nullish(),
  pending_setup_intent: z.object({ client_secret: z.string().nullish() }).nullish(),
  latest_invoice: Invoice.extend({
    confirmation_secret: z.object({ client_secret: z.string() }).nullish(),
    payments: z
      .object({ data: z.array(z.object({ payment: z.object({ payment_intent: Intent.nullish() }) })) })
      .nullish(),
  }).nullish(),
});
type Subscription = z.output<typeof Subscription>;

/** What has to come along for a subscription to be read. */
export const EXPANDED = [
  'latest_invoice.confirmation_secret',
  'latest_invoice.payments.data.payment.payment_intent',
  'pending_setup_intent',
];

const STATES: Readonly<Record<string, SubscriptionFact['state']>> = {
  incomplete: 'incomplete',
  incomplete_expired: 'never',
  trialing: 'trialing',
  active: 'active',
  canceled: 'over',
};

/** A subscription that came with what is EXPANDED, and its paid invoices. What the provider calls unpaid is past due. */
export function subscriptionFact(value: unknown, paidInvoices: readonly unknown[]): SubscriptionFact {
  const subscription = Subscription.parse(value);
  const state = STATES[subscription.status] ?? 'past_due';
  const isIncomplete = state === 'incomplete';
  const { id: ref, metadata: subscriptionId, cancel_at_period_end: cancelAtPeriodEnd } = subscription;
  return {
    ...{ ref, subscriptionId, state, cancelAtPeriodEnd },
    isAsked: subscription.cancellation_details?.reason === 'cancellation_requested',
    endedAt: subscription.ended_at ?? null,
    trialEnd: subscription.trial_end ?? null,
    declined: isIncomplete || state === 'over' ? declinedIn(subscription) : null,
    clientSecret: isIncomplete || state === 'trialing' ? secretIn(subscription) : null,
    due: state === 'past_due' ? dueIn(subscription) : null,
    hasOpenInvoice: subscription.latest_invoice?.status === 'open',
    periods: paidPeriods(paidInvoices),
  };
}

/** A payer who has to authenticate was not declined. */
function declinedIn({ latest_invoice: invoice }: Subscription): string | null {
  for (const { payment } of invoice?.payments?.data ?? []) {
    const error = payment.payment_intent?.last_payment_error;
    const status = payment.payment_intent?.status;
    if (error && (status === 'requires_payment_method' || status === 'canceled'))
      return error.decline_code ?? error.code ?? error.type;
  }
  return null;
}

const secretIn = ({ latest_invoice: invoice, pending_setup_intent: setup }: Subscription): string | null =>
  invoice?.confirmation_secret?.client_secret ?? setup?.client_secret ?? null;

function dueIn({ latest_invoice: invoice }: Subscription): SubscriptionFact['due'] {
  const period = invoice && periodOf(invoice);
  return period ? { ...period, amount: Math.max(0, invoice.amount_remaining) } : null;
}

/** A webhook of a subscription: what it says of it may be old by now, so it is only a reason to ask. */
export function ofSubscription(object: unknown): Fact {
  const { id: ref, metadata: subscriptionId } = z
    .object({ id: z.string(), metadata: Metadata })
    .parse(object);
  return { kind: 'subscription', ref, subscriptionId };
}

const Parent = z.object({
  subscription_details: z
    .object({
      subscription: z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]),
      metadata: Metadata,
    })
    .nullish(),
});

/** So is one of an invoice; undefined of an invoice of no subscription. */
export function ofInvoice(object: unknown): Fact | undefined {
  const { parent } = z.object({ parent: Parent.nullish() }).parse(object);
  const details = parent?.subscription_details;
  if (!details) return undefined;
  return { kind: 'subscription', ref: details.subscription, subscriptionId: details.metadata };
}
