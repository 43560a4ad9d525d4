import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fundsDeclined, fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { emitted, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { again } from './cards.js';
import {
  balance,
  brokenInvariants,
  correction,
  ending,
  expiryOf,
  migrations,
  send,
  usd,
} from './fixtures.js';
import {
  cancelled,
  expired,
  lessons,
  paid,
  platformHolds,
  type Subscribed,
  subscribed,
} from './subscribing.js';

let test_: TestDatabase;
let who: Subscribed;
const db = () => test_.db;
beforeEach(async () => {
  test_ = await testDatabase(migrations);
  who = subscribed();
});
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
  await test_.close();
});

const RELEASED = { teacher: 700, commission: 300 };
const BACK = { refund: 1000 };
const holds = () => platformHolds(db());

test('what a period was paid with is owed until the next one is paid, and then what is left is earned', async () => {
  await send(db(), paid(who, 0, 4000), again(paid(who, 0, 4000)));
  expect(await holds()).toEqual({ 'card-clearing': -4000, 'subscription-deferred': 4000 });
  await send(db(), paid(who, 1, 4000));
  expect(await holds()).toEqual({ 'card-clearing': -8000, revenue: 4000, 'subscription-deferred': 4000 });
  await send(db(), cancelled(who, 1), again(cancelled(who, 1)));
  expect(await holds()).toEqual({ 'card-clearing': -8000, revenue: 8000 });
});

test.each([
  [
    'a renewal heard before the start',
    () => [paid(who, 1, 4000), paid(who, 0, 4000)],
    { revenue: 4000, 'subscription-deferred': 4000 },
  ],
  [
    'the end heard before all of it',
    () => [expired(who, 1), paid(who, 1, 4000), paid(who, 0, 4000)],
    { revenue: 8000 },
  ],
] as const)('%s comes out the same', async (_what, events, figures) => {
  for (const event of events()) await send(db(), event);
  expect(await holds()).toEqual({ 'card-clearing': -8000, ...figures });
});

test('a lesson is held out of its period, and the teacher is paid as for any other', async () => {
  const { bought, reserved } = lessons(who, 0, [1000, 1000]);
  await send(db(), paid(who, 0, 4000), reserved);
  expect(await holds()).toEqual({ 'card-clearing': -4000, escrow: 2000, 'subscription-deferred': 2000 });
  const parts = [{ account: 'subscription', amount: usd(1000) }];
  expect((await emitted(db(), fundsHeld))[0]?.data).toEqual({
    ...{ purchaseId: bought.data.purchaseId, studentId: who.userId, teacherId: bought.data.teacherId },
    ...{ courseId: bought.data.courseId, requestedAt: bought.data.requestedAt },
    holds: bought.data.holds.map((hold) => ({ ...hold, parts })),
  });
  await send(db(), ending(bought, RELEASED), ending(bought, BACK, { n: 1 }));
  expect(await holds()).toEqual({ 'card-clearing': -4000, commission: 300, 'subscription-deferred': 3000 });
  expect(await balance(db(), bought.data.teacherId, 'earnings')).toBe(700);
  expect(await balance(db(), who.userId, 'credits')).toBe(0);
  const [, refunded] = await emitted(db(), holdPaid);
  expect(refunded?.data).toMatchObject({ refund: usd(1000), teacher: usd(0) });
});

test('what a period does not cover the platform bears, a trial all of it, and has back before nobody', async () => {
  const { bought, reserved } = lessons(who, 0, [1000]);
  await send(db(), paid(who, 0, 600), reserved);
  expect(await holds()).toEqual({ 'card-clearing': -600, escrow: 1000, promotions: -400 });
  await send(db(), ending(bought, { teacher: 200, refund: 800 })); // of a split the student's money comes back first
  expect(await holds()).toEqual({ 'card-clearing': -600, promotions: -200, 'subscription-deferred': 600 });

  const trial = subscribed();
  const free = lessons(trial, 0, [1000]);
  await send(db(), paid(trial, 0, 0), free.reserved, ending(free.bought, BACK));
  expect(await holds()).toEqual({ 'card-clearing': -600, promotions: -200, 'subscription-deferred': 600 });
});

test('a lesson of a period that has ended comes back to the one that runs, and is earned where none does', async () => {
  const [first, second] = [lessons(who, 0, [1000]), lessons(who, 0, [1000])];
  await send(db(), paid(who, 0, 4000), first.reserved, second.reserved, paid(who, 1, 4000));
  expect(await holds()).toMatchObject({ revenue: 2000, 'subscription-deferred': 4000, escrow: 2000 });
  await send(db(), ending(first.bought, BACK));
  expect(await holds()).toMatchObject({ revenue: 2000, 'subscription-deferred': 5000, escrow: 1000 });
  await send(db(), cancelled(who, 1));
  expect(await holds()).toEqual({ 'card-clearing': -8000, revenue: 7000, escrow: 1000 });
  await send(db(), ending(second.bought, BACK));
  expect(await holds()).toEqual({ 'card-clearing': -8000, revenue: 8000 });
  await send(db(), correction(second.bought, [BACK, RELEASED])); // it was earned: earned no longer
  expect(await holds()).toEqual({ 'card-clearing': -8000, revenue: 7000, commission: 300 });
});

test('a lesson that was given back, and after all took place, is taken of its period again, or else borne by the platform', async () => {
  const one = lessons(who, 0, [1000]);
  await send(db(), paid(who, 0, 1000), one.reserved, ending(one.bought, BACK));
  await send(db(), correction(one.bought, [BACK, RELEASED]));
  expect(await holds()).toEqual({ 'card-clearing': -1000, commission: 300 });
  await send(db(), correction(one.bought, [RELEASED, BACK], { version: 3 }));
  expect(await holds()).toMatchObject({ 'subscription-deferred': 1000 });

  const other = lessons(who, 0, [1000]);
  await send(db(), other.reserved, correction(one.bought, [BACK, RELEASED], { version: 4 }));
  expect(await holds()).toEqual({ 'card-clearing': -1000, promotions: -1000, escrow: 1000, commission: 300 });
  await send(db(), correction(one.bought, [RELEASED, BACK], { version: 5 }));
  expect(await holds()).toEqual({ 'card-clearing': -1000, escrow: 1000 });
});

test('a lesson of a period not heard of waits, unless its purchase has its answer', async () => {
  const { bought, reserved } = lessons(who, 0, [1000]);
  expect(Object.values(await send(db(), reserved))).toEqual(['notYet']);
  const late = lessons(who, 0, [500]);
  await send(db(), expiryOf(late.bought));
  expect(Object.values(await send(db(), late.reserved))).toEqual(['done']);
  expect((await emitted(db(), fundsDeclined)).map(({ data }) => data.reason)).toEqual(['expired', 'expired']);
  await send(db(), paid(who, 0, 4000), again(reserved), again(reserved), expiryOf(bought));
  const answers = await emitted(db(), fundsHeld);
  expect(answers.map(({ subject }) => subject)).toEqual(Array(3).fill(bought.data.purchaseId));
  expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  expect(await holds()).toMatchObject({ escrow: 1000 });
});

test('a lesson of price 0 moves nothing, and one in another currency than the subscription is refused', async () => {
  const free = lessons(who, 0, [0]);
  await send(db(), paid(who, 0, 4000), free.reserved, ending(free.bought, {}));
  const { reserved } = lessons(who, 0, [0]);
  const euros = { amount: 0, currency: 'EUR' };
  const wrong = {
    ...reserved,
    data: {
      ...reserved.data,
      total: euros,
      holds: reserved.data.holds.map((hold) => ({ ...hold, amount: euros })),
    },
  };
  await expect(send(db(), wrong)).rejects.toThrow('another currency');
  await expect(
    send(db(), again({ ...paid(who, 1, 1), data: { ...paid(who, 1, 1).data, amount: euros } })),
  ).rejects.toThrow('another currency');
  expect(await holds()).toEqual({ 'card-clearing': -4000, 'subscription-deferred': 4000 });
});

test('of an expiry and a lesson at once one wins, and all of a period’s lessons at once take no more than it has', async () => {
  await send(db(), paid(who, 0, 2500));
  const asked = Array.from({ length: 12 }, () => lessons(who, 0, [1000]));
  const rivals = asked.flatMap(({ bought, reserved }, n) =>
    n % 3 === 0 ? [reserved, expiryOf(bought)] : [reserved, again(reserved)],
  );
  const settleOn = async (event: (typeof rivals)[number]) => {
    for (let n = 1; ; n += 1)
      try {
        return await send(db(), event);
      } catch (error) {
        if (n === 5) throw error; // as the inbox tries again what a race made fail
      }
  };
  await Promise.all(rivals.map(settleOn));
  const held = new Set((await emitted(db(), fundsHeld)).map(({ subject }) => subject));
  const declined = new Set((await emitted(db(), fundsDeclined)).map(({ subject }) => subject));
  expect(held.size + declined.size).toBe(12);
  expect([...held].filter((id) => declined.has(id))).toEqual([]);
  const short = held.size * 1000 - 2500;
  expect(await holds()).toEqual({ 'card-clearing': -2500, escrow: held.size * 1000, promotions: -short });
}, 30_000);

test.each([
  [
    'a period is spent by hand',
    'update subscription_periods set spent = spent + 1',
    'lessons alone spend it',
  ],
  [
    'more is spent of a period than was paid',
    `insert into lesson_money (entry_id, hold_id, subscription_id, pot, period, amount)
     select gen_random_uuid(), hold_id, subscription_id, 'subscription-deferred', period, 4001 from lessons`,
    'subscription_periods_rest',
  ],
  ['what was paid is changed', 'update subscription_periods set paid = paid + 1', 'stays'],
  [
    'a period ends twice',
    'update subscription_periods set ended_at = now() where ended_at is not null',
    'ends once',
  ],
  [
    'what is left of a period is forgotten',
    'update subscription_periods set revenue = 0, ended_at = now() where ended_at is null',
    'subscription_periods_ended',
  ],
  [
    'a movement of lesson money is changed',
    'update lesson_money set amount = amount + 1',
    'only ever added to',
  ],
])('the database refuses that %s', async (_what, harm, words) => {
  await send(db(), paid(who, 0, 5000), paid(who, 1, 5000), lessons(who, 1, [1000]).reserved);
  await expect(db().raw(harm)).rejects.toThrow(words);
});
