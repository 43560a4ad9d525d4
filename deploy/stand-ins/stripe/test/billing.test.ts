/** Billing's adapter against the stand-in: what is an answer, what is none, and whole payments. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../../../packages/kit/src/id.js';
import {
  createProvider,
  LOOK,
  NoAnswer,
  type Provider,
  Refused,
  TIMEOUT,
} from '../../../../services/billing/src/provider.js';
import { type StripeStandIn, startStripeStandIn } from '../src/stand-in.js';

const STRIPE_SECRET_KEY = 'sk_test_rollcall';
let standIn: StripeStandIn;
let provider: Provider;
beforeAll(async () => {
  standIn = await startStripeStandIn();
  provider = createProvider({ STRIPE_SECRET_KEY, STRIPE_API_BASE: standIn.url }, { timeout: 1_000 });
});
afterAll(async () => {
  provider.close();
  await standIn.stop();
});

/** A payer with a card, and an intent of his. */
async function begun(given = 'pm_card_visa', amount = 1000) {
  const customer = await provider.createCustomer(newId());
  const card = await provider.attach({ id: newId(), given, customer });
  const id = newId();
  const intent = await provider.openIntent({ id, amount, currency: 'USD', customer });
  const confirm = (key = newId()) => provider.confirm({ ref: intent.ref, method: card.providerId, key });
  return { id, customer, card, intent, confirm };
}

test('a card is attached, an intent opened, confirmed and read, in our words', async () => {
  const { id, card, intent, confirm } = await begun();
  expect(card).toMatchObject({ brand: 'visa', last4: '4242', providerId: expect.stringMatching(/^pm_/) });
  expect(intent).toMatchObject({
    paymentId: id,
    amount: 1000,
    currency: 'USD',
    state: 'open',
    failureCode: null,
  });
  expect(intent.clientSecret).toMatch(/_secret_/);
  expect(await confirm()).toMatchObject({ ref: intent.ref, state: 'succeeded' });
  expect(await provider.readIntent(intent.ref)).toMatchObject({ state: 'succeeded', failureCode: null });
});

test('the same asked again under its key is the same thing', async () => {
  const { id, customer, intent } = await begun();
  const again = await provider.openIntent({ id, amount: 1000, currency: 'USD', customer });
  expect(again.ref).toBe(intent.ref);
});

test('a card that is declined is an answer, and its reason stands on the intent', async () => {
  const { intent, confirm } = await begun('pm_card_chargeCustomerFail');
  await expect(confirm()).rejects.toBeInstanceOf(Refused);
  expect(await provider.readIntent(intent.ref)).toMatchObject({
    state: 'open',
    failureCode: 'generic_decline',
  });
});

test('a payer who has to authenticate has neither paid nor failed', async () => {
  const { confirm } = await begun('pm_card_authenticationRequired');
  expect(await confirm()).toMatchObject({ state: 'open', failureCode: null });
});

test('a refund carries our id, is listed, and more than there is is refused', async () => {
  const { intent, confirm } = await begun();
  await confirm();
  const id = newId();
  const refund = await provider.refund({ id, paymentRef: intent.ref, amount: 400 });
  expect(refund).toMatchObject({ refundId: id, paymentRef: intent.ref, amount: 400, state: 'succeeded' });
  expect(await provider.refundsOf(intent.ref)).toEqual([refund]);
  const more = provider.refund({ id: newId(), paymentRef: intent.ref, amount: 601 });
  await expect(more).rejects.toBeInstanceOf(Refused);
});

test('an intent that is cancelled can be paid no more', async () => {
  const { intent, confirm } = await begun();
  expect(await provider.cancelIntent(intent.ref)).toMatchObject({ state: 'cancelled' });
  await expect(confirm()).rejects.toBeInstanceOf(Refused);
});

test('an intent nobody has made, and a card nobody has, are answers', async () => {
  await expect(provider.readIntent('pi_none')).rejects.toBeInstanceOf(Refused);
  await expect(
    provider.attach({ id: newId(), given: 'pm_none', customer: 'cus_none' }),
  ).rejects.toBeInstanceOf(Refused);
});

/** A server that answers every call like this, or never. */
async function answering(status: number | 'never'): Promise<{ url: string; stop(): void }> {
  const server = createServer((_request, response) => {
    if (status === 'never') return;
    const type = status === 429 ? 'rate_limit_error' : 'api_error';
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { type, message: 'no' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test.each([500, 503, 429, 409, 401, 403, 'never'] as const)('%s is no answer', async (status) => {
  const server = await answering(status);
  const asked = createProvider({ STRIPE_SECRET_KEY, STRIPE_API_BASE: server.url }, { timeout: 200 });
  await expect(asked.readIntent('pi_1')).rejects.toBeInstanceOf(NoAnswer);
  asked.close();
  server.stop();
});

test('a look is given up sooner than a try, so that a look, a try and a look fit into the time the gateway waits', async () => {
  const server = await answering('never');
  const asked = createProvider(
    { STRIPE_SECRET_KEY, STRIPE_API_BASE: server.url },
    { timeout: 900, look: 100 },
  );
  const took = async (call: Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await expect(call).rejects.toBeInstanceOf(NoAnswer);
    return performance.now() - began;
  };
  expect(await took(asked.readIntent('pi_1'))).toBeLessThan(600);
  expect(await took(asked.createCustomer(newId()))).toBeLessThan(600);
  expect(await took(asked.confirm({ ref: 'pi_1', method: 'pm_1', key: newId() }))).toBeGreaterThan(800);
  asked.close();
  server.stop();
  expect(LOOK + TIMEOUT + LOOK).toBeLessThan(10_000); // UPSTREAM_TIMEOUT_MS of the gateway
});

test('a provider that is away is spared the question for a while, and that is no answer either', async () => {
  const away = createProvider({ STRIPE_SECRET_KEY, STRIPE_API_BASE: 'http://127.0.0.1:1' });
  for (let n = 0; n < 6; n += 1) await expect(away.readIntent('pi_1')).rejects.toBeInstanceOf(NoAnswer);
  const last: NoAnswer = await away.readIntent('pi_1').then(
    () => expect(undefined).toBeDefined(),
    (error) => error,
  );
  expect(last.cause).toMatchObject({ code: 'EOPENBREAKER' });
  away.close();
});
