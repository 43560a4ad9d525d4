/** Invoices of subscriptions: https://docs.stripe.com/api/invoices. Finalised as soon as they are made. */
import type Stripe from 'stripe';
import { emit } from '../emit.js';
import { invalid, Refusal } from '../errors.js';
import { get, now, put, trim, type World } from '../world.js';
import { confirm } from './confirm.js';
import { newIntent } from './intent-shape.js';
import { plainInvoice, subscriptionOf } from './invoice-shape.js';

/** Days after each failed renewal until the next try; after the last, the subscription is over. */
export const RETRY_DAYS = [3, 5, 7];
const DAY = 86_400;

/** Bills one period of every item; a trial is billed as nothing. Numbers are the customer's own, without a gap. */
export function bill(
  world: World,
  subscription: Stripe.Subscription,
  reason: Stripe.Invoice.BillingReason,
): Stripe.Invoice {
  const customer = get(world.customers, String(subscription.customer));
  const sequence = customer.next_invoice_sequence ?? 1;
  customer.next_invoice_sequence = sequence + 1;
  const number = `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`;
  const invoice = put(world.invoices, plainInvoice(world, subscription, customer, { reason, number }));
  subscription.latest_invoice = invoice.id;
  emit(world, 'invoice.created', invoice);
  emit(world, 'invoice.finalized', invoice);
  return invoice;
}

export interface Attempt {
  /** Instead of the subscription's or customer's own. */
  readonly method?: string | undefined;
  /** Nobody is there to authenticate. */
  readonly offSession: boolean;
}

/** Tries to take the money; how it went is in the invoice. @throws Refusal of a method that can not be used. */
export function attempt(world: World, invoice: Stripe.Invoice, { method, offSession }: Attempt): void {
  invoice.attempted = true;
  invoice.attempt_count += 1;
  invoice.next_payment_attempt = null;
  if (invoice.amount_due === 0) {
    markPaid(world, invoice, 0);
    return;
  }
  const chosen = method ?? defaultMethod(world, invoice);
  if (chosen === undefined) {
    markFailed(world, invoice);
    return;
  }
  const intent = openIntent(world, invoice);
  try {
    confirm(world, intent, { payment_method: chosen, off_session: offSession });
  } catch (error) {
    // Declined: markFailed has heard of it.
    if (!(error instanceof Refusal && error.status === 402)) throw error;
  }
}

/** The payment of the invoice that is still open, or a new one. */
export function openIntent(world: World, invoice: Stripe.Invoice): Stripe.PaymentIntent {
  for (const [intent, of] of world.invoiceOf) {
    const found = of === invoice.id ? world.intents.things.get(intent) : undefined;
    if (found && found.status !== 'canceled') return found;
  }
  const { amount_due: amount, currency, customer } = invoice;
  const intent = put(
    world.intents,
    newIntent(world, {
      amount,
      currency,
      customer,
      description: 'Subscription',
      capture_method: 'automatic',
    }),
  );
  world.invoiceOf.set(intent.id, invoice.id);
  trim(world.invoiceOf);
  emit(world, 'payment_intent.created', intent);
  return intent;
}

export function defaultMethod(world: World, invoice: Stripe.Invoice): string | undefined {
  const subscription = subscriptionOf(world, invoice);
  const customer = get(world.customers, String(invoice.customer));
  const method = subscription?.default_payment_method ?? customer.invoice_settings.default_payment_method;
  return typeof method === 'string' && world.methods.things.get(method)?.customer === customer.id
    ? method
    : undefined;
}

/** What the payment of an invoice led to; other payments are not its affair. */
export function hearPayment(world: World, intent: Stripe.PaymentIntent, paid: boolean): void {
  const invoice = world.invoices.things.get(world.invoiceOf.get(intent.id) ?? '');
  if (invoice?.status !== 'open') return;
  if (paid) markPaid(world, invoice, intent.amount);
  else markFailed(world, invoice);
}

export function markPaid(world: World, invoice: Stripe.Invoice, amount: number): void {
  Object.assign(invoice, {
    status: 'paid',
    amount_paid: amount,
    amount_remaining: 0,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, paid_at: now(world) },
  });
  emit(world, 'invoice.paid', invoice);
  emit(world, 'invoice.payment_succeeded', invoice);
  turn(world, invoice, ['incomplete', 'past_due', 'unpaid'], 'active');
}

function markFailed(world: World, invoice: Stripe.Invoice): void {
  const days =
    invoice.billing_reason === 'subscription_cycle' ? RETRY_DAYS[invoice.attempt_count - 1] : undefined;
  invoice.next_payment_attempt = days === undefined ? null : now(world) + days * DAY;
  emit(world, 'invoice.payment_failed', invoice);
  turn(world, invoice, ['active', 'trialing'], 'past_due');
}

/** An invoice of an earlier period, paid late, turns nothing. */
function turn(
  world: World,
  invoice: Stripe.Invoice,
  from: string[],
  status: Stripe.Subscription.Status,
): void {
  const subscription = subscriptionOf(world, invoice);
  if (subscription?.latest_invoice !== invoice.id || !from.includes(subscription.status)) return;
  const previous = { status: subscription.status };
  subscription.status = status;
  emit(world, 'customer.subscription.updated', subscription, previous);
}

export function voidInvoice(world: World, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status !== 'open') throw invalid(`The invoice is ${invoice.status}, so it can not be void`);
  invoice.status = 'void';
  invoice.next_payment_attempt = null;
  invoice.status_transitions.voided_at = now(world);
  for (const [id, of] of world.invoiceOf) {
    const intent = of === invoice.id ? world.intents.things.get(id) : undefined;
    if (!intent?.status.startsWith('requires_')) continue;
    Object.assign(intent, {
      status: 'canceled',
      canceled_at: now(world),
      cancellation_reason: 'void_invoice',
    });
    emit(world, 'payment_intent.canceled', intent);
  }
  emit(world, 'invoice.voided', invoice);
  return invoice;
}
