/** Who is told of what: each event by the real consumers, and what of it is kept for whom. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attendanceAmended, sessionStarted } from '@rollcall/contracts/events/attendance';
import { paymentSucceeded } from '@rollcall/contracts/events/billing';
import {
  purchaseActivated,
  purchaseCancelled,
  purchaseDeclined,
  sessionRescheduled,
} from '@rollcall/contracts/events/enrollment';
import { userUpdated } from '@rollcall/contracts/events/identity';
import { holdReleased } from '@rollcall/contracts/events/settlement';
import { holdPaid, withdrawalApproved } from '@rollcall/contracts/events/wallet';
import { hearers } from '@rollcall/contracts/topology';
import { newId } from '@rollcall/kit/id';
import { runTick } from '@rollcall/kit/schedule';
import { envelope, quietLog, type TestDatabase, workOf } from '@rollcall/kit/testing';
import type { Config } from '../src/config.js';
import { feedAfter } from '../src/queries.js';
import { schedule } from '../src/schedule.js';
import { trimFeed } from '../src/store/feed.js';
import { newsOf } from '../src/told.js';
import { hear, openDatabase, purchaseData, session, usd, user, withdrawn } from './support.js';

let base: TestDatabase;
beforeAll(async () => {
  base = await openDatabase();
});
afterAll(() => base.close());

/** What somebody was told so far, oldest first. */
const toldTo = async (userId: string): Promise<object[]> => {
  const rows = await base.db('feed').where({ user_id: userId }).orderBy('id');
  return rows.map(({ resource, resource_id: id, type }) => ({
    resource,
    id,
    type: type.replace(/\.v1$/, ''),
  }));
};

const held = (studentId: string, teacherId: string, more: object = {}) => ({
  ...{ holdId: newId(), purchaseId: newId(), courseId: newId(), sessionId: newId(), studentId, teacherId },
  ...{ referrerId: null, referralAccount: null, amount: usd(1000), teacher: usd(700), commission: usd(300) },
  ...{
    commissionRate: 3000,
    referral: usd(0),
    refund: usd(0),
    reason: 'attended' as const,
    policyVersion: 1,
  },
  ...{ attendance: null, decisionVersion: 1, decidedAt: '2027-01-15T11:00:00.000Z', ...more },
});

test('of every event that is heard people are told, but of those that concern nobody who looks', () => {
  const heard = hearers.notification!.map(({ type }) => type);
  expect(heard.filter((type) => !newsOf.has(type))).toEqual([
    'identity.user-registered.v1',
    'identity.email-verification-requested.v1',
    'identity.password-reset-requested.v1',
  ]);
  expect([...newsOf.keys()].filter((type) => !heard.includes(type))).toEqual([]);
});

describe('a purchase', () => {
  test('that is made is told to its student and its teacher, and to nobody else', async () => {
    const [student, teacher, other] = [await user(base.db), await user(base.db), await user(base.db)];
    const lesson = await session(base.db, { teacherId: teacher.userId });
    const bought = purchaseData(student.userId, lesson);
    await hear(base.db, [envelope(purchaseActivated, bought)]);
    const change = { resource: 'purchase', id: bought.purchaseId, type: 'enrollment.purchase-activated' };
    expect(await toldTo(student.userId)).toEqual([
      change,
      { resource: 'wallet', id: null, type: 'enrollment.purchase-activated' },
    ]);
    expect(await toldTo(teacher.userId)).toEqual([
      { resource: 'session', id: lesson.sessionId, type: 'enrollment.session-scheduled' },
      change,
    ]);
    expect(await toldTo(other.userId)).toEqual([]);
  });

  test('that came to nothing is no business of the teacher', async () => {
    const [student, teacher] = [await user(base.db), await user(base.db)];
    const lesson = await session(base.db, { teacherId: teacher.userId });
    await hear(base.db, [envelope(purchaseDeclined, purchaseData(student.userId, lesson))]);
    expect(await toldTo(student.userId)).toHaveLength(1);
    expect(await toldTo(teacher.userId)).toHaveLength(1); // that it is on sale
  });

  test('that is met too early is told when its letter can be written, once', async () => {
    const [student, unknown] = [newId(), { sessionId: newId(), courseId: newId(), teacherId: newId() }];
    const lesson = await session(base.db, unknown);
    const event = envelope(purchaseActivated, purchaseData(student, lesson));
    expect(await hear(base.db, [event])).toEqual({ [event.id]: 'notYet' });
    expect(await toldTo(student)).toEqual([]);
  });
});

describe('a session', () => {
  test('that moves or is seen to be held is told to its teacher and to all who have a seat in it', async () => {
    const [ann, bob, teacher] = [await user(base.db), await user(base.db), await user(base.db)];
    const lesson = await session(base.db, { teacherId: teacher.userId });
    const [hers, his] = [purchaseData(ann.userId, lesson), purchaseData(bob.userId, lesson)];
    await hear(base.db, [envelope(purchaseActivated, hers), envelope(purchaseActivated, his)]);
    await hear(base.db, [envelope(purchaseCancelled, his)]);
    await hear(base.db, [envelope(sessionRescheduled, { ...lesson, version: 2 })]);
    await hear(base.db, [
      envelope(sessionStarted, { sessionId: lesson.sessionId, at: '2027-01-15T10:00:05.000Z' }),
    ]);
    const last = (told: object[]) => told.slice(-2);
    const expected = ['enrollment.session-rescheduled', 'attendance.session-started'].map((type) => ({
      ...{ resource: 'session', id: lesson.sessionId, type },
    }));
    expect(last(await toldTo(ann.userId))).toEqual(expected);
    expect(last(await toldTo(teacher.userId))).toEqual(expected);
    expect(await toldTo(bob.userId)).not.toContainEqual(expected[0]);
  });

  test('that nobody has told us of yet holds nothing up: whoever it concerns sees it later', async () => {
    const nobody = {
      userId: newId(),
      role: 'teacher' as const,
      seconds: 0,
      maxSeconds: 0,
      overlapSeconds: 0,
    };
    const teacher = { ...nobody, firstSeenAt: null, lastSeenAt: null, intervals: [], disconnects: [] };
    const event = envelope(attendanceAmended, {
      ...{ sessionId: newId(), version: 2, cause: 'late-event', scheduledSeconds: 3600, startedAt: null },
      ...{ endedAt: '2027-01-15T11:00:00.000Z', observed: true, teacher, people: [] },
    });
    expect(await hear(base.db, [event])).toEqual({ [event.id]: 'done' });
  });
});

test('of a hold its student and its teacher hear, and who referred somebody of the balance alone', async () => {
  const [student, teacher, referrer] = [await user(base.db), await user(base.db), await user(base.db)];
  const data = held(student.userId, teacher.userId, { referrerId: referrer.userId, referral: usd(10) });
  const { sessionId } = await session(base.db);
  await hear(base.db, [envelope(holdReleased, { ...data, sessionId })]);
  await hear(base.db, [
    envelope(holdPaid, { ...data, sessionId, entryId: newId(), paidAt: '2027-01-15T11:00:01.000Z' }),
  ]);
  const expected = [
    { resource: 'hold', id: data.holdId, type: 'settlement.hold-released' },
    { resource: 'hold', id: data.holdId, type: 'wallet.hold-paid' },
    { resource: 'wallet', id: null, type: 'wallet.hold-paid' },
  ];
  expect(await toldTo(student.userId)).toEqual(expected);
  expect(await toldTo(teacher.userId)).toEqual(expected);
  expect(await toldTo(referrer.userId)).toEqual([
    { resource: 'wallet', id: null, type: 'settlement.hold-released' },
  ]);
});

test('a class of hundreds is a line or two to its teacher, and one of his own to each student', async () => {
  const [teacher, { sessionId }] = [await user(base.db), await session(base.db)];
  const students = Array.from({ length: 300 }, () => newId());
  const events = students.map((student) =>
    envelope(holdPaid, {
      ...held(student, teacher.userId, { sessionId }),
      ...{ entryId: newId(), paidAt: '2027-01-15T11:00:01.000Z' },
    }),
  );
  await hear(base.db, events);
  expect(await toldTo(teacher.userId)).toEqual([
    { resource: 'hold', id: null, type: 'wallet.hold-paid' },
    { resource: 'wallet', id: null, type: 'wallet.hold-paid' },
  ]);
  expect(await toldTo(students[7]!)).toHaveLength(2);
});

test('of money its owner hears, without an amount; of an account its owner', async () => {
  const { userId, ...rest } = await user(base.db);
  const withdrawal = withdrawn(withdrawalApproved, userId);
  const paymentId = newId();
  await hear(base.db, [
    withdrawal,
    envelope(paymentSucceeded, { paymentId, userId, purpose: 'topup', amount: usd(4321) }),
    envelope(userUpdated, { ...rest, userId, version: 2 }),
  ]);
  expect(await toldTo(userId)).toEqual([
    { resource: 'withdrawal', id: withdrawal.data.withdrawalId, type: 'wallet.withdrawal-approved' },
    { resource: 'wallet', id: null, type: 'wallet.withdrawal-approved' },
    { resource: 'payment', id: paymentId, type: 'billing.payment-succeeded' },
    { resource: 'account', id: userId, type: 'identity.user-updated' },
  ]);
  expect(JSON.stringify(await base.db('feed').where({ user_id: userId }))).not.toMatch(/4321|2000|USD/);
});

test('what is older than it is kept for is gone, and how far is known', async () => {
  const { userId } = await user(base.db);
  const hours = 24;
  const now = new Date();
  const hoursAgo = (count: number) => new Date(now.getTime() - count * 3_600_000);
  const change = () => [withdrawn(withdrawalApproved, userId)];
  await base.db('feed').delete();
  await hear(base.db, change(), hoursAgo(hours + 1));
  await hear(base.db, change(), hoursAgo(hours - 1));
  const [, gone, kept] = await base.db('feed').orderBy('id').pluck('id');
  const [task] = schedule({ FEED_KEPT_HOURS: hours } as Config).filter(
    ({ name }) => name === 'notification.forget-changes',
  );
  expect(await runTick(base.db, task!, now, quietLog)).toBe(true);
  expect(await base.db('feed').min('id').first()).toEqual({ min: kept });
  const { floor, head, rows } = await feedAfter(base.db, 0, 10);
  expect([floor, head, rows.length]).toEqual([gone, kept! + 1, 2]);
  // Where nothing is left, nobody is sent back to the beginning.
  await workOf(base.db, ({ tx }) => trimFeed(tx, { before: new Date(now.getTime() + 1), most: 10 }), now);
  expect(await feedAfter(base.db, 0, 10)).toEqual({ floor: head, head, rows: [] });
});
