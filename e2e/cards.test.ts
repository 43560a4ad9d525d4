/**
 * Money by card, through the gateway, the official SDK and the stand-in's signed webhooks: credits bought once, a lesson
 * bought in the same go, what may go back, and what is owed when a bank takes back what is spent.
 */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Payment, PaymentMethod, Refund } from '@rollcall/contracts/api/billing';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import type { AdminPlan, Plan, Subscription } from '@rollcall/contracts/api/subscriptions';
import type { Transaction } from '@rollcall/contracts/api/wallet';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import { checkInvariants } from './invariants.js';
import { buy, type Caller, demo, eventually, publishedCourse, register, walletOf } from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let cards: StripeStandIn;
let teacher: Caller;
beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: ['identity', 'enrollment', 'settlement', 'wallet', 'billing', 'gateway'],
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
  });
  cards.control.webhooks({ url: `${system.gateway}/api/v1/webhooks/stripe` });
  teacher = await register(system.gateway, 'teacher');
}, 120_000);
afterAll(async () => {
  await system.stop();
  await cards.stop();
});
afterEach(async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});

const usd = (amount: number) => ({ amount, currency: 'USD' });

/** A student who keeps a card. */
async function payer(): Promise<{ student: Caller; methodId: string }> {
  const student = await register(system.gateway, 'student');
  const { body } = await student.post<PaymentMethod>('/payments/methods', {
    paymentMethodId: 'pm_card_visa',
  });
  return { student, methodId: body.id };
}
async function pay(student: Caller, methodId: string, body: object): Promise<Payment> {
  const begun = await student.post<{ payment: Payment }>('/payments/intent', { ...body, methodId });
  expect(begun.status).toBe(201);
  const { body: paid } = await student.post<Payment>(`/payments/${begun.body.payment.id}/confirm`);
  expect(paid.status).toBe('succeeded');
  return paid;
}
const creditsAre = (student: Caller, credits: number, debt = 0) =>
  eventually(`${credits} of credits, ${debt} of debt`, async () => {
    const wallet = await walletOf(student);
    return wallet.credits.amount === credits && wallet.debt.amount === debt;
  });
const read = async (student: Caller, id: string) => (await student.get<Payment>(`/payments/${id}`)).body;
const statusIs = (student: Caller, id: string, status: Payment['status']) =>
  eventually(`the payment to be ${status}`, async () => (await read(student, id)).status === status);
const refund = <Body>(student: Caller, id: string, amount: number) =>
  student.post<Body>(`/payments/${id}/refund`, { amount });

test('credits by card are spent, go back as far as they are there, and are owed when the bank takes them', async () => {
  const { student, methodId } = await payer();
  const session = (await publishedCourse(teacher, { price: 1500 })).sessions[0]!;
  cards.control.webhooks({ copies: 2 });
  const { id, providerRef } = await pay(student, methodId, { ...usd(2500), purpose: 'topup' });
  await creditsAre(student, 2500);
  expect((await buy(student, session)).status).toBe(201);

  const refused = await refund<{ type: string; possible: object }>(student, id, 2500);
  expect([refused.status, refused.body]).toMatchObject([
    409,
    { type: '/problems/refund-not-possible', possible: usd(1000) },
  ]);
  const back = await refund<Refund>(student, id, 600);
  expect(back.status).toBe(201);
  await statusIs(student, id, 'partially_refunded');
  await creditsAre(student, 400);

  const { id: dispute } = cards.control.dispute({ paymentIntent: providerRef!, amount: 1900 });
  await statusIs(student, id, 'disputed');
  await creditsAre(student, 0, -1500);
  cards.control['close-dispute']({ dispute, outcome: 'won' });
  await statusIs(student, id, 'partially_refunded');
  await creditsAre(student, 400);

  const { body } = await student.get<{ data: Transaction[] }>(
    '/wallet/transactions?type=deposit&type=refund',
  );
  expect(body.data.map(({ type, amount }) => [type, amount])).toEqual([
    ['refund', -600],
    ['deposit', 2500],
  ]);
}, 60_000);

test('a session is bought in one go by card, and a second payment for it stays as credits', async () => {
  const { student, methodId } = await payer();
  const session = (await publishedCourse(teacher, { price: 1200 })).sessions[0]!;
  const order = { ...usd(1200), purpose: 'session', sessionId: session.id };
  await pay(student, methodId, order);
  const mine = () => student.get<{ data: Purchase[] }>('/enrollments/me/sessions');
  await eventually('the session to be bought', async () => {
    const [purchase] = (await mine()).body.data;
    return purchase?.status === 'active' && purchase.fundedBy === 'card';
  });
  await creditsAre(student, 0);
  await pay(student, methodId, order);
  await creditsAre(student, 1200);
  expect((await mine()).body.data).toHaveLength(1);
}, 60_000);

test('webhooks that are late and in the wrong order, and a refund nobody here asked for, come out right', async () => {
  const { student } = await payer();
  const begun = await student.post<{ payment: Payment }>('/payments/intent', {
    ...usd(2000),
    purpose: 'topup',
  });
  const { id, providerRef } = begun.body.payment;
  cards.control.webhooks({ holding: true });
  await fetch(`${cards.url}/v1/payment_intents/${providerRef}/confirm`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_browser', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'payment_method=pm_card_mastercard',
  });
  cards.control.refund({ paymentIntent: providerRef!, amount: 500 });
  expect((await read(student, id)).status).toBe('pending');
  cards.control.release({ order: 'reversed' });
  cards.control.webhooks({ holding: false, copies: 1 });
  await statusIs(student, id, 'partially_refunded');
  await creditsAre(student, 1500);
}, 60_000);

test('a plan is sold, subscribed to, renewed by the provider’s word, and given up', async () => {
  const admin = await demo(system.gateway, 'admin');
  const plan = { name: 'Four lessons', slug: 'four-lessons', price: usd(4000), interval: 'month' };
  const sold = await admin.post<AdminPlan>('/admin/plans', { ...plan, lessonsPerMonth: 4 });
  expect(sold.status).toBe(201);
  const { student, methodId } = await payer();
  const offered = await student.get<{ data: Plan[] }>('/subscriptions/plans');
  expect(offered.body.data.map(({ slug }) => slug)).toEqual(['four-lessons']);
  const begun = await student.post<Subscription>('/subscriptions', { planId: sold.body.id, methodId });
  expect([begun.status, begun.body.status]).toEqual([201, 'active']);
  const until = async (what: string, is: (subscription: Subscription) => boolean) =>
    eventually(what, async () => {
      const { body } = await student.get<Subscription>('/subscriptions/current');
      return is(body) && body;
    });
  cards.control.clock({ seconds: 31 * 86_400 });
  const end = begun.body.currentPeriodEnd;
  await until('the next period', ({ currentPeriodStart }) => currentPeriodStart === end);
  expect((await student.post('/subscriptions/cancel')).status).toBe(200);
  cards.control.clock({ seconds: 31 * 86_400 });
  await until('its end', ({ status }) => status === 'cancelled');
}, 60_000);

test('a forged webhook through the gateway is a 400', async () => {
  const answer = await fetch(`${system.gateway}/api/v1/webhooks/stripe`, {
    method: 'POST',
    headers: {
      'stripe-signature': `t=${Math.floor(Date.now() / 1000)},v1=00`,
      'content-type': 'application/json',
    },
    body: '{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{}}}',
  });
  expect(answer.status).toBe(400);
});
