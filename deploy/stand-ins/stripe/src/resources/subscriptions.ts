/** Subscriptions: https://docs.stripe.com/api/subscriptions. What time does to them is in ../clock.ts. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { expand, integer, metadata, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, now, put, type World } from '../world.js';
import { attempt, bill, defaultMethod, openIntent } from './invoices.js';
import { cardOf, declined } from './methods.js';
import { change, ownMethod, quantity, shared, update, updateParams } from './subscription-change.js';
import { endSubscription, isOver } from './subscription-end.js';
import { newSubscription } from './subscription-shape.js';

const DAY = 86_400;
const createParams = z.strictObject({
  ...shared,
  customer: text,
  currency: text.optional(),
  items: z
    .array(z.strictObject({ price: text, quantity, metadata: metadata.optional() }))
    .min(1)
    .max(20),
  payment_behavior: z.enum(['allow_incomplete', 'default_incomplete', 'error_if_incomplete']).optional(),
  collection_method: z.literal('charge_automatically').optional(),
  trial_end: z.union([z.literal('now'), integer]).optional(),
  trial_period_days: integer.pipe(z.number().min(1).max(730)).optional(),
});
type Given = z.output<typeof createParams>;

/** Unix seconds, or null without a trial. */
function trialEnd(world: World, { trial_end: end, trial_period_days: days }: Given): number | null {
  if (end !== undefined && days !== undefined)
    throw invalid('Either trial_end or trial_period_days, not both', { param: 'trial_end' });
  if (days !== undefined) return now(world) + days * DAY;
  if (end === undefined || end === 'now') return null;
  if (end <= now(world)) throw invalid('A trial ends in the future', { param: 'trial_end' });
  return end;
}

function create(world: World, given: Given): Stripe.Subscription {
  get(world.customers, given.customer, 'customer');
  const trial = trialEnd(world, given);
  const subscription = newSubscription(world, {
    customer: given.customer,
    items: given.items,
    trial,
    method: given.default_payment_method
      ? ownMethod(world, given.customer, given.default_payment_method)
      : null,
  });
  if (given.currency !== undefined && given.currency !== subscription.currency)
    throw invalid('The prices are in another currency', { param: 'currency' });
  change(world, subscription, given);
  const behaviour = given.payment_behavior ?? 'allow_incomplete';
  if (trial === null) checkPayable(world, subscription, behaviour);
  put(world.subscriptions, subscription);
  emit(world, 'customer.subscription.created', subscription);
  const invoice = bill(world, subscription, 'subscription_create');
  if (invoice.amount_due > 0 && behaviour === 'default_incomplete') openIntent(world, invoice);
  else attempt(world, invoice, { offSession: given.off_session ?? false });
  return subscription;
}

/** @throws Refusal with nothing made: no card at all, or one that says no to a caller who wants all or nothing. */
function checkPayable(world: World, subscription: Stripe.Subscription, behaviour: string): void {
  const free = subscription.items.data.every(({ price }) => price.unit_amount === 0);
  if (free || behaviour === 'default_incomplete') return;
  const { customer, default_payment_method: own } = subscription;
  const method = own ?? defaultMethod(world, { customer } as Stripe.Invoice);
  if (typeof method !== 'string')
    throw invalid('The customer has no default payment method', { code: 'resource_missing' });
  const { card, authenticated } = cardOf(world, method);
  const asks = card.authenticate === 'always' || (card.authenticate === 'once' && !authenticated);
  if (behaviour !== 'error_if_incomplete' || !(card.decline || asks)) return;
  throw declined(card.decline ?? 'authentication_required');
}

const listParams = z.strictObject({
  ...paging,
  created: when.optional(),
  customer: text.optional(),
  price: text.optional(),
  status: text.optional(),
});

/** Unless asked for by status, those that are over are left out. */
const isListed = (subscription: Stripe.Subscription, status: string | undefined): boolean =>
  status === 'all' ||
  (status === 'ended' && isOver(subscription)) ||
  (status === undefined ? subscription.status !== 'canceled' : subscription.status === status);

export const subscriptionCalls = [
  call('POST', '/v1/subscriptions', createParams, create),
  call('GET', '/v1/subscriptions/:id', z.strictObject(expand), (world, _given, id) =>
    get(world.subscriptions, id),
  ),
  call('POST', '/v1/subscriptions/:id', updateParams, update),
  call('DELETE', '/v1/subscriptions/:id', z.strictObject(expand), (world, _given, id) => {
    const subscription = get(world.subscriptions, id);
    // Stripe knows it no more, for cancelling.
    if (isOver(subscription)) return get({ ...world.subscriptions, things: new Map() }, id);
    return endSubscription(world, subscription, 'cancellation_requested');
  }),
  call('GET', '/v1/subscriptions', listParams, (world, given) =>
    page(
      all(world, world.subscriptions).filter(
        (one) =>
          within(one.created, given.created) &&
          matches(given.customer, one.customer) &&
          isListed(one, given.status) &&
          (given.price === undefined || one.items.data.some(({ price }) => price.id === given.price)),
      ),
      '/v1/subscriptions',
      given,
    ),
  ),
];
