/** What time does to subscriptions: trials end, periods begin, unpaid invoices are tried again. It moves on demand. */
import type Stripe from 'stripe';
import { emit } from './emit.js';
import { periodEnd } from './period.js';
import { attempt, bill, RETRY_DAYS, voidInvoice } from './resources/invoices.js';
import { endSubscription } from './resources/subscription-end.js';
import { now, type World } from './world.js';

/** Things that happen in one move: a hundred subscriptions over four years of months. */
const STEPS = 5_000;
/** Stripe waits 23 hours for the first payment. */
const FIRST_PAYMENT_WITHIN = 23 * 3_600;

interface Due {
  readonly at: number;
  happen(): void;
}

/** Moves the clock on by these seconds, and everything due on the way happens at its own time, in order. */
export function advance(world: World, seconds: number): { now: number; happened: number } {
  const end = now(world) + seconds;
  let happened = 0;
  for (let due = firstDue(world, end); due; due = firstDue(world, end)) {
    happened += 1;
    if (happened > STEPS) throw new Error(`More than ${STEPS} things would happen: move the clock less far`);
    world.moved += Math.max(0, due.at - now(world));
    due.happen();
  }
  world.moved += Math.max(0, end - now(world));
  return { now: now(world), happened };
}

function firstDue(world: World, end: number): Due | undefined {
  let first: Due | undefined;
  for (const subscription of world.subscriptions.things.values())
    for (const due of duesOf(world, subscription))
      if (due.at <= end && (first === undefined || due.at < first.at)) first = due;
  return first;
}

function duesOf(world: World, subscription: Stripe.Subscription): Due[] {
  const { status, created, trial_end: trialEnd } = subscription;
  const invoice = world.invoices.things.get(String(subscription.latest_invoice));
  if (status === 'incomplete')
    return [{ at: created + FIRST_PAYMENT_WITHIN, happen: () => expire(world, subscription, invoice) }];
  if (!['trialing', 'active', 'past_due'].includes(status)) return [];
  const end = status === 'trialing' ? trialEnd : subscription.items.data[0]?.current_period_end;
  const dues: Due[] = [{ at: end ?? created, happen: () => turnPeriod(world, subscription) }];
  if (invoice?.status === 'open' && invoice.next_payment_attempt !== null)
    dues.push({ at: invoice.next_payment_attempt, happen: () => tryAgain(world, subscription, invoice) });
  return dues;
}

function turnPeriod(world: World, subscription: Stripe.Subscription): void {
  if (subscription.cancel_at_period_end) {
    endSubscription(world, subscription, 'cancellation_requested');
    return;
  }
  const previous = { status: subscription.status, items: structuredClone(subscription.items) };
  const wasTrial = subscription.status === 'trialing';
  if (wasTrial) Object.assign(subscription, { status: 'active', billing_cycle_anchor: now(world) });
  for (const item of subscription.items.data) {
    item.current_period_start = wasTrial ? now(world) : item.current_period_end;
    if (item.price.recurring)
      item.current_period_end = periodEnd(
        subscription.billing_cycle_anchor,
        item.current_period_start,
        item.price.recurring,
      );
  }
  const invoice = bill(world, subscription, 'subscription_cycle');
  emit(world, 'customer.subscription.updated', subscription, wasTrial ? previous : { items: previous.items });
  attempt(world, invoice, { offSession: true });
}

/** The last try that fails ends the subscription, which is what an account does unless it is told otherwise. */
function tryAgain(world: World, subscription: Stripe.Subscription, invoice: Stripe.Invoice): void {
  attempt(world, invoice, { offSession: true });
  if (invoice.status === 'open' && invoice.attempt_count > RETRY_DAYS.length)
    endSubscription(world, subscription, 'payment_failed');
}

function expire(world: World, subscription: Stripe.Subscription, invoice: Stripe.Invoice | undefined): void {
  subscription.status = 'incomplete_expired';
  subscription.ended_at = now(world);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
  emit(world, 'customer.subscription.updated', subscription, { status: 'incomplete' });
}
