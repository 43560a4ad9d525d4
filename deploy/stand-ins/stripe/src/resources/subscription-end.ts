/** How subscriptions end, asked for or for want of payment. */
import type Stripe from 'stripe';
import { emit } from '../emit.js';
import { now, type World } from '../world.js';
import { voidInvoice } from './invoices.js';

export const isOver = ({ status }: Stripe.Subscription): boolean =>
  status === 'canceled' || status === 'incomplete_expired';

/** It is over at once; an invoice that was never paid at its beginning is void. */
export function endSubscription(
  world: World,
  subscription: Stripe.Subscription,
  reason: 'cancellation_requested' | 'payment_failed',
): Stripe.Subscription {
  const first = subscription.status === 'incomplete';
  Object.assign(subscription, {
    status: 'canceled',
    canceled_at: subscription.canceled_at ?? now(world),
    ended_at: now(world),
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason },
  });
  const invoice = world.invoices.things.get(String(subscription.latest_invoice));
  if (invoice?.status === 'open') {
    invoice.next_payment_attempt = null;
    invoice.auto_advance = false;
    if (first) voidInvoice(world, invoice);
  }
  emit(world, 'customer.subscription.deleted', subscription);
  return subscription;
}
