/** Lessons by quota: reserved, used, back; on real PostgreSQL, in races too. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { lessonReserved } from '@rollcall/contracts/events/billing';
import { fundsDeclined } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { quotaOf } from '../src/queries/quota.js';
import { brokenInvariants, openStage, person, type Stage } from './stage.js';
import { type Asked, answersTo, ask, at, decide, payFor, type Subscribed, subscribe } from './subscribing.js';

let stage: Stage;
const db = () => stage.db;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual([]);
});
afterAll(() => stage.close());

const JANUARY = ['2025-01-01', '2025-02-01'] as const;
const FEBRUARY = ['2025-02-01', '2025-03-01'] as const;
const hear = (day: string, ...events: Envelope[]) => deliver(db(), consumers, events, { now: at(day) });
const quota = async ({ userId }: Subscribed, day: string) => {
  const { used, reserved, remaining, periodEnd } = await quotaOf(db(), userId, at(day));
  return { used, reserved, remaining, until: periodEnd.slice(0, 10) };
};
const expired = ({ data: { purchaseId, studentId } }: Asked) =>
  envelope(fundsDeclined, { purchaseId, studentId, reason: 'expired', shortfall: null });
const again = <E extends Envelope>(event: E): E => ({ ...event, id: newId() });

test('lessons are reserved all or none, used when released, also in part, and back when refunded', async () => {
  const student = await subscribe(db(), JANUARY);
  const [three, two] = [ask(student, [1000, 500, 0]), ask(student, [1000, 1000])];
  await hear('2025-01-10', three, two);
  expect([await answersTo(db(), three), await answersTo(db(), two)]).toEqual([
    ['reserved'],
    ['quota-used-up'],
  ]);
  const said = (await emitted(db(), lessonReserved)).find(({ subject }) => subject === three.data.purchaseId);
  const { fundedBy: _, ...question } = three.data;
  expect(said?.data).toEqual({
    ...question,
    subscriptionId: student.id,
    period: at('2025-01-01').toISOString(),
  });
  expect(await quota(student, '2025-01-10')).toEqual({
    used: 0,
    reserved: 3,
    remaining: 1,
    until: '2025-02-01',
  });
  await hear(
    '2025-01-11',
    decide(three, 'released'),
    decide(three, 'split', { n: 1 }),
    decide(three, 'refunded', { n: 2 }),
  );
  await hear('2025-01-11', again(decide(three, 'released')));
  expect(await quota(student, '2025-01-11')).toEqual({
    used: 2,
    reserved: 0,
    remaining: 2,
    until: '2025-02-01',
  });
});

test('asked again, in the same batch or months later, a purchase gets its first answer', async () => {
  const student = await subscribe(db(), JANUARY, { lessons: 1 });
  const [first, second] = [ask(student, [1000]), ask(student, [1000])];
  await hear('2025-01-10', first, second, again(first));
  await hear('2025-01-11', decide(first, 'refunded')); // a lesson that is free again changes nothing about a refusal
  await hear('2025-05-11', again(second), again(first));
  expect(await answersTo(db(), first)).toEqual(['reserved', 'reserved', 'reserved']);
  expect(await answersTo(db(), second)).toEqual(['quota-used-up', 'quota-used-up']);
});

test('what the wallet gives up is back; heard before the question it is given up again after it', async () => {
  const student = await subscribe(db(), JANUARY);
  const [known, late] = [ask(student, [1000, 1000]), ask(student, [1000])];
  await hear('2025-01-10', known, expired(known), again(expired(known)), expired(late));
  expect(await quota(student, '2025-01-10')).toMatchObject({ reserved: 0, remaining: 4 });
  await hear('2025-01-10', late);
  expect(await quota(student, '2025-01-10')).toMatchObject({ reserved: 1, remaining: 3 });
  await hear('2025-01-10', again(expired(late))); // the wallet answers lesson-reserved as it answered before
  expect(await quota(student, '2025-01-10')).toMatchObject({ reserved: 0, remaining: 4 });
});

test('a yearly plan has a quota each month, and a lesson of a month that is over comes back to the current one', async () => {
  const student = await subscribe(db(), ['2025-01-31', '2026-01-31'], { interval: 'year', lessons: 2 });
  const [one, two] = [ask(student, [1000, 1000]), ask(student, [1000, 1000])];
  await hear('2025-02-10', one);
  expect(await quota(student, '2025-02-10')).toEqual({
    used: 0,
    reserved: 2,
    remaining: 0,
    until: '2025-02-28',
  });
  expect(await quota(student, '2025-03-01')).toEqual({
    used: 0,
    reserved: 0,
    remaining: 2,
    until: '2025-03-31',
  });
  await hear('2025-03-01', decide(one, 'refunded'), two);
  expect(await quota(student, '2025-03-01')).toEqual({
    used: 0,
    reserved: 2,
    remaining: 1,
    until: '2025-03-31',
  });
  await hear('2025-03-02', decide(one, 'released', { version: 2 })); // it took place after all
  expect(await quota(student, '2025-03-02')).toMatchObject({ reserved: 2, remaining: 0 });
  expect(
    await db()('quotas').where({ subscription_id: student.id }).orderBy('starts_at').select('used', 'added'),
  ).toEqual([
    { used: 1, added: 0 },
    { used: 0, added: 0 },
  ]);
});

test('what comes back while no period is paid for is in the next one, and lapses where none follows', async () => {
  const student = await subscribe(db(), JANUARY, { lessons: 1 });
  const bought = ask(student, [1000]);
  await hear('2025-01-10', bought);
  await hear('2025-02-02', decide(bought, 'refunded'));
  const refused = ask(student, [1000]);
  await hear('2025-02-02', refused);
  expect(await answersTo(db(), refused)).toEqual(['subscription-past-due']);
  await payFor(db(), student, FEBRUARY);
  expect(await quota(student, '2025-02-03')).toMatchObject({ remaining: 2 });
  const two = ask(student, [1000, 1000]);
  await hear('2025-02-03', two);
  expect(await answersTo(db(), two)).toEqual(['reserved']);
  await hear('2025-02-04', decide(bought, 'released', { version: 2 })); // booked again: forgiven
  expect(await db()('lessons').where({ purchase_id: bought.data.purchaseId }).pluck('status')).toEqual([
    'forgiven',
  ]);
  await db()('subscriptions')
    .where({ id: student.id })
    .update({ status: 'cancelled', ended_at: at('2025-03-01') });
  await hear('2025-03-02', decide(two, 'refunded'));
  const after = ask(student, [1000]);
  await hear('2025-03-02', after);
  expect(await answersTo(db(), after)).toEqual(['no-subscription']);
});

test.each([
  ['nobody subscribed', () => ({ userId: newId() }), [1000], 'USD', 'no-subscription'],
  [
    'it is past due',
    () => subscribe(db(), JANUARY, { status: 'past_due' }),
    [1000],
    'USD',
    'subscription-past-due',
  ],
  ['a lesson is too dear', () => subscribe(db(), JANUARY), [1001], 'USD', 'lesson-too-dear'],
  ['the currency is another', () => subscribe(db(), JANUARY), [1000], 'EUR', 'other-currency'],
] as const)('no lesson is to be had when %s', async (_when, who, amounts, currency, reason) => {
  const asked = ask(await who(), amounts, currency);
  await hear('2025-01-10', asked);
  expect(await answersTo(db(), asked)).toEqual([reason]);
  expect(await db()('lessons').where({ purchase_id: asked.data.purchaseId })).toEqual([]);
});

test('purchases by credits and holds of others leave no trace', async () => {
  const asked = ask({ userId: newId() }, [1000]);
  await hear(
    '2025-01-10',
    { ...asked, data: { ...asked.data, fundedBy: 'credits' } } as Asked,
    decide(asked, 'released'),
    expired(asked),
  );
  expect(await db()('bookings').where({ purchase_id: asked.data.purchaseId })).toEqual([]);
});

test('of forty bookings at once against a quota of three, exactly three are reserved', async () => {
  const student = await subscribe(db(), JANUARY, { lessons: 3 });
  const asked = Array.from({ length: 40 }, () => ask(student, [1000]));
  await Promise.all(asked.map((one) => hear('2025-01-10', one)));
  const answers = (await Promise.all(asked.map((one) => answersTo(db(), one)))).flat();
  expect(answers.filter((word) => word === 'reserved')).toHaveLength(3);
  expect(answers.filter((word) => word === 'quota-used-up')).toHaveLength(37);
  expect(await quota(student, '2025-01-10')).toMatchObject({ reserved: 3, remaining: 0 });
}, 30_000);

test('bookings, returns and corrections of many at once, in batches of any order, end with every lesson counted once', async () => {
  const students = await Promise.all([1, 2, 3].map(() => subscribe(db(), JANUARY, { lessons: 6 })));
  const bought = students.flatMap((student) => Array.from({ length: 6 }, () => ask(student, [1000])));
  const turned = (n: number) => [...bought.slice(n), ...bought.slice(0, n)];
  const settleOn = async (events: Envelope[]) => {
    for (let n = 1; ; n += 1)
      try {
        return await hear('2025-01-12', ...events);
      } catch (error) {
        if (n === 5) throw error; // as the inbox tries again what a race made fail
      }
  };
  await Promise.all([0, 5, 11].map((n) => settleOn(turned(n).map(again))));
  await Promise.all([
    settleOn(turned(3).map((one) => decide(one, 'refunded'))),
    settleOn(turned(7).map((one) => decide(one, 'released', { version: 2 }))),
    settleOn(
      turned(13)
        .reverse()
        .map((one) => decide(one, 'refunded', { version: 3 })),
    ),
  ]);
  for (const student of students)
    expect(await quota(student, '2025-01-12')).toMatchObject({ used: 0, reserved: 0, remaining: 6 });
}, 30_000);

test('the database refuses a quota that is overdrawn', async () => {
  const student = await subscribe(db(), JANUARY);
  await hear('2025-01-10', ask(student, [1000]));
  const overdraw = db()('quotas').where({ subscription_id: student.id }).update({ used: 4 });
  await expect(overdraw).rejects.toThrow('quotas_never_overdrawn');
});

test('a student reads his quota, before anything is booked too; who has no subscription a 404, another role a 403', async () => {
  const student = await person('student');
  await stage.send('get', '/subscriptions/quota', student).expect(404);
  const now = new Date();
  const days = [-1, 20].map((days) => new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10));
  const { id } = await subscribe(db(), days as [string, string], { userId: student.id });
  const { body } = await stage.send('get', '/subscriptions/quota', student).expect(200);
  expect(body).toEqual({
    ...{ subscriptionId: id, lessonsPerMonth: 4, used: 0, reserved: 0, remaining: 4 },
    periodEnd: at(days[1]!).toISOString(),
  });
  await db()('subscriptions').where({ id }).update({ status: 'past_due' });
  const { body: due } = await stage.send('get', '/subscriptions/quota', student).expect(200);
  expect(due.remaining).toBe(0);
  await stage.send('get', '/subscriptions/quota', await person('teacher')).expect(403);
});
