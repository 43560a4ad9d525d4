import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { fundsDeclined, fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { attempt, type Consumer } from '@rollcall/kit/consumer';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import {
  adjust,
  balance,
  brokenInvariants,
  ending,
  expiryOf,
  migrations,
  purchase,
  registered,
  send,
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

/** Each argument on a connection of its own, all at once; what a race made fail is tried again, as the inbox does. */
async function atOnce(...batches: Envelope[][]): Promise<void> {
  await Promise.all(batches.map((batch) => send(db(), ...batch).catch(() => send(db(), ...batch))));
}

/** Runs each batch at once and counts the tries: a deadlock is retried in silence, but takes one more. */
async function triesOf(batches: Envelope[][]): Promise<number> {
  let tries = 0;
  const clock = () => {
    tries += 1;
    return new Date();
  };
  const consumerOf = (batch: Envelope[]) =>
    consumers.find(({ types }) => types.some(({ type }) => type === batch[0]?.type)) as Consumer;
  await Promise.all(batches.map((batch) => attempt(db(), consumerOf(batch), batch, { clock })));
  return tries;
}
const again = <E extends Envelope>(event: E): E => ({ ...event, id: newId() });
const heldAmong = async (ids: string[]) =>
  (await emitted(db(), fundsHeld))
    .filter(({ subject }) => ids.includes(subject))
    .map(({ subject }) => subject);
const paidFor = async (id: string) => (await emitted(db(), holdPaid)).filter(({ subject }) => subject === id);

test('of fifty purchases at once against money for three, exactly three are held', async () => {
  const student = await user(db(), { credits: 2000, promo: 1000 });
  const asked = Array.from({ length: 50 }, () => purchase(student, [1000]));
  await atOnce(...asked.map((one) => [one]));
  expect(await heldAmong(asked.map(({ data }) => data.purchaseId))).toHaveLength(3);
  expect(await emitted(db(), fundsDeclined)).toHaveLength(47);
  expect([await balance(db(), student, 'credits'), await balance(db(), student, 'promo')]).toEqual([0, 0]);
});

test('batches that meet the same students in other orders do not deadlock, and all are answered', async () => {
  const students = await Promise.all(Array.from({ length: 6 }, () => user(db(), { credits: 4000 })));
  const batches = Array.from({ length: 12 }, (_, n) =>
    students.map((_student, at) => purchase(students[(at * (n % 2 === 0 ? 1 : 5) + n) % 6] ?? '', [1000])),
  );
  expect(await triesOf(batches)).toBe(batches.length);
  const held = await heldAmong(batches.flat().map(({ data }) => data.purchaseId));
  expect(held).toHaveLength(24);
  for (const student of students) expect(await balance(db(), student, 'credits')).toBe(0);
});

test('students nobody has heard of can be met by many batches at once', async () => {
  const students = Array.from({ length: 8 }, () => newId());
  const batches = Array.from({ length: 8 }, (_, n) =>
    [...students.slice(n), ...students.slice(0, n)].map((student) => purchase(student, [0])),
  );
  expect(await triesOf(batches)).toBe(batches.length);
  expect(await heldAmong(batches.flat().map(({ data }) => data.purchaseId))).toHaveLength(64);
});

test('purchases and expiries of the same students in other orders do not deadlock', async () => {
  const students = await Promise.all(
    Array.from({ length: 6 }, () => user(db(), { credits: 6000, promo: 1000 })),
  );
  const asked = Array.from({ length: 6 }, () => students.map((student) => purchase(student, [1000])));
  const expired = asked.map((batch) => batch.map((one) => expiryOf(one)).reverse());
  expect(await triesOf([...asked, ...expired, ...expired.map((batch) => batch.map(again))])).toBe(18);
});

test('users heard of by many batches in other orders do not deadlock', async () => {
  const ids = Array.from({ length: 20 }, () => newId());
  const batches = Array.from({ length: 8 }, (_, n) => [...ids.slice(n), ...ids.slice(0, n)].map(registered));
  expect(await triesOf(batches)).toBe(8);
});

test('one message delivered twice at once is acted on once', async () => {
  const bought = purchase(await user(db(), { credits: 5000 }), [1000]);
  await Promise.all(Array.from({ length: 5 }, () => send(db(), bought)));
  expect(await heldAmong([bought.data.purchaseId])).toHaveLength(1);
  const end = ending(bought, { teacher: 700, commission: 300 });
  await Promise.all(Array.from({ length: 5 }, () => send(db(), end)));
  expect(await paidFor(bought.data.holds[0]?.holdId ?? '')).toHaveLength(1);
});

test('one purchase asked by ten events at once is held once and answered ten times alike', async () => {
  const student = await user(db(), { credits: 5000 });
  const bought = purchase(student, [1000]);
  await atOnce(...Array.from({ length: 10 }, () => [again(bought)]));
  expect(await heldAmong([bought.data.purchaseId])).toHaveLength(10);
  expect(await balance(db(), student, 'credits')).toBe(4000);
});

test('ten endings of one hold at once, half of them release and half refund, pay it once', async () => {
  const student = await user(db(), { credits: 1000 });
  const bought = purchase(student, [1000]);
  await send(db(), bought);
  const ends = Array.from({ length: 10 }, (_, n) =>
    ending(bought, n % 2 === 0 ? { teacher: 1000 } : { refund: 1000 }),
  );
  await atOnce(...ends.map((end) => [end]));
  const paid = await paidFor(bought.data.holds[0]?.holdId ?? '');
  expect(paid).toHaveLength(10);
  for (const { data } of paid) expect(data).toEqual(paid[0]?.data);
  const [back, earned] = [
    await balance(db(), student, 'credits'),
    await balance(db(), bought.data.teacherId, 'earnings'),
  ];
  expect([back, earned].sort()).toEqual([0, 1000]);
});

test('request, expiry and request again at once: none fails, and all say one answer', async () => {
  const students = await Promise.all(Array.from({ length: 20 }, () => user(db(), { credits: 1000 })));
  const bought = students.map((student) => purchase(student, [1000]));
  await Promise.all(
    bought.flatMap((one) => {
      return [[one], [expiryOf(one)], [again(one)]].map((batch) => send(db(), ...batch));
    }),
  );
  const answers = [...(await emitted(db(), fundsHeld)), ...(await emitted(db(), fundsDeclined))];
  for (const { data } of bought) {
    const mine = answers.filter(({ subject }) => subject === data.purchaseId);
    expect(mine).toHaveLength(3);
    expect(new Set(mine.map(({ type }) => type)).size).toBe(1);
    const held = mine[0]?.type === fundsHeld.type;
    expect(await balance(db(), data.studentId, 'credits')).toBe(held ? 0 : 1000);
  }
});

test('buying, ending and an admin’s debits at once never overdraw', async () => {
  const student = await user(db(), { credits: 5000 });
  const bought = Array.from({ length: 10 }, () => purchase(student, [500]));
  const debits = Array.from({ length: 10 }, () =>
    adjust(db(), { userId: student, amount: 500, direction: 'debit' }).then(
      () => 500,
      () => 0,
    ),
  );
  const ends = bought.map(async (one) => {
    await atOnce([one]);
    await send(db(), ending(one, { teacher: 400, commission: 100 }));
  });
  const [taken] = await Promise.all([Promise.all(debits), Promise.all(ends)]);
  const held = await heldAmong(bought.map(({ data }) => data.purchaseId));
  const spent = held.length * 500 + taken.reduce((a, b) => a + b, 0);
  expect(await balance(db(), student, 'credits')).toBe(5000 - spent);
  expect(spent).toBe(5000);
});
