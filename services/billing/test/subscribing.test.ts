/** Subscribing, and giving it up: what the provider says, what it does not say, and what a state forbids. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { Refused } from '../src/provider.js';
import { brokenInvariants, type Person, person, usd } from './stage.js';
import { openSubscriptionStage, type SubscriptionStage } from './subscription-stage.js';

let stage: SubscriptionStage;
let planId: string;
beforeAll(async () => {
  stage = await openSubscriptionStage();
  planId = (await stage.plan()).id;
});
afterEach(async () => {
  stage.standIn.control.fault({});
  await stage.look();
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

/** A student with a card. */
async function payer(card?: string): Promise<{ student: Person; methodId: string; ref: string }> {
  const student = await person('student');
  const { id: methodId, ref } = await stage.card(student, card);
  return { student, methodId, ref };
}
const problem = ({ body }: { body: { type: string; subscriptionStatus?: string } }) => [
  body.type.replace('/problems/', ''),
  body.subscriptionStatus,
];
/** The provider's own list of a student's subscriptions, also those that are over. */
async function there(student: Person): Promise<{ status: string }[]> {
  const { provider_id: customer } = await stage.db('customers').where({ user_id: student.id }).first();
  const answer = await fetch(`${stage.standIn.url}/v1/subscriptions?customer=${customer}&status=all`, {
    headers: { authorization: 'Bearer sk_test_stage' },
  });
  return ((await answer.json()) as { data: { status: string }[] }).data;
}
/** It does what it is asked, and nobody hears the answer: the SDK asks once more by itself. */
const lose = () =>
  stage.standIn.control.fault({
    kind: 'drop-answer',
    method: 'POST',
    path: '/v1/subscriptions',
    times: 2,
  });

describe('who subscribes', () => {
  test('is active once the first period is paid, which is said once with the period and the amount', async () => {
    const { student, methodId } = await payer();
    const { body, headers } = await stage.subscribe(student, planId, methodId).expect(201);
    expect(body).toMatchObject({
      ...{ userId: student.id, planId, methodId, status: 'active', price: usd(4000), interval: 'month' },
      ...{ lessonsPerMonth: 4, maxLessonPrice: usd(1000), cancelAtPeriodEnd: false, clientSecret: null },
      ...{ trialEnd: null, endedAt: null, failureCode: null },
    });
    expect(headers.location).toBe('/api/v1/subscriptions/current');
    const { clientSecret: _, ...subscription } = body;
    expect(await stage.current(student)).toEqual(subscription);
    await stage.look();
    await stage.look();
    expect(await stage.said(body.id)).toEqual([['started', 4000]]);
    expect(await stage.current(student)).toEqual(subscription);
  });

  test('to a plan with a trial is trialing, and nothing was paid; only a first subscription has one', async () => {
    const trial = await stage.plan({ trialDays: 7 });
    const { student, methodId } = await payer();
    const { body } = await stage.subscribe(student, trial.id, methodId).expect(201);
    expect(body.status).toBe('trialing');
    expect(Date.parse(body.trialEnd) - Date.parse(body.currentPeriodStart)).toBe(7 * 86_400_000);
    expect(body.trialEnd).toBe(body.currentPeriodEnd);
    await stage.cancel(student, 'now').expect(200);
    expect(await stage.said(body.id)).toEqual([
      ['started', 0],
      ['cancelled', 0],
    ]);
    const again = await stage.subscribe(student, trial.id, methodId).expect(201);
    expect([again.body.status, await stage.said(again.body.id)]).toEqual(['active', [['started', 4000]]]);
  });

  test('twice at once is subscribed once, and the other is told of the one that is on its way', async () => {
    const { student, methodId } = await payer();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => stage.subscribe(student, planId, methodId)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    const lost = answers.find(({ status }) => status === 409)!;
    expect(problem(lost)[0]).toBe('already-subscribed');
    expect(await there(student)).toHaveLength(1);
    expect(problem(await stage.subscribe(student, planId, methodId).expect(409))).toEqual([
      'already-subscribed',
      'active',
    ]);
  });

  test('with the same Idempotency-Key again and at once is told of the one there is', async () => {
    const { student, methodId } = await payer();
    const key = newId();
    const ask = () => stage.subscribe(student, planId, methodId).set('Idempotency-Key', key);
    const { body } = await ask().expect(201);
    const again = await ask().expect(201);
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([body, 'true']);
    expect(await there(student)).toHaveLength(1);
  });

  test('cannot take away the card that pays for it', async () => {
    const { student, methodId } = await payer();
    await stage.subscribe(student, planId, methodId).expect(201);
    const refused = await stage.send('delete', `/payments/methods/${methodId}`, student).expect(409);
    expect(problem(refused)[0]).toBe('method-in-use');
    await stage.cancel(student, 'now').expect(200);
    await stage.send('delete', `/payments/methods/${methodId}`, student).expect(204);
  });
});

describe('a card that is declined', () => {
  test('leaves nothing but the reason: no subscription here or at the provider, and another card is taken', async () => {
    const { student, methodId } = await payer('pm_card_chargeCustomerFail');
    const key = newId();
    const ask = () => stage.subscribe(student, planId, methodId).set('Idempotency-Key', key);
    for (const answer of [await ask().expect(402), await ask().expect(402)])
      expect(answer.body).toMatchObject({
        type: '/problems/subscription-not-paid',
        failureCode: 'generic_decline',
      });
    expect((await there(student)).map(({ status }) => status)).toEqual(['canceled']);
    expect(await stage.current(student)).toMatchObject({ status: 'refused', failureCode: 'generic_decline' });
    const good = await stage.card(student);
    const { body } = await stage.subscribe(student, planId, good.id).expect(201);
    expect(await stage.said(body.id)).toEqual([['started', 4000]]);
  });

  test('is found out by the clock where the answer was lost, and its subscription ended', async () => {
    const { student, methodId } = await payer('pm_card_chargeCustomerFail');
    lose();
    const { body } = await stage.subscribe(student, planId, methodId).expect(202);
    expect(body).toMatchObject({ status: 'pending', clientSecret: null });
    await stage.look(); // by the webhook
    expect(await stage.current(student)).toMatchObject({ status: 'refused', failureCode: 'generic_decline' });
    expect((await there(student)).map(({ status }) => status)).toEqual(['canceled']);
    expect(await stage.said(body.id)).toEqual([]);
  });

  test('and whose subscription could not be ended at once is ended later, and is pending until then', async () => {
    const { student, methodId } = await payer('pm_card_chargeCustomerFail');
    stage.standIn.control.fault({ kind: 'refuse', method: 'DELETE', path: '/v1/subscriptions' });
    await stage.subscribe(student, planId, methodId).expect(202);
    expect((await stage.current(student)).status).toBe('pending');
    await stage.look();
    expect((await stage.current(student)).status).toBe('refused');
  });
});

describe('3-D Secure', () => {
  const begin = async () => {
    const payers = await payer('pm_card_authenticationRequired');
    const key = newId();
    const ask = () => stage.subscribe(payers.student, planId, payers.methodId).set('Idempotency-Key', key);
    const { body } = await ask().expect(202);
    expect(body).toMatchObject({ status: 'pending', currentPeriodStart: null });
    const [paymentIntent] = String(body.clientSecret).split('_secret');
    return {
      ...payers,
      ask,
      id: body.id as string,
      secret: body.clientSecret,
      paymentIntent: paymentIntent!,
    };
  };

  test('is done in the browser by the secret, which can be had again, and then it is active', async () => {
    const { student, id, paymentIntent, ask, secret } = await begin();
    expect((await ask().expect(202)).body.clientSecret).toBe(secret);
    expect(problem(await stage.cancel(student).expect(409))).toEqual(['subscription-pending', 'pending']);
    stage.standIn.control.authenticate({ paymentIntent, passed: true });
    await stage.look();
    expect((await stage.current(student)).status).toBe('active');
    expect((await ask().expect(201)).body).toMatchObject({ status: 'active', clientSecret: null });
    expect(await stage.said(id)).toEqual([['started', 4000]]);
  });

  test('that is failed there ends it', async () => {
    const { student, id, paymentIntent } = await begin();
    stage.standIn.control.authenticate({ paymentIntent, passed: false });
    await stage.look();
    expect(await stage.current(student)).toMatchObject({
      status: 'refused',
      failureCode: 'payment_intent_authentication_failure',
    });
    expect(await stage.said(id)).toEqual([]);
  });

  test('may be given up, and then another plan may be subscribed to', async () => {
    const { student, id } = await begin();
    expect((await stage.cancel(student, 'now').expect(200)).body).toMatchObject({
      status: 'refused',
      failureCode: 'cancelled',
    });
    expect(await stage.said(id)).toEqual([]);
    const good = await stage.card(student);
    await stage.subscribe(student, planId, good.id).expect(201);
  });
});

describe('an unknown outcome', () => {
  test('is no failure: it is pending, and the webhook or the clock finds it begun, charged once', async () => {
    const { student, methodId } = await payer();
    lose();
    const { body } = await stage.subscribe(student, planId, methodId).expect(202);
    expect(body.status).toBe('pending');
    await stage.look();
    expect((await stage.current(student)).status).toBe('active');
    expect([await stage.said(body.id), (await there(student)).length]).toEqual([[['started', 4000]], 1]);
  });

  test('of a call that never arrived is asked again after a minute under the same key', async () => {
    const { student, methodId } = await payer();
    stage.standIn.control.fault({ kind: 'refuse', method: 'POST', path: '/v1/subscriptions' });
    const { body } = await stage.subscribe(student, planId, methodId).expect(202);
    expect(await there(student)).toEqual([]);
    expect(problem(await stage.cancel(student, 'now').expect(409))).toEqual([
      'subscription-pending',
      'pending',
    ]);
    await stage.look();
    expect((await stage.current(student)).status).toBe('pending');
    const row = await stage.row(body.id);
    expect(Math.round((row.look_at.getTime() - row.created_at.getTime()) / 1000)).toBe(60);
    // A second call of the student's, by his key or the clock's turn: the same subscription.
    await stage.db('subscriptions').where({ id: body.id }).update({ look_at: stage.clock() });
    await Promise.all([stage.look(), stage.look()]);
    expect([(await stage.current(student)).status, (await there(student)).length]).toEqual(['active', 1]);
  });

  test('of a cancellation keeps the wish, and the clock sees to it', async () => {
    const { student, methodId } = await payer();
    const { body } = await stage.subscribe(student, planId, methodId).expect(201);
    stage.standIn.control.fault({ kind: 'refuse', times: 2 });
    expect((await stage.cancel(student).expect(202)).body.cancelAtPeriodEnd).toBe(false);
    expect((await stage.cancel(student).expect(202)).body.status).toBe('active');
    await stage.db('subscriptions').where({ id: body.id }).update({ look_at: stage.clock() });
    await stage.look();
    expect(await stage.current(student)).toMatchObject({ status: 'active', cancelAtPeriodEnd: true });
    expect(await stage.row(body.id)).toMatchObject({ wish: null, look_at: null });
  });
});

test('a provider that does not know a subscription, as with the key of another account, has said nothing of it', async () => {
  const { student, methodId } = await payer();
  const { body } = await stage.subscribe(student, planId, methodId).expect(201);
  const { provider_ref: ref } = await stage.row(body.id);
  await stage.db('subscriptions').where({ id: body.id }).update({ provider_ref: 'sub_elsewhere' });
  expect((await stage.cancel(student, 'now').expect(202)).body.status).toBe('active');
  await stage
    .db('subscriptions')
    .where({ id: body.id })
    .update({ provider_ref: ref, look_at: stage.clock() });
  await stage.look();
  expect(await stage.row(body.id)).toMatchObject({ status: 'cancelled', wish: null });
});

describe('who has enough', () => {
  test.each(['cancel', 'reactivate'] as const)(
    'is told where the provider refuses to %s, and it stays as it is',
    async (wish) => {
      const { student, methodId } = await payer();
      const { body } = await stage.subscribe(student, planId, methodId).expect(201);
      if (wish === 'reactivate') await stage.cancel(student).expect(200);
      jest.spyOn(stage.provider, 'endAtPeriodEnd').mockRejectedValueOnce(new Refused('x', 'y'));
      expect(problem(await stage[wish](student).expect(409))).toEqual([
        'subscription-step-refused',
        'active',
      ]);
      const isEnding = wish === 'reactivate';
      expect(await stage.row(body.id)).toMatchObject({ wish: null, cancel_at_period_end: isEnding });
      expect((await stage[wish](student).expect(200)).body.cancelAtPeriodEnd).toBe(!isEnding);
    },
  );

  test('is told too where the provider refuses to end it now, and so is who runs this', async () => {
    const { student, methodId } = await payer();
    await stage.subscribe(student, planId, methodId).expect(201);
    jest.spyOn(stage.provider, 'endNow').mockRejectedValueOnce(new Refused('x', 'y'));
    const told = jest.spyOn(stage.desk.log, 'error');
    expect(problem(await stage.cancel(student, 'now').expect(409))[0]).toBe('subscription-step-refused');
    expect(told).toHaveBeenCalledWith(
      expect.objectContaining({ step: 'end-now' }),
      'the card provider refused a step',
    );
    told.mockRestore();
    expect((await stage.cancel(student, 'now').expect(200)).body.status).toBe('cancelled');
  });

  test('cancels at the end of the period, and takes that back before', async () => {
    const { student, methodId } = await payer();
    const { body } = await stage.subscribe(student, planId, methodId).expect(201);
    expect(problem(await stage.reactivate(student).expect(409))).toEqual([
      'subscription-not-cancelled',
      'active',
    ]);
    for (let n = 0; n < 2; n += 1)
      expect((await stage.cancel(student).expect(200)).body).toMatchObject({
        status: 'active',
        cancelAtPeriodEnd: true,
      });
    expect((await stage.reactivate(student).expect(200)).body.cancelAtPeriodEnd).toBe(false);
    expect(await stage.said(body.id)).toEqual([['started', 4000]]);
  });

  test('cancels now: it is over, said once, and nothing of it can be had again', async () => {
    const { student, methodId } = await payer();
    const { body } = await stage.subscribe(student, planId, methodId).expect(201);
    const over = await stage.cancel(student, 'now').expect(200);
    expect(over.body).toMatchObject({ status: 'cancelled', endedAt: expect.any(String) });
    await stage.look();
    expect(await stage.said(body.id)).toEqual([
      ['started', 4000],
      ['cancelled', 4000],
    ]);
    for (const refused of [stage.cancel(student), stage.cancel(student, 'now'), stage.reactivate(student)])
      expect(problem(await refused.expect(409))).toEqual(['subscription-over', 'cancelled']);
  });

  test('cancels and takes back at once: whichever the provider heard last is how it stands', async () => {
    const { student, methodId } = await payer();
    const { body } = await stage.subscribe(student, planId, methodId).expect(201);
    await stage.cancel(student).expect(200);
    const answers = await Promise.all([
      stage.reactivate(student),
      stage.cancel(student, 'now'),
      stage.reactivate(student),
      stage.cancel(student, 'now'),
    ]);
    for (const { status } of answers) expect([200, 202, 409]).toContain(status);
    await stage.look();
    const [state] = await there(student);
    expect([(await stage.current(student)).status, state?.status]).toEqual(['cancelled', 'canceled']);
    expect((await stage.said(body.id)).filter(([word]) => word === 'cancelled')).toHaveLength(1);
  });
});

describe('bad input', () => {
  test.each<[string, (own: string, other: string) => object, number, string]>([
    ['a plan that is none', (own) => ({ planId: newId(), methodId: own }), 404, 'not-found'],
    ['another’s card', (_own, other) => ({ planId, methodId: other }), 404, 'not-found'],
    ['a card that is none', () => ({ planId, methodId: newId() }), 404, 'not-found'],
    ['no card', () => ({ planId }), 400, 'invalid-request'],
    ['a plan of no id', (own) => ({ planId: 'four', methodId: own }), 400, 'invalid-request'],
    ['a price of one’s own', (own) => ({ planId, methodId: own, price: 1 }), 400, 'invalid-request'],
  ])('%s is refused', async (_what, body, status, code) => {
    const [mine, theirs] = [await payer(), await payer()];
    const sent = body(mine.methodId, theirs.methodId);
    const answer = await stage.send('post', '/subscriptions', mine.student).send(sent).expect(status);
    expect(answer.body.type).toBe(`/problems/${code}`);
    expect(await stage.db('subscriptions').where({ user_id: mine.student.id })).toEqual([]);
  });

  test('a plan that is not offered any more, and a wish that is none', async () => {
    const { student, methodId } = await payer();
    const { id } = await stage.plan({ active: false });
    expect(problem(await stage.subscribe(student, id, methodId).expect(409))[0]).toBe('plan-not-offered');
    await stage.send('get', '/subscriptions/current', student).expect(404);
    await stage.cancel(student).expect(404);
    await stage.reactivate(student).expect(404);
    await stage.subscribe(student, planId, methodId).expect(201);
    const { body } = await stage.cancel(student, 'tomorrow').expect(400);
    expect(body.errors[0].path).toBe('when');
  });

  test('teachers, admins and nobody subscribe', async () => {
    const teacher = await person('teacher', 'admin', 'finance');
    for (const path of ['/subscriptions', '/subscriptions/cancel', '/subscriptions/reactivate']) {
      await stage.send('post', path, teacher).send({}).expect(403);
      await stage.send('post', path).send({}).expect(401);
    }
    await stage.send('get', '/subscriptions/current', teacher).expect(403);
  });
});

test('a price the provider takes no more is refused with nothing left', async () => {
  const own = await stage.plan();
  await fetch(`${stage.standIn.url}/v1/prices/${own.providerPriceId}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_stage', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'active=false',
  });
  const { student, methodId } = await payer();
  const { body } = await stage.subscribe(student, own.id, methodId).expect(422);
  expect(body.type).toBe('/problems/subscription-refused');
  expect(await there(student)).toEqual([]);
});

test('what the provider has refused is not asked for again: by the clock, nor under the same key', async () => {
  const { student, methodId } = await payer();
  const key = newId();
  const ask = () => stage.subscribe(student, planId, methodId).set('Idempotency-Key', key);
  jest.spyOn(stage.provider, 'subscribe').mockRejectedValueOnce(new Refused('resource_missing', 'no'));
  await ask().expect(422);
  stage.pass(61);
  await stage.look();
  await ask().expect(422);
  expect(await there(student)).toEqual([]);
  const { id } = await stage.current(student);
  expect(await stage.row(id)).toMatchObject({ status: 'refused', look_at: null, looks: 0 });
});
