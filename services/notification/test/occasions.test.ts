/** What is written, to whom, once, in whatever order and however often it is heard. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as billing from '@rollcall/contracts/events/billing';
import {
  purchaseActivated,
  purchaseCancelled,
  purchaseDeclined,
  purchaseExpired,
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import {
  emailVerificationRequested,
  passwordResetRequested,
  userRegistered,
  userSuspended,
  userUpdated,
} from '@rollcall/contracts/events/identity';
import {
  disputeOpened,
  disputeResolved,
  holdCorrected,
  holdRefunded,
  holdReleased,
  holdUnderReview,
  sessionSettled,
} from '@rollcall/contracts/events/settlement';
import * as wallet from '@rollcall/contracts/events/wallet';
import { hearers } from '@rollcall/contracts/topology';
import { newId } from '@rollcall/kit/id';
import { seal } from '@rollcall/kit/sealed';
import { envelope, type TestDatabase, workOf } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { remind } from '../src/use-cases/remind.js';
import {
  hear,
  keyring,
  lettersTo,
  openDatabase,
  purchaseData,
  session,
  sessionData,
  usd,
  user,
  userData,
  withdrawn,
} from './support.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const kindsTo = async (id: string): Promise<string[]> =>
  (await lettersTo(database.db, id)).map(({ kind }: { kind: string }) => kind);

test('notification hears what the topology says it hears', () => {
  const types = consumers(24).flatMap((consumer) => consumer.types.map(({ type }) => type));
  expect(types.sort()).toEqual(hearers.notification?.map(({ type }) => type).sort());
});

describe('one letter', () => {
  test('however often its event is delivered, and though the same news be said by another event', async () => {
    const { db } = database;
    const teacher = await user(db);
    const first = withdrawn(wallet.withdrawalCompleted, teacher.userId, { status: 'completed' });
    const again = envelope(wallet.withdrawalCompleted, first.data);
    await hear(db, [first, first]);
    await Promise.all([hear(db, [first]), hear(db, [again]), hear(db, [again, first])]);
    expect(await kindsTo(teacher.userId)).toEqual(['withdrawal-completed']);
  });

  test('in a batch of many, of which those too early are kept and nothing of them is written', async () => {
    const { db } = database;
    const [known, unknown] = [await user(db), userData()];
    const events = [known, unknown].map(({ userId }) => withdrawn(wallet.withdrawalRequested, userId));
    const outcomes = await hear(db, events);
    expect(events.map(({ id }) => outcomes[id])).toEqual(['done', 'notYet']);
    expect(await kindsTo(unknown.userId)).toEqual([]);
  });

  test('of a purchase waits for its lesson to be known, and gives no seat before', async () => {
    const { db } = database;
    const [student, lesson] = [await user(db), sessionData()];
    const bought = purchaseData(student.userId, lesson);
    const event = envelope(purchaseActivated, bought);
    expect((await hear(db, [event]))[event.id]).toBe('notYet');
    expect(await db('seats').where({ purchase_id: bought.purchaseId })).toEqual([]);
    await hear(db, [envelope(sessionScheduled, lesson)]);
    await hear(db, [envelope(purchaseActivated, bought)]);
    const [letter] = await lettersTo(db, student.userId);
    expect(letter.content.facts.lessons).toEqual([{ title: 'Algebra', startsAt: lesson.startsAt }]);
  });
});

test('each state of a withdrawal is told to its teacher', async () => {
  const { db } = database;
  const teacher = await user(db);
  const states = [
    wallet.withdrawalRequested,
    wallet.withdrawalApproved,
    wallet.withdrawalProcessing,
    wallet.withdrawalCompleted,
    wallet.withdrawalReturned,
    wallet.withdrawalFailed,
    wallet.withdrawalRejected,
    wallet.withdrawalCancelled,
  ];
  const withdrawalId = newId();
  await hear(
    db,
    states.map((type) => withdrawn(type, teacher.userId, { withdrawalId })),
  );
  const expected = states.map(({ type }) => type.replace(/^wallet\.|\.v1$/g, ''));
  expect((await kindsTo(teacher.userId)).sort()).toEqual(expected.sort());
});

test('a payment by card has its receipt, its refunds theirs, and an invoice its letter, once each', async () => {
  const { userId } = await user(database.db);
  const paymentId = newId();
  const payment = { paymentId, userId, purpose: 'topup' as const, amount: usd(2500) };
  const refund = { refundId: newId(), paymentId, userId, amount: usd(500), requestedHere: true };
  const invoice = {
    ...{ invoiceId: newId(), kind: 'invoice' as const, number: 'RC-2026-000017', userId, total: usd(2500) },
  };
  const dueAt = '2026-12-01T00:00:00.000Z';
  const events = () => [
    envelope(billing.paymentFailed, { ...payment, reason: 'card_declined' }),
    envelope(billing.paymentSucceeded, payment),
    envelope(billing.paymentRefunded, refund),
    envelope(billing.paymentRefunded, { ...refund, refundId: newId() }),
    envelope(billing.refundFailed, refund),
    envelope(billing.invoiceIssued, { ...invoice, dueAt: null }),
    envelope(billing.invoiceIssued, { ...invoice, invoiceId: newId(), kind: 'credit_note', dueAt: null }),
    envelope(billing.invoicePaid, { ...invoice, byHand: false }), // by card: the receipt and the invoice say so
    envelope(billing.invoicePaid, { ...invoice, byHand: true }),
    envelope(billing.invoiceOverdue, { ...invoice, dueAt }),
    envelope(billing.invoiceVoided, invoice),
  ];
  await hear(database.db, events());
  await hear(
    database.db,
    events().filter(({ type }) => !/refunded|issued/.test(type)),
  );
  expect((await kindsTo(userId)).sort()).toEqual([
    ...['invoice-issued', 'invoice-issued', 'invoice-overdue', 'invoice-paid', 'invoice-voided'],
    ...['payment-failed', 'payment-received', 'payment-refund-failed'],
    ...['payment-refunded', 'payment-refunded'],
  ]);
});

test('of a subscription each paid period, each that is not paid, and its end are told once', async () => {
  const { db } = database;
  const { userId } = await user(db);
  const said = (month: string, amount: number) => ({
    ...{ subscriptionId, userId, planId: newId(), amount: usd(amount) },
    period: { startsAt: `2027-${month}-01T00:00:00.000Z`, endsAt: `2027-${month}-28T00:00:00.000Z` },
  });
  const subscriptionId = newId();
  const events = () => [
    envelope(billing.subscriptionStarted, said('01', 0)),
    envelope(billing.subscriptionRenewed, said('02', 4000)),
    envelope(billing.subscriptionRenewed, said('03', 4000)),
    envelope(billing.subscriptionPastDue, said('04', 4000)),
    envelope(billing.subscriptionCancelled, said('03', 4000)),
    envelope(billing.subscriptionExpired, { ...said('03', 4000), subscriptionId: newId() }),
  ];
  await hear(db, events());
  await hear(db, events().slice(0, 5));
  expect((await kindsTo(userId)).sort()).toEqual([
    ...['subscription-cancelled', 'subscription-expired', 'subscription-past-due'],
    ...['subscription-renewed', 'subscription-renewed', 'subscription-started'],
  ]);
});

test('each change of a bank account and each change of a debt is a letter of its own', async () => {
  const { db } = database;
  const { userId } = await user(db);
  await hear(db, [
    envelope(wallet.bankAccountChanged, { teacherId: userId, last4: '3000' }),
    envelope(wallet.bankAccountChanged, { teacherId: userId, last4: '3000' }),
    envelope(wallet.debtOpened, { userId, amount: usd(500), cause: 'clawback' }),
    envelope(wallet.debtRepaid, { userId, amount: usd(500), cause: 'deposit' }),
  ]);
  expect((await kindsTo(userId)).sort()).toEqual([
    ...['bank-account-changed', 'bank-account-changed', 'debt-opened', 'debt-repaid'],
  ]);
});

test('a purchase that came to nothing is told, and one given up in parts is told part by part', async () => {
  const { db } = database;
  const [student, lesson] = [await user(db), await session(db)];
  const data = purchaseData(student.userId, lesson);
  await hear(db, [
    envelope(purchaseDeclined, { ...data, purchaseId: newId(), reason: 'insufficient-credit' }),
    envelope(purchaseExpired, { ...data, purchaseId: newId() }),
    envelope(purchaseCancelled, { ...data, version: 3 }),
    envelope(purchaseCancelled, { ...data, version: 4 }),
    envelope(purchaseCancelled, { ...data, version: 4 }),
  ]);
  expect((await kindsTo(student.userId)).sort()).toEqual([
    ...['purchase-cancelled', 'purchase-cancelled', 'purchase-declined', 'purchase-expired'],
  ]);
});

test('a secret goes to the address its event names, before its user was heard of, and is kept sealed', async () => {
  const { db } = database;
  const { userId, displayName, locale } = userData();
  const token = seal(keyring, 'the-secret', `letter/${userId}`);
  const expiresAt = '2027-01-01T00:00:00.000Z';
  const email = 'new@example.test';
  const data = { userId, email, locale, displayName, token, expiresAt };
  await hear(db, [envelope(emailVerificationRequested, data), envelope(passwordResetRequested, data)]);
  const letters = await lettersTo(db, userId);
  expect(letters.map((one) => [one.email, one.expires_at.toISOString()])).toEqual([
    [email, expiresAt],
    [email, expiresAt],
  ]);
  expect(JSON.stringify(letters)).not.toContain('the-secret');
});

describe('of a hold', () => {
  const hold = (studentId: string, sessionId: string, teacherId = newId()) => ({
    ...{ holdId: newId(), purchaseId: newId(), courseId: newId(), sessionId, studentId, teacherId },
    ...{ referrerId: null, referralAccount: null, amount: usd(1000) },
  });
  const share = (refund: number) => ({
    ...{ teacher: usd(1000 - refund), commission: usd(0), commissionRate: 0, referral: usd(0) },
    ...{ refund: usd(refund), decisionVersion: 1 },
  });
  const ended = (
    refund: number,
    reason: 'below-threshold' | 'cancelled' | 'attended' | 'session-cancelled',
  ) => ({
    ...{ ...share(refund), reason, policyVersion: 1, decidedAt: '2027-01-15T11:00:00.000Z' },
    attendance: {
      ...{ seconds: 719, maxSeconds: 719, scheduledSeconds: 3600 },
      ...{ percentBasisPoints: 1997, attendanceVersion: 1 },
    },
  });

  test('a refund is told once with its reason; a release is not, and a cancellation has a letter of its own', async () => {
    const { db } = database;
    const [student, lesson] = [await user(db), await session(db)];
    const mine = hold(student.userId, lesson.sessionId);
    await hear(db, [
      envelope(holdRefunded, { ...mine, ...ended(1000, 'below-threshold') }),
      envelope(holdRefunded, { ...mine, ...ended(1000, 'below-threshold') }),
      envelope(holdRefunded, { ...hold(student.userId, lesson.sessionId), ...ended(1000, 'cancelled') }),
      envelope(holdReleased, { ...hold(student.userId, lesson.sessionId), ...ended(0, 'attended') }),
      envelope(holdReleased, { ...hold(student.userId, lesson.sessionId), ...ended(300, 'attended') }),
    ]);
    const facts = (await lettersTo(db, student.userId)).map(({ content }) => content.facts);
    expect(facts).toHaveLength(2);
    expect(facts).toContainEqual(expect.objectContaining({ refund: usd(1000), attended: 1997 }));
    expect(facts).toContainEqual(expect.objectContaining({ refund: usd(300), attended: null }));
  });

  test('by subscription is known from its purchase, and is so in what is told of it', async () => {
    const { db } = database;
    const [student, lesson] = [await user(db), await session(db)];
    const bought = { ...purchaseData(student.userId, lesson), fundedBy: 'subscription' as const };
    const mine = { ...hold(student.userId, lesson.sessionId), purchaseId: bought.purchaseId };
    await hear(db, [envelope(purchaseActivated, bought)]);
    await hear(db, [
      envelope(holdRefunded, { ...mine, ...ended(1000, 'session-cancelled') }),
      envelope(holdRefunded, {
        ...hold(student.userId, lesson.sessionId),
        ...ended(1000, 'session-cancelled'),
      }),
    ]);
    const letters = (await lettersTo(db, student.userId)).filter(({ kind }) => kind === 'refund');
    expect(letters.map(({ content }) => content.facts.bySubscription).sort()).toEqual([false, true]);
  });

  test('a free lesson is told only where its teacher has cancelled it', async () => {
    const { db } = database;
    const [student, lesson] = [await user(db), await session(db)];
    const free = (reason: Parameters<typeof ended>[1]) =>
      envelope(holdRefunded, { ...hold(student.userId, lesson.sessionId), ...ended(0, reason) });
    await hear(db, [free('session-cancelled'), free('below-threshold'), free('cancelled')]);
    const letters = await lettersTo(db, student.userId);
    expect(letters.map(({ content }) => content.facts.reason)).toEqual(['session-cancelled']);
  });

  test('a review is told to its student, a correction to whose part it changes', async () => {
    const { db } = database;
    const [student, teacher, lesson] = [await user(db), await user(db), await session(db)];
    const mine = hold(student.userId, lesson.sessionId, teacher.userId);
    const { holdId, purchaseId, sessionId, studentId, teacherId } = mine;
    const reviewed = { holdId, purchaseId, sessionId, studentId, teacherId, reason: 'doubt' };
    await hear(db, [
      envelope(holdUnderReview, reviewed),
      envelope(holdCorrected, {
        ...{
          ...mine,
          decisionVersion: 2,
          transfers: [],
          reason: 'admin',
          policyVersion: 1,
          attendance: null,
        },
        ...{ decidedAt: '2027-01-15T11:00:00.000Z', from: { ...share(1000), outcome: 'refunded' } },
        to: { ...share(0), outcome: 'released' },
      }),
    ]);
    expect(await kindsTo(studentId)).toEqual(['under-review', 'correction']);
    expect(await kindsTo(teacherId)).toEqual(['correction']);
  });

  test('each review of a hold is told, also one of attendance that was amended after the hold had ended', async () => {
    const { db } = database;
    const [student, lesson] = [await user(db), await session(db)];
    const mine = hold(student.userId, lesson.sessionId);
    const { holdId, purchaseId, sessionId, studentId, teacherId } = mine;
    const review = (reason: string) =>
      envelope(holdUnderReview, { holdId, purchaseId, sessionId, studentId, teacherId, reason });
    const reviews = ['attendance-uncertain', 'attendance-amended', 'attendance-amended'].map(review);
    const [first, ...amended] = reviews;
    await hear(db, [first!, envelope(holdRefunded, { ...mine, ...ended(1000, 'below-threshold') })]);
    await hear(db, amended);
    await hear(db, reviews);
    expect((await kindsTo(studentId)).sort()).toEqual([
      ...['refund', 'under-review', 'under-review', 'under-review'],
    ]);
  });
});

test.each(['student', 'teacher'] as const)(
  'a dispute by the %s is told to the other, and to both with their parts when it is decided',
  async (openedBy) => {
    const { db } = database;
    const [student, teacher, lesson] = [await user(db), await user(db), await session(db)];
    const ids = { studentId: student.userId, teacherId: teacher.userId, sessionId: lesson.sessionId };
    const dispute = {
      ...{ ...ids, disputeId: newId(), holdId: newId(), purchaseId: newId(), courseId: newId() },
      ...{ openedBy, amount: usd(1000) },
    };
    const opened = () => envelope(disputeOpened, { ...dispute, outcome: 'released' });
    await hear(db, [opened(), opened()]);
    const told = [await kindsTo(student.userId), await kindsTo(teacher.userId)];
    expect(openedBy === 'student' ? told.reverse() : told).toEqual([['dispute-opened'], []]);

    const how = { outcome: 'split' as const, decisionVersion: 2, decidedAnew: true };
    const resolved = () =>
      envelope(disputeResolved, { ...dispute, ...how, teacher: usd(350), refund: usd(500) });
    await hear(db, [resolved(), resolved()]);
    for (const [id, of, part] of [
      [student.userId, 'student', 500],
      [teacher.userId, 'teacher', 350],
    ] as const) {
      const letters = (await lettersTo(db, id)).filter(({ kind }) => kind === 'dispute-resolved');
      expect(letters.map(({ content }) => content.facts)).toEqual([
        expect.objectContaining({ of, part: usd(part), price: usd(1000), anew: true }),
      ]);
    }
  },
);

test('a settled lesson is one letter to its teacher; said anew one more, and what is older is no news', async () => {
  const { db } = database;
  const teacher = await user(db);
  const { sessionId } = await session(db, { teacherId: teacher.userId });
  const say = (version: number, released: number) =>
    envelope(
      sessionSettled,
      {
        ...{ sessionId, counts: { released, refunded: 0, review: 0 } },
        totals: [
          {
            ...{ teacher: usd(700), commission: usd(300), referral: usd(0), refund: usd(0) },
            currency: 'USD',
          },
        ],
      },
      { version },
    );
  await hear(db, [say(2, 2)]);
  await hear(db, [say(1, 1)]);
  await hear(db, [say(2, 2), say(3, 3), say(4, 0)]);
  const counts = (await lettersTo(db, teacher.userId)).map(({ content }) => content.facts.counts.released);
  expect(counts).toEqual([2, 3]);
});

describe('a reminder', () => {
  const start = Date.parse('2027-01-15T10:00:00.000Z');
  const hours = (count: number) => new Date(start + count * 3_600_000);
  const remindAt = (at: Date) => workOf(database.db, (work) => remind(work, 24), at);
  const reminders = async (id: string) =>
    (await lettersTo(database.db, id)).filter(({ kind }) => kind === 'reminder');
  async function bought(at = hours(-72), more: Parameters<typeof user>[1] = {}) {
    const { db } = database;
    const [student, lesson] = [await user(db, more), await session(db)];
    const data = purchaseData(student.userId, lesson);
    await hear(db, [envelope(purchaseActivated, data)], at);
    return { student, lesson, data, db };
  }

  test('comes a day before, once, though two replicas look at once', async () => {
    const { student } = await bought();
    await remindAt(hours(-24.1));
    expect(await reminders(student.userId)).toEqual([]);
    await Promise.all(Array.from({ length: 4 }, () => remindAt(hours(-24))));
    await remindAt(hours(-1));
    expect(await reminders(student.userId)).toHaveLength(1);
  });

  test('comes again for a new time, and is not sent twice for one', async () => {
    const { student, lesson, db } = await bought();
    await remindAt(hours(-24));
    const moved = { ...lesson, startsAt: hours(30).toISOString(), version: 2 };
    await hear(db, [envelope(sessionRescheduled, moved)]);
    await remindAt(hours(-20));
    expect(await reminders(student.userId)).toHaveLength(1);
    await remindAt(hours(7));
    const times = (await reminders(student.userId)).map(({ content }) => content.facts.lesson.startsAt);
    expect(times).toEqual([lesson.startsAt, moved.startsAt]);
  });

  test('comes again when the lesson moves back to a time it was told of before', async () => {
    const { student, lesson, db } = await bought();
    const move = (to: number, version: number) =>
      hear(db, [envelope(sessionRescheduled, { ...lesson, startsAt: hours(to).toISOString(), version })]);
    await remindAt(hours(-20));
    await move(3, 2);
    await remindAt(hours(-19));
    await move(0, 3);
    await remindAt(hours(-18));
    await remindAt(hours(-17));
    const times = (await reminders(student.userId)).map(({ content }) => content.facts.lesson.startsAt);
    expect(times).toEqual([lesson.startsAt, hours(3).toISOString(), lesson.startsAt]);
  });

  test('is spared who bought within the day, unless the lesson moves', async () => {
    const { student, lesson, db } = await bought(hours(-3));
    await remindAt(hours(-2));
    expect(await reminders(student.userId)).toEqual([]);
    await hear(db, [
      envelope(sessionRescheduled, { ...lesson, startsAt: hours(1).toISOString(), version: 2 }),
    ]);
    await remindAt(hours(-2));
    expect(await reminders(student.userId)).toHaveLength(1);
  });

  test('does not come to who gave up, whichever is heard first, of what is cancelled, or to the suspended', async () => {
    const gaveUp = await bought();
    await hear(gaveUp.db, [envelope(purchaseCancelled, { ...gaveUp.data, version: 3 })]);
    const { db } = database;
    const [early, lesson] = [await user(db), await session(db)];
    const backwards = purchaseData(early.userId, lesson);
    await hear(db, [envelope(purchaseCancelled, { ...backwards, version: 3 })]);
    await hear(db, [envelope(purchaseActivated, backwards)]);
    const off = await bought();
    await hear(db, [envelope(sessionCancelled, { ...off.lesson, status: 'cancelled', version: 2 })]);
    const out = await bought();
    await hear(db, [envelope(userSuspended, { ...out.student, version: 2 })]);
    await remindAt(hours(-2));
    for (const { userId } of [gaveUp.student, early, off.student, out.student])
      expect(await reminders(userId)).toEqual([]);
  });
});

test('an address that was not there is written to again once somebody new has it', async () => {
  const { db } = database;
  const [old, reborn] = [await user(db), userData()];
  const since = new Date();
  await db('suppressions').insert([old, reborn].map(({ email }) => ({ email, since, reason: '550' })));
  await hear(db, [envelope(userUpdated, { ...old, version: 2 }), envelope(userRegistered, reborn)]);
  const left = await db('suppressions').whereIn('email', [old.email, reborn.email]).pluck('email');
  expect(left).toEqual([old.email]);
});

test('the newest version of an account wins, and another address lifts what was found of the old one', async () => {
  const { db } = database;
  const before = await user(db, { version: 5 });
  await db('suppressions').insert({ email: before.email, since: new Date(), reason: '550' });
  await hear(db, [envelope(userUpdated, { ...before, displayName: 'Old', version: 4 })]);
  await hear(db, [envelope(userUpdated, { ...before, displayName: 'New', version: 6 })]);
  expect(await db('suppressions').where({ email: before.email })).toHaveLength(1);
  const moved = { ...before, email: `new-${before.email}`, version: 7 };
  await hear(db, [envelope(userUpdated, moved), envelope(userRegistered, { ...before, version: 1 })]);
  expect(await db('suppressions').where({ email: before.email })).toEqual([]);
  expect(await db('contacts').where({ user_id: before.userId }).first()).toMatchObject({
    email: moved.email,
  });
});
