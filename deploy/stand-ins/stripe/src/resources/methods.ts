/** Payment methods: https://docs.stripe.com/api/payment_methods. Cards alone, and only the published test ones. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { type Card, cardByName, cardByNumber, DECLINES, type Decline } from '../cards.js';
import { emit } from '../emit.js';
import { cardError, invalid, noSuch } from '../errors.js';
import { emptyable, expand, integer, mergeMetadata, metadata, paging, text } from '../forms.js';
import { all, matches, page } from '../lists.js';
import { type CardInHand, get, type Method, newId, now, put, trim, type World } from '../world.js';

const billingDetails = z.strictObject({
  email: emptyable.optional(),
  name: emptyable.optional(),
  phone: emptyable.optional(),
});

/** A year that is always to come, and always the same while a test runs. */
const expiry = (world: World) => ({
  exp_month: 12,
  exp_year: new Date(now(world) * 1_000).getUTCFullYear() + 3,
});

export function newMethod(world: World, card: Card, details: z.output<typeof billingDetails> = {}): Method {
  const method: Method = {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: {
      address: null,
      email: details.email || null,
      name: details.name || null,
      phone: details.phone || null,
      tax_id: null,
    },
    card: cardDetails(card, expiry(world)),
    created: now(world),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
  world.cards.set(method.id, { card, spent: false, authenticated: false });
  trim(world.cards);
  return put(world.methods, method);
}

const cardDetails = (card: Card, expiry: { exp_month: number; exp_year: number }): Method['card'] => ({
  brand: card.brand,
  checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
  country: 'US',
  display_brand: card.brand,
  ...expiry,
  // One card has one fingerprint, whoever has saved it.
  fingerprint: `stand1n${card.number.slice(-9)}`,
  funding: card.funding ?? 'credit',
  generated_from: null,
  last4: card.number.slice(-4),
  networks: { available: [card.brand], preferred: null },
  regulated_status: 'unregulated',
  three_d_secure_usage: { supported: true },
  wallet: null,
});

/** A test card's name makes a new method each time; anything else is one that exists. */
export function methodOf(world: World, id: string, param?: string): Method {
  const card = cardByName(id);
  return card ? newMethod(world, card) : get(world.methods, id, param);
}

export function cardOf(world: World, method: string): CardInHand {
  const inHand = world.cards.get(method);
  if (inHand === undefined) throw noSuch('PaymentMethod', method);
  return inHand;
}

export function declined(decline: Decline, rest: Omit<Parameters<typeof cardError>[0], 'message'> = {}) {
  const { code, message } = DECLINES[decline];
  return cardError({ code, decline_code: decline, message, ...rest });
}

/** @throws Refusal 402 for a card its bank declines: attaching asks the bank. */
export function attach(world: World, method: Method, customer: Stripe.Customer): Method {
  const inHand = cardOf(world, method.id);
  if (method.customer !== null && method.customer !== customer.id)
    throw invalid('The payment method is attached to another customer', { param: 'payment_method' });
  if (inHand.spent)
    throw invalid('The payment method was used or detached before, and can not be used again', {
      param: 'payment_method',
    });
  const { decline, attaches } = inHand.card;
  if (decline && !attaches) throw declined(decline, { payment_method: method });
  if (method.customer === customer.id) return method;
  method.customer = customer.id;
  emit(world, 'payment_method.attached', method);
  return method;
}

function detach(world: World, id: string): Method {
  const method = get(world.methods, id);
  if (method.customer === null)
    throw invalid('The payment method is attached to no customer', { param: 'id' });
  const customer = world.customers.things.get(String(method.customer));
  if (customer?.invoice_settings.default_payment_method === id)
    customer.invoice_settings.default_payment_method = null;
  const previous = { customer: method.customer };
  method.customer = null;
  cardOf(world, id).spent = true;
  emit(world, 'payment_method.detached', method, previous);
  return method;
}

const cardParams = z.strictObject({
  number: text,
  exp_month: integer.pipe(z.number().min(1).max(12)),
  exp_year: integer,
  cvc: text.optional(),
});
const createParams = z.strictObject({
  ...expand,
  type: z.literal('card'),
  card: cardParams,
  billing_details: billingDetails.optional(),
  metadata: metadata.optional(),
});

function create(world: World, given: z.output<typeof createParams>): Method {
  const card = cardByNumber(given.card.number.replaceAll(' ', ''));
  if (card === undefined)
    throw cardError({ code: 'incorrect_number', param: 'number', message: 'This is no test card.' });
  const { exp_month, exp_year } = given.card;
  if (Date.UTC(exp_year, exp_month) <= now(world) * 1_000)
    throw cardError({ code: 'invalid_expiry_year', param: 'exp_year', message: 'The card has expired.' });
  const method = newMethod(world, card, given.billing_details);
  Object.assign(method.card, { exp_month, exp_year });
  method.metadata = mergeMetadata({}, given.metadata);
  return method;
}

const attachParams = z.strictObject({ ...expand, customer: text });
const listParams = z.strictObject({ ...paging, customer: text, type: z.literal('card').optional() });

function list(world: World, given: z.output<typeof listParams>, url: string) {
  get(world.customers, given.customer, 'customer');
  const own = all(world, world.methods).filter(({ customer }) => matches(given.customer, customer));
  return page(own, url, given);
}

export const methodCalls = [
  call('POST', '/v1/payment_methods', createParams, create),
  call('GET', '/v1/payment_methods/:id', z.strictObject(expand), (world, _given, id) =>
    get(world.methods, id),
  ),
  call('POST', '/v1/payment_methods/:id/attach', attachParams, (world, given, id) =>
    attach(world, methodOf(world, id), get(world.customers, given.customer, 'customer')),
  ),
  call('POST', '/v1/payment_methods/:id/detach', z.strictObject(expand), (world, _given, id) =>
    detach(world, id),
  ),
  call('GET', '/v1/payment_methods', listParams, (world, given) => list(world, given, '/v1/payment_methods')),
  call('GET', '/v1/customers/:id/payment_methods', listParams.omit({ customer: true }), (world, given, id) =>
    list(world, { ...given, customer: id }, `/v1/customers/${id}/payment_methods`),
  ),
];
