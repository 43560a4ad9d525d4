/**
 * Billing over the official SDK and the stand-in: answers that are lost, replicas and webhooks that race, and what a bank
 * does in between. Each ends with one charge, one refund, and one word of each.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Payment, Refund } from '@rollcall/contracts/api/billing';
import type { EventType } from '@rollcall/contracts/event';
import {
  disputeClosed,
  paymentDisputed,
  paymentFailed,
  paymentRefunded,
  paymentSucceeded,
  refundFailed,
} from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import { createProvider, type Provider } from '../services/billing/src/provider.js';
import { lookAtPayments } from '../services/billing/src/use-cases/look-at-payments.js';
import { sendRefunds } from '../services/billing/src/use-cases/refund-payment.js';
import { actOnDue } from '../services/billing/src/use-cases/take-webhook.js';
import { SECRET } from '../services/billing/test/fake-provider.js';
import { brokenInvariants, type Person, person, stageWith, topUp } from '../services/billing/test/stage.js';

let cards: StripeStandIn;
let server: Server;
let stage: Awaited<ReturnType<typeof stageWith<Provider>>>;
/** Another replica: it has a breaker and connections of its own. */
let rival: typeof stage.desk;
let student: Person;
beforeAll(async () => {
  cards = await startStripeStandIn({ webhookSecret: SECRET, webhookTypes: ['*'] });
  const access = { STRIPE_SECRET_KEY: 'sk_test_rollcall', STRIPE_API_BASE: cards.url };
  stage = await stageWith(createProvider(access, { timeout: 3_000 }));
  rival = { ...stage.desk, provider: createProvider(access, { timeout: 3_000 }) };
  server = createServer(stage.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  cards.control.webhooks({ url: `http://127.0.0.1:${port}/api/v1/webhooks/stripe` });
  student = await person('student');
});
afterEach(async () => {
  stage.now();
  cards.control.fault({});
  cards.control.webhooks({ holding: false, copies: 1 });
  cards.control.release({ order: 'reversed', copies: 2 });
  await settled();
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(async () => {
  stage.provider.close();
  rival.provider.close();
  server.close();
  server.closeAllConnections();
  await Promise.all([cards.stop(), stage.close()]);
});

/** Every webhook was taken and acted on, and what it asked to be looked at was. */
async function settled(): Promise<void> {
  expect(await cards.control.settle({})).toEqual({ settled: true });
  await Promise.all([stage.actOnWebhooks(), actOnDue(rival)]);
  await Promise.all([stage.look(), lookAtPayments(rival)]);
}
const said = async <Data extends { paymentId: string }>(type: EventType<Data>, { id }: Payment) =>
  (await emitted(stage.db, type)).filter(({ data }) => data.paymentId === id).length;
const standing = async ({ id }: Payment) => {
  const { status, refundedAmount } = await stage.read(student, id);
  return [status, refundedAmount];
};
/** A refund whose credits are taken back. */
async function reserved(payment: Payment, amount: number): Promise<Refund> {
  const { body } = await stage.askRefund(student, payment.id, { amount }).expect(202);
  await stage.walletSays(body.id);
  return body;
}
const sendAll = () => Promise.all([stage.sendRefunds(), sendRefunds(rival), stage.sendRefunds()]);
const madeOf = async ({ providerRef }: Payment) => (await stage.provider.refundsOf(providerRef!)).length;
/** The SDK asks once more by itself when a connection is cut. */
const cut = { kind: 'drop-answer', times: 2, method: 'POST' } as const;

test('confirm calls, clocks and webhooks of two replicas race: one charge, said once', async () => {
  const { id: methodId } = await stage.card(student);
  const payment = await stage.begin(student);
  cards.control.webhooks({ copies: 3 });
  cards.control.fault({ kind: 'slow', path: '/v1/payment_intents/', method: 'POST', milliseconds: 300 });
  stage.wait(0.1);
  await stage.db('payments').where({ id: payment.id }).update({ look_at: stage.clock() });
  await Promise.all([
    ...Array.from({ length: 4 }, () => stage.confirm(student, payment.id, { methodId }).expect(200)),
    stage.look(),
    lookAtPayments(rival),
  ]);
  await settled();
  expect(await standing(payment)).toEqual(['succeeded', 0]);
  expect([await said(paymentSucceeded, payment), await said(paymentFailed, payment)]).toEqual([1, 0]);
});

test.each(['drop-answer', 'fail-after', 'rate-limit', 'refuse'] as const)(
  'a confirmation that ends in %s is no failure, and asked again it is paid once',
  async (kind) => {
    const { id: methodId } = await stage.card(student);
    const payment = await stage.begin(student);
    cards.control.webhooks({ holding: true });
    cards.control.fault({ kind, times: 2, method: 'POST', path: '/v1/payment_intents/' });
    const first = await stage.confirm(student, payment.id, { methodId }).expect(200);
    expect(first.body.status).toBe('processing');
    cards.control.fault({});
    const again = await stage.confirm(student, payment.id).expect(200);
    expect(again.body.status).toBe('succeeded');
    expect([await said(paymentSucceeded, payment), await said(paymentFailed, payment)]).toEqual([1, 0]);
  },
);

test('a refund whose answer is lost is made once, though its key is forgotten when it is asked for again', async () => {
  const payment = await stage.paid(student, 1000);
  cards.control.webhooks({ holding: true });
  await reserved(payment, 400);
  cards.control.fault({ ...cut, path: '/v1/refunds' });
  await sendAll();
  cards.control.fault({});
  expect([await standing(payment), await madeOf(payment)]).toEqual([['succeeded', 0], 1]);
  cards.control.clock({ seconds: 90_000 });
  stage.wait(6);
  await sendAll();
  expect([await standing(payment), await madeOf(payment)]).toEqual([['partially_refunded', 400], 1]);
  expect(await said(paymentRefunded, payment)).toBe(1);
});

test('a dispute that opens before a reserved refund is asked for has it fail, and won it leaves the payment whole', async () => {
  const payment = await stage.paid(student, 1000);
  await reserved(payment, 400);
  const { id: dispute } = cards.control.dispute({ paymentIntent: payment.providerRef!, amount: 1000 });
  await Promise.all([sendAll(), settled()]);
  expect([await standing(payment), await madeOf(payment)]).toEqual([['disputed', 0], 0]);
  expect([await said(refundFailed, payment), await said(paymentDisputed, payment)]).toEqual([1, 1]);
  cards.control['close-dispute']({ dispute, outcome: 'won' });
  await settled();
  expect([await standing(payment), await said(disputeClosed, payment)]).toEqual([['succeeded', 0], 1]);
});

test('a refund that fails while its payment is disputed is money of ours again, and the dispute stands', async () => {
  const payment = await stage.paid(student, 1000);
  await reserved(payment, 400);
  await sendAll();
  const { id: dispute } = cards.control.dispute({ paymentIntent: payment.providerRef!, amount: 1200 });
  await settled();
  expect(await standing(payment)).toEqual(['disputed', 400]);
  const [refund] = await stage.provider.refundsOf(payment.providerRef!);
  cards.control.webhooks({ holding: true });
  cards.control['end-refund']({ refund: refund!.ref, status: 'failed' });
  cards.control['close-dispute']({ dispute, outcome: 'lost' });
  cards.control.webhooks({ holding: false });
  cards.control.release({ order: 'reversed', copies: 2 });
  await settled();
  expect(await standing(payment)).toEqual(['disputed', 0]);
  expect([await said(refundFailed, payment), await said(disputeClosed, payment)]).toEqual([1, 1]);
});

test('a refund that its bank has not taken yet waits, and is known to be made when it is', async () => {
  const { id: methodId } = await stage.card(student, 'pm_card_pendingRefund');
  const payment = await stage.begin(student, topUp(1000));
  await stage.confirm(student, payment.id, { methodId }).expect(200);
  await reserved(payment, 400);
  await sendAll();
  const [refund] = (await stage.read(student, payment.id)).refunds;
  expect([refund!.status, await said(paymentRefunded, payment)]).toEqual(['reserved', 0]);
  await settled();
  const [there] = await stage.provider.refundsOf(payment.providerRef!);
  cards.control['end-refund']({ refund: there!.ref, status: 'succeeded' });
  await settled();
  expect([await standing(payment), await madeOf(payment)]).toEqual([['partially_refunded', 400], 1]);
  stage.wait(6);
  await sendAll();
  expect([await said(paymentRefunded, payment), await madeOf(payment)]).toEqual([1, 1]);
});

test('a payment whose beginning is answered to nobody is begun once for its payer', async () => {
  const key = newId();
  cards.control.fault({ ...cut, path: '/v1/payment_intents' });
  const begin = () =>
    stage.send('post', '/payments/intent', student).set('Idempotency-Key', key).send(topUp(700));
  await begin().expect(503);
  cards.control.fault({});
  const [first, second] = [await begin().expect(201), await begin().expect(201)];
  expect(second.body.payment).toEqual(first.body.payment);
  expect(await stage.db('payments').where({ amount: 700, user_id: student.id })).toHaveLength(1);
});

test('a card entered once and sent twice at once is kept once', async () => {
  const payer = await person('student');
  await stage.card(payer); // so that he is known there
  const { id: given } = await fetch(`${cards.url}/v1/payment_methods`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_browser', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'type=card&card[number]=5555555555554444&card[exp_month]=12&card[exp_year]=2040',
  }).then((answer) => answer.json() as Promise<{ id: string }>);
  const attach = () => stage.send('post', '/payments/methods', payer).send({ paymentMethodId: given });
  const answers = await Promise.all([attach(), attach(), attach()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
  const { body } = await stage.send('get', '/payments/methods', payer).expect(200);
  expect(body.data).toHaveLength(2);
});
