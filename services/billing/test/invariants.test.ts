import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { deliver } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { brokenInvariants, openStage, person, type Stage } from './stage.js';
import { ask, at, decide, subscribe } from './subscribing.js';

let stage: Stage;
let paymentId: string;
let openId: string;
let refundId: string;
beforeEach(async () => {
  await stage?.close();
  stage = await openStage();
  const student = await person('student');
  await stage.register(student, 'Jan Kowalski');
  paymentId = (await stage.paid(student, 1000)).id;
  await stage.issue();
  openId = (await stage.begin(student)).id;
  refundId = (await stage.askRefund(student, paymentId, { amount: 300 }).expect(202)).body.id;
  await stage.walletSays(refundId);
  await stage.sendRefunds();
  await stage.hear('customer.created', {});
  await lessons(stage);
});
afterAll(() => stage.close());

/** One lesson that is reserved, one that is used, one that came back in the month after. */
async function lessons({ db }: Stage): Promise<void> {
  const student = await subscribe(db, ['2025-01-01', '2026-01-01']);
  const asked = ask(student, [1000, 900, 800]);
  await deliver(db, consumers, [asked], { now: at('2025-01-10') });
  const settled = [decide(asked, 'released'), decide(asked, 'refunded', { n: 1 })];
  await deliver(db, consumers, settled, { now: at('2025-02-10') });
}

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
  ["a month's quota counts the lessons there are", 'update quotas set used = used + 1 where used = 1'],
  ["a month's quota counts the lessons there are", 'update quotas set added = 0'],
  [
    "a month's quota counts the lessons there are",
    "update lessons set status = 'used' where status = 'reserved'",
  ],
  [
    'no month has more lessons booked than it allows, and months of a subscription do not overlap',
    "update quotas set ends_at = ends_at + interval '1 minute' where added = 0",
  ],
  [
    'a month lies in the paid period it belongs to',
    "update subscription_periods set ends_at = starts_at + interval '1 day'",
  ],
  [
    'lessons that are reserved have rows in the month they are counted in, and a declined purchase has none',
    'delete from lessons',
  ],
  [
    'a lesson that came back is with a month, unless it did after its own and no later one was begun',
    "update quotas set ends_at = now() + interval '1 day' where added = 0; update lessons set returned_to = null",
  ],
  ['the numbers of a series and year have no gap', 'update invoice_series set last = last + 1'],
  ['no document has a number that its series has not given', 'delete from invoice_series'],
  [
    'what was paid in a month that is over has its invoice',
    `insert into payments (id, user_id, purpose, amount, currency, status, succeeded_at, created_at)
     values (gen_random_uuid(), gen_random_uuid(), 'topup', 1, 'USD', 'succeeded', now() - interval '70 days', now())`,
  ],
  ['an issued document has its file, or will have it', 'delete from invoice_files_due'],
  [
    'the items of an invoice add up to it',
    "update invoice_items set unit_price = 1, total = quantity where invoice_id in (select id from invoices where status = 'draft')",
  ],
  [
    'what is taken back of an invoice is what was given back of its payment',
    "update invoices set subtotal = 301, total = 301 where kind = 'credit_note'",
  ],
  [
    'the invoice of a payment is over what was paid, and not before',
    'update payments set amount = 999 where id = :paymentId',
  ],
  [
    'no document of a payment waits longer than a day for its payer’s name',
    "update invoices set created_at = now() - interval '25 hours' where status = 'draft'",
  ],
  ['no webhook waits for a person', "update deliveries set status = 'dead'"],
])('it is noticed when this does not hold: %s', async (name, damage) => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await stage.db.raw(damage, { paymentId, openId, refundId });
  expect(await brokenInvariants(stage.db)).toContain(name);
});
