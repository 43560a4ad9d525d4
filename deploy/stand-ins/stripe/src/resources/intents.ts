/** Payment intents: https://docs.stripe.com/api/payment_intents. Captured at once; cards alone. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { checkCharge, checkCurrency } from '../currencies.js';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { bool, emptyable, expand, integer, mergeMetadata, metadata, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, now, put, type World } from '../world.js';
import { confirm, unexpectedState } from './confirm.js';
import { newIntent } from './intent-shape.js';
import { cardOf, methodOf } from './methods.js';

const confirmFields = {
  ...expand,
  payment_method: text.optional(),
  receipt_email: emptyable.optional(),
  return_url: text.optional(),
  off_session: bool.optional(),
  error_on_requires_action: bool.optional(),
  use_stripe_sdk: bool.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
};
const confirmParams = z.strictObject(confirmFields);
const createParams = z.strictObject({
  ...confirmFields,
  amount: integer,
  currency: text,
  customer: text.optional(),
  confirm: bool.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  capture_method: z.enum(['automatic', 'automatic_async']).optional(),
  confirmation_method: z.literal('automatic').optional(),
  allowed_payment_method_types: z.array(z.literal('card')).min(1).optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: bool, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  statement_descriptor_suffix: text.max(22).optional(),
});
type Given = z.output<typeof createParams>;

/** What a bare create gets: methods of the dashboard, some of which redirect. */
function methodsOf({ automatic_payment_methods: automatic, allowed_payment_method_types: allowed }: Given) {
  if (automatic?.enabled && allowed)
    throw invalid('Either automatic_payment_methods or allowed_payment_method_types, not both', {
      param: 'allowed_payment_method_types',
    });
  const dashboard = automatic?.enabled ?? allowed === undefined;
  return {
    allowed_payment_method_types: allowed ?? null,
    automatic_payment_methods: dashboard
      ? { enabled: true, allow_redirects: automatic?.allow_redirects ?? 'always' }
      : null,
  };
}

function create(world: World, given: Given): Stripe.PaymentIntent {
  const currency = checkCurrency(given.currency);
  checkCharge(given.amount, currency);
  if (given.customer !== undefined) get(world.customers, given.customer, 'customer');
  if (given.off_session && !given.confirm)
    throw invalid('off_session goes with confirm=true', { param: 'off_session' });
  const intent = newIntent(world, {
    ...methodsOf(given),
    amount: given.amount,
    currency,
    capture_method: given.capture_method ?? 'automatic_async',
    customer: given.customer ?? null,
    description: given.description ?? null,
    metadata: mergeMetadata({}, given.metadata),
    receipt_email: given.receipt_email || null,
    setup_future_usage: given.setup_future_usage ?? null,
    statement_descriptor_suffix: given.statement_descriptor_suffix ?? null,
  });
  if (given.payment_method !== undefined) {
    intent.payment_method = usable(world, given.payment_method, intent.customer);
    intent.status = 'requires_confirmation';
  }
  put(world.intents, intent);
  emit(world, 'payment_intent.created', intent);
  return given.confirm ? confirm(world, intent, { ...given, payment_method: undefined }) : intent;
}

/** A method of another customer, or one that was used up, is refused. */
function usable(world: World, id: string, customer: unknown): string {
  const method = methodOf(world, id, 'payment_method');
  if (method.customer !== null && method.customer !== customer)
    throw invalid('The payment method belongs to a customer: name that customer', {
      param: 'payment_method',
    });
  if (cardOf(world, method.id).spent)
    throw invalid('The payment method was used or detached before, and can not be used again', {
      param: 'payment_method',
    });
  return method.id;
}

const cancelParams = z.strictObject({
  ...expand,
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

function cancel(world: World, given: z.output<typeof cancelParams>, id: string): Stripe.PaymentIntent {
  const intent = get(world.intents, id);
  if (!intent.status.startsWith('requires_')) throw unexpectedState(intent, 'canceled');
  Object.assign(intent, {
    status: 'canceled',
    canceled_at: now(world),
    cancellation_reason: given.cancellation_reason ?? null,
    next_action: null,
  });
  emit(world, 'payment_intent.canceled', intent);
  return intent;
}

const updateParams = z.strictObject({
  ...expand,
  description: emptyable.optional(),
  metadata: metadata.optional(),
});
function update(world: World, given: z.output<typeof updateParams>, id: string): Stripe.PaymentIntent {
  const intent = get(world.intents, id);
  intent.metadata = mergeMetadata(intent.metadata, given.metadata);
  if (given.description !== undefined) intent.description = given.description || null;
  return intent;
}

const listParams = z.strictObject({ ...paging, created: when.optional(), customer: text.optional() });

export const intentCalls = [
  call('POST', '/v1/payment_intents', createParams, create),
  call(
    'GET',
    '/v1/payment_intents/:id',
    z.strictObject({ ...expand, client_secret: text.optional() }),
    (world, _given, id) => get(world.intents, id),
  ),
  call('POST', '/v1/payment_intents/:id', updateParams, update),
  call('POST', '/v1/payment_intents/:id/confirm', confirmParams, (world, given, id) => {
    const intent = get(world.intents, id);
    const method = given.payment_method && usable(world, given.payment_method, intent.customer);
    return confirm(world, intent, { ...given, payment_method: method });
  }),
  call('POST', '/v1/payment_intents/:id/cancel', cancelParams, cancel),
  call('GET', '/v1/payment_intents', listParams, (world, given) =>
    page(
      all(world, world.intents).filter(
        ({ created, customer }) => within(created, given.created) && matches(given.customer, customer),
      ),
      '/v1/payment_intents',
      given,
    ),
  ),
];
