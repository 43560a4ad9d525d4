/** Confirming a payment: 3-D Secure where the card asks for it, then the money, or what stood in its way. */
import type Stripe from 'stripe';
import type { Decline } from '../cards.js';
import { emit } from '../emit.js';
import { invalid, type Refusal } from '../errors.js';
import { get, type Method, type World } from '../world.js';
import { charge } from './charges.js';
import { openDispute } from './disputes.js';
import { cardOf, declined } from './methods.js';

export interface Confirmation {
  /** An id that was checked to be usable. */
  readonly payment_method?: string | undefined;
  readonly receipt_email?: string | undefined;
  readonly return_url?: string | undefined;
  readonly off_session?: boolean | undefined;
  readonly error_on_requires_action?: boolean | undefined;
  readonly use_stripe_sdk?: boolean | undefined;
  readonly setup_future_usage?: 'off_session' | 'on_session' | undefined;
}

const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export const unexpectedState = (intent: Stripe.PaymentIntent, wanted: string): Refusal =>
  invalid(`The payment is ${intent.status}, so it can not be ${wanted}`, {
    code: 'payment_intent_unexpected_state',
    payment_intent: intent,
  });

/** @throws Refusal 402 when the card says no; the intent has changed all the same. */
export function confirm(
  world: World,
  intent: Stripe.PaymentIntent,
  given: Confirmation,
): Stripe.PaymentIntent {
  if (!CONFIRMABLE.includes(intent.status)) throw unexpectedState(intent, 'confirmed');
  const id = given.payment_method ?? intent.payment_method;
  if (typeof id !== 'string') throw unexpectedState(intent, 'confirmed without a payment method');
  if (
    intent.automatic_payment_methods?.allow_redirects === 'always' &&
    !given.return_url &&
    !given.use_stripe_sdk
  )
    throw invalid('Methods that redirect are allowed, so a return_url is needed', { param: 'return_url' });
  intent.payment_method = id;
  if (given.setup_future_usage) intent.setup_future_usage = given.setup_future_usage;
  if (given.receipt_email !== undefined) intent.receipt_email = given.receipt_email || null;
  const { card, authenticated } = cardOf(world, id);
  if (card.authenticate === 'always' || (card.authenticate === 'once' && !authenticated))
    return askForAuthentication(world, intent, given);
  return pay(world, intent, card.decline);
}

function askForAuthentication(
  world: World,
  intent: Stripe.PaymentIntent,
  given: Confirmation,
): Stripe.PaymentIntent {
  if (given.off_session || given.error_on_requires_action)
    return pay(world, intent, 'authentication_required');
  const url = `${world.origin}/3ds/${intent.id}`;
  intent.status = 'requires_action';
  intent.next_action = given.return_url
    ? { type: 'redirect_to_url', redirect_to_url: { url, return_url: given.return_url } }
    : { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } };
  emit(world, 'payment_intent.requires_action', intent);
  return intent;
}

/** What the card holder did on the bank's page. Failing takes no money, and the payment may be tried again. */
export function authenticate(world: World, id: string, passed: boolean): Stripe.PaymentIntent {
  const intent = get(world.intents, id);
  if (intent.status !== 'requires_action') throw unexpectedState(intent, 'authenticated');
  const method = get(world.methods, String(intent.payment_method));
  intent.next_action = null;
  if (passed) {
    const inHand = cardOf(world, method.id);
    inHand.authenticated = true;
    return pay(world, intent, inHand.card.decline);
  }
  Object.assign(intent, {
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message: 'The card holder was not authenticated.',
      payment_method: structuredClone(method),
    },
  });
  emit(world, 'payment_intent.payment_failed', intent);
  world.ended(intent, false);
  return intent;
}

/** Charges the card. @throws Refusal 402 with the intent in it. */
export function pay(
  world: World,
  intent: Stripe.PaymentIntent,
  decline: Decline | undefined,
): Stripe.PaymentIntent {
  const method = get(world.methods, String(intent.payment_method));
  const made = charge(world, intent, method, decline);
  intent.latest_charge = made.id;
  intent.next_action = null;
  if (decline) throw failed(world, intent, method, decline);
  Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, last_payment_error: null });
  emit(world, 'payment_intent.succeeded', intent);
  keepOrSpend(world, intent, method);
  world.ended(intent, true);
  const { card } = cardOf(world, method.id);
  if (card.dispute)
    openDispute(world, made, { amount: made.amount, reason: card.dispute, inquiry: card.inquiry ?? false });
  return intent;
}

function failed(world: World, intent: Stripe.PaymentIntent, method: Method, decline: Decline): Refusal {
  const told = { charge: String(intent.latest_charge), payment_method: structuredClone(method) };
  const { body } = declined(decline, told);
  Object.assign(intent, {
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: { ...body },
  });
  emit(world, 'payment_intent.payment_failed', intent);
  world.ended(intent, false);
  return declined(decline, { ...told, payment_intent: structuredClone(intent) });
}

/** A method that is no customer's pays once, unless the payment saves it. */
function keepOrSpend(world: World, intent: Stripe.PaymentIntent, method: Method): void {
  if (method.customer !== null) return;
  if (intent.setup_future_usage && typeof intent.customer === 'string') {
    method.customer = intent.customer;
    emit(world, 'payment_method.attached', method);
    return;
  }
  cardOf(world, method.id).spent = true;
}
