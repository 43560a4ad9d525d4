/** What time does to subscriptions: trials end, periods are paid or not, and what was given up is over. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { subscriptionPastDue, subscriptionRenewed } from '@rollcall/contracts/events/billing';
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

type Subscribed = Awaited<ReturnType<SubscriptionStage['subscribed']>>;

const periodsOf = (id: string) =>
  stage.db('subscription_periods').where({ subscription_id: id }).orderBy('starts_at');
const paidOf = async (id: string) => (await periodsOf(id)).map(({ paid }) => paid);
const statusOf = async (id: string) => (await stage.row(id)).status;
/** The card runs dry, or is good again. */
const behaves = ({ method }: Subscribed, behavesLike: string) =>
  stage.standIn.control.card({ paymentMethod: method.ref, behavesLike });
const runsDry = (one: Subscribed) => behaves(one, 'pm_card_chargeDeclinedInsufficientFunds');
const silent = () => stage.standIn.control.webhooks({ types: ['nothing'] });

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
    const periods = await periodsOf(id);
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
    silent();
    stage.pass(100 * DAY);
    await stage.look();
    expect(await paidOf(id)).toEqual([4000]);
    expect(await Promise.all([stage.sync(), stage.sync()])).toEqual(expect.arrayContaining([0, 1]));
    await Promise.all([stage.look(), stage.look()]);
    expect(await paidOf(id)).toEqual([4000, 4000, 4000, 4000]);
    const [invoiced, periods] = [await stage.db('invoices').orderBy('period_start'), await periodsOf(id)];
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
    await runsDry(one);
    stage.pass(31 * DAY);
    await behaves(one, 'pm_card_visa');
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
    expect(await statusOf(one.id)).toBe('active');
  });

  test('of a yearly plan comes once a year', async () => {
    const { id } = await stage.subscribed({ interval: 'year', price: usd(40_000) });
    stage.pass(360 * DAY);
    await stage.look();
    expect(await paidOf(id)).toEqual([40_000]);
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
    expect(await paidOf(id)).toEqual([4000, 4000]);
  });
});

describe('a trial', () => {
  test('is a period paid with nothing, and its end, once paid, a renewal', async () => {
    const { id } = await stage.subscribed({ trialDays: 7 });
    expect(await statusOf(id)).toBe('trialing');
    stage.pass(7 * DAY + 1);
    await stage.look();
    expect(await stage.said(id)).toEqual([
      ['started', 0],
      ['renewed', 4000],
    ]);
    expect(await statusOf(id)).toBe('active');
  });

  test('whose end cannot be paid is past due', async () => {
    const one = await stage.subscribed({ trialDays: 7 });
    await runsDry(one);
    stage.pass(7 * DAY + 1);
    await stage.look();
    expect([await statusOf(one.id), await stage.said(one.id)]).toEqual([
      'past_due',
      [
        ['started', 0],
        ['past-due', 4000],
      ],
    ]);
  });
});

const pastDue = async () => {
  const one = await stage.subscribed();
  await runsDry(one);
  stage.pass(31 * DAY);
  await stage.look();
  return one;
};
/** The provider's answer to who pays the newest invoice of the subscription by its link, with a card that is good again. */
const payByLink = async (one: Subscribed): Promise<number> => {
  await behaves(one, 'pm_card_visa');
  const { provider_ref: ref } = await stage.row(one.id);
  const { latest_invoice: invoice } = await atProvider('GET', `/v1/subscriptions/${ref}`);
  return (await atProvider('POST', `/v1/invoices/${invoice}/pay`)).status;
};
const atProvider = async (method: string, path: string) => {
  const headers = { authorization: 'Bearer sk_test_stage' };
  const answer = await fetch(`${stage.standIn.url}${path}`, { method, headers });
  return { ...((await answer.json()) as { latest_invoice: string }), status: answer.status };
};

describe('a period that cannot be paid', () => {
  test('makes it past due, said once with what is due, and no period is begun', async () => {
    const { id } = await pastDue();
    stage.pass(4 * DAY);
    await stage.look();
    expect([await statusOf(id), await paidOf(id)]).toEqual(['past_due', [4000]]);
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
    ]);
    const [said] = await emitted(stage.db, subscriptionPastDue);
    const [first] = await periodsOf(id);
    expect(said?.data.period.startsAt).toBe(first.ends_at.toISOString());
  });

  test('and is paid later makes it active again, with that period', async () => {
    const one = await pastDue();
    await behaves(one, 'pm_card_visa');
    stage.pass(4 * DAY);
    await stage.look();
    expect(await statusOf(one.id)).toBe('active');
    expect(await stage.said(one.id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
      ['renewed', 4000],
    ]);
  });

  test('until the provider gives up makes it expire, said once with the last period that was paid', async () => {
    const { id, student } = await pastDue();
    stage.pass(20 * DAY);
    await stage.look();
    await stage.look();
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
      ['expired', 4000],
    ]);
    expect(await stage.current(student)).toMatchObject({ status: 'expired', endedAt: expect.any(String) });
    await stage.reactivate(student).expect(409);
  });

  test('may be ended by its student, at once alone', async () => {
    const { id, student } = await pastDue();
    const { body } = await stage.cancel(student).expect(409);
    expect([body.type, body.subscriptionStatus]).toEqual(['/problems/subscription-past-due', 'past_due']);
    await stage.reactivate(student).expect(409);
    await stage.cancel(student, 'now').expect(200);
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
      ['cancelled', 4000],
    ]);
  });

  test('for a month is given up here where the provider never does', async () => {
    const { id } = await pastDue();
    // An account that leaves subscriptions past due: nothing is tried again, and nothing ends.
    await stage
      .db('subscriptions')
      .where({ id })
      .update({ past_due_since: new Date(stage.clock().getTime() - 30 * DAY * 1000) });
    expect(await Promise.all([stage.expire(), stage.expire()])).toEqual(expect.arrayContaining([0, 1]));
    await stage.look();
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
      ['expired', 4000],
    ]);
    expect(await stage.expire()).toBe(0);
  });
});

describe('what is due of one that is over', () => {
  test.each<[string, (one: Subscribed) => Promise<unknown>]>([
    ['ended by its student', ({ student }) => stage.cancel(student, 'now').expect(200)],
    [
      'given up by the provider',
      async () => {
        stage.pass(20 * DAY);
        await stage.look();
      },
    ],
  ])('%s cannot be paid any more', async (_how, end) => {
    const one = await pastDue();
    await end(one);
    expect(await payByLink(one)).toBe(400);
    await stage.look();
    expect(await paidOf(one.id)).toEqual([4000]);
  });

  test('is seen to by the clock where the provider did not answer', async () => {
    const one = await pastDue();
    stage.standIn.control.fault({ kind: 'refuse', method: 'POST', path: '/v1/invoices' });
    expect((await stage.cancel(one.student, 'now').expect(202)).body.status).toBe('cancelled');
    stage.pass(61);
    await stage.look();
    expect(await payByLink(one)).toBe(400);
    expect(await stage.row(one.id)).toMatchObject({ status: 'cancelled', look_at: null });
  });

  test('and was paid all the same is no period and not said, but told to a person', async () => {
    const one = await pastDue();
    stage.standIn.control.fault({ kind: 'refuse', method: 'POST', path: '/v1/invoices' });
    await stage.cancel(one.student, 'now').expect(202);
    expect(await payByLink(one)).toBe(200);
    const told = jest.spyOn(stage.desk.log, 'error');
    await stage.look();
    expect(told).toHaveBeenCalledWith(
      expect.objectContaining({ subscriptionId: one.id, paid: 4000 }),
      'a period was paid after its subscription was over: give the money back in the dashboard',
    );
    told.mockRestore();
    expect(await paidOf(one.id)).toEqual([4000]);
    expect(await stage.said(one.id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
      ['cancelled', 4000],
    ]);
  });

  test('and was paid before we heard of its end is no period either', async () => {
    const one = await pastDue();
    silent();
    const { provider_ref: ref } = await stage.row(one.id);
    await stage.provider.endNow(ref);
    stage.pass(3_601);
    expect(await payByLink(one)).toBe(200);
    await stage.sync();
    await stage.look();
    expect([await statusOf(one.id), await paidOf(one.id)]).toEqual(['cancelled', [4000]]);
  });
});

describe('one that was cancelled', () => {
  test('runs to the end of its period, is paid no more, and is over then', async () => {
    const { id, student } = await stage.subscribed();
    await stage.cancel(student).expect(200);
    stage.pass(20 * DAY);
    await stage.look();
    expect(await statusOf(id)).toBe('active');
    stage.pass(11 * DAY);
    await stage.look();
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['cancelled', 4000],
    ]);
    const [period] = await periodsOf(id);
    expect((await stage.row(id)).ended_at).toEqual(period.ends_at);
    await stage.reactivate(student).expect(409);
  });

  test('and whose end no webhook told is ended by the clock within minutes', async () => {
    const { id, student } = await stage.subscribed();
    await stage.cancel(student).expect(200);
    await stage.look();
    silent();
    expect(await stage.expire()).toBe(0);
    stage.pass(31 * DAY);
    await stage.look();
    expect(await statusOf(id)).toBe('active');
    expect(await stage.expire()).toBe(1);
    await stage.look();
    expect([await statusOf(id), await stage.expire()]).toEqual(['cancelled', 0]);
  });

  test('cannot go on when it was over before we heard', async () => {
    const { id, student } = await stage.subscribed();
    await stage.cancel(student).expect(200);
    silent();
    stage.pass(31 * DAY);
    const { body } = await stage.reactivate(student).expect(409);
    expect([body.type, body.subscriptionStatus]).toEqual(['/problems/subscription-over', 'cancelled']);
    expect(await statusOf(id)).toBe('cancelled');
  });

  test('in the provider’s own dashboard is cancelled here', async () => {
    const { id } = await stage.subscribed();
    const { provider_ref: ref } = await stage.row(id);
    await stage.provider.endNow(ref);
    await stage.look();
    expect(await statusOf(id)).toBe('cancelled');
  });
});

describe('a first payment nobody confirmed', () => {
  test('is given up after a day, and nothing was said of it', async () => {
    const one = await stage.subscribed();
    await stage.cancel(one.student, 'now').expect(200);
    const { id: methodId } = await stage.card(one.student, 'pm_card_authenticationRequired');
    const { body } = await stage.subscribe(one.student, one.planId, methodId).expect(202);
    silent();
    stage.pass(22 * 3_600);
    await stage.look();
    expect(await statusOf(body.id)).toBe('pending');
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
    silent();
    const { body } = await stage.subscribe(one.student, one.planId, one.method.id).expect(202);
    stage.pass(25 * 3_600);
    await stage.look();
    expect([await statusOf(body.id), await stage.said(body.id)]).toEqual(['active', [['started', 4000]]]);
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
