/** Prices: https://docs.stripe.com/api/prices. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { checkCurrency } from '../currencies.js';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { bool, emptyable, expand, integer, mergeMetadata, metadata, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, newId, now, put, type World } from '../world.js';
import { createProduct } from './products.js';

const recurring = z.strictObject({
  interval: z.enum(['day', 'week', 'month', 'year']),
  interval_count: integer.pipe(z.number().min(1).max(156)).optional(),
  usage_type: z.literal('licensed').optional(),
});
const priceFields = {
  ...expand,
  active: bool.optional(),
  lookup_key: text.max(200).optional(),
  metadata: metadata.optional(),
  nickname: emptyable.optional(),
  tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).optional(),
  transfer_lookup_key: bool.optional(),
};
const newPrice = z.strictObject({
  ...priceFields,
  currency: text,
  product: text.optional(),
  product_data: z.strictObject({ name: text, metadata: metadata.optional() }).optional(),
  unit_amount: integer.pipe(z.number().min(0)),
  recurring: recurring.optional(),
  billing_scheme: z.literal('per_unit').optional(),
});
const priceChange = z.strictObject(priceFields);

/** On the wire it is text; the SDK makes a Decimal of it. */
export const decimal = (amount: number) => String(amount) as unknown as Stripe.Decimal;

function createPrice(world: World, given: z.output<typeof newPrice>): Stripe.Price {
  const currency = checkCurrency(given.currency);
  if ((given.product === undefined) === (given.product_data === undefined))
    throw invalid('Either product or product_data is needed', {
      code: 'parameter_missing',
      param: 'product',
    });
  const product = given.product_data
    ? createProduct(world, given.product_data)
    : get(world.products, given.product ?? '', 'product');
  const price: Stripe.Price = {
    id: newId('price'),
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: now(world),
    currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: product.id,
    recurring: given.recurring
      ? {
          interval: given.recurring.interval,
          interval_count: given.recurring.interval_count ?? 1,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: given.recurring ? 'recurring' : 'one_time',
    unit_amount: given.unit_amount,
    unit_amount_decimal: decimal(given.unit_amount),
  };
  changePrice(world, price, given);
  emit(world, 'price.created', price);
  return put(world.prices, price);
}

/** What a price costs never changes: another price is another object. */
function changePrice(world: World, price: Stripe.Price, given: z.output<typeof priceChange>): void {
  const key = given.lookup_key;
  const holder = [...world.prices.things.values()].find((one) => key !== undefined && one.lookup_key === key);
  if (holder && holder !== price) {
    if (!given.transfer_lookup_key)
      throw invalid(`Another price has the lookup key ${key}`, { param: 'lookup_key' });
    holder.lookup_key = null;
  }
  if (key !== undefined) price.lookup_key = key;
  if (given.active !== undefined) price.active = given.active;
  if (given.nickname !== undefined) price.nickname = given.nickname || null;
  if (given.tax_behavior !== undefined) price.tax_behavior = given.tax_behavior;
  price.metadata = mergeMetadata(price.metadata, given.metadata);
}

const priceList = z.strictObject({
  ...paging,
  active: bool.optional(),
  created: when.optional(),
  currency: text.optional(),
  lookup_keys: z.array(text).max(10).optional(),
  product: text.optional(),
  type: z.enum(['one_time', 'recurring']).optional(),
});

export const priceCalls = [
  call('POST', '/v1/prices', newPrice, createPrice),
  call('GET', '/v1/prices/:id', z.strictObject(expand), (world, _given, id) => get(world.prices, id)),
  call('POST', '/v1/prices/:id', priceChange, (world, given, id) => {
    const price = get(world.prices, id);
    changePrice(world, price, given);
    emit(world, 'price.updated', price);
    return price;
  }),
  call('GET', '/v1/prices', priceList, (world, given) => {
    const found = all(world, world.prices).filter(
      (one) =>
        within(one.created, given.created) &&
        matches(given.active, one.active) &&
        matches(given.currency, one.currency) &&
        matches(given.product, one.product) &&
        matches(given.type, one.type) &&
        (given.lookup_keys?.includes(one.lookup_key ?? '') ?? true),
    );
    return page(found, '/v1/prices', given);
  }),
];
