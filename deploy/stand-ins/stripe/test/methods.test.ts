/** Saved cards. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { confirmed, customerWith, refusal, startBoth } from './fixture.js';

let stripe: Stripe;
let both: Awaited<ReturnType<typeof startBoth>>;
beforeAll(async () => {
  both = await startBoth();
  stripe = both.stripe;
});
afterAll(() => both.standIn.stop());

test('each attach of a test card is a new method, of one and the same card', async () => {
  const { id: customer } = await stripe.customers.create();
  const first = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  const second = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  expect(first.id).not.toBe(second.id);
  expect(first.card).toMatchObject({ brand: 'visa', last4: '4242', fingerprint: second.card?.fingerprint });
  const listed = await stripe.paymentMethods.list({ customer, type: 'card' });
  expect(listed.data.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(2);
});

test('a detached method is in no list, pays nothing and can not come back', async () => {
  const { customer, payment_method: method } = await customerWith(stripe);
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method } });
  expect(await stripe.paymentMethods.detach(method)).toMatchObject({ id: method, customer: null });
  expect((await stripe.paymentMethods.list({ customer })).data).toEqual([]);
  expect((await stripe.customers.retrieve(customer)) as Stripe.Customer).toMatchObject({
    invoice_settings: { default_payment_method: null },
  });
  expect((await refusal(stripe.paymentMethods.attach(method, { customer }))).statusCode).toBe(400);
  expect((await refusal(stripe.paymentMethods.detach(method))).statusCode).toBe(400);
  const payment = { amount: 500, currency: 'usd', customer, payment_method: method, ...confirmed };
  expect(await refusal(stripe.paymentIntents.create(payment))).toMatchObject({ param: 'payment_method' });
});

test("another customer's method neither pays nor becomes a default", async () => {
  const { payment_method } = await customerWith(stripe);
  const { id: customer } = await stripe.customers.create();
  const payment = { amount: 500, currency: 'usd', customer, payment_method, ...confirmed };
  expect(await refusal(stripe.paymentIntents.create(payment))).toMatchObject({
    statusCode: 400,
    param: 'payment_method',
  });
  expect(
    await refusal(
      stripe.customers.update(customer, { invoice_settings: { default_payment_method: payment_method } }),
    ),
  ).toMatchObject({ code: 'resource_missing' });
});

test('a method that is nobody’s pays once, unless the payment saves it', async () => {
  const { id: customer } = await stripe.customers.create();
  const once = await stripe.paymentMethods.create({
    type: 'card',
    card: { number: '5555555555554444', exp_month: 12, exp_year: 2040, cvc: '123' },
  });
  const payment = { amount: 500, currency: 'usd', customer, ...confirmed };
  await stripe.paymentIntents.create({ ...payment, payment_method: once.id });
  expect((await refusal(stripe.paymentIntents.create({ ...payment, payment_method: once.id }))).param).toBe(
    'payment_method',
  );
  const saved = await stripe.paymentIntents.create({
    ...payment,
    payment_method: 'pm_card_mastercard',
    setup_future_usage: 'off_session',
  });
  expect((await stripe.paymentMethods.list({ customer })).data.map(({ id }) => id)).toEqual([
    saved.payment_method,
  ]);
});

test('a number that is no test card, or is over, is refused as a card', async () => {
  const card = { number: '4111111111111111', exp_month: 12, exp_year: 2040 };
  expect(await refusal(stripe.paymentMethods.create({ type: 'card', card }))).toMatchObject({
    statusCode: 402,
    code: 'incorrect_number',
  });
  const over = { number: '4242424242424242', exp_month: 1, exp_year: 2020 };
  expect(await refusal(stripe.paymentMethods.create({ type: 'card', card: over }))).toMatchObject({
    code: 'invalid_expiry_year',
  });
});

test('a customer keeps what it is told, merges metadata, and is not made with a declined card', async () => {
  const made = await stripe.customers.create({
    email: 'a@example.test',
    name: 'A',
    metadata: { a: '1', b: '2' },
  });
  const changed = await stripe.customers.update(made.id, { name: '', metadata: { b: '', c: '3' } });
  expect(changed).toMatchObject({ email: 'a@example.test', name: null, metadata: { a: '1', c: '3' } });
  expect(changed.metadata).not.toHaveProperty('b');
  const email = 'declined@example.test';
  await refusal(stripe.customers.create({ email, payment_method: 'pm_card_chargeDeclined' }));
  expect((await stripe.customers.list({ email })).data).toEqual([]);
});
