/** Cards that payers keep: the provider has them, here are its ids and what a payer knows them by. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { settings } from '../src/config.js';
import { forgetCards } from '../src/use-cases/keep-cards.js';
import { fakeProvider } from './fake-provider.js';
import { brokenInvariants, openStage, type Person, person, type Stage, stageWith } from './stage.js';

const PRODUCTION = { NODE_ENV: 'production' as const };
const KEY = { STRIPE_PUBLISHABLE_KEY: 'pk_test_1' };

let stage: Stage;
let student: Person;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  stage.now();
  stage.provider.setAway(false);
  stage.provider.setStrange(false);
  stage.provider.loseAnswers(0);
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

const list = async (who: Person) =>
  (await stage.send('get', '/payments/methods', who).expect(200)).body.data as {
    id: string;
    isDefault: boolean;
  }[];
const standing = async (who: Person) => (await list(who)).map(({ id, isDefault }) => [id, isDefault]);

test('a card is shown by its brand, last four and expiry alone, and the first is the default', async () => {
  student = await person('student');
  const first = await stage.card(student);
  expect(first).toEqual({
    ...{ id: expect.any(String), brand: 'visa', last4: '4242', expMonth: 12, expYear: 2031 },
    ...{ isDefault: true, createdAt: expect.any(String) },
  });
  const second = await stage.card(student);
  expect(await standing(student)).toEqual([
    [second.id, false],
    [first.id, true],
  ]);
});

test('another one is made the default, and where the default goes the newest follows', async () => {
  student = await person('student');
  const [a, b, c] = [await stage.card(student), await stage.card(student), await stage.card(student)];
  const { body } = await stage.send('patch', `/payments/methods/${b.id}/default`, student).expect(200);
  expect(body.isDefault).toBe(true);
  await stage.send('delete', `/payments/methods/${b.id}`, student).expect(204);
  expect(await standing(student)).toEqual([
    [c.id, true],
    [a.id, false],
  ]);
  await stage.send('delete', `/payments/methods/${b.id}`, student).expect(404);
});

test('of five cards attached at once one is the default', async () => {
  student = await person('student');
  await Promise.all(Array.from({ length: 5 }, () => stage.card(student)));
  expect((await list(student)).filter(({ isDefault }) => isDefault)).toHaveLength(1);
});

test("another's card cannot be seen, made the default or dropped", async () => {
  const [owner, other] = [await person('student'), await person('student')];
  const { id } = await stage.card(owner);
  expect(await list(other)).toEqual([]);
  await stage.send('patch', `/payments/methods/${id}/default`, other).expect(404);
  await stage.send('delete', `/payments/methods/${id}`, other).expect(404);
  expect(await list(owner)).toHaveLength(1);
});

test('a card the provider does not take is a 422, also asked again', async () => {
  student = await person('student');
  const key = newId();
  for (let n = 0; n < 2; n += 1) {
    const { body } = await stage
      .send('post', '/payments/methods', student)
      .set('Idempotency-Key', key)
      .send({ paymentMethodId: 'pm_card_refused' })
      .expect(422);
    expect(body.type).toBe('/problems/method-refused');
  }
  expect(await list(student)).toEqual([]);
});

test('a lost answer is a 503 that the same key makes good, with one card', async () => {
  student = await person('student');
  const key = newId();
  const attach = () =>
    stage
      .send('post', '/payments/methods', student)
      .set('Idempotency-Key', key)
      .send({ paymentMethodId: 'pm_card_visa' });
  stage.provider.loseAnswers(2);
  await attach().expect(503);
  await attach().expect(503).expect('x-unavailable', 'elsewhere');
  await attach().expect(201);
  expect(await list(student)).toHaveLength(1);
});

test('a card that is dropped while the provider gives no answer is gone here at once, and there once it answers', async () => {
  student = await person('student');
  const { id } = await stage.card(student);
  const { provider_id: ref } = await stage.db('payment_methods').where({ id }).first();
  stage.provider.setAway(true);
  await stage.send('delete', `/payments/methods/${id}`, student).expect(204);
  expect(await list(student)).toHaveLength(0);
  expect(await forgetCards(stage.desk)).toBe(0); // not yet
  const waits: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { forget_at: at } = await stage.db('payment_methods').where({ id }).first('forget_at');
    waits.push(Math.round((at.getTime() - stage.clock().getTime()) / 60_000));
    stage.wait(waits.at(-1)! + 1);
    expect(await forgetCards(stage.desk)).toBe(1);
  }
  expect(waits).toEqual([1, 10, 60, 1440]);
  stage.provider.setAway(false);
  stage.provider.setStrange(true); // the key of another account knows no card of ours
  stage.wait(1441);
  expect(await forgetCards(stage.desk)).toBe(1);
  expect(stage.provider.detached).not.toContain(ref);
  stage.provider.setStrange(false);
  stage.wait(1441);
  expect(await forgetCards(stage.desk)).toBe(1);
  expect(stage.provider.detached).toContain(ref);
  stage.wait(10_000);
  expect(await forgetCards(stage.desk)).toBe(0);
});

test('a card that is kept, or was, is not kept anew under the same id of the provider', async () => {
  student = await person('student');
  const { id } = await stage.card(student, 'pm_entered');
  const again = async () =>
    (
      await stage
        .send('post', '/payments/methods', student)
        .send({ paymentMethodId: 'pm_entered' })
        .expect(422)
    ).body.type;
  expect(await again()).toBe('/problems/method-kept');
  expect(await standing(student)).toEqual([[id, true]]);
  await stage.send('delete', `/payments/methods/${id}`, student).expect(204);
  expect(await again()).toBe('/problems/method-refused');
  expect(await list(student)).toEqual([]);
});

test.each(['4242424242424242', 'tok_visa', 'pm_', 'pm_x y', `pm_${'x'.repeat(201)}`])(
  'what is no id of a payment method is refused: %s',
  async (paymentMethodId) => {
    await stage
      .send('post', '/payments/methods', await person('student'))
      .send({ paymentMethodId })
      .expect(400);
  },
);

test.each([
  ['in development without a key, test cards', {}, { publishableKey: null, takesTestCards: true }],
  ['in production without a key, no card', PRODUCTION, { publishableKey: null, takesTestCards: false }],
  [
    'with a key, by the provider’s own form alone',
    KEY,
    { publishableKey: 'pk_test_1', takesTestCards: false },
  ],
  ['so in production', { ...PRODUCTION, ...KEY }, { publishableKey: 'pk_test_1', takesTestCards: false }],
])('a page takes %s', async (_what, settings, expected) => {
  const other = await stageWith(fakeProvider(), settings);
  const { body } = await other.send('get', '/payments/provider', await person('student')).expect(200);
  expect(body).toEqual(expected);
  await other.send('get', '/payments/provider').expect(401);
  await other.send('get', '/payments/provider', await person('teacher')).expect(403);
  await other.close();
});

test.each(['sk_live_1', 'pk_live_1 ', ''])(
  'a key that is no publishable one is not given to browsers: "%s"',
  (key) => {
    expect(settings.shape.STRIPE_PUBLISHABLE_KEY.safeParse(key).success).toBe(false);
  },
);
