import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { bodies } from './fake-provider.js';
import { brokenInvariants, openStage, person, type Stage } from './stage.js';

let stage: Stage;
let paymentId: string;
let openId: string;
let refundId: string;
beforeEach(async () => {
  await stage?.close();
  stage = await openStage();
  const student = await person('student');
  paymentId = (await stage.paid(student, 1000)).id;
  openId = (await stage.begin(student)).id;
  refundId = (await stage.askRefund(student, paymentId, { amount: 300 }).expect(202)).body.id;
  await stage.walletSays(refundId);
  await stage.sendRefunds();
  await stage.hook(bodies.event('customer.created', {})).expect(200);
});
afterAll(() => stage.close());

test.each<[string, string]>([
  [
    'a payment that succeeded was said once, and no other was',
    "delete from outbox where type like '%succeeded%'",
  ],
  [
    'what was given back of a payment is what its refunds add up to',
    'update payments set refunded = 200 where id = :paymentId',
  ],
  [
    'no more of a payment is given back, or is to be, than was paid',
    'update refunds set amount = 1001 where id = :refundId',
  ],
  [
    'a paid payment stands as its refunds and disputes leave it',
    "update payments set status = 'succeeded' where id = :paymentId",
  ],
  ['a refund is of a payment that was paid', 'update refunds set payment_id = :openId where id = :refundId'],
  [
    'a payment that waits for its outcome is asked about',
    'update payments set look_at = null where id = :openId',
  ],
  [
    'a refund that waits for the provider is asked for',
    "update refunds set status = 'reserved', look_at = null where id = :refundId",
  ],
  [
    'no refund waits longer than 20 minutes for the wallet',
    "update refunds set status = 'requested', created_at = now() - interval '21 minutes' where id = :refundId",
  ],
  [
    'no refund waits longer than a week for the provider',
    "update refunds set status = 'reserved', look_at = now(), created_at = now() - interval '8 days' where id = :refundId",
  ],
  ['no webhook waits for a person', "update deliveries set status = 'dead'"],
])('it is noticed when this does not hold: %s', async (name, damage) => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await stage.db.raw(damage, { paymentId, openId, refundId });
  expect(await brokenInvariants(stage.db)).toContain(name);
});
