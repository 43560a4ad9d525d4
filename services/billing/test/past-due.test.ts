/** Periods that cannot be paid: past due, given up, over, and what is due of them then. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { subscriptionPastDue } from '@rollcall/contracts/events/billing';
import { emitted } from '@rollcall/kit/testing';
import { brokenInvariants } from './stage.js';
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

const pastDue = async () => {
  const one = await stage.subscribed();
  await stage.runsDry(one);
  stage.pass(31 * DAY);
  await stage.look();
  return one;
};
/** The provider's answer to who pays the newest invoice of the subscription by its link, with a card that is good again. */
const payByLink = async (one: Subscribed): Promise<number> => {
  await stage.behaves(one, 'pm_card_visa');
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
    expect([await stage.statusOf(id), await stage.paidOf(id)]).toEqual(['past_due', [4000]]);
    expect(await stage.said(id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
    ]);
    const [said] = await emitted(stage.db, subscriptionPastDue);
    const [first] = await stage.periodsOf(id);
    expect(said?.data.period.startsAt).toBe(first.ends_at.toISOString());
  });

  test('and is paid later makes it active again, with that period', async () => {
    const one = await pastDue();
    await stage.behaves(one, 'pm_card_visa');
    stage.pass(4 * DAY);
    await stage.look();
    expect(await stage.statusOf(one.id)).toBe('active');
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
    expect(await stage.paidOf(one.id)).toEqual([4000]);
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
    expect(await stage.paidOf(one.id)).toEqual([4000]);
    expect(await stage.said(one.id)).toEqual([
      ['started', 4000],
      ['past-due', 4000],
      ['cancelled', 4000],
    ]);
  });

  test('and was paid before we heard of its end is no period either', async () => {
    const one = await pastDue();
    stage.silent();
    const { provider_ref: ref } = await stage.row(one.id);
    await stage.provider.endNow(ref);
    stage.pass(3_601);
    expect(await payByLink(one)).toBe(200);
    await stage.sync();
    await stage.look();
    expect([await stage.statusOf(one.id), await stage.paidOf(one.id)]).toEqual(['cancelled', [4000]]);
  });
});
