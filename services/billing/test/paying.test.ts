/** Payments by card: begun, confirmed, and known to be paid once, whichever way that becomes known. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { paymentFailed, paymentSucceeded } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import { confirmingOf } from '../src/queries.js';
import { confirmThere } from '../src/use-cases/confirm-payment.js';
import { bodies } from './fake-provider.js';
import { brokenInvariants, openStage, type Person, person, type Stage, topUp, usd } from './stage.js';

let stage: Stage;
let student: Person;
let other: Person;
beforeAll(async () => {
  stage = await openStage();
  [student, other] = [await person('student'), await person('student')];
});
afterEach(async () => {
  stage.now();
  stage.provider.loseAnswers(0);
  stage.provider.setAway(false);
  stage.provider.setStrange(false);
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

const saidOf = async (id: string) =>
  (await emitted(stage.db, paymentSucceeded)).filter(({ subject }) => subject === id).map(({ data }) => data);
const failuresOf = async (id: string) =>
  (await emitted(stage.db, paymentFailed)).filter(({ subject }) => subject === id).map(({ data }) => data);
const refOf = async (id: string): Promise<string> => (await stage.read(student, id)).providerRef!;
const succeededHook = async (id: string) =>
  stage.hear(
    'payment_intent.succeeded',
    bodies.intent(stage.provider.intentOf(await refOf(id)), 'succeeded'),
  );

describe('a payment', () => {
  test('is begun with the secret for the browser, and is read by its payer alone', async () => {
    const { body } = await stage.send('post', '/payments/intent', student).send(topUp()).expect(201);
    expect(body.clientSecret).toMatch(/_secret$/);
    expect(body.payment).toMatchObject({
      ...{ userId: student.id, purpose: 'topup', status: 'pending', amount: 2500, currency: 'USD' },
      ...{ refundedAmount: 0, methodId: null, failureCode: null, refunds: [] },
    });
    expect(await stage.read(student, body.payment.id)).toEqual(body.payment);
    await stage.send('get', `/payments/${body.payment.id}`, other).expect(404);
    await stage.confirm(other, body.payment.id).expect(404);
  });

  test('confirmed with a stored card has succeeded, and is said once with what it is for', async () => {
    const { id: methodId } = await stage.card(student);
    const sessionId = newId();
    const payment = await stage.begin(student, { ...usd(2500), purpose: 'session', sessionId, methodId });
    const { body } = await stage.confirm(student, payment.id).expect(200);
    expect(body).toMatchObject({ status: 'succeeded', methodId });
    expect(await saidOf(payment.id)).toEqual([
      { paymentId: payment.id, userId: student.id, purpose: 'session', sessionId, amount: usd(2500) },
    ]);
  });

  test('declined has failed with the reason, and may be paid with another card', async () => {
    const { id } = await stage.begin(student);
    const [bad, good] = [await stage.card(student, 'pm_card_declines'), await stage.card(student)];
    const { body } = await stage.confirm(student, id, { methodId: bad.id }).expect(200);
    expect(body).toMatchObject({ status: 'failed', failureCode: 'insufficient_funds' });
    expect(await failuresOf(id)).toMatchObject([{ reason: 'insufficient_funds' }]);
    const paid = await stage.confirm(student, id, { methodId: good.id }).expect(200);
    expect(paid.body).toMatchObject({ status: 'succeeded', failureCode: null });
  });

  test('confirmed in the browser is learned by asking to confirm', async () => {
    const { id, providerRef } = await stage.begin(student);
    expect((await stage.confirm(student, id).expect(200)).body.status).toBe('pending');
    stage.provider.payInBrowser(providerRef!);
    expect((await stage.confirm(student, id).expect(200)).body.status).toBe('succeeded');
  });

  test('is deposited once when webhook, confirm call and poll arrive at once, each more than once', async () => {
    const { id, providerRef } = await stage.begin(student);
    stage.provider.payInBrowser(providerRef!);
    stage.wait(6);
    await Promise.all([
      succeededHook(id),
      stage.confirm(student, id),
      stage.look(),
      succeededHook(id),
      stage.confirm(student, id),
      stage.look(),
    ]);
    expect(await saidOf(id)).toHaveLength(1);
    expect((await stage.read(student, id)).status).toBe('succeeded');
  });

  test('confirmed five times at once is charged once', async () => {
    const { id: methodId } = await stage.card(student);
    const { id, providerRef } = await stage.begin(student);
    await Promise.all(Array.from({ length: 5 }, () => stage.confirm(student, id, { methodId })));
    expect(stage.provider.charges.get(providerRef!)).toBe(1);
    expect(await saidOf(id)).toHaveLength(1);
  });
});

describe('an unknown outcome', () => {
  test('of a confirmation is no failure: it is processing, and asked again after 5 minutes', async () => {
    const { id: methodId } = await stage.card(student);
    const { id, providerRef } = await stage.begin(student);
    stage.provider.loseAnswers(1, 1); // of confirming it
    expect((await stage.confirm(student, id, { methodId }).expect(200)).body.status).toBe('processing');
    expect(stage.provider.charges.get(providerRef!)).toBe(1);
    stage.wait(4);
    await stage.look();
    expect((await stage.read(student, id)).status).toBe('processing');
    stage.wait(2);
    await stage.look();
    expect((await stage.read(student, id)).status).toBe('succeeded');
    expect(await failuresOf(id)).toEqual([]);
  });

  test('is asked about after 5 minutes, an hour, and then daily while the provider is away', async () => {
    const { id } = await stage.begin(student);
    stage.provider.setAway(true);
    const at = async () => (await stage.db('payments').where({ id }).first()).look_at.getTime();
    const waits: number[] = [];
    expect(Math.round(((await at()) - stage.clock().getTime()) / 60_000)).toBe(5);
    for (let n = 0; n < 4; n += 1) {
      const before = await at();
      stage.wait((before - stage.clock().getTime()) / 60_000 + 0.01);
      const now = stage.clock().getTime();
      await stage.look();
      waits.push(Math.round(((await at()) - now) / 60_000));
    }
    expect(waits).toEqual([60, 1440, 1440, 1440]);
    expect((await stage.read(student, id)).status).toBe('pending');
  });

  test('of beginning is a 503 that the same key makes good, and one intent', async () => {
    const key = newId();
    stage.provider.loseAnswers(9);
    const ask = () =>
      stage.send('post', '/payments/intent', student).set('Idempotency-Key', key).send(topUp(700));
    await ask().expect(503).expect('x-unavailable', 'elsewhere');
    stage.provider.loseAnswers(0);
    const { body } = await ask().expect(201);
    expect(body.payment.providerRef).not.toBeNull();
    expect((await stage.db('payments').where({ amount: 700 })).length).toBe(1);
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['asking to confirm', (id) => stage.confirm(student, id).expect(422)],
    ['the clock', () => stage.look()],
  ])('of beginning that %s finds to be a no ends the payment', async (_by, find) => {
    stage.provider.setAway(true);
    const payer = student;
    await stage.send('post', '/payments/intent', payer).send(topUp(666)).expect(503);
    const { id } = await stage.db('payments').where({ amount: 666, status: 'pending' }).first();
    stage.provider.setAway(false);
    stage.wait(6);
    await find(id);
    expect(await stage.read(payer, id)).toMatchObject({
      status: 'cancelled',
      failureCode: 'amount_too_large',
    });
    expect((await stage.db('payments').where({ id }).first()).look_at).toBeNull();
  });

  test('is what it is to an account that does not know the intent, whoever asks', async () => {
    const key = newId();
    const begin = () => stage.send('post', '/payments/intent', student).set('Idempotency-Key', key);
    const { id, providerRef } = (await begin().send(topUp(900)).expect(201)).body.payment;
    stage.provider.setStrange(true);
    await begin().send(topUp(900)).expect(503);
    expect((await stage.confirm(student, id).expect(200)).body.status).toBe('pending');
    stage.wait(8 * 1440);
    await stage.look();
    expect((await stage.read(student, id)).status).toBe('pending');
    stage.provider.setStrange(false);
    stage.provider.payInBrowser(providerRef!);
    expect((await stage.confirm(student, id).expect(200)).body.status).toBe('succeeded');
  });

  test('of a try stays unknown when the failure of the one before it is heard late', async () => {
    const { id, providerRef } = await stage.begin(student);
    const [bad, good] = [await stage.card(student, 'pm_card_declines'), await stage.card(student)];
    await stage.confirm(student, id, { methodId: bad.id }).expect(200);
    const late = bodies.intent(
      stage.provider.intentOf(providerRef!),
      'requires_payment_method',
      'insufficient_funds',
    );
    stage.provider.loseAnswers(1, 1); // of confirming it
    await stage.confirm(student, id, { methodId: good.id }).expect(200);
    await stage.hear('payment_intent.payment_failed', late);
    expect((await stage.read(student, id)).status).toBe('processing');
    stage.wait(1);
    await stage.look();
    expect((await stage.read(student, id)).status).toBe('succeeded');
    expect(await failuresOf(id)).toHaveLength(1);
  });

  test('of a try stays unknown when the call of the one before it is answered after it began', async () => {
    const { id, providerRef } = await stage.begin(student);
    const [bad, good] = [await stage.card(student, 'pm_card_declines'), await stage.card(student)];
    await stage.confirm(student, id, { methodId: bad.id }).expect(200);
    const before = { ...(await confirmingOf(stage.db, id)), status: 'processing' };
    stage.provider.setAway(true);
    await stage.confirm(student, id, { methodId: good.id }).expect(200);
    stage.provider.setAway(false);
    await confirmThere(stage.desk, before);
    expect((await stage.read(student, id)).status).toBe('processing');
    stage.provider.payInBrowser(providerRef!); // the call arrives at last
    stage.wait(1);
    await stage.look();
    expect((await stage.read(student, id)).status).toBe('succeeded');
    expect(await failuresOf(id)).toHaveLength(1);
  });

  test('for a week of a payment nobody paid ends with its cancellation at the provider', async () => {
    const { id } = await stage.begin(student);
    stage.wait(8 * 1440);
    while ((await stage.look()) > 0);
    const payment = await stage.read(student, id);
    expect([payment.status, stage.provider.intentOf(payment.providerRef!).state]).toEqual([
      'cancelled',
      'cancelled',
    ]);
    await stage.confirm(student, id).expect(409);
  });
});

describe('bad input', () => {
  test.each<[string, object, number, string]>([
    ['less than the least of the currency', topUp(49), 422, 'amount-too-small'],
    ['more than eight digits', topUp(100_000_000), 422, 'amount-too-large'],
    ['a currency no card is charged in', { ...topUp(), currency: 'KWD' }, 422, 'currency-not-supported'],
    ['no currency at all', { ...topUp(), currency: 'XXX' }, 400, 'invalid-request'],
    ['a part of a cent', topUp(100.5), 400, 'invalid-request'],
    ['a course without its id', { ...usd(100), purpose: 'course' }, 400, 'invalid-request'],
    ['a course named for credits', { ...topUp(), courseId: newId() }, 400, 'invalid-request'],
    ['a method that is nobody’s', { ...topUp(), methodId: newId() }, 404, 'not-found'],
    ['what the provider refuses', topUp(666), 422, 'payment-refused'],
  ])('%s is refused', async (_what, body, status, code) => {
    const answer = await stage.send('post', '/payments/intent', student).send(body).expect(status);
    expect(answer.body.type).toBe(`/problems/${code}`);
  });

  test("another payer's card pays nothing", async () => {
    const theirs = await stage.card(other);
    await stage
      .send('post', '/payments/intent', student)
      .send({ ...topUp(), methodId: theirs.id })
      .expect(404);
    const { id } = await stage.begin(student);
    await stage.confirm(student, id, { methodId: theirs.id }).expect(404);
    await stage.confirm(other, id, { methodId: theirs.id }).expect(404); // nor is it his to confirm
    expect((await stage.read(student, id)).status).toBe('pending');
  });

  test('teachers, admins and nobody pay by card', async () => {
    const teacher = await person('teacher', 'admin');
    await stage.send('post', '/payments/intent', teacher).send(topUp()).expect(403);
    await stage.send('post', '/payments/intent').send(topUp()).expect(401);
  });
});

test('payments are listed newest first, by state, page by page', async () => {
  const payer = await person('student');
  const [first, second] = [await stage.begin(payer), await stage.paid(payer)];
  const third = await stage.begin(payer);
  const list = async (search: string) =>
    (await stage.send('get', `/payments${search}`, payer).expect(200)).body;
  const page = await list('?limit=2');
  expect(page.data.map(({ id }: { id: string }) => id)).toEqual([third.id, second.id]);
  const next = await list(`?limit=2&cursor=${page.nextCursor}`);
  expect([next.data.map(({ id }: { id: string }) => id), next.nextCursor]).toEqual([[first.id], null]);
  expect((await list('?status=succeeded')).data).toEqual([second]);
  await stage.send('get', '/payments?cursor=x', payer).expect(400);
});
