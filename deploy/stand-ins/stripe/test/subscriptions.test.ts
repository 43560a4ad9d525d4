/** Plans, subscriptions and their invoices, while the clock is moved on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { customerWith, type Endpoint, refusal, startBoth, startEndpoint } from './fixture.js';

const DAY = 86_400;
let stripe: Stripe;
let both: Awaited<ReturnType<typeof startBoth>>;
let endpoint: Endpoint;
let price: string;
beforeAll(async () => {
  both = await startBoth();
  stripe = both.stripe;
  endpoint = await startEndpoint(stripe);
  both.standIn.control.webhooks({ url: endpoint.url });
  const product = await stripe.products.create({ name: 'Four lessons', metadata: { plan: 'four' } });
  const made = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 4_000,
    recurring: { interval: 'month' },
    lookup_key: 'four',
  });
  price = made.id;
});
afterAll(async () => {
  await both.standIn.stop();
  await endpoint.stop();
});

/** What was heard of one subscription and its invoices, in order. */
async function heardOf(subscription: string): Promise<string[]> {
  expect(await both.standIn.control.settle({})).toEqual({ settled: true });
  return endpoint.events
    .filter(({ data }) => {
      const object = data.object as Partial<Stripe.Invoice>;
      return object.id === subscription || object.parent?.subscription_details?.subscription === subscription;
    })
    .map(({ type }) => type);
}

async function subscribe(card = 'pm_card_visa', more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const { customer, payment_method } = await customerWith(stripe, card);
  return stripe.subscriptions.create({
    customer,
    default_payment_method: payment_method,
    items: [{ price }],
    ...more,
  });
}

const statusOf = async (id: string) => (await stripe.subscriptions.retrieve(id)).status;

test('a price is found by its key, keeps what it costs, and can be taken off sale', async () => {
  const [found] = (await stripe.prices.list({ lookup_keys: ['four'], expand: ['data.product'] })).data;
  expect(found).toMatchObject({
    id: price,
    unit_amount: 4_000,
    type: 'recurring',
    product: { name: 'Four lessons' },
  });
  expect(String(found?.unit_amount_decimal)).toBe('4000');
  const { id: product } = (found as Stripe.Price).product as Stripe.Product;
  const other = await stripe.prices.create({
    product,
    currency: 'usd',
    unit_amount: 1,
    recurring: { interval: 'year' },
  });
  expect(await refusal(stripe.prices.update(other.id, { lookup_key: 'four' }))).toMatchObject({
    param: 'lookup_key',
  });
  await stripe.prices.update(other.id, { active: false });
  expect((await stripe.prices.list({ product, active: true })).data.map(({ id }) => id)).toEqual([price]);
  expect(await refusal(subscribe('pm_card_visa', { items: [{ price: other.id }] }))).toMatchObject({
    statusCode: 400,
  });
  expect(await stripe.products.update(product, { description: 'a month' })).toMatchObject({
    description: 'a month',
  });
});

test('a subscription pays at once: it is active, its invoice paid, and the payment found from the invoice', async () => {
  const subscription = await subscribe('pm_card_visa', {
    metadata: { userId: 'u1' },
    expand: ['latest_invoice.payments.data.payment.payment_intent'],
  });
  expect(subscription).toMatchObject({ status: 'active', currency: 'usd', cancel_at_period_end: false });
  const [item] = subscription.items.data;
  expect(item?.price.id).toBe(price);
  const days = ((item?.current_period_end ?? 0) - (item?.current_period_start ?? 0)) / DAY;
  expect(days).toBeGreaterThanOrEqual(28);
  const invoice = subscription.latest_invoice as Stripe.Invoice;
  expect(invoice).toMatchObject({
    status: 'paid',
    amount_paid: 4_000,
    amount_remaining: 0,
    billing_reason: 'subscription_create',
    parent: { subscription_details: { subscription: subscription.id, metadata: { userId: 'u1' } } },
  });
  expect(invoice.number).toMatch(/^[A-Z0-9]{8}-0001$/);
  expect(invoice.lines.data).toMatchObject([{ amount: 4_000, pricing: { price_details: { price } } }]);
  expect(invoice.payments?.data[0]?.payment.payment_intent).toMatchObject({
    status: 'succeeded',
    amount: 4_000,
  });
  expect(await heardOf(subscription.id)).toEqual([
    'customer.subscription.created',
    'invoice.paid',
    'customer.subscription.updated',
  ]);
});

test('a month on it renews by itself, at its own time, with the next number', async () => {
  const { id, items } = await subscribe();
  const end = items.data[0]?.current_period_end;
  both.standIn.control.clock({ seconds: 32 * DAY });
  const invoices = (await stripe.invoices.list({ subscription: id })).data;
  expect(invoices.map(({ billing_reason, status }) => [billing_reason, status])).toEqual([
    ['subscription_cycle', 'paid'],
    ['subscription_create', 'paid'],
  ]);
  expect(invoices[0]?.created).toBe(end);
  expect(invoices[0]?.number).toMatch(/-0002$/);
  expect((await stripe.subscriptions.retrieve(id)).items.data[0]?.current_period_start).toBe(end);
});

test('a yearly one is billed once in a year', async () => {
  const yearly = await stripe.prices.create({
    product_data: { name: 'A year' },
    currency: 'usd',
    unit_amount: 40_000,
    recurring: { interval: 'year' },
  });
  const { id } = await subscribe('pm_card_visa', { items: [{ price: yearly.id }] });
  both.standIn.control.clock({ seconds: 360 * DAY });
  expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  both.standIn.control.clock({ seconds: 10 * DAY });
  expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(2);
});

test('a trial costs nothing and bills when it ends', async () => {
  const subscription = await subscribe('pm_card_visa', { trial_period_days: 7 });
  expect(subscription).toMatchObject({ status: 'trialing' });
  expect((subscription.trial_end ?? 0) - (subscription.trial_start ?? 0)).toBe(7 * DAY);
  const invoices = async () => (await stripe.invoices.list({ subscription: subscription.id })).data;
  expect(await invoices()).toMatchObject([{ amount_due: 0, status: 'paid' }]);
  both.standIn.control.clock({ seconds: 7 * DAY + 1 });
  expect(await statusOf(subscription.id)).toBe('active');
  expect((await invoices()).map(({ amount_paid }) => amount_paid)).toEqual([4_000, 0]);
});

test('a trial is ended early by its owner, and ends past due without a card', async () => {
  const early = await subscribe('pm_card_visa', { trial_period_days: 7 });
  await stripe.subscriptions.update(early.id, { trial_end: 'now' });
  expect(await statusOf(early.id)).toBe('active');
  const { id: customer } = await stripe.customers.create();
  const bare = await stripe.subscriptions.create({ customer, items: [{ price }], trial_period_days: 1 });
  both.standIn.control.clock({ seconds: DAY + 1 });
  expect(await statusOf(bare.id)).toBe('past_due');
});

test('a card that runs dry makes it past due; it is tried three times more and is then over', async () => {
  const subscription = await subscribe();
  await both.standIn.control.card({
    paymentMethod: String(subscription.default_payment_method),
    behavesLike: 'pm_card_chargeDeclinedInsufficientFunds',
  });
  both.standIn.control.clock({ seconds: 32 * DAY });
  expect(await statusOf(subscription.id)).toBe('past_due');
  const [open] = (await stripe.invoices.list({ subscription: subscription.id, status: 'open' })).data;
  expect(open).toMatchObject({
    attempted: true,
    amount_remaining: 4_000,
    billing_reason: 'subscription_cycle',
  });
  both.standIn.control.clock({ seconds: 20 * DAY });
  expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
    status: 'canceled',
    cancellation_details: { reason: 'payment_failed' },
  });
  expect((await stripe.invoices.retrieve(String(open?.id))).attempt_count).toBe(4);
  expect((await heardOf(subscription.id)).slice(3)).toEqual([
    'customer.subscription.updated', // the new period
    'invoice.payment_failed',
    'customer.subscription.updated', // past due
    'invoice.payment_failed',
    'invoice.payment_failed',
    'invoice.payment_failed',
    'customer.subscription.deleted',
  ]);
});

test('one that is past due is active again once its invoice is paid with another card', async () => {
  const subscription = await subscribe();
  const customer = String(subscription.customer);
  await both.standIn.control.card({
    paymentMethod: String(subscription.default_payment_method),
    behavesLike: 'pm_card_chargeDeclined',
  });
  both.standIn.control.clock({ seconds: 31 * DAY });
  const [open] = (await stripe.invoices.list({ subscription: subscription.id, status: 'open' })).data;
  const invoice = String(open?.id);
  expect(await refusal(stripe.invoices.pay(invoice))).toMatchObject({
    statusCode: 402,
    code: 'card_declined',
  });
  const better = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
  expect(await stripe.invoices.pay(invoice, { payment_method: better.id })).toMatchObject({ status: 'paid' });
  expect(await statusOf(subscription.id)).toBe('active');
  expect((await refusal(stripe.invoices.pay(invoice))).statusCode).toBe(400);
});

test('cancelled at the end of its period it runs until then, and can be taken up again before', async () => {
  const { id, items } = await subscribe();
  const end = items.data[0]?.current_period_end;
  const leaving = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  expect(leaving).toMatchObject({ status: 'active', cancel_at_period_end: true, cancel_at: end });
  expect(await stripe.subscriptions.update(id, { cancel_at_period_end: false })).toMatchObject({
    cancel_at: null,
    canceled_at: null,
  });
  await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  both.standIn.control.clock({ seconds: 32 * DAY });
  expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled', ended_at: end });
  expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  expect((await heardOf(id)).at(-1)).toBe('customer.subscription.deleted');
});

test('cancelled at once it is over, is listed only when asked for, and can not be cancelled or changed again', async () => {
  const { id, customer } = await subscribe();
  expect(await stripe.subscriptions.cancel(id)).toMatchObject({ status: 'canceled' });
  const listed = async (status?: 'all' | 'canceled') =>
    (await stripe.subscriptions.list({ customer: String(customer), status })).data.length;
  expect([await listed(), await listed('canceled'), await listed('all')]).toEqual([0, 1, 1]);
  expect((await refusal(stripe.subscriptions.cancel(id))).statusCode).toBe(404);
  expect((await refusal(stripe.subscriptions.update(id, { description: 'x' }))).statusCode).toBe(400);
});

test('a first payment that fails leaves it incomplete, for 23 hours', async () => {
  const { id, latest_invoice } = await subscribe('pm_card_chargeCustomerFail');
  expect(await statusOf(id)).toBe('incomplete');
  both.standIn.control.clock({ seconds: 23 * 3_600 + 1 });
  expect(await statusOf(id)).toBe('incomplete_expired');
  expect((await stripe.invoices.retrieve(String(latest_invoice))).status).toBe('void');
});

test('who wants all or nothing gets a 402, and nothing was made', async () => {
  const { customer, payment_method } = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  const wanted = { customer, default_payment_method: payment_method, items: [{ price }] };
  expect(
    await refusal(stripe.subscriptions.create({ ...wanted, payment_behavior: 'error_if_incomplete' })),
  ).toMatchObject({ statusCode: 402, code: 'card_declined' });
  expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toEqual([]);
  expect((await stripe.invoices.list({ customer })).data).toEqual([]);
});

test('a first payment that wants 3-D Secure makes it active once that is done', async () => {
  const subscription = await subscribe('pm_card_authenticationRequired', {
    expand: ['latest_invoice.confirmation_secret', 'latest_invoice.payments'],
  });
  expect(subscription.status).toBe('incomplete');
  const invoice = subscription.latest_invoice as Stripe.Invoice;
  const payment = String(invoice.payments?.data[0]?.payment.payment_intent);
  expect(invoice.confirmation_secret?.client_secret).toContain(payment);
  both.standIn.control.authenticate({ paymentIntent: payment, passed: true });
  expect(await statusOf(subscription.id)).toBe('active');
});

test('one left to be confirmed by its payment is active when that succeeds', async () => {
  const subscription = await subscribe('pm_card_visa', {
    payment_behavior: 'default_incomplete',
    expand: ['latest_invoice.payments'],
  });
  expect(subscription.status).toBe('incomplete');
  const [payment] = (subscription.latest_invoice as Stripe.Invoice).payments?.data ?? [];
  await stripe.paymentIntents.confirm(String(payment?.payment.payment_intent), {
    payment_method: String(subscription.default_payment_method),
  });
  expect(await statusOf(subscription.id)).toBe('active');
});

test('another price counts from the next period on', async () => {
  const dearer = await stripe.prices.create({
    product_data: { name: 'Eight lessons' },
    currency: 'usd',
    unit_amount: 7_000,
    recurring: { interval: 'month' },
  });
  const { id, items } = await subscribe();
  const change = { items: [{ id: String(items.data[0]?.id), price: dearer.id }] };
  expect((await refusal(stripe.subscriptions.update(id, change))).param).toBe('proration_behavior');
  await stripe.subscriptions.update(id, { ...change, proration_behavior: 'none' });
  both.standIn.control.clock({ seconds: 32 * DAY });
  const amounts = (await stripe.invoices.list({ subscription: id })).data.map(({ total }) => total);
  expect(amounts).toEqual([7_000, 4_000]);
});

test('no card, a card of somebody else, and a price that does not recur start nothing', async () => {
  const { id: customer } = await stripe.customers.create();
  const items = [{ price }];
  expect(await refusal(stripe.subscriptions.create({ customer, items }))).toMatchObject({
    code: 'resource_missing',
  });
  const { payment_method } = await customerWith(stripe);
  expect(
    await refusal(stripe.subscriptions.create({ customer, items, default_payment_method: payment_method })),
  ).toMatchObject({ param: 'default_payment_method' });
  const once = await stripe.prices.create({
    product_data: { name: 'Once' },
    currency: 'usd',
    unit_amount: 100,
  });
  expect((await refusal(subscribe('pm_card_visa', { items: [{ price: once.id }] }))).statusCode).toBe(400);
});

test('a key of idempotency is forgotten after a day, as it is at Stripe', async () => {
  const idempotencyKey = 'a day old';
  const first = await stripe.customers.create({ name: 'A' }, { idempotencyKey });
  both.standIn.control.clock({ seconds: DAY - 60 });
  expect((await stripe.customers.create({ name: 'A' }, { idempotencyKey })).id).toBe(first.id);
  both.standIn.control.clock({ seconds: 61 });
  expect((await stripe.customers.create({ name: 'A' }, { idempotencyKey })).id).not.toBe(first.id);
});
