/** Events, as an endpoint sees them that verifies each with the SDK. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { sign } from '../src/webhooks.js';
import {
  confirmed,
  customerWith,
  type Endpoint,
  paid,
  refusal,
  startBoth,
  startEndpoint,
} from './fixture.js';

let stripe: Stripe;
let both: Awaited<ReturnType<typeof startBoth>>;
let endpoint: Endpoint;
beforeAll(async () => {
  both = await startBoth();
  stripe = both.stripe;
  endpoint = await startEndpoint(stripe);
  both.standIn.control.webhooks({ url: endpoint.url });
});
beforeEach(async () => {
  await both.standIn.control.settle({});
  endpoint.events.length = 0;
  both.standIn.control.webhooks({ holding: false, copies: 1, delayMilliseconds: 0 });
});
afterAll(async () => {
  await both.standIn.stop();
  await endpoint.stop();
});

const heard = async () => {
  expect(await both.standIn.control.settle({})).toEqual({ settled: true });
  return endpoint.events.map(({ type }) => type);
};

test('a payment and its refund are told in order, as they were at the time', async () => {
  const { id, latest_charge } = await paid(stripe);
  const refund = await stripe.refunds.create(
    { payment_intent: id, amount: 700 },
    { idempotencyKey: 'refund-1' },
  );
  expect(await heard()).toEqual(['payment_intent.succeeded', 'charge.refunded']);
  const [succeeded, refunded] = endpoint.events;
  expect(succeeded?.data.object).toMatchObject({ id, status: 'succeeded', latest_charge });
  expect(refunded?.data).toMatchObject({
    object: { id: latest_charge, amount_refunded: 700, refunded: false },
    previous_attributes: { amount_refunded: 0 },
  });
  expect(refunded?.request?.idempotency_key).toBe('refund-1');
  expect(refund).toMatchObject({
    status: 'succeeded',
    amount: 700,
    charge: latest_charge,
    payment_intent: id,
  });
  const stored = await stripe.events.retrieve(String(refunded?.id));
  expect(stored.data).toEqual(refunded?.data);
  const types = (await stripe.events.list({ type: 'charge.*' })).data.map(({ type }) => type);
  expect(types.slice(0, 2)).toEqual(['charge.refunded', 'charge.succeeded']);
});

test('a decline, a 3-D Secure payment and a cancelled one are told', async () => {
  await refusal(paid(stripe, 500, 'pm_card_chargeCustomerFail'));
  const waiting = await paid(stripe, 500, 'pm_card_authenticationRequired');
  await stripe.paymentIntents.cancel(waiting.id);
  expect(await heard()).toEqual([
    'payment_intent.payment_failed',
    'payment_intent.requires_action',
    'payment_intent.canceled',
  ]);
});

test('events are held back, and released later, twice and in reverse', async () => {
  both.standIn.control.webhooks({ holding: true });
  const { id } = await paid(stripe);
  await stripe.refunds.create({ payment_intent: id });
  expect(await heard()).toEqual([]);
  const { released } = both.standIn.control.release({ order: 'reversed', copies: 2 });
  expect(released).toHaveLength(2);
  expect(await heard()).toEqual([
    'charge.refunded',
    'charge.refunded',
    'payment_intent.succeeded',
    'payment_intent.succeeded',
  ]);
  expect(endpoint.events[0]?.id).toBe(endpoint.events[1]?.id);
});

test('one type is released while another still waits', async () => {
  both.standIn.control.webhooks({ holding: true });
  const { id } = await paid(stripe);
  await stripe.refunds.create({ payment_intent: id });
  both.standIn.control.release({ types: ['charge.refunded'] });
  expect(await heard()).toEqual(['charge.refunded']);
  both.standIn.control.release({});
  expect(await heard()).toEqual(['charge.refunded', 'payment_intent.succeeded']);
});

test('each event twice, late, and one of them again when asked for', async () => {
  both.standIn.control.webhooks({ copies: 2, delayMilliseconds: 40 });
  const began = Date.now();
  await paid(stripe);
  expect(await heard()).toEqual(['payment_intent.succeeded', 'payment_intent.succeeded']);
  expect(Date.now() - began).toBeGreaterThanOrEqual(80);
  both.standIn.control.resend({ event: String(endpoint.events[0]?.id) });
  expect(await heard()).toHaveLength(3);
});

test('what is not answered with 2xx is posted again, a bounded number of times', async () => {
  endpoint.answers.push(500, 302);
  const { id } = await paid(stripe);
  expect(await heard()).toEqual(['payment_intent.succeeded']);
  const of = async () =>
    (await both.standIn.control.attempts({})).attempts.filter(
      ({ eventId }) => eventId === endpoint.events[0]?.id,
    );
  expect((await of()).map(({ status }) => status)).toEqual([500, 302, 200]);
  expect(endpoint.events[0]?.data.object).toMatchObject({ id });
});

test('a dispute card is disputed at once; won brings the money back, and larger than the charge is possible', async () => {
  const { latest_charge: charge } = await paid(stripe, 2_000, 'pm_card_createDispute');
  const [dispute] = (await stripe.disputes.list({ charge: String(charge) })).data;
  expect(dispute).toMatchObject({ amount: 2_000, reason: 'fraudulent', status: 'needs_response' });
  expect(await refusal(stripe.refunds.create({ charge: String(charge) }))).toMatchObject({
    code: 'charge_disputed',
  });
  both.standIn.control['close-dispute']({ dispute: String(dispute?.id), outcome: 'won' });
  const second = await paid(stripe, 1_000);
  const larger = both.standIn.control.dispute({ paymentIntent: second.id, amount: 1_500 });
  both.standIn.control['close-dispute']({ dispute: larger.id, outcome: 'lost' });
  expect(await heard()).toEqual([
    'payment_intent.succeeded',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.closed',
    'payment_intent.succeeded',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.closed',
  ]);
  expect(endpoint.events[1]?.data.object).toMatchObject({
    id: dispute?.id,
    status: 'needs_response',
    charge,
  });
  expect(
    (await stripe.disputes.retrieve(String(dispute?.id))).balance_transactions.map(({ net }) => net),
  ).toEqual([-3_500, 2_000]);
  expect(await stripe.disputes.retrieve(larger.id)).toMatchObject({ status: 'lost', amount: 1_500 });
  expect((await stripe.charges.retrieve(String(charge))).disputed).toBe(true);
});

test('an inquiry moves no money, and the charge can still be refunded', async () => {
  const { latest_charge: charge } = await paid(stripe, 800, 'pm_card_createDisputeInquiry');
  const [inquiry] = (await stripe.disputes.list({ charge: String(charge) })).data;
  expect(inquiry).toMatchObject({ status: 'warning_needs_response', balance_transactions: [] });
  expect((await stripe.refunds.create({ charge: String(charge) })).amount).toBe(800);
});

test('a refund from the dashboard, and one that the bank sends back', async () => {
  const { id, latest_charge } = await paid(stripe, 1_000);
  const refund = both.standIn.control.refund({ paymentIntent: id, amount: 400 });
  both.standIn.control['end-refund']({ refund: refund.id, status: 'failed', reason: 'lost_or_stolen_card' });
  expect(await heard()).toEqual([
    'payment_intent.succeeded',
    'charge.refunded',
    'refund.updated',
    'refund.failed',
  ]);
  expect(endpoint.events[3]?.data.object).toMatchObject({
    status: 'failed',
    failure_reason: 'lost_or_stolen_card',
  });
  expect(await stripe.charges.retrieve(String(latest_charge))).toMatchObject({
    amount_refunded: 0,
    refunded: false,
  });
  expect(endpoint.events[1]?.request).toEqual({ id: null, idempotency_key: null });
});

test('more than the rest is never refunded, and what was refunded is not refunded again', async () => {
  const { id } = await paid(stripe, 1_000);
  await stripe.refunds.create({ payment_intent: id, amount: 600 });
  expect(await refusal(stripe.refunds.create({ payment_intent: id, amount: 401 }))).toMatchObject({
    statusCode: 400,
    param: 'amount',
  });
  expect((await stripe.refunds.create({ payment_intent: id })).amount).toBe(400);
  expect(await refusal(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
    code: 'charge_already_refunded',
  });
  expect((await stripe.refunds.list({ payment_intent: id })).data.map(({ amount }) => amount)).toEqual([
    400, 600,
  ]);
  const unpaid = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
  expect((await refusal(stripe.refunds.create({ payment_intent: unpaid.id }))).statusCode).toBe(400);
});

test('the cards whose refunds pend or fail do so', async () => {
  const pending = await stripe.refunds.create({
    payment_intent: (await paid(stripe, 500, 'pm_card_pendingRefund')).id,
  });
  expect(pending.status).toBe('pending');
  both.standIn.control['end-refund']({ refund: pending.id, status: 'succeeded' });
  expect((await stripe.refunds.retrieve(pending.id)).status).toBe('succeeded');
  const failing = await stripe.refunds.create({
    payment_intent: (await paid(stripe, 500, 'pm_card_refundFail')).id,
  });
  expect(failing.status).toBe('succeeded');
  expect((await stripe.refunds.retrieve(failing.id)).status).toBe('failed');
  expect(await heard()).toContain('refund.failed');
});

test('a forged signature, another secret and an old one are refused by the SDK', () => {
  const body = '{"id":"evt_1","object":"event"}';
  const at = Math.floor(Date.now() / 1_000);
  const verify = (signature: string) => () => stripe.webhooks.constructEvent(body, signature, 'whsec_a');
  expect(verify(sign(body, 'whsec_a', at))().id).toBe('evt_1');
  expect(verify(sign(body, 'whsec_b', at))).toThrow();
  expect(verify(sign(`${body} `, 'whsec_a', at))).toThrow();
  expect(verify(sign(body, 'whsec_a', at - 600))).toThrow();
});

test('the books add up to what is paid out, and a difference made on purpose shows in the lists', async () => {
  const own = await startBoth();
  const { latest_charge: first } = await paid(own.stripe, 2_000);
  const { id: second } = await paid(own.stripe, 1_000);
  await own.stripe.refunds.create({ payment_intent: second, amount: 300 });
  const payout = own.standIn.control.payout({ currency: 'usd' });
  const lines = (await own.stripe.balanceTransactions.list({ payout: payout.id })).data;
  expect(lines.map(({ type, net }) => [type, net])).toEqual([
    ['payout', -2_553],
    ['refund', -300],
    ['charge', 941],
    ['charge', 1_912],
  ]);
  expect((await own.stripe.payouts.list()).data).toMatchObject([
    { id: payout.id, amount: 2_553, status: 'paid' },
  ]);
  own.standIn.control.hide({ id: String(first) });
  expect((await own.stripe.charges.list()).data).toHaveLength(1);
  own.standIn.control.hide({ id: String(first), hidden: false });
  own.standIn.control.alter({ id: String(first), amount: 1_999 });
  expect((await own.stripe.charges.list()).data.map(({ amount }) => amount)).toEqual([1_000, 1_999]);
  await own.standIn.stop();
});

test('an event is posted for a payment whose answer was lost', async () => {
  const owner = await customerWith(stripe);
  both.standIn.control.fault({ kind: 'drop-answer', times: 2, path: '/v1/payment_intents' });
  await refusal(stripe.paymentIntents.create({ amount: 500, currency: 'usd', ...owner, ...confirmed }));
  expect(await heard()).toEqual(['payment_intent.succeeded']);
});
