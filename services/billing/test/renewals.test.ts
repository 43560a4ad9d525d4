/** What time does to subscriptions: trials end, periods are paid or not, and what was given up is over. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { subscriptionRenewed } from '@rollcall/contracts/events/billing';
import { emitted, workOf } from '@rollcall/kit/testing';
import { NoAnswer } from '../src/provider.js';
import { wantLook } from '../src/store/looks.js';
import { lookAtSubscriptions } from '../src/use-cases/subscriptions/look-at-subscriptions.js';
import { noteSubscription } from '../src/use-cases/subscriptions/note-subscription.js';
import { brokenInvariants, usd } from './stage.js';
import { subscribe } from './subscribing.js';
import { DAY, openSubscriptionStage, type SubscriptionStage } from './subscription-stage.js';

let stage: SubscriptionStage;
beforeEach(async () => {
  stage = await openSubscriptionStage();
});
afterEach(async () => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await stage.close();
});

describe('a renewal', () => {
  test('is one period and one event once it is paid, month by month, each beginning where the last ended', async () => {
    const { id, student } = await stage.subscribed();
    for (let month = 0; month < 3; month += 1) {
      stage.pass(31 * DAY);
      await stage.look();
    }
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['renewed', 4000],
      ['renewed', 4000],
      ['renewed', 4000],
    ]);
    const periods = await stage.periodsOf(id);
    expect(periods.slice(1).map((one) => one.starts_at)).toEqual(
      periods.slice(0, -1).map((one) => one.ends_at),
    );
    const last = periods.at(-1);
    expect(await stage.current(student)).toMatchObject({
      status: 'active',
      currentPeriodStart: last.starts_at.toISOString(),
      currentPeriodEnd: last.ends_at.toISOString(),
    });
  });

  test('whose webhooks are lost is found by the hourly turn, however many were missed, in their order', async () => {
    const { id } = await stage.subscribed();
    await stage.look();
    stage.silent();
    stage.pass(100 * DAY);
    await stage.look();
    expect(await stage.paidOf(id)).toEqual([4000]);
    expect(await Promise.all([stage.sync(), stage.sync()])).toEqual(expect.arrayContaining([0, 1]));
    await Promise.all([stage.look(), stage.look()]);
    expect(await stage.paidOf(id)).toEqual([4000, 4000, 4000, 4000]);
    const [invoiced, periods] = [
      await stage.db('invoices').orderBy('period_start'),
      await stage.periodsOf(id),
    ];
    expect(invoiced).toHaveLength(4);
    for (const [n, { happened_at: paidAt }] of invoiced.entries())
      expect(paidAt.getTime() - periods[n].starts_at.getTime()).toBeLessThan(2 * 3_600_000);
    const starts = (await emitted(stage.db, subscriptionRenewed)).map(({ data }) => data.period.startsAt);
    expect(starts).toEqual([...starts].sort());
    expect(await stage.sync()).toBe(0);
    stage.pass(3_601);
    expect(await stage.sync()).toBe(1);
  });

  test('heard of late, twice and in the wrong order is the same', async () => {
    const one = await stage.subscribed();
    stage.standIn.control.webhooks({ holding: true });
    await stage.runsDry(one);
    stage.pass(31 * DAY);
    await stage.behaves(one, 'pm_card_visa');
    stage.pass(4 * DAY);
    stage.pass(30 * DAY);
    stage.standIn.control.release({ order: 'reversed', copies: 3 });
    await Promise.all([stage.look(), stage.look(), stage.look()]);
    await stage.look();
    expect(await stage.said(one.id)).toEqual([
      ['started', 4000],
      ['renewed', 4000],
      ['renewed', 4000],
    ]);
    expect(await stage.statusOf(one.id)).toBe('active');
  });

  test('of a yearly plan comes once a year', async () => {
    const { id } = await stage.subscribed({ interval: 'year', price: usd(40_000) });
    stage.pass(360 * DAY);
    await stage.look();
    expect(await stage.paidOf(id)).toEqual([40_000]);
    stage.pass(10 * DAY);
    await stage.look();
    expect(await stage.said(id)).toEqual([
      ['started', 40_000],
      ['renewed', 40_000],
    ]);
  });

  test('keeps the price that was subscribed to when the plan becomes dearer', async () => {
    const { id, planId } = await stage.subscribed();
    await stage
      .send('patch', `/admin/plans/${planId}`, stage.admin)
      .send({ price: usd(9000) })
      .expect(200);
    stage.pass(31 * DAY);
    await stage.look();
    expect(await stage.paidOf(id)).toEqual([4000, 4000]);
  });
});

describe('a trial', () => {
  test('is a period paid with nothing, and its end, once paid, a renewal', async () => {
    const { id } = await stage.subscribed({ trialDays: 7 });
    expect(await stage.statusOf(id)).toBe('trialing');
    stage.pass(7 * DAY + 1);
    await stage.look();
    expect(await stage.said(id)).toEqual([
      ['started', 0],
      ['renewed', 4000],
    ]);
    expect(await stage.statusOf(id)).toBe('active');
  });

  test('whose end cannot be paid is past due', async () => {
    const one = await stage.subscribed({ trialDays: 7 });
    await stage.runsDry(one);
    stage.pass(7 * DAY + 1);
    await stage.look();
    expect([await stage.statusOf(one.id), await stage.said(one.id)]).toEqual([
      'past_due',
      [
        ['started', 0],
        ['past-due', 4000],
      ],
    ]);
  });
});

describe('one that was cancelled', () => {
  test('runs to the end of its period, is paid no more, and is over then', async () => {
    const { id, student } = await stage.subscribed();
    await stage.cancel(student).expect(200);
    stage.pass(20 * DAY);
    await stage.look();
    expect(await stage.statusOf(id)).toBe('active');
    stage.pass(11 * DAY);
    await stage.look();
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['cancelled', 4000],
    ]);
    const [period] = await stage.periodsOf(id);
    expect((await stage.row(id)).ended_at).toEqual(period.ends_at);
    await stage.reactivate(student).expect(409);
  });

  test('and whose end no webhook told is ended by the clock within minutes', async () => {
    const { id, student } = await stage.subscribed();
    await stage.cancel(student).expect(200);
    await stage.look();
    stage.silent();
    expect(await stage.expire()).toBe(0);
    stage.pass(31 * DAY);
    await stage.look();
    expect(await stage.statusOf(id)).toBe('active');
    expect(await stage.expire()).toBe(1);
    await stage.look();
    expect([await stage.statusOf(id), await stage.expire()]).toEqual(['cancelled', 0]);
  });

  test('cannot go on when it was over before we heard', async () => {
    const { id, student } = await stage.subscribed();
    await stage.cancel(student).expect(200);
    stage.silent();
    stage.pass(31 * DAY);
    const { body } = await stage.reactivate(student).expect(409);
    expect([body.type, body.subscriptionStatus]).toEqual(['/problems/subscription-over', 'cancelled']);
    expect(await stage.statusOf(id)).toBe('cancelled');
  });

  test('in the provider’s own dashboard is cancelled here', async () => {
    const { id } = await stage.subscribed();
    const { provider_ref: ref } = await stage.row(id);
    await stage.provider.endNow(ref);
    await stage.look();
    expect(await stage.statusOf(id)).toBe('cancelled');
  });
});

describe('a first payment nobody confirmed', () => {
  test('is given up after a day, and nothing was said of it', async () => {
    const one = await stage.subscribed();
    await stage.cancel(one.student, 'now').expect(200);
    const { id: methodId } = await stage.card(one.student, 'pm_card_authenticationRequired');
    const { body } = await stage.subscribe(one.student, one.planId, methodId).expect(202);
    stage.silent();
    stage.pass(22 * 3_600);
    await stage.look();
    expect(await stage.statusOf(body.id)).toBe('pending');
    stage.pass(2 * 3_600);
    await stage.look();
    expect(await stage.row(body.id)).toMatchObject({ status: 'refused', failure_code: 'not-confirmed' });
    expect(await stage.said(body.id)).toEqual([]);
  });

  test('nor arrived within a day is never made: nobody is charged by surprise', async () => {
    const one = await stage.subscribed();
    await stage.cancel(one.student, 'now').expect(200);
    stage.standIn.control.fault({ kind: 'refuse', method: 'POST', path: '/v1/subscriptions', times: 2 });
    const { body } = await stage.subscribe(one.student, one.planId, one.method.id).expect(202);
    stage.standIn.control.fault({});
    stage.pass(23 * 3_600 + 1);
    await stage.look();
    expect(await stage.row(body.id)).toMatchObject({
      status: 'refused',
      failure_code: 'not-confirmed',
      provider_ref: null,
    });
  });

  test('but arrived, is found after the key is forgotten, and not made twice', async () => {
    const one = await stage.subscribed();
    await stage.cancel(one.student, 'now').expect(200);
    stage.standIn.control.fault({ kind: 'drop-answer', method: 'POST', path: '/v1/subscriptions', times: 2 });
    stage.silent();
    const { body } = await stage.subscribe(one.student, one.planId, one.method.id).expect(202);
    stage.pass(25 * 3_600);
    await stage.look();
    expect([await stage.statusOf(body.id), await stage.said(body.id)]).toEqual([
      'active',
      [['started', 4000]],
    ]);
  });
});

describe('who is asked about first', () => {
  /** Subscriptions whose hour is over, more than one turn takes; the provider gives no answer about them. */
  const crowd = async () => {
    for (let n = 0; n < 30; n += 1) await subscribe(stage.db, ['2025-01-01', '2025-02-01']);
    stage.pass(3_601);
    expect(await stage.sync()).toBe(30);
  };
  const readSubscription = () =>
    jest.spyOn(stage.provider, 'readSubscription').mockRejectedValue(new NoAnswer('away'));

  test('is one of which something changed, before all whose hour is over', async () => {
    await crowd();
    const { id } = await subscribe(stage.db, ['2025-01-01', '2025-02-01']);
    stage.pass(1);
    const ref = `sub_${id}`;
    await workOf(stage.db, ({ tx, now }) => wantLook(tx, { ref, subscriptionId: null }, now), stage.clock());
    const asked = readSubscription();
    await lookAtSubscriptions(stage.desk);
    expect(asked).toHaveBeenCalledWith(ref);
    expect(asked).toHaveBeenCalledTimes(25);
  });

  test('is one whose time is over, though its hour is over too', async () => {
    await crowd();
    const { id } = await stage.db('subscriptions').orderBy('id', 'desc').first();
    await stage.db('subscriptions').where({ id }).update({ cancel_at_period_end: true });
    expect([await stage.expire(), await stage.expire()]).toEqual([1, 0]);
    const asked = readSubscription();
    await lookAtSubscriptions(stage.desk);
    expect(asked).toHaveBeenCalledWith(`sub_${id}`);
  });

  test('makes none wait for another: eight are asked about at once', async () => {
    await crowd();
    let [open, most] = [0, 0];
    readSubscription().mockImplementation(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((done) => setTimeout(done, 20));
      open -= 1;
      throw new NoAnswer('away');
    });
    await lookAtSubscriptions(stage.desk);
    expect(most).toBe(8);
  });
});

test('a look that is overtaken by a change is made again, and takes nothing back', async () => {
  const { id, student } = await stage.subscribed();
  await stage.look();
  const before = await stage.row(id);
  await stage.cancel(student).expect(200);
  // What somebody had read before the cancellation comes to be noted after it.
  const fact = await stage.provider.readSubscription(before.provider_ref);
  await workOf(stage.db, (work) => noteSubscription(work, before, { ...fact, cancelAtPeriodEnd: false }));
  expect(await stage.row(id)).toMatchObject({ cancel_at_period_end: true, look_at: expect.any(Date) });
  await stage.look();
  expect(await stage.row(id)).toMatchObject({ cancel_at_period_end: true, look_at: null });
});
