/** Purchases that a subscription pays for: billing is asked, and what comes back is a lesson. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { lessonDeclined } from '@rollcall/contracts/events/billing';
import { expiryRequested, purchaseDeclined, purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { cancellationDecided } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope, workOf } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { askAgain, requestExpiry } from '../src/use-cases/ask-again.js';
import {
  brokenInvariants,
  declined,
  kinds,
  openStage,
  type Person,
  person,
  questionsAbout,
  type Stage,
  usd,
} from './stage.js';

let stage: Stage;
let student: Person;
let course: Course;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await stage.close();
});

async function asked(kind = kinds[0]!) {
  student = await person('student');
  course = await stage.onSale({ maxStudents: 5 });
  const { body } = await stage
    .send('post', kind.pathTo(course), student)
    .set('Prefer', 'respond-async')
    .send({ fundedBy: 'subscription' })
    .expect(202);
  return body;
}
type Reason = Parameters<typeof sayDeclined>[1];
const sayDeclined = (
  purchaseId: string,
  reason:
    | 'no-subscription'
    | 'subscription-past-due'
    | 'quota-used-up'
    | 'lesson-too-dear'
    | 'other-currency',
) => deliver(stage.db, consumers, [envelope(lessonDeclined, { purchaseId, studentId: student.id, reason })]);

test.each(kinds)('$name is asked for by subscription, and is bought when its money is held', async (kind) => {
  const { id, status, fundedBy, lessons } = await asked(kind);
  const booked = kind.name === 'a course' ? 2 : 1;
  expect({ status, fundedBy, lessons }).toEqual({
    status: 'pending',
    fundedBy: 'subscription',
    lessons: { booked, returned: 0 },
  });
  const [question] = await questionsAbout(stage.db, [id]);
  expect(question).toMatchObject({ fundedBy: 'subscription', studentId: student.id });
  await stage.hold(id);
  expect(await stage.readAt(student, kind.at(id))).toMatchObject({ status: 'active', paymentStatus: 'paid' });
});

test.each<[Reason, RegExp]>([
  ['no-subscription', /no subscription that runs/],
  ['subscription-past-due', /not paid, or is being charged/],
  ['quota-used-up', /fewer lessons left this month/],
  ['lesson-too-dear', /costs more than your subscription pays/],
  ['other-currency', /another currency/],
])(
  'without a lesson (%s) it is declined with a problem that says what to do, and its seat is free',
  async (reason, words) => {
    const { id } = await asked();
    const [session] = course.sessions;
    await sayDeclined(id, reason);
    const { body } = await stage.send('get', `/enrollments/sessions/${id}`, student).expect(200);
    expect(body).toMatchObject({
      status: 'declined',
      declineReason: reason,
      lessons: { booked: 0, returned: 0 },
    });
    const said = (await emitted(stage.db, purchaseDeclined)).find(({ subject }) => subject === id);
    expect(said?.data).toMatchObject({ reason, fundedBy: 'subscription' });
    const seats = await stage.db('sessions').where({ id: session!.id }).first('seats_taken');
    expect(seats.seats_taken).toBe(0);

    const waiting = stage
      .send('post', `/enrollments/sessions/${session!.id}/purchase`, student)
      .set('Idempotency-Key', `again-${reason}`)
      .send({ fundedBy: 'subscription' })
      .then((answer) => answer);
    const second = await nextQuestion(id);
    await sayDeclined(second, reason);
    const refused = await waiting;
    expect([refused.status, refused.body.type]).toEqual([402, `/problems/${reason}`]);
    expect(refused.body.detail).toMatch(words);
    expect(refused.body).toMatchObject({ shortfall: null, purchase: { id: second, declineReason: reason } });
  },
);

/** The purchase this student asked for after that one. */
async function nextQuestion(after: string): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const all = await emitted(stage.db, purchaseRequested);
    const mine = all.find(({ data }) => data.studentId === student.id && data.purchaseId !== after);
    if (mine !== undefined) return mine.data.purchaseId;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the second purchase was not asked for');
}

test('it is asked for again after a minute, and given up after fifteen; an answer that comes too late changes nothing', async () => {
  const { id } = await asked();
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  await workOf(stage.db, askAgain, later(2));
  const questions = (await emitted(stage.db, purchaseRequested)).filter(({ subject }) => subject === id);
  expect(questions).toHaveLength(2);
  expect(questions[1]?.data).toEqual(questions[0]?.data);
  await workOf(stage.db, requestExpiry, later(16));
  expect((await emitted(stage.db, expiryRequested)).some(({ subject }) => subject === id)).toBe(true);
  await deliver(stage.db, consumers, [declined(id, student.id, { reason: 'expired', shortfall: null })]);
  await sayDeclined(id, 'quota-used-up');
  expect(await stage.purchase(student, id)).toMatchObject({ status: 'expired', declineReason: 'expired' });
});

test('a decline before its question waits, and one of a purchase that is held is for a person to look at', async () => {
  student = await person('student');
  expect(Object.values(await sayDeclined(newId(), 'no-subscription'))).toEqual(['notYet']);
  const { id } = await asked();
  await stage.hold(id);
  await expect(sayDeclined(id, 'no-subscription')).rejects.toThrow('which is active');
});

test('what a student gives up comes back as lessons, and no money', async () => {
  const { id } = await asked(kinds[1]);
  await stage.hold(id);
  await stage.send('delete', `/enrollments/${id}`, student).set('Prefer', 'respond-async').expect(202);
  const { requested_at } = await stage.db('cancellations').where({ purchase_id: id }).first();
  const { holds } = await stage.enrollment(student, id);
  const refunded = [holds[0]].map((hold: { id: string; sessionId: string }) => ({
    ...{ holdId: hold.id, sessionId: hold.sessionId, amount: usd(1000), decisionVersion: 1 },
  }));
  const answer = { purchaseId: id, requestedAt: requested_at.toISOString(), kept: [], reason: 'refunded' };
  await deliver(stage.db, consumers, [envelope(cancellationDecided, { ...answer, refunded })]);
  expect(await stage.enrollment(student, id)).toMatchObject({
    ...{ refunded: usd(0), lessons: { booked: 2, returned: 1 }, paymentStatus: 'paid', status: 'active' },
  });
});
