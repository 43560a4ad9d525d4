import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { fundsDeclined, fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { emitted, statementsOf, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import {
  adjust,
  balance,
  brokenInvariants,
  ending,
  expiryOf,
  migrations,
  purchase,
  send,
  usd,
  user,
} from './fixtures.js';

let test_: TestDatabase;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

/** What was said about a purchase or hold, oldest first, without the envelopes. */
async function said(id: string) {
  const all = [
    ...(await emitted(db(), fundsHeld)),
    ...(await emitted(db(), fundsDeclined)),
    ...(await emitted(db(), holdPaid)),
  ];
  return all.filter(({ subject }) => subject === id);
}
const again = <E extends { id: string }>(event: E): E => ({ ...event, id: newId() });
const holdId = (bought: ReturnType<typeof purchase>, n = 0) => bought.data.holds[n]?.holdId ?? '';

test('a purchase moves promo, then credits into escrow and says the whole holds', async () => {
  const student = await user(db(), { credits: 5000, promo: 1500 });
  const bought = purchase(student, [1000, 1000]);
  await send(db(), bought);
  expect([await balance(db(), student, 'promo'), await balance(db(), student, 'credits')]).toEqual([0, 4500]);
  const { teacherId, courseId, requestedAt, purchaseId } = bought.data;
  expect(await said(purchaseId)).toMatchObject([
    {
      type: fundsHeld.type,
      causationid: bought.id,
      correlationid: bought.correlationid,
      data: {
        ...{ purchaseId, studentId: student, teacherId, courseId, requestedAt },
        holds: [
          { ...bought.data.holds[0], parts: [{ account: 'promo', amount: usd(1000) }] },
          {
            ...bought.data.holds[1],
            parts: [
              { account: 'promo', amount: usd(500) },
              { account: 'credits', amount: usd(500) },
            ],
          },
        ],
      },
    },
  ]);
});

test('only money of the course’s currency pays for it', async () => {
  const student = await user(db(), { credits: 5000 }, 'EUR');
  const bought = purchase(student, [1000]);
  await send(db(), bought);
  expect(await said(bought.data.purchaseId)).toMatchObject([
    { data: { reason: 'insufficient-credit', shortfall: usd(1000) } },
  ]);
  expect(await balance(db(), student, 'credits', 'EUR')).toBe(5000);
});

test('in one batch 35.00 pays 30.00, not then 10.00, then 5.00', async () => {
  const student = await user(db(), { credits: 3500 });
  const asked = [3000, 1000, 500].map((amount) => purchase(student, [amount]));
  await send(db(), ...asked);
  const answers = await Promise.all(asked.map(async ({ data }) => (await said(data.purchaseId))[0]));
  expect(answers.map((answer) => answer?.type)).toEqual([fundsHeld.type, fundsDeclined.type, fundsHeld.type]);
  expect(answers[1]?.data).toMatchObject({ shortfall: usd(500) });
  expect(await balance(db(), student, 'credits')).toBe(0);
});

test('asked again by another event, in the same batch or later, a purchase repeats its first answer', async () => {
  const student = await user(db(), { credits: 1000 });
  const [held, declined] = [purchase(student, [1000]), purchase(student, [1])];
  await send(db(), held, declined, again(held));
  await adjust(db(), { userId: student, amount: 9000 }); // money that comes after a refusal changes nothing about it
  await send(db(), again(declined), again(held));
  const answers = await said(held.data.purchaseId);
  expect(answers).toHaveLength(3);
  for (const { data } of answers) expect(data).toEqual(answers[0]?.data);
  const refusals = await said(declined.data.purchaseId);
  expect(refusals).toMatchObject([{ data: { shortfall: usd(1) } }, { data: { shortfall: usd(1) } }]);
  expect(await balance(db(), student, 'credits')).toBe(9000);
});

test('a free session is a hold without a transfer, for a user not heard of too', async () => {
  const bought = purchase(newId(), [0]);
  await send(db(), bought, ending(bought, {}));
  expect(await said(bought.data.purchaseId)).toMatchObject([
    { data: { holds: [{ amount: usd(0), parts: [] }] } },
  ]);
  expect(await said(holdId(bought))).toMatchObject([{ data: { teacher: usd(0), refund: usd(0) } }]);
});

test('what a subscription pays for is left to billing', async () => {
  const student = await user(db(), { credits: 1000 });
  const bought = purchase(student, [500], { fundedBy: 'subscription', subscriptionId: newId() });
  await send(db(), bought);
  expect(await said(bought.data.purchaseId)).toEqual([]);
  expect(await balance(db(), student, 'credits')).toBe(1000);
});

test('one purchase that makes no sense takes nothing from anybody', async () => {
  const student = await user(db(), { credits: 1000 });
  const mixed = purchase(student, [500]);
  const broken = { ...mixed, data: { ...mixed.data, total: { amount: 500, currency: 'EUR' } } };
  await expect(send(db(), broken)).rejects.toThrow('mixes currencies');
  const dearer = { ...again(mixed), data: { ...mixed.data, total: usd(499) } };
  await expect(send(db(), dearer)).rejects.toThrow('does not add up');
  expect(await balance(db(), student, 'credits')).toBe(1000);
});

test('a release pays teacher, platform and referrer, and says what it paid', async () => {
  const [student, referrer] = [await user(db(), { credits: 1000 }), newId()];
  const bought = purchase(student, [1000]);
  const { teacherId, purchaseId } = bought.data;
  const shares = { teacher: 700, commission: 250, referral: 50 };
  await send(db(), bought, ending(bought, shares, { referrerId: referrer, referralAccount: 'earnings' }));
  expect([await balance(db(), teacherId, 'earnings'), await balance(db(), referrer, 'earnings')]).toEqual([
    700, 50,
  ]);
  expect(await said(holdId(bought))).toMatchObject([
    {
      data: {
        ...{ holdId: holdId(bought), purchaseId, studentId: student, teacherId },
        ...{ teacher: usd(700), commission: usd(250), referral: usd(50), refund: usd(0) },
      },
    },
  ]);
});

test('a refund returns promo as promo and credits as credits', async () => {
  const student = await user(db(), { credits: 1000, promo: 300 });
  const bought = purchase(student, [1000]);
  await send(db(), bought, ending(bought, { refund: 1000 }));
  expect([await balance(db(), student, 'promo'), await balance(db(), student, 'credits')]).toEqual([
    300, 1000,
  ]);
});

test('an ending asked again says again what the first one paid, whatever it asks for', async () => {
  const student = await user(db(), { credits: 2000 });
  const bought = purchase(student, [1000, 1000]);
  const [first, other] = [
    ending(bought, { teacher: 700, commission: 300 }),
    ending(bought, { refund: 1000 }),
  ];
  await send(db(), bought, first, again(first));
  await send(db(), other, ending(bought, { refund: 1000 }, { n: 1 }), again(first));
  const answers = await said(holdId(bought));
  expect(answers).toHaveLength(4);
  for (const { data } of answers) expect(data).toEqual(answers[0]?.data);
  expect(await balance(db(), bought.data.teacherId, 'earnings')).toBe(700);
  expect(await balance(db(), student, 'credits')).toBe(1000);
});

test('an ending met before its hold waits, and the rest of its batch does not', async () => {
  const student = await user(db(), { credits: 2000 });
  const [early, placed] = [purchase(student, [1000]), purchase(student, [1000])];
  await send(db(), placed);
  const [tooEarly, fine] = [ending(early, { teacher: 1000 }), ending(placed, { teacher: 1000 })];
  expect(await send(db(), tooEarly, fine)).toEqual({ [tooEarly.id]: 'notYet', [fine.id]: 'done' });
  expect(await said(holdId(early))).toEqual([]);
  expect(Object.values(await send(db(), early, again(tooEarly)))).toEqual(['done', 'done']);
  expect(await said(holdId(early))).toHaveLength(1);
});

test('a decision that does not share out the hold is refused and pays nobody', async () => {
  const bought = purchase(await user(db(), { credits: 1000 }), [1000]);
  await send(db(), bought);
  await expect(send(db(), ending(bought, { teacher: 999 }))).rejects.toThrow('does not share out');
  expect(await balance(db(), bought.data.teacherId, 'earnings')).toBe(0);
});

test('a purchase that expires unheard is refused for good, also when its request comes late', async () => {
  const student = await user(db(), { credits: 1000 });
  const bought = purchase(student, [1000]);
  await send(db(), expiryOf(bought), bought, expiryOf(bought));
  const refused = {
    purchaseId: bought.data.purchaseId,
    studentId: student,
    reason: 'expired',
    shortfall: null,
  };
  expect((await said(bought.data.purchaseId)).map(({ data }) => data)).toEqual([refused, refused, refused]);
  expect(await balance(db(), student, 'credits')).toBe(1000);
});

test('expiry of a purchase that has its answer repeats that answer', async () => {
  const student = await user(db(), { credits: 1000 });
  const [held, declined] = [purchase(student, [1000]), purchase(student, [5])];
  await send(db(), held, declined, expiryOf(held), expiryOf(declined));
  const [first, repeated] = await said(held.data.purchaseId);
  expect(repeated?.data).toEqual(first?.data);
  expect(await said(declined.data.purchaseId)).toMatchObject([
    { data: { reason: 'insufficient-credit' } },
    { data: { reason: 'insufficient-credit' } },
  ]);
});

test('a batch takes the same number of statements whether it has two holds or sixty', async () => {
  const statements = async (...events: Parameters<typeof send>[1][]) =>
    (await statementsOf(db(), () => send(db(), ...events))).length;
  const students = await Promise.all(
    Array.from({ length: 3 }, () => user(db(), { credits: 20_000, promo: 1500 })),
  );
  const many = Array.from({ length: 60 }, (_, n) => purchase(students[n % 3] ?? '', [1000]));
  const few = students.slice(0, 2).map((student) => purchase(student, [100]));
  expect(await statements(...few)).toBe(await statements(...many));
  const ends = (asked: typeof many) => asked.map((one) => ending(one, { refund: one.data.total.amount }));
  expect(await statements(...ends(few))).toBe(await statements(...ends(many)));
});
