/** What is bought in one go by card: placed once when the payment has become credits, or declined with the credits kept. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { DataOf } from '@rollcall/contracts/event';
import {
  purchaseActivated,
  purchaseDeclined,
  purchaseRequested,
} from '@rollcall/contracts/events/enrollment';
import { userSuspended } from '@rollcall/contracts/events/identity';
import { creditsDeposited } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope, workOf } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { askAgain } from '../src/use-cases/ask-again.js';
import { brokenInvariants, openStage, type Person, person, type Stage, usd } from './stage.js';

let stage: Stage;
let student: Person;
beforeAll(async () => {
  stage = await openStage();
  student = await person('student');
});
afterEach(async () => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

type Deposited = DataOf<typeof creditsDeposited>;

const paidFor = (what: Partial<Deposited>) =>
  envelope(creditsDeposited, {
    ...{ userId: student.id, paymentId: newId(), amount: usd(2000), purpose: 'session' },
    ...what,
  });
const hear = (...events: ReturnType<typeof paidFor>[]) => deliver(stage.db, consumers, events);
const askedFor = async (paymentId: string) =>
  (await emitted(stage.db, purchaseRequested)).filter(({ data }) => data.paymentId === paymentId);
const declinedFor = async (paymentId: string) =>
  (await emitted(stage.db, purchaseDeclined)).filter(({ data }) => data.paymentId === paymentId);

test('a session paid by card is placed once, names its payment, and is said to be active with it', async () => {
  const { sessions } = await stage.onSale();
  const paid = paidFor({ sessionId: sessions[0]!.id });
  await hear(paid, { ...paid, id: newId() });
  await hear({ ...paid, id: newId() });
  const asked = await askedFor(paid.data.paymentId);
  expect(asked.map(({ data }) => [data.fundedBy, data.total])).toEqual([['card', usd(1000)]]);
  const { purchaseId } = asked[0]!.data;
  await stage.hold(purchaseId);
  expect(await stage.purchase(student, purchaseId)).toMatchObject({ status: 'active', fundedBy: 'card' });
  const activated = (await emitted(stage.db, purchaseActivated)).filter(
    ({ data }) => data.purchaseId === purchaseId,
  );
  expect(activated.map(({ data }) => data.paymentId)).toEqual([paid.data.paymentId]);
});

test('of five that say the same payment at once one places the purchase', async () => {
  const { id } = await stage.onSale();
  const paid = paidFor({ purpose: 'course', courseId: id });
  await Promise.all(Array.from({ length: 5 }, () => hear({ ...paid, id: newId() })));
  expect(await askedFor(paid.data.paymentId)).toHaveLength(1);
});

test('what cannot be bought any more is declined with the reason, and nothing is asked of the wallet', async () => {
  const { sessions } = await stage.onSale();
  await stage.cancel(sessions[0]!.id);
  const paid = paidFor({ sessionId: sessions[0]!.id });
  await hear(paid, { ...paid, id: newId() });
  expect(await askedFor(paid.data.paymentId)).toEqual([]);
  const said = await declinedFor(paid.data.paymentId);
  expect(said.map(({ data }) => [data.reason, data.total])).toEqual([['session-cancelled', usd(2000)]]);
});

test.each([
  ['by less than it costs by now', usd(1000)],
  ['in another currency than it costs', { amount: 40_000, currency: 'EUR' }],
])('what was paid %s is declined: no other credits of the payer make up for it', async (_what, amount) => {
  const course = await stage.onSale();
  const { id } = course.sessions[0]!;
  await stage
    .send('patch', `/sessions/${id}`, stage.teacher)
    .send({ price: usd(40_000) })
    .expect(200);
  const session = paidFor({ sessionId: id, amount });
  const whole = paidFor({ purpose: 'course', courseId: course.id, amount: { ...amount, amount: 1 } });
  await hear(session, whole);
  for (const { data } of [session, whole]) {
    expect(await askedFor(data.paymentId)).toEqual([]);
    expect((await declinedFor(data.paymentId)).map((one) => one.data.reason)).toEqual(['price-changed']);
  }
});

test('what a suspended student has paid for is declined, and he buys nothing by credits either', async () => {
  const course = await stage.onSale();
  const { id: sessionId } = course.sessions[0]!;
  const suspended = await person('student');
  const account = {
    ...{ userId: suspended.id, roles: ['student' as const], displayName: 'Stu Dent', version: 2 },
    ...{ email: 'stu@example.test', locale: 'en', timeZone: 'UTC', referrerId: null },
  };
  await deliver(stage.db, consumers, [envelope(userSuspended, account)]);
  const paid = paidFor({ sessionId, userId: suspended.id });
  await hear(paid);
  expect(await askedFor(paid.data.paymentId)).toEqual([]);
  expect((await declinedFor(paid.data.paymentId)).map(({ data }) => data.reason)).toEqual([
    'account-suspended',
  ]);
  for (const asked of [stage.ask(suspended, sessionId), stage.askCourse(suspended, course.id)])
    expect((await asked.expect(403)).body.type).toBe('/problems/account-suspended');
});

test('a payment for a course that is not there leaves its reason, and the next one is heard', async () => {
  const [wrong, right] = [paidFor({ purpose: 'course', courseId: newId() }), await stage.onSale()];
  await hear(wrong, paidFor({ sessionId: right.sessions[1]!.id }));
  const order = await stage.db('card_orders').where({ payment_id: wrong.data.paymentId }).first();
  expect(order.refusal).toBe('not-found');
});

test('credits alone buy nothing', async () => {
  const paid = paidFor({ purpose: 'topup' });
  await hear(paid);
  expect(await stage.db('card_orders').where({ payment_id: paid.data.paymentId })).toEqual([]);
});

test('a purchase by card that waits is asked about again as the same question', async () => {
  const { sessions } = await stage.onSale();
  const paid = paidFor({ sessionId: sessions[0]!.id, userId: (await person('student')).id });
  await hear(paid);
  await workOf(stage.db, askAgain, new Date(Date.now() + 120_000));
  const [first, second] = await askedFor(paid.data.paymentId);
  expect(second?.data).toEqual(first?.data);
});
