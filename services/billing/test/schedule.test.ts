/** Each job of the clock by its name: one of two replicas does it, it does what its name says, and the same by hand. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { runTick, startSchedule } from '@rollcall/kit/schedule';
import { quietLog } from '@rollcall/kit/testing';
import { schedule } from '../src/schedule.js';
import { type Person, person, SELLER, topUp } from './stage.js';
import { openSubscriptionStage, type SubscriptionStage } from './subscription-stage.js';

let stage: SubscriptionStage;
beforeAll(async () => {
  stage = await openSubscriptionStage();
});
afterAll(() => stage.close());

const tasks = () => schedule(stage.provider, { ...SELLER, RECONCILE_SETTLE_SECONDS: 900 });
const now = () => new Date();
const before = (days: number) => new Date(Date.now() - days * 86_400_000);
const row = (table: string, where: object) => stage.db(table).where(where).first();

/** A payment that its payer's browser has confirmed, of which nobody here has heard. */
async function confirmedThere(): Promise<{ student: Person; id: string; ref: string }> {
  const student = await person('student');
  const { body } = await stage.send('post', '/payments/intent', student).send(topUp()).expect(201);
  const { id, providerRef: ref } = body.payment;
  const answer = await fetch(`${stage.standIn.url}/v1/payment_intents/${ref}/confirm`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_stage', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'payment_method=pm_card_visa',
  });
  expect(answer.status).toBe(200);
  return { student, id, ref };
}
async function paid() {
  const payment = await confirmedThere();
  await stage.send('post', `/payments/${payment.id}/confirm`, payment.student).expect(200);
  await stage
    .db('payers')
    .insert({ user_id: payment.student.id, display_name: 'Ann', locale: 'en', version: 1 });
  return payment;
}
async function issued() {
  const { id } = await paid();
  await runTask('billing.issue-invoices');
  return row('invoices', { payment_id: id });
}
let sequence = 0;
/** An invoice made by hand, of a series of its own, whose day was yesterday. */
const unpaid = (id: string) => {
  sequence += 1;
  return {
    ...{ id, kind: 'invoice', status: 'open', user_id: newId(), currency: 'USD', subtotal: 100, total: 100 },
    ...{ series: 'TT', year: 2026, sequence, number: `TT-${id}`, buyer_name: 'Ann' },
    ...{ tax: 0, tax_rate: 0, tax_country: 'PL', seller_name: 'x', seller_address: 'x', seller_tax_id: 'x' },
    ...{ time_zone: 'UTC', issued_at: before(2), due_at: before(1), created_at: before(2) },
  };
};
const runTask = (name: string) =>
  tasks()
    .find((one) => one.name === name)!
    .act({
      ...{ db: stage.db, now: now(), log: quietLog },
      inWork: () => Promise.reject(new Error('none is needed here')),
    });

/** What makes a job have something to do, and what is so once it was done. */
type Work = () => Promise<() => Promise<void>>;
const JOBS: Readonly<Record<string, Work>> = {
  'billing.send-refunds': async () => {
    const { student, id } = await paid();
    const { body } = await stage
      .send('post', `/payments/${id}/refund`, student)
      .set('Prefer', 'respond-async');
    await stage.db('refunds').where({ id: body.id }).update({ status: 'reserved', look_at: now() });
    return async () => expect(await row('refunds', { id: body.id })).toMatchObject({ status: 'succeeded' });
  },
  'billing.look-at-payments': async () => {
    const { id } = await confirmedThere();
    await stage.db('payments').where({ id }).update({ look_at: now() });
    return async () =>
      expect(await row('payments', { id })).toMatchObject({ status: 'succeeded', look_at: null });
  },
  'billing.act-on-webhooks': async () => {
    const { id } = await confirmedThere();
    await stage.standIn.control.settle({});
    return async () => {
      expect(await row('payments', { id })).toMatchObject({ status: 'succeeded' });
      expect(await row('deliveries', { status: 'stored' })).toBeUndefined();
    };
  },
  'billing.look-at-subscriptions': async () => {
    const { id, student } = await stage.subscribed();
    await stage.cancel(student).expect(200);
    await stage.db('subscriptions').where({ id }).update({ cancel_at_period_end: false, look_at: now() });
    return async () =>
      expect(await stage.row(id)).toMatchObject({ cancel_at_period_end: true, look_at: null });
  },
  'billing.look-at-periods': async () => {
    const { id } = await stage.subscribed();
    await stage
      .db('subscription_periods')
      .where({ subscription_id: id })
      .update({ look_at: before(1) });
    const { payment_ref: paymentIntent } = await row('subscription_periods', { subscription_id: id });
    stage.standIn.control.refund({ paymentIntent });
    return async () => expect(await row('refunds', { subscription_id: id })).toMatchObject({ amount: 4000 });
  },
  'billing.tell-of-plans': async () => {
    const { id } = await stage.plan();
    await stage.db('plans').where({ id }).update({ provider_price_id: null, tell_at: now() });
    return async () =>
      expect(await row('plans', { id })).toMatchObject({
        provider_price_id: expect.any(String),
        tell_at: null,
      });
  },
  'billing.sync-subscriptions': async () => {
    const { id } = await stage.subscribed();
    await stage
      .db('subscriptions')
      .where({ id })
      .update({ look_at: null, looked_at: before(0.05) });
    return async () => expect((await stage.row(id)).look_at).not.toBeNull();
  },
  'billing.expire-subscriptions': async () => {
    const { id } = await stage.subscribed();
    await stage
      .db('subscriptions')
      .where({ id })
      .update({ status: 'past_due', past_due_since: before(31), look_at: null });
    return async () => expect((await stage.row(id)).look_at).not.toBeNull();
  },
  'billing.forget-cards': async () => {
    const { id } = await stage.card(await person('student'));
    const dropped = { status: 'detached', is_default: false, forget_at: now() };
    await stage.db('payment_methods').where({ id }).update(dropped);
    return async () => expect(await row('payment_methods', { id })).toMatchObject({ forget_at: null });
  },
  'billing.forget-webhooks': async () => {
    const old = { event_id: newId(), type: 'x', body: '{}', status: 'done', received_at: before(31) };
    await stage.db('deliveries').insert(old);
    return async () =>
      expect(await row('deliveries', { event_id: old.event_id })).toMatchObject({ body: null });
  },
  'billing.issue-invoices': async () => {
    const { id } = await paid();
    return async () => expect((await row('invoices', { payment_id: id })).number).toMatch(/^RC-\d{4}-\d{6}$/);
  },
  'billing.make-invoice-files': async () => {
    const { id } = await issued();
    return async () =>
      expect((await row('invoice_files', { invoice_id: id })).pdf.length).toBeGreaterThan(1_000);
  },
  'billing.find-overdue': async () => {
    const ids = Array.from({ length: 101 }, () => newId()); // more than one page
    await stage.db('invoices').insert(ids.map(unpaid));
    return async () =>
      expect(await stage.db('invoices').whereIn('id', ids).whereNull('overdue_at')).toEqual([]);
  },
  'billing.bill-months': async () => {
    const id = newId();
    await stage.db('payments').insert({
      ...{ id, user_id: newId(), purpose: 'topup', amount: 500, currency: 'USD', status: 'succeeded' },
      ...{ provider_ref: `pi_${id}`, succeeded_at: before(40), created_at: before(40) },
    });
    return async () => expect(await row('invoices', { payment_id: id })).toMatchObject({ total: 500 });
  },
  'billing.reconcile-daily': async () => async () =>
    expect((await stage.db('reconciliations')).length).toBeGreaterThan(0),
  'billing.reconcile': async () => {
    const [id, from] = [newId(), new Date('2025-01-01T00:00:00Z')];
    const to = new Date(from.getTime() + 86_400_000);
    await stage.db('reconciliations').delete();
    await stage.db('reconciliations').insert({ id, from_at: from, to_at: to, due_at: from, asked_at: from });
    await stage.db('ledger_place').update({ known_until: now() });
    return async () =>
      expect(await row('reconciliations', { id })).toMatchObject({ status: 'done', differences: 0 });
  },
};

test('every job of the clock is named here', () => {
  expect(Object.keys(JOBS).sort()).toEqual(
    tasks()
      .map(({ name }) => name)
      .sort(),
  );
});

test.each(Object.entries(JOBS))(
  '%s is done by one of two replicas',
  async (name, work) => {
    const isDone = await work();
    const one = tasks().find((task) => task.name === name)!;
    const tick = new Date();
    const ran = await Promise.all([1, 2].map(() => runTick(stage.db, one, tick, quietLog)));
    expect(ran.sort()).toEqual([false, true]);
    await isDone();
  },
  30_000,
);

test('each is done by hand too, as the operator’s tool asks for it', async () => {
  // Years between their ticks, so that it is the asking alone that has them done.
  const rare = tasks().map((one) => ({ ...one, pattern: '0 0 29 2 *' }));
  const replica = startSchedule(stage.db, rare, quietLog);
  try {
    const told = async () => (await stage.db('scheduled_tasks')).length === rare.length;
    for (let n = 0; n < 400 && !(await told()); n += 1) await new Promise((done) => setTimeout(done, 25));
    const asked = rare.map(({ name }) => ({ id: newId(), task: name, actor: 'ann' }));
    await stage.db('task_requests').insert(asked);
    const ended = () => stage.db('task_requests').whereNotNull('ended_at');
    for (let n = 0; n < 400 && (await ended()).length < asked.length; n += 1)
      await new Promise((done) => setTimeout(done, 100));
    const outcomes = (await ended()).map(({ task, outcome, error }) => [task, outcome, error]).sort();
    expect(outcomes).toEqual(
      rare.map(({ name }) => [name, 'done', null]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
    );
  } finally {
    await replica.stop();
  }
}, 60_000);
