/** What can be changed of a subscription while it lasts: https://docs.stripe.com/api/subscriptions/update. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { bool, emptyable, expand, integer, mergeMetadata, metadata, text } from '../forms.js';
import { get, now, type World } from '../world.js';
import { isOver } from './subscription-end.js';
import { newItem } from './subscription-shape.js';

export const quantity = integer.pipe(z.number().min(1)).optional();
export const shared = {
  ...expand,
  cancel_at_period_end: bool.optional(),
  default_payment_method: text.optional(),
  description: emptyable.optional(),
  metadata: metadata.optional(),
  off_session: bool.optional(),
};
export function ownMethod(world: World, customer: unknown, id: string): string {
  const method = get(world.methods, id, 'default_payment_method');
  if (method.customer === customer) return id;
  throw invalid("The payment method is not the customer's", {
    code: 'resource_missing',
    param: 'default_payment_method',
  });
}

export const updateParams = z.strictObject({
  ...shared,
  items: z
    .array(z.strictObject({ id: text, price: text.optional(), quantity }))
    .min(1)
    .max(20)
    .optional(),
  proration_behavior: z.enum(['always_invoice', 'create_prorations', 'none']).optional(),
  trial_end: z.literal('now').optional(),
});
type Change = z.output<typeof updateParams>;

export function change(
  world: World,
  subscription: Stripe.Subscription,
  given: Omit<Change, 'items' | 'trial_end'>,
): void {
  const { default_payment_method: method, description, cancel_at_period_end: cancel } = given;
  if (method !== undefined)
    subscription.default_payment_method = ownMethod(world, subscription.customer, method);
  if (description !== undefined) subscription.description = description || null;
  subscription.metadata = mergeMetadata(subscription.metadata, given.metadata);
  if (cancel === undefined || cancel === subscription.cancel_at_period_end) return;
  Object.assign(subscription, {
    cancel_at_period_end: cancel,
    cancel_at: cancel ? (subscription.items.data[0]?.current_period_end ?? null) : null,
    canceled_at: cancel ? now(world) : null,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: cancel ? 'cancellation_requested' : null,
    },
  });
}

/** The new price counts from the next period: the stand-in reckons no parts of periods. */
function changeItems(world: World, subscription: Stripe.Subscription, given: Change): void {
  if (given.items && given.proration_behavior !== 'none')
    throw invalid('The stand-in changes items with proration_behavior=none alone', {
      param: 'proration_behavior',
    });
  for (const told of given.items ?? []) {
    const items = subscription.items.data;
    const at = items.findIndex(({ id }) => id === told.id);
    const item = items[at];
    if (item === undefined)
      throw invalid(`No such item: '${told.id}'`, { code: 'resource_missing', param: 'items' });
    const price = told.price ?? item.price.id;
    const fresh = newItem(world, subscription.id, { price, quantity: told.quantity ?? item.quantity });
    if (
      fresh.price.currency !== subscription.currency ||
      fresh.price.recurring?.interval !== item.price.recurring?.interval
    )
      throw invalid('A new price has the currency and the interval of the old one', { param: 'items' });
    const { id, created, current_period_start, current_period_end } = item;
    items[at] = { ...fresh, id, created, current_period_start, current_period_end };
  }
}

export function update(world: World, given: Change, id: string): Stripe.Subscription {
  const subscription = get(world.subscriptions, id);
  if (isOver(subscription)) throw invalid(`The subscription is ${subscription.status}: it can not change`);
  const before = structuredClone(subscription);
  changeItems(world, subscription, given);
  change(world, subscription, given);
  // The trial ends now: the clock finds it due the next time it is looked at, which is at once.
  if (given.trial_end === 'now' && subscription.status === 'trialing') subscription.trial_end = now(world);
  emit(world, 'customer.subscription.updated', subscription, differences(before, subscription));
  world.tick();
  return subscription;
}

const differences = (before: object, after: object): object =>
  Object.fromEntries(
    Object.entries(before).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(after[key as keyof typeof after]),
    ),
  );
