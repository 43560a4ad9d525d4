/** A subscription and its items with every field the API has. */
import type Stripe from 'stripe';
import { invalid } from '../errors.js';
import { whole } from '../lists.js';
import { periodEnd } from '../period.js';
import { get, newId, now, type World } from '../world.js';
import { decimal } from './prices.js';

interface ItemTold {
  readonly price: string;
  readonly quantity?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | '' | undefined;
}
interface Told {
  readonly customer: string;
  readonly items: readonly ItemTold[];
  /** Unix seconds at which the trial ends. */
  readonly trial: number | null;
  readonly method: string | null;
}

/** Its period is set by whoever puts it into a subscription. @throws Refusal for a price that does not recur or is not sold. */
export function newItem(world: World, subscription: string, told: ItemTold): Stripe.SubscriptionItem {
  const price = get(world.prices, told.price, 'items[0][price]');
  if (price.recurring === null)
    throw invalid('The price is paid once, it does not recur', { param: 'items[0][price]' });
  if (!price.active) throw invalid('The price is no longer active', { param: 'items[0][price]' });
  return {
    id: newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: now(world),
    current_period_end: 0,
    current_period_start: 0,
    current_trial: null,
    discounts: [],
    metadata: { ...(told.metadata || {}) },
    plan: planOf(price, price.recurring),
    price: structuredClone(price),
    quantity: told.quantity ?? 1,
    subscription,
    tax_rates: [],
  };
}

/** The older name of a price, which the API still repeats. */
const planOf = (price: Stripe.Price, recurring: Stripe.Price.Recurring): Stripe.Plan => ({
  id: price.id,
  object: 'plan',
  active: price.active,
  amount: price.unit_amount,
  amount_decimal: decimal(price.unit_amount ?? 0),
  billing_scheme: 'per_unit',
  created: price.created,
  currency: price.currency,
  interval: recurring.interval,
  interval_count: recurring.interval_count,
  livemode: false,
  metadata: { ...price.metadata },
  meter: null,
  nickname: price.nickname,
  product: price.product,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed',
});

export function newSubscription(
  world: World,
  { customer, items: told, trial, method }: Told,
): Stripe.Subscription {
  const id = newId('sub');
  const start = now(world);
  const items = told.map((item) => newItem(world, id, item));
  const [first] = items;
  const recurring = first?.price.recurring;
  if (first === undefined || !recurring) throw invalid('A subscription has an item', { param: 'items' });
  if (items.some(({ price }) => price.currency !== first.price.currency))
    throw invalid('All prices of a subscription are in one currency', { param: 'items' });
  if (items.some(({ price }) => price.recurring?.interval !== recurring.interval))
    throw invalid('All prices of a subscription have one interval', { param: 'items' });
  const end = trial ?? periodEnd(start, start, recurring);
  for (const item of items) Object.assign(item, { current_period_start: start, current_period_end: end });
  return {
    ...UNUSED,
    id,
    object: 'subscription',
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: trial ?? start,
    billing_mode: { type: 'flexible', flexible: {} },
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    created: start,
    currency: first.price.currency,
    customer,
    default_payment_method: method,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: whole(items, `/v1/subscription_items?subscription=${id}`),
    metadata: {},
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    start_date: start,
    status: trial === null ? 'incomplete' : 'trialing',
    trial_end: trial,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' },
    },
    trial_start: trial === null ? null : start,
  };
}

const UNUSED = {
  application: null,
  application_fee_percent: null,
  billing_cycle_anchor_config: null,
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  collection_method: 'charge_automatically' as const,
  customer_account: null,
  days_until_due: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  ended_at: null,
  latest_invoice: null,
  livemode: false,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
};
