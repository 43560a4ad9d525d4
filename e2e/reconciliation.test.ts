/**
 * The card provider's books against the ledger, through every service: payments that are equal at both ends, and what was
 * made to differ on purpose, found and named for finance.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Payment, PaymentMethod, Refund } from '@rollcall/contracts/api/billing';
import { readReconciliation, startReconciliation } from '@rollcall/contracts/api/reconciliation';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import { type Caller, demo, eventually, register, walletOf } from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let cards: StripeStandIn;
let finance: Caller;
const began = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: ['identity', 'wallet', 'billing', 'gateway'],
    replicasOf: { billing: 2 },
    settingsOf: { billing: { STRIPE_API_BASE: cards.url, RECONCILE_SETTLE_SECONDS: '1' } },
  });
  cards.control.webhooks({ url: `${system.gateway}/api/v1/webhooks/stripe` });
  finance = await demo(system.gateway, 'finance');
}, 120_000);
afterAll(async () => {
  await system.stop();
  await cards.stop();
});

const usd = (amount: number) => ({ amount, currency: 'USD' });

async function paid(student: Caller, amount: number): Promise<Payment> {
  const method = await student.post<PaymentMethod>('/payments/methods', { paymentMethodId: 'pm_card_visa' });
  const begun = await student.post<{ payment: Payment }>('/payments/intent', {
    ...{ ...usd(amount), purpose: 'topup', methodId: method.body.id },
  });
  const { id } = begun.body.payment;
  return (await student.post<Payment>(`/payments/${id}/confirm`)).body;
}

/** Everything so far, compared at finance's wish. */
async function compared() {
  await new Promise((done) => setTimeout(done, 2_100)); // whole seconds at the provider, and one to settle
  const to = new Date(Math.floor(Date.now() / 1000) * 1000 - 1000).toISOString();
  const asked = await finance.api.call(startReconciliation, {
    body: { from: began, to, reason: 'The month is to be closed.' },
  });
  expect([asked.status, asked.body]).toMatchObject([202, { status: 'waiting', from: began, to }]);
  return eventually('the comparison', async () => {
    const { body } = await finance.api.call(readReconciliation, { query: { to, limit: 100 } });
    return body.run?.to === to && body.run.status === 'done' && body;
  });
}

test('equal books differ in nothing; a refund without a webhook, a foreign charge, a changed amount are found', async () => {
  const student = await register(system.gateway, 'student');
  const [first, second] = [await paid(student, 2500), await paid(student, 4000)];
  const refunded = await student.post<Refund>(`/payments/${first.id}/refund`, { amount: 600 });
  expect(refunded.status).toBe(201);
  await eventually('the credits', async () => (await walletOf(student)).credits.amount === 5900);
  await eventually('the refund', async () => {
    const { body } = await student.get<Payment>(`/payments/${first.id}`);
    return body.status === 'partially_refunded';
  });
  const equal = await compared();
  expect([equal.data, equal.run?.objects, equal.run?.movements]).toEqual([[], 3, 3]);

  cards.control.webhooks({ holding: true });
  const { id: refund } = cards.control.refund({ paymentIntent: second.providerRef!, amount: 700 });
  const foreign = (await (
    await fetch(`${cards.url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_shop', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'amount=1234&currency=usd&payment_method=pm_card_visa&confirm=true&allowed_payment_method_types[]=card',
    })
  ).json()) as { latest_charge: string };
  const [intent] = cards.control.payments({}).data.filter(({ id }) => id === first.providerRef);
  cards.control.alter({ id: String(intent!.latest_charge), amount: 2400 });

  const { run, data } = await compared();
  expect(run).toMatchObject({ differenceCount: 4 });
  const named = data.map(({ kind, providerRef, reference, there, here }) => [
    kind,
    providerRef,
    reference,
    there,
    here,
  ]);
  expect(named).toContainEqual(['missing-here', refund, null, usd(-700), null]);
  expect(named).toContainEqual(['missing-here', foreign.latest_charge, null, usd(1234), null]);
  const altered = intent!.latest_charge;
  expect(named).toContainEqual(['amount', altered, `payment:${first.id}`, usd(2400), usd(2500)]);
  expect(named).toContainEqual(['balance', altered, null, usd(2500), usd(2400)]);
  expect(await metric('reconciliation_differences')).toBe(4);

  cards.control.alter({ id: String(altered), amount: 2500 });
  cards.control.release({});
  cards.control.webhooks({ holding: false });
  await eventually('the refund', async () => (await walletOf(student)).credits.amount === 5200);
  expect((await compared()).data.map(({ kind, providerRef }) => [kind, providerRef])).toEqual([
    ['missing-here', foreign.latest_charge],
  ]);
}, 120_000);

test.each<[string, object, string]>([
  ['today', { day: new Date().toISOString().slice(0, 10) }, 'day'],
  ['a period to come', { from: began, to: '2099-01-01T00:00:00Z' }, 'to'],
])('%s cannot be compared yet: 422', async (_what, period, path) => {
  const { status, body } = await finance.post<{ errors: { path: string }[] }>('/finance/reconciliation', {
    ...{ ...period, reason: 'Too early.' },
  });
  expect([status, body.errors?.[0]?.path]).toEqual(path === 'day' ? [422, 'day'] : [400, 'to']);
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${system.urls.billing[0]}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}
