/** What was settled wrongly or could not be settled, put right by a person, through every service. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { clawBack, listDebts, writeOffDebt } from '@rollcall/contracts/api/debts';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import type { Review } from '@rollcall/contracts/api/reviews';
import type { Hold } from '@rollcall/contracts/api/settlement';
import { listTransactions, type Wallet } from '@rollcall/contracts/api/wallet';
import { ProblemError } from '@rollcall/contracts/client';
import { checkInvariants } from './invariants.js';
import {
  type Answer,
  buy,
  type Caller,
  demo,
  eventually,
  fund,
  holdOf,
  play,
  publishedCourse,
  register,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let admin: Caller;
let teacher: Caller;
beforeAll(async () => {
  system = await startSystem();
  [admin, teacher] = (await Promise.all(['admin', 'teacher'].map((name) => demo(system.gateway, name)))) as [
    Caller,
    Caller,
  ];
}, 120_000);
afterAll(() => system.stop());

const REASON = 'The webhook came late';
const usd = (amount: number) => ({ amount, currency: 'USD' });

interface List<Item> {
  readonly data: Item[];
}

/** The open review of a hold, once there is one. */
const reviewOf = (holdId: string | undefined): Promise<Review> =>
  eventually(`a review of hold ${holdId}`, async () => {
    const { body } = await admin.get<List<Review>>(`/admin/reviews?holdId=${holdId}&status=open`);
    return body.data[0];
  });

const purchaseOf = async (student: Caller, bought: Answer<Purchase>) =>
  (await student.get<Purchase>(`/enrollments/sessions/${bought.body.id}`)).body;

const earned = async () => (await walletOf(teacher)).earnings.available.amount;

test('webhooks that come after the settlement move nothing by themselves, and all of it once an admin agrees', async () => {
  const student = await studentWith(system.gateway, admin, 1000);
  const course = await publishedCourse(teacher, { price: 1000 });
  const [session] = course.sessions;
  const bought = await buy(student, session!);
  const holdId = holdOf(bought);
  await play(system, teacher.id, session!, { students: { [student.id]: '0-5' } });
  expect(await settled(student, holdId)).toMatchObject({ status: 'refunded' });
  const before = await earned();
  // The refund is spent before it turns out that the student was there.
  const gone = { ...usd(400), reason: 'spent' };
  expect((await admin.post(`/admin/wallets/${student.id}/debit`, gone)).status).toBe(201);

  await play(system, teacher.id, session!, { students: { [student.id]: '0-40' } });
  const review = await reviewOf(holdId);
  expect(review).toMatchObject({
    decided: { outcome: 'refunded', attendance: { seconds: 300 } },
    proposed: { outcome: 'released', attendance: { seconds: 2400 } },
  });
  expect((await student.get<Hold>(`/holds/${holdId}`)).body).toMatchObject({ status: 'refunded' });
  expect(await earned()).toBe(before);

  const applied = await admin.post<Review>(
    `/admin/reviews/${review.id}/apply`,
    { reason: REASON },
    { 'if-match': '"open"' },
  );
  expect([applied.status, applied.body.status]).toEqual([200, 'applied']);
  expect(await settled(student, holdId)).toMatchObject({
    status: 'released',
    notes: REASON,
    decision: { version: 2, reason: 'attended' },
  });
  expect(await earned()).toBe(before + 1000);
  const wallet: Wallet = await walletOf(student);
  expect([wallet.credits, wallet.debt]).toEqual([usd(0), usd(-400)]);
  const { body: debts } = await admin.api.call(listDebts, { query: { currency: 'USD' } });
  expect(debts.data).toMatchObject([{ userId: student.id, debt: usd(-400) }]);

  await fund(admin, student, 500);
  const repaid: Wallet = await walletOf(student);
  expect([repaid.credits, repaid.debt]).toEqual([usd(100), usd(0)]);
  expect((await admin.api.call(listDebts, { query: { currency: 'USD' } })).body.data).toEqual([]);
  await eventually('the purchase to show it', async () => {
    const { status, refunded } = await purchaseOf(student, bought);
    return status === 'attended' && refunded.amount === 0;
  });
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
}, 60_000);

test('a teacher owes what a clawback did not find, and the next lesson repays it', async () => {
  const [student, indebted] = await Promise.all([
    studentWith(system.gateway, admin, 1000),
    register(system.gateway, 'teacher'),
  ]);
  const back = { params: { userId: indebted.id }, body: { amount: 600, currency: 'USD', reason: REASON } };
  const key = { idempotencyKey: 'once' };
  const taken = await eventually('the wallet to have heard of the teacher', () =>
    admin.api.call(clawBack, { ...back, ...key }).catch((error: unknown) => {
      if (error instanceof ProblemError && error.status === 404) return undefined;
      throw error;
    }),
  );
  expect(taken.body).toMatchObject({ taken: usd(0), owed: usd(600) });
  expect(await admin.api.call(clawBack, { ...back, ...key })).toMatchObject({
    ...{ status: 201, replayed: true, body: { id: taken.body.id } },
  });

  const [session] = (await publishedCourse(indebted, { price: 1000 })).sessions;
  const bought = await buy(student, session!);
  await play(system, indebted.id, session!, { students: { [student.id]: '0-60' } });
  await settled(student, holdOf(bought));
  const wallet = await walletOf(indebted);
  expect([wallet.earnings.available, wallet.debt]).toEqual([usd(400), usd(0)]);
  const rows: unknown[] = [];
  for await (const { type, amount } of indebted.api.all(listTransactions, { query: { limit: 1 } }))
    rows.push([type, amount]);
  expect(rows).toEqual([
    ['debt_repayment', -600],
    ['payment_release', 1000],
  ]);
  await expect(
    admin.api.call(writeOffDebt, { ...back, body: { currency: 'USD', reason: REASON } }),
  ).rejects.toMatchObject({ status: 409, type: '/problems/no-debt' });
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
}, 60_000);

test('a hold in doubt is split by an admin, or decided by itself when the lost leave comes', async () => {
  const course = await publishedCourse(teacher, { price: 1000, sessions: 2 });
  const [first, second] = course.sessions;
  const student = await studentWith(system.gateway, admin, 2000);
  const [one, other] = [await buy(student, first!), await buy(student, second!)];
  for (const session of [first!, second!])
    await play(system, teacher.id, session, { students: { [student.id]: '0-60?' } });
  const holds = await Promise.all([settled(student, holdOf(one)), settled(student, holdOf(other))]);
  expect(holds.map(({ status }) => status)).toEqual(['review', 'review']);

  const split = await admin.post<Hold>(`/admin/holds/${holdOf(one)}/split`, {
    teacherPercent: 25,
    reason: REASON,
  });
  expect(split.body).toMatchObject({ status: 'split', releasePercentage: 25, notes: REASON });
  await play(system, teacher.id, second!, { students: { [student.id]: '0-60' } });
  await eventually('the doubt to end', async () => {
    const { body } = await student.get<Hold>(`/holds/${holdOf(other)}`);
    return body.status === 'released' && body.paidAt !== null;
  });
  await settled(student, holdOf(one));
  expect((await walletOf(student)).credits).toEqual(usd(750));
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
}, 60_000);
