/** What goes back of the money that a period was paid with: refunds made at the provider itself, and disputes. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { periodGivenBack, periodTakenBack } from '@rollcall/contracts/events/billing';
import { deliver, emitted, workOf } from '@rollcall/kit/testing';
import { sellerIn } from '../src/config.js';
import { consumers } from '../src/consumers.js';
import { issueDue } from '../src/use-cases/issue-invoice.js';
import { noteDispute, noteRefund } from '../src/use-cases/note-payment.js';
import { lookAtPeriods } from '../src/use-cases/subscriptions/look-at-periods.js';
import { brokenInvariants, type Person, SELLER } from './stage.js';
import { answersTo, ask } from './subscribing.js';
import { openSubscriptionStage, type SubscriptionStage } from './subscription-stage.js';

let stage: SubscriptionStage;
beforeAll(async () => {
  stage = await openSubscriptionStage();
});
afterEach(async () => {
  stage.standIn.control.fault({});
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

/** Somebody who subscribes, and the provider's payment of his first period. */
async function subscribed() {
  const given = await stage.subscribed();
  await stage.look();
  const { payment_ref: paymentIntent } = await stage
    .db('subscription_periods')
    .where({ subscription_id: given.id })
    .first();
  return { ...given, paymentIntent: String(paymentIntent) };
}
/** Webhooks are taken, and what they lead to is looked at. */
async function hear(): Promise<void> {
  await stage.look();
  for (let turn = 0; turn < 5 && (await lookAtPeriods(stage.desk)) > 0; turn += 1);
}
/** What was said of the money of a subscription's periods, in order. */
async function said(id: string): Promise<[string, string, number][]> {
  const all = [periodTakenBack.type, periodGivenBack.type] as string[];
  return (await emitted(stage.db))
    .filter(
      ({ type, data }) => all.includes(type) && (data as { subscriptionId: string }).subscriptionId === id,
    )
    .map(({ type, data }) => {
      const { by, amount } = data as { by: string; amount: { amount: number } };
      return [type === periodTakenBack.type ? 'back' : 'again', by, amount.amount];
    });
}
const documents = async (id: string): Promise<[string, string, number][]> => {
  for (let n = 0; n < 3; n += 1) await issueDue(stage.desk, sellerIn(SELLER)); // each after what it corrects
  const rows = await stage.db('invoices').where({ subscription_id: id }).orderBy('created_at').orderBy('id');
  return rows.map(({ kind, status, total }) => [kind, status, total]);
};
const left = async (who: Person): Promise<number> =>
  (await stage.send('get', '/subscriptions/quota', who).expect(200)).body.remaining;
async function book(student: Person): Promise<string | undefined> {
  const wanted = ask({ userId: student.id }, [1000]);
  await deliver(stage.db, consumers, [wanted], { now: stage.clock() });
  return (await answersTo(stage.db, wanted)).at(-1);
}

describe('a refund that was made at the provider itself', () => {
  test('in part is told once with its credit note, and the period goes on', async () => {
    const { id, student, paymentIntent } = await subscribed();
    await stage
      .db('payers')
      .insert({ user_id: student.id, display_name: 'Ann', locale: 'pl-PL', version: 1 });
    stage.standIn.control.refund({ paymentIntent, amount: 1500 });
    await hear();
    const [fact] = await stage.provider.refundsOf(paymentIntent);
    const notes = Array.from({ length: 5 }, () => workOf(stage.db, (work) => noteRefund(work, fact!)));
    await Promise.all([...notes, hear(), hear()]);
    expect(await said(id)).toEqual([['back', 'refund', 1500]]);
    expect(await documents(id)).toEqual([
      ['invoice', 'paid', 4000],
      ['credit_note', 'paid', 1500],
    ]);
    expect([await left(student), await book(student)]).toEqual([4, 'reserved']);
  });

  test('in full leaves nothing to book by; one that fails after all is taken back with its credit note', async () => {
    const { id, student, paymentIntent } = await subscribed();
    expect(await book(student)).toBe('reserved');
    const refunds = [1000, 3000].map((amount) => stage.standIn.control.refund({ paymentIntent, amount }));
    await hear();
    expect([await left(student), await book(student)]).toEqual([0, 'subscription-past-due']);
    stage.standIn.control['end-refund']({ refund: refunds[1]!.id, status: 'failed' });
    await hear();
    expect(await said(id)).toEqual([
      ['back', 'refund', expect.any(Number)],
      ['back', 'refund', expect.any(Number)],
      ['again', 'refund', 3000],
    ]);
    expect((await documents(id)).map(([kind, , total]) => [kind, total])).toEqual([
      ['invoice', 4000],
      ['credit_note', expect.any(Number)],
      ['credit_note', expect.any(Number)],
      ['correction', 3000],
    ]);
    expect([await left(student), await book(student)]).toEqual([3, 'reserved']);
  });
});

describe('a dispute of a period', () => {
  test('is told once, and no lesson is booked by it until it is won, on appeal too', async () => {
    const { id, student, paymentIntent } = await subscribed();
    const dispute = stage.standIn.control.dispute({ paymentIntent, amount: 5500 });
    const [fact] = await stage.provider.disputesOf(paymentIntent);
    const notes = Array.from({ length: 5 }, () => workOf(stage.db, (work) => noteDispute(work, fact!)));
    await Promise.all([...notes, hear(), hear()]);
    expect(await said(id)).toEqual([['back', 'dispute', 5500]]);
    expect([await left(student), await book(student)]).toEqual([0, 'subscription-past-due']);
    stage.standIn.control['close-dispute']({ dispute: dispute.id, outcome: 'lost' });
    await hear();
    expect(await said(id)).toHaveLength(1);
    expect(await book(student)).toBe('subscription-past-due');
    dispute.status = 'won'; // the stand-in’s own object: its bank has thought better of it
    await stage
      .db('subscription_periods')
      .where({ payment_ref: paymentIntent })
      .update({ look_at: stage.clock() });
    await hear();
    expect(await said(id)).toEqual([
      ['back', 'dispute', 5500],
      ['again', 'dispute', 5500],
    ]);
    expect([await left(student), await book(student)]).toEqual([4, 'reserved']);
    expect((await documents(id)).map(([kind]) => kind)).toEqual(['invoice']);
  });

  test('that is a question only takes nothing', async () => {
    const { id, student, paymentIntent } = await subscribed();
    stage.standIn.control.dispute({ paymentIntent, inquiry: true });
    await hear();
    expect([await said(id), await left(student)]).toEqual([[], 4]);
  });
});

test('a period of before this was looked at learns its payment within the hour, and what went back of it', async () => {
  const { id, paymentIntent } = await subscribed();
  await stage
    .db('subscription_periods')
    .where({ subscription_id: id })
    .update({ payment_ref: null, look_at: null });
  stage.standIn.control.refund({ paymentIntent });
  await hear();
  expect(await said(id)).toEqual([]);
  await stage
    .db('subscriptions')
    .where({ id })
    .update({ looked_at: new Date(stage.clock().getTime() - 3_700_000) });
  await stage.sync();
  await hear();
  expect(await said(id)).toEqual([['back', 'refund', 4000]]);
});

test('while the provider gives no answer a period is asked about after 5 minutes, an hour, then daily', async () => {
  const { id, paymentIntent } = await subscribed();
  stage.standIn.control.refund({ paymentIntent });
  await stage.look();
  const waits: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    stage.standIn.control.fault({ kind: 'refuse', times: 5 });
    expect(await lookAtPeriods(stage.desk)).toBe(1);
    const { look_at: at } = await stage
      .db('subscription_periods')
      .where({ subscription_id: id })
      .first('look_at');
    waits.push(Math.round((at.getTime() - stage.clock().getTime()) / 60_000));
    await stage.db('subscription_periods').where({ subscription_id: id }).update({ look_at: stage.clock() });
  }
  expect(waits).toEqual([5, 60, 1440]);
  stage.standIn.control.fault({});
  await hear();
  expect(await said(id)).toEqual([['back', 'refund', 4000]]);
});

/** The last one: it moves the clock on. */
test('a refund of before its period was known here is found once that is, and one that had failed by then moves nothing', async () => {
  const { id } = await subscribed();
  stage.pass(31 * 86_400 + 7_200); // the next period is charged, and of all of it no webhook has come
  const { data } = await paymentsThere(id);
  const failed = stage.standIn.control.refund({ paymentIntent: data[0]!, amount: 500 });
  stage.standIn.control['end-refund']({ refund: failed.id, status: 'failed' });
  stage.standIn.control.refund({ paymentIntent: data[0]!, amount: 700 });
  await hear();
  expect(await said(id)).toEqual([['back', 'refund', 700]]);
  expect(await stage.db('refunds').where({ subscription_id: id, status: 'failed' })).toHaveLength(1);
});

/** The provider's payments of a subscription, the newest first. */
async function paymentsThere(id: string): Promise<{ data: string[] }> {
  const { provider_ref: subscription } = await stage.row(id);
  const answer = await fetch(
    `${stage.standIn.url}/v1/invoices?subscription=${subscription}&expand[]=data.payments`,
    { headers: { authorization: 'Bearer sk_test_stage' } },
  );
  const { data } = (await answer.json()) as {
    data: { payments: { data: { payment: { payment_intent: string } }[] } }[];
  };
  return { data: data.map(({ payments }) => payments.data[0]!.payment.payment_intent) };
}
