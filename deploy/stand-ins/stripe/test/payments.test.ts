/** Paying, as the official SDK sees it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { API_VERSION } from '../src/emit.js';
import { confirmed, customerWith, paid, refusal, startBoth } from './fixture.js';

let stripe: Stripe;
let both: Awaited<ReturnType<typeof startBoth>>;
beforeAll(async () => {
  both = await startBoth();
  stripe = both.stripe;
});
afterAll(() => both.standIn.stop());

test('the stand-in speaks the version the SDK is pinned to, and no other', async () => {
  expect(Stripe.API_VERSION).toBe(API_VERSION);
  const error = await refusal(stripe.customers.list({}, { apiVersion: '2020-08-27' }));
  expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
});

test('a test card pays: the charge, its fee and the answer agree', async () => {
  const owner = await customerWith(stripe);
  const intent = await stripe.paymentIntents.create({
    amount: 2_000,
    currency: 'USD',
    metadata: { purpose: 'topup' },
    ...owner,
  });
  expect(intent).toMatchObject({
    object: 'payment_intent',
    status: 'requires_confirmation',
    currency: 'usd',
    amount_received: 0,
    livemode: false,
    payment_method_types: ['card'],
  });
  expect(intent.id).toMatch(/^pi_\w{24}$/);
  expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_\\w+$`));
  const done = await stripe.paymentIntents.confirm(intent.id, {
    return_url: 'https://example.test/back',
    expand: ['latest_charge.balance_transaction', 'customer'],
  });
  expect(done).toMatchObject({ status: 'succeeded', amount_received: 2_000, metadata: { purpose: 'topup' } });
  const charge = done.latest_charge as Stripe.Charge;
  expect(charge).toMatchObject({ paid: true, status: 'succeeded', amount: 2_000, payment_intent: intent.id });
  expect(charge.payment_method_details?.card).toMatchObject({ brand: 'visa', last4: '4242' });
  expect(charge.balance_transaction).toMatchObject({ amount: 2_000, fee: 88, net: 1_912, source: charge.id });
  expect(done.customer).toMatchObject({ id: owner.customer, object: 'customer' });
  expect((await stripe.paymentIntents.retrieve(intent.id)).latest_charge).toBe(charge.id);
  expect((await stripe.charges.list({ payment_intent: intent.id })).data).toHaveLength(1);
});

test.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
])('%s is declined as %s, and the payment can be tried again', async (payment_method, code, decline_code) => {
  const { id: customer } = await stripe.customers.create();
  const attached = await refusal(stripe.paymentMethods.attach(payment_method, { customer }));
  expect(attached).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code });
  const error = await refusal(
    stripe.paymentIntents.create({ amount: 500, currency: 'usd', customer, payment_method, ...confirmed }),
  );
  expect(error).toMatchObject({ type: 'StripeCardError', rawType: 'card_error', code, decline_code });
  const intent = error.payment_intent as Stripe.PaymentIntent;
  expect(intent).toMatchObject({
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: { type: 'card_error', code, decline_code, charge: error.charge },
  });
  const failed = await stripe.charges.retrieve(String(error.charge));
  expect(failed).toMatchObject({
    paid: false,
    status: 'failed',
    failure_code: code,
    balance_transaction: null,
  });
  const again = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
  expect(again).toMatchObject({ status: 'succeeded', last_payment_error: null });
});

test('a card that can be saved and not charged fails only when it is charged', async () => {
  expect(await refusal(paid(stripe, 500, 'pm_card_chargeCustomerFail'))).toMatchObject({
    statusCode: 402,
    code: 'card_declined',
  });
});

test('a saved card that runs out of money declines from then on', async () => {
  const owner = await customerWith(stripe);
  await both.standIn.control.card({
    paymentMethod: owner.payment_method,
    behavesLike: 'pm_card_chargeDeclinedInsufficientFunds',
  });
  const error = await refusal(
    stripe.paymentIntents.create({ amount: 500, currency: 'usd', ...owner, ...confirmed }),
  );
  expect(error.decline_code).toBe('insufficient_funds');
});

const authenticating = async (extra: Partial<Stripe.PaymentIntentCreateParams> = {}) => {
  const owner = await customerWith(stripe, 'pm_card_authenticationRequired');
  return stripe.paymentIntents.create({ amount: 500, currency: 'usd', ...owner, ...confirmed, ...extra });
};

test('a card that wants 3-D Secure waits for it, and then pays or does not', async () => {
  const waiting = await authenticating();
  expect(waiting).toMatchObject({
    status: 'requires_action',
    next_action: { type: 'use_stripe_sdk' },
    latest_charge: null,
  });
  both.standIn.control.authenticate({ paymentIntent: waiting.id, passed: true });
  expect(await stripe.paymentIntents.retrieve(waiting.id)).toMatchObject({
    status: 'succeeded',
    next_action: null,
  });
  const refused = await authenticating();
  both.standIn.control.authenticate({ paymentIntent: refused.id, passed: false });
  expect(await stripe.paymentIntents.retrieve(refused.id)).toMatchObject({
    status: 'requires_payment_method',
    latest_charge: null,
    last_payment_error: { code: 'payment_intent_authentication_failure' },
  });
});

test.each([
  ['complete', 'succeeded', 'succeeded'],
  ['fail', 'failed', 'requires_payment_method'],
])('the page of the bank leads back with what was decided: %s', async (button, redirectStatus, status) => {
  const waiting = await authenticating({ return_url: 'https://example.test/back?a=1' });
  expect(waiting.next_action?.type).toBe('redirect_to_url');
  const url = String(waiting.next_action?.redirect_to_url?.url);
  expect(await (await fetch(url)).text()).toContain(`/3ds/${waiting.id}/${button}`);
  const left = await fetch(`${url}/${button}`, { method: 'POST', redirect: 'manual' });
  expect(left.status).toBe(303);
  const back = new URL(String(left.headers.get('location')));
  expect(back.searchParams.get('redirect_status')).toBe(redirectStatus);
  expect(back.searchParams.get('a')).toBe('1');
  expect((await stripe.paymentIntents.retrieve(waiting.id)).status).toBe(status);
  const twice = await fetch(`${url}/${button}`, { method: 'POST', redirect: 'manual' });
  expect(twice.status).toBe(409);
});

test('with nobody there to authenticate, the card that wants it is declined', async () => {
  const error = await refusal(authenticating({ off_session: true }));
  expect(error).toMatchObject({ statusCode: 402, code: 'authentication_required' });
});

test('a payment is cancelled once, and never after it succeeded', async () => {
  const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
  const cancelled = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
  expect(cancelled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
  const unexpected = { statusCode: 400, code: 'payment_intent_unexpected_state' };
  expect(await refusal(stripe.paymentIntents.cancel(intent.id))).toMatchObject(unexpected);
  expect(await refusal(stripe.paymentIntents.confirm(intent.id))).toMatchObject(unexpected);
  const done = await paid(stripe);
  const error = await refusal(stripe.paymentIntents.cancel(done.id));
  expect(error).toMatchObject({ ...unexpected, payment_intent: { id: done.id, status: 'succeeded' } });
});

test.each<[string, number, string, string | undefined]>([
  ['below the minimum of its currency', 49, 'usd', 'amount_too_small'],
  ['below a minimum without decimals', 49, 'jpy', 'amount_too_small'],
  ['below a dearer minimum', 17_499, 'huf', 'amount_too_small'],
  ['above eight digits', 100_000_000, 'usd', 'amount_too_large'],
  ['nothing', 0, 'usd', 'parameter_invalid_integer'],
  ['a fraction', 10.5, 'usd', 'parameter_invalid_integer'],
  ['a third decimal no bank moves', 1_001, 'kwd', undefined],
  ['of no currency', 1_000, 'xxx', undefined],
])('an amount that is %s is refused', async (_what, amount, currency, code) => {
  const error = await refusal(stripe.paymentIntents.create({ amount, currency }));
  expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError' });
  expect(error.code).toBe(code);
});

test('the smallest amounts are taken: 0.50 USD and 50 JPY', async () => {
  for (const currency of ['usd', 'jpy'])
    expect((await stripe.paymentIntents.create({ amount: 50, currency })).amount).toBe(50);
});

test('methods of the dashboard may redirect, so confirming wants to know where to come back', async () => {
  const owner = await customerWith(stripe);
  const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'usd', ...owner });
  expect(await refusal(stripe.paymentIntents.confirm(intent.id))).toMatchObject({ param: 'return_url' });
});
