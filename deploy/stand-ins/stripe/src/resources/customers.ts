/** Customers: https://docs.stripe.com/api/customers. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { emit } from '../emit.js';
import { emptyable, expand, integer, mergeMetadata, metadata, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, newId, now, put, randomLetters, type World } from '../world.js';
import { attach, methodOf } from './methods.js';

const fields = {
  ...expand,
  description: emptyable.optional(),
  email: emptyable.optional(),
  name: emptyable.optional(),
  phone: emptyable.optional(),
  metadata: metadata.optional(),
  invoice_prefix: z
    .string()
    .regex(/^[A-Z0-9]{3,12}$/)
    .optional(),
  next_invoice_sequence: integer.optional(),
  preferred_locales: z.array(text).optional(),
  invoice_settings: z.strictObject({ default_payment_method: emptyable.optional() }).optional(),
};
const createParams = z.strictObject({ ...fields, payment_method: text.optional() });
const updateParams = z.strictObject(fields);
type Given = z.output<typeof createParams>;

function create(world: World, given: Given): Stripe.Customer {
  const customer: Stripe.Customer = {
    id: newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: now(world),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomLetters(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  put(world.customers, customer);
  try {
    if (given.payment_method !== undefined)
      attach(world, methodOf(world, given.payment_method, 'payment_method'), customer);
    change(world, customer, given);
  } catch (error) {
    // A card that was declined makes no customer.
    world.customers.things.delete(customer.id);
    throw error;
  }
  emit(world, 'customer.created', customer);
  return customer;
}

function change(world: World, customer: Stripe.Customer, given: Given): void {
  for (const key of ['description', 'email', 'name', 'phone'] as const)
    if (given[key] !== undefined) customer[key] = given[key] || null;
  if (given.preferred_locales) customer.preferred_locales = given.preferred_locales;
  if (given.invoice_prefix) customer.invoice_prefix = given.invoice_prefix;
  if (given.next_invoice_sequence) customer.next_invoice_sequence = given.next_invoice_sequence;
  customer.metadata = mergeMetadata(customer.metadata, given.metadata);
  const method = given.invoice_settings?.default_payment_method;
  if (method !== undefined)
    customer.invoice_settings.default_payment_method = ownMethod(world, customer, method);
}

/** Only a method that is attached to the customer can be the default. */
function ownMethod(world: World, customer: Stripe.Customer, id: string): string | null {
  if (id === '') return null;
  const param = 'invoice_settings[default_payment_method]';
  const method = get(world.methods, id, param);
  if (method.customer !== customer.id) return get({ ...world.methods, things: new Map() }, id, param);
  return method.id;
}

function update(world: World, given: Given, id: string): Stripe.Customer {
  const customer = get(world.customers, id);
  change(world, customer, given);
  emit(world, 'customer.updated', customer);
  return customer;
}

export const customerCalls = [
  call('POST', '/v1/customers', createParams, create),
  call('GET', '/v1/customers/:id', z.strictObject(expand), (world, _given, id) => get(world.customers, id)),
  call('POST', '/v1/customers/:id', updateParams, update),
  call(
    'GET',
    '/v1/customers',
    z.strictObject({ ...paging, created: when.optional(), email: text.optional() }),
    (world, given) =>
      page(
        all(world, world.customers).filter(
          ({ created, email }) => within(created, given.created) && matches(given.email, email),
        ),
        '/v1/customers',
        given,
      ),
  ),
];
