/** The provider's webhooks: signed, kept, acted on once, and harmless when they are none. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Payment } from '@rollcall/contracts/api/billing';
import { paymentSucceeded } from '@rollcall/contracts/events/billing';
import { emitted, workOf } from '@rollcall/kit/testing';
import { actOnDue, forgetOldBodies } from '../src/use-cases/take-webhook.js';
import { bodies, sign } from './fake-provider.js';
import { brokenInvariants, openStage, type Person, person, type Stage } from './stage.js';

let stage: Stage;
let student: Person;
beforeAll(async () => {
  stage = await openStage();
  student = await person('student');
});
afterEach(async () => {
  stage.now();
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

/** A payment that was paid in the browser, and the webhook that says so. */
async function paidThere(): Promise<{ payment: Payment; body: string }> {
  const payment = await stage.begin(student);
  stage.provider.payInBrowser(payment.providerRef!);
  const intent = stage.provider.intentOf(payment.providerRef!);
  return { payment, body: bodies.event('payment_intent.succeeded', bodies.intent(intent, 'succeeded')) };
}
const saidOf = async ({ id }: Payment) =>
  (await emitted(stage.db, paymentSucceeded)).filter(({ subject }) => subject === id).length;
const keptOf = (body: string) => stage.db('deliveries').where({ event_id: JSON.parse(body).id });

test('a signed webhook is kept, answered with 200, and acted on by the clock', async () => {
  const { payment, body } = await paidThere();
  await stage.hook(body).expect(200);
  expect(await keptOf(body)).toMatchObject([{ status: 'stored', body }]);
  await stage.actOnWebhooks();
  expect(await saidOf(payment)).toBe(1);
  expect(await keptOf(body)).toMatchObject([{ status: 'done', body, type: 'payment_intent.succeeded' }]);
});

test('the same event again changes nothing, ten times at once and with another body under its id', async () => {
  const { payment, body } = await paidThere();
  const other = { ...JSON.parse(body), type: 'payment_intent.payment_failed' };
  await Promise.all(Array.from({ length: 10 }, () => stage.hook(body).expect(200)));
  await stage.actOnWebhooks();
  await stage.hook(JSON.stringify(other)).expect(200);
  await stage.actOnWebhooks();
  expect(await saidOf(payment)).toBe(1);
  expect(await keptOf(body)).toHaveLength(1);
});

test.each<[string, (body: string) => [body: string, signature: string]]>([
  ['signed with another secret', (body) => [body, sign(body, { secret: 'whsec_other' })]],
  ['changed after it was signed', (body) => [body.replace('2500', '9900'), sign(body)]],
  ['cut off', (body) => [body.slice(0, -20), sign(body)]],
  ['signed six minutes ago', (body) => [body, sign(body, { at: Date.now() - 360_000 })]],
  ['without a signature', (body) => [body, '']],
  ['with a signature of nonsense', (body) => [body, 't=now,v1=00,v1=zz']],
  ['signed as an older scheme', (body) => [body, sign(body).replace('v1=', 'v0=')]],
  ['of words that are no event', () => ['"hello"', sign('"hello"')]],
  ['of no JSON', () => ['{', sign('{')]],
])('a webhook %s is a 400 and leaves nothing', async (_what, forge) => {
  const { payment, body } = await paidThere();
  const [forged, signature] = forge(body);
  const { body: problem } = await stage.hook(forged, signature).expect(400);
  expect(problem.type).toBe('/problems/bad-signature');
  expect([await saidOf(payment), await keptOf(body)]).toEqual([0, []]);
  await stage.hook(body).expect(200);
  await stage.actOnWebhooks();
});

test('a webhook of more than a megabyte is a 413', async () => {
  const body = bodies.event('payment_intent.succeeded', { fill: 'x'.repeat(1024 * 1024) });
  await stage.hook(body).expect(413);
});

test.each<[string, object]>([
  ['customer.created', { id: 'cus_1' }],
  ['constructor', { id: 'x' }],
  [
    'payment_intent.succeeded',
    { id: 'pi_else', amount: 5, currency: 'usd', status: 'succeeded', metadata: {} },
  ],
  ['charge.refunded', { id: 'ch_else', payment_intent: null }],
  ['customer.subscription.updated', { id: 'sub_else', metadata: { subscriptionId: 'theirs' } }],
  ['invoice.paid', { id: 'in_else', parent: null }],
  [
    'invoice.payment_failed',
    { parent: { subscription_details: { subscription: 'sub_else', metadata: {} } } },
  ],
  ['charge.dispute.created', bodies.dispute('dp_else', 'pi_else', 5, 'needs_response')],
])('a webhook %s of nothing of ours is kept and ignored', async (type, object) => {
  const body = bodies.event(type, object);
  await stage.hook(body).expect(200);
  await stage.actOnWebhooks();
  expect(await keptOf(body)).toMatchObject([{ status: 'ignored' }]);
});

test('what cannot be acted on is answered with 200, tried again by the clock, and waits for a person in the end', async () => {
  const { payment } = await paidThere();
  const intent = { ...stage.provider.intentOf(payment.providerRef!), amount: 1 }; // not what was asked for
  const body = bodies.event('payment_intent.succeeded', bodies.intent(intent, 'succeeded'));
  await stage.hook(body).expect(200);
  await stage.actOnWebhooks();
  expect(await keptOf(body)).toMatchObject([{ status: 'stored', attempts: 1 }]);
  for (let n = 0; n < 8; n += 1) {
    stage.wait(1_000);
    await stage.actOnWebhooks();
  }
  expect(await keptOf(body)).toMatchObject([{ status: 'dead', attempts: 8 }]);
  expect(await brokenInvariants(stage.db)).toEqual(['no webhook waits for a person']);
  await keptOf(body).delete();
  expect(await saidOf(payment)).toBe(0);
});

test('one that two replicas act on at once is acted on once', async () => {
  const { payment, body } = await paidThere();
  const row = { event_id: JSON.parse(body).id, type: 'payment_intent.succeeded', body };
  await stage.db('deliveries').insert({ ...row, received_at: stage.clock(), due_at: stage.clock() });
  await Promise.all([actOnDue(stage.desk), actOnDue(stage.desk)]);
  expect(await saidOf(payment)).toBe(1);
});

test('the body of one that is done is taken away after a month, its id stays', async () => {
  const { payment, body } = await paidThere();
  await stage.hook(body).expect(200);
  await stage.actOnWebhooks();
  await workOf(stage.db, forgetOldBodies, new Date(Date.now() + 31 * 86_400_000));
  expect(await keptOf(body)).toMatchObject([{ body: null, status: 'done' }]);
  await stage.hook(body).expect(200);
  await stage.actOnWebhooks();
  expect(await saidOf(payment)).toBe(1);
});
