/** What is refused before anything is done, one result for one key, pages, and what goes wrong on demand. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { startStripeStandIn } from '../src/stand-in.js';
import { confirmed, customerWith, paid, refusal, startBoth } from './fixture.js';

let stripe: Stripe;
let both: Awaited<ReturnType<typeof startBoth>>;
beforeAll(async () => {
  both = await startBoth();
  stripe = both.stripe;
});
afterAll(() => both.standIn.stop());

const raw = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${both.standIn.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk_test_raw',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body,
  });

test.each([
  ['/v1/payment_intents', 'amount=500&currency=usd&colour=red', 'parameter_unknown', 'colour'],
  [
    '/v1/payment_intents',
    'amount=500&currency=usd&payment_method_types[0]=card',
    'parameter_unknown',
    'payment_method_types',
  ],
  ['/v1/payment_intents', 'currency=usd', 'parameter_missing', 'amount'],
  ['/v1/payment_intents', 'amount=many&currency=usd', 'parameter_invalid_integer', 'amount'],
  ['/v1/payment_intents', 'amount=500&currency=', 'parameter_invalid_empty', 'currency'],
  [
    '/v1/payment_intents',
    'amount=500&currency=usd&automatic_payment_methods[enabled]=true&automatic_payment_methods[much]=1',
    'parameter_unknown',
    'automatic_payment_methods[much]',
  ],
  ['/v1/customers', 'invoice_settings[colour]=red', 'parameter_unknown', 'invoice_settings[colour]'],
  ['/v1/refunds', '', 'parameter_missing', 'charge'],
])('%s %s is refused: %s', async (path, body, code, param) => {
  const response = await raw(path, body);
  expect(response.status).toBe(400);
  expect(response.headers.get('request-id')).toMatch(/^req_/);
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code, param } });
});

test('whatever a form says, it is answered or refused, and never breaks the stand-in', async () => {
  const odd = fc.oneof(
    fc.string(),
    fc.constantFrom('amount', 'currency[a]', 'metadata[__proto__]', '[]', 'expand[]'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(odd, fc.string()), { maxLength: 6 }), async (fields) => {
      const body = new URLSearchParams(fields).toString();
      const response = await raw('/v1/payment_intents', body);
      expect(response.status).toBe(400);
    }),
    { numRuns: 100 },
  );
});

test('a form that is too large is refused', async () => {
  expect((await raw('/v1/customers', `description=${'x'.repeat(70_000)}`)).status).toBe(400);
});

test('a page elsewhere whose name was turned to this machine commands nothing', async () => {
  const ask = request(`${both.standIn.url}/_control/payments`, {
    method: 'POST',
    headers: { host: 'evil.test' },
  });
  ask.end('{}');
  const [response] = (await once(ask, 'response')) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(421);
});

test('no such object is a 404 where the address names it, and a 400 where a parameter does', async () => {
  expect(await refusal(stripe.paymentIntents.retrieve('pi_none'))).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    type: 'StripeInvalidRequestError',
  });
  expect(
    await refusal(stripe.paymentIntents.create({ amount: 500, currency: 'usd', customer: 'cus_none' })),
  ).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer' });
  expect((await raw('/v1/unicorns', '')).status).toBe(404);
});

test.each(['sk_live_real', 'pk_test_public', 'nonsense'])('the key %s is refused', async (key) => {
  expect(await refusal(both.client(key).customers.list())).toMatchObject({
    statusCode: 401,
    type: 'StripeAuthenticationError',
  });
});

test('it does not start in production', async () => {
  process.env.NODE_ENV = 'production';
  try {
    await expect(startStripeStandIn()).rejects.toThrow('no place in production');
  } finally {
    process.env.NODE_ENV = 'test';
  }
});

test('one key is one payment, and says that it is a repetition', async () => {
  const body = 'amount=500&currency=usd';
  const headers = { 'idempotency-key': 'one' };
  const first = await raw('/v1/payment_intents', body, headers);
  const second = await raw('/v1/payment_intents', body, headers);
  expect(await second.json()).toEqual(await first.json());
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'));
});

test('a key with other parameters, or for another call, is refused', async () => {
  const idempotencyKey = 'two';
  await stripe.paymentIntents.create({ amount: 500, currency: 'usd' }, { idempotencyKey });
  const error = await refusal(
    stripe.paymentIntents.create({ amount: 501, currency: 'usd' }, { idempotencyKey }),
  );
  expect(error).toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
  expect((await refusal(stripe.customers.create({}, { idempotencyKey }))).type).toBe(
    'StripeIdempotencyError',
  );
});

test('a decline is a result that the key keeps; a form that was refused is none', async () => {
  const owner = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  const payment = { amount: 500, currency: 'usd', ...owner, ...confirmed };
  const idempotencyKey = 'three';
  const first = await refusal(stripe.paymentIntents.create(payment, { idempotencyKey }));
  const second = await refusal(stripe.paymentIntents.create(payment, { idempotencyKey }));
  expect(second.charge).toBe(first.charge);
  const headers = { 'idempotency-key': 'four' };
  expect((await raw('/v1/payment_intents', 'amount=500', headers)).status).toBe(400);
  expect((await raw('/v1/payment_intents', 'amount=500&currency=usd', headers)).status).toBe(200);
});

test('of two calls at once with one key the second is told to wait', async () => {
  both.standIn.control.fault({ kind: 'slow', milliseconds: 150, path: '/v1/customers' });
  const statuses = await Promise.all(
    [0, 1].map(async () => (await raw('/v1/customers', 'name=A', { 'idempotency-key': 'five' })).status),
  );
  expect(statuses.sort()).toEqual([200, 409]);
});

test('an answer that was lost is found again by the key: the money moved once', async () => {
  const owner = await customerWith(stripe);
  const payment = { amount: 500, currency: 'usd', ...owner, ...confirmed };
  // Twice: the SDK asks once more by itself when a connection is cut, with the same key.
  both.standIn.control.fault({ kind: 'drop-answer', times: 2, path: '/v1/payment_intents' });
  const lost = await refusal(stripe.paymentIntents.create(payment, { idempotencyKey: 'six' }));
  expect(lost.type).toBe('StripeConnectionError');
  const found = await stripe.paymentIntents.create(payment, { idempotencyKey: 'six' });
  expect(found.status).toBe('succeeded');
  expect((await stripe.charges.list({ customer: owner.customer })).data).toHaveLength(1);
});

test.each([
  ['refuse', 500, 0],
  ['fail-after', 500, 1],
  ['rate-limit', 429, 0],
] as const)('%s answers %i, and %i customers were made', async (kind, status, made) => {
  const email = `${kind}@example.test`;
  both.standIn.control.fault({ kind, path: '/v1/customers' });
  expect((await refusal(stripe.customers.create({ email }))).statusCode).toBe(status);
  expect((await stripe.customers.list({ email })).data).toHaveLength(made);
});

test('a call that hangs is cut at last, with nothing done', async () => {
  const email = 'hang@example.test';
  both.standIn.control.fault({ kind: 'hang', times: 2, milliseconds: 50, path: '/v1/customers' });
  expect((await refusal(stripe.customers.create({ email }))).type).toBe('StripeConnectionError');
  expect((await stripe.customers.list({ email })).data).toEqual([]);
});

test("the SDK's own retry goes through what fails once", async () => {
  both.standIn.control.fault({ kind: 'refuse', path: '/v1/customers' });
  expect((await both.client('sk_test_retry', 1).customers.create({ name: 'A' })).name).toBe('A');
});

test('pages lead through a list forwards and backwards, newest first', async () => {
  const { customer, payment_method } = await customerWith(stripe);
  const ids: string[] = [];
  for (let count = 0; count < 7; count += 1)
    ids.unshift((await stripe.paymentIntents.create({ amount: 500 + count, currency: 'usd', customer })).id);
  const first = await stripe.paymentIntents.list({ customer, limit: 3 });
  expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' });
  const next = await stripe.paymentIntents.list({ customer, limit: 3, starting_after: ids[2] });
  const last = await stripe.paymentIntents.list({ customer, limit: 3, starting_after: ids[5] });
  expect([...first.data, ...next.data, ...last.data].map(({ id }) => id)).toEqual(ids);
  expect(last.has_more).toBe(false);
  const back = await stripe.paymentIntents.list({ customer, limit: 3, ending_before: ids[5] });
  expect(back.data.map(({ id }) => id)).toEqual(ids.slice(2, 5));
  const all = await stripe.paymentIntents.list({ customer, limit: 2 }).autoPagingToArray({ limit: 100 });
  expect(all.map(({ id }) => id)).toEqual(ids);
  expect((await refusal(stripe.paymentIntents.list({ starting_after: payment_method }))).code).toBe(
    'resource_missing',
  );
  expect((await refusal(stripe.paymentIntents.list({ limit: 101 }))).param).toBe('limit');
});

test('a list keeps to the time it is asked for', async () => {
  const { created, id } = await paid(stripe);
  const ids = async (range: Stripe.RangeQueryParam) =>
    (await stripe.paymentIntents.list({ created: range, limit: 100 })).data.map((one) => one.id);
  expect(await ids({ gte: created })).toContain(id);
  expect(await ids({ lt: created })).not.toContain(id);
});

test('only what is a reference can be expanded', async () => {
  const { id } = await paid(stripe);
  for (const path of [
    'colour',
    'amount',
    'latest_charge.colour',
    'latest_charge.payment_intent.latest_charge.customer.a',
  ])
    expect((await refusal(stripe.paymentIntents.retrieve(id, { expand: [path] }))).statusCode).toBe(400);
  const listed = await stripe.paymentIntents.list({ limit: 1, expand: ['data.latest_charge.refunds'] });
  const charge = listed.data[0]?.latest_charge as Stripe.Charge;
  expect(charge.refunds).toMatchObject({ object: 'list', data: [] });
});

test('a control that is asked wrongly over HTTP does nothing and says why', async () => {
  const control = (name: string, body: string, type = 'application/json') =>
    fetch(`${both.standIn.url}/_control/${name}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
  expect((await control('nothing', '{}')).status).toBe(404);
  expect((await control('fault', '{"kind":"unheard"}')).status).toBe(400);
  expect((await control('fault', '{')).status).toBe(400);
  expect((await control('fault', '{}', 'text/plain')).status).toBe(415);
  expect((await control('close-dispute', '{"dispute":"dp_none","outcome":"won"}')).status).toBe(404);
  expect(await (await control('fault', '{"kind":"refuse"}')).json()).toEqual({ waiting: 1 });
  expect(await (await control('fault', '{}')).json()).toEqual({ waiting: 0 });
});
