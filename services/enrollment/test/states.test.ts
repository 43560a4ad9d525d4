/** Every state a purchase can come to, of both kinds, by what the other services say. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import { holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { deliver, envelope } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import {
  brokenInvariants,
  declined,
  fromNow,
  openStage,
  person,
  type Stage,
  students,
  usd,
} from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

type Kind = Purchase['kind'];
type Reason = DataOf<typeof holdReleased>['reason'];

const nothing = { commission: usd(0), commissionRate: 0, referral: usd(0) };

/** settlement's decision about each hold of a purchase, in their order. */
const ends = (purchase: Purchase, reasons: readonly Reason[]): Envelope[] =>
  reasons.map((reason, index) => {
    const { id, sessionId, amount } = purchase.holds[index]!;
    const isPaid = reason === 'attended';
    return envelope(isPaid ? holdReleased : holdRefunded, {
      ...{ holdId: id, purchaseId: purchase.id, courseId: purchase.courseId, sessionId, ...nothing },
      ...{
        studentId: purchase.studentId,
        teacherId: stage.teacher.id,
        referrerId: null,
        referralAccount: null,
      },
      ...{ amount: usd(amount), teacher: usd(isPaid ? amount : 0), refund: usd(isPaid ? 0 : amount) },
      ...{ reason, policyVersion: 1, attendance: null, decisionVersion: 1, decidedAt: fromNow(0) },
    });
  });

interface Row {
  readonly kind: Kind;
  readonly state: Purchase['status'];
  /** What follows the request. */
  readonly after: (purchase: Purchase) => Promise<unknown>;
  readonly percentage?: number;
}

const hear = (...events: Envelope[]) => deliver(stage.db, consumers, events);
const refuse = (reason: 'insufficient-credit' | 'expired') => (purchase: Purchase) =>
  hear(declined(purchase.id, purchase.studentId, { reason, shortfall: null }));
const held = (purchase: Purchase) => stage.hold(purchase.id);
const settled =
  (...reasons: Reason[]) =>
  async (purchase: Purchase) => {
    await held(purchase);
    await hear(...ends(purchase, reasons));
  };
const both = (state: Purchase['status'], after: Row['after']): Row[] =>
  (['course', 'session'] as const).map((kind) => ({ kind, state, after }));

const rows: Row[] = [
  ...both('pending', async () => undefined),
  ...both('active', held),
  ...both('declined', refuse('insufficient-credit')),
  ...both('expired', refuse('expired')),
  { kind: 'session', state: 'cancelled', after: settled('cancelled') },
  { kind: 'session', state: 'attended', after: settled('attended') },
  { kind: 'session', state: 'missed', after: settled('below-threshold') },
  { kind: 'session', state: 'refunded', after: settled('session-cancelled') },
  { kind: 'session', state: 'refunded', after: settled('teacher-no-show') },
  { kind: 'session', state: 'refunded', after: settled('admin') },
  { kind: 'course', state: 'cancelled', after: settled('cancelled', 'cancelled', 'cancelled') },
  { kind: 'course', state: 'cancelled', after: settled('session-cancelled', 'cancelled', 'cancelled') },
  { kind: 'course', state: 'active', after: settled('attended', 'cancelled'), percentage: 50 },
  { kind: 'course', state: 'active', after: settled('cancelled', 'cancelled'), percentage: 0 },
  { kind: 'course', state: 'refunded', after: settled('session-cancelled', 'admin', 'teacher-no-show') },
  { kind: 'course', state: 'completed', after: settled('attended', 'attended', 'attended'), percentage: 100 },
  {
    kind: 'course',
    state: 'completed',
    after: settled('attended', 'below-threshold', 'attended'),
    percentage: 66,
  },
  {
    kind: 'course',
    state: 'completed',
    after: settled('below-threshold', 'cancelled', 'cancelled'),
    percentage: 0,
  },
];

test.each(rows)('a $kind can be $state ($#)', async ({ kind, state, after, percentage = 0 }) => {
  const sessions = [1, 2, 3].map((number) => ({
    ...{ number, title: `Lesson ${number}`, startsAt: fromNow(number * 60), price: usd(1000) },
  }));
  const course = await stage.onSale({ price: usd(3000), maxStudents: 2, sessions });
  const student = await person('student');
  const asked =
    kind === 'course' ? stage.askCourse(student, course.id) : stage.ask(student, course.sessions[0]!.id);
  const { body } = await asked.expect(202);
  await after(body);
  const now = await (kind === 'course' ? stage.enrollment : stage.purchase)(student, body.id);
  expect(now).toMatchObject({
    kind,
    status: state,
    completionPercentage: kind === 'course' ? percentage : null,
  });
});

test('two hundred sessions are one purchase', async () => {
  const sessions = Array.from({ length: 200 }, (_, index) => ({
    ...{ number: index + 1, title: 'A lesson', startsAt: fromNow(index + 60), price: usd(1000) },
  }));
  const course = await stage.onSale({ price: usd(199), maxStudents: 1, sessions });
  const student = await person('student');
  const { id } = await stage.boughtCourse(student, course.id);
  const { holds } = await stage.enrollment(student, id);
  expect(holds.map(({ amount }: { amount: number }) => amount)).toEqual([...Array(199).fill(1), 0]);
});

test('the sessions of a course start and end in any order while it is bought, and nobody locks another out', async () => {
  const sessions = Array.from({ length: 6 }, (_, index) => ({
    ...{ number: index + 1, title: 'A lesson', startsAt: fromNow(index + 60), price: usd(1000) },
  }));
  for (let round = 0; round < 5; round += 1) {
    const course = await stage.onSale({ price: usd(6000), maxStudents: 50, sessions });
    const [first, ...more] = await students(11);
    const bought = await stage.boughtCourse(first!, course.id);
    const ids = course.sessions.map(({ id }) => id);
    const seen = { overlapSeconds: 0, firstSeenAt: null, lastSeenAt: null, intervals: [], disconnects: [] };
    const person = (userId: string, role: 'teacher' | 'participant') => ({
      ...{ userId, role, seconds: 720, maxSeconds: 720, ...seen },
    });
    const started = ids
      .slice(0, 3)
      .map((sessionId) => envelope(sessionStarted, { sessionId, at: fromNow(0) }));
    const results = ids.slice(0, 3).map((sessionId) =>
      envelope(sessionCompleted, {
        ...{ sessionId, version: 1, cause: 'room-finished', scheduledSeconds: 3600, startedAt: null },
        ...{ endedAt: fromNow(0), observed: true, teacher: person(stage.teacher.id, 'teacher') },
        people: [person(first!.id, 'participant')],
      }),
    );
    const stranger = envelope(sessionStarted, { sessionId: newId(), at: fromNow(0) });
    const [outcomes] = await Promise.all([
      hear(...started.reverse(), stranger),
      hear(...results.reverse()),
      hear(...ends(bought, ['attended', 'attended', 'attended'])),
      ...more.map((buyer) => stage.askCourse(buyer, course.id).expect(202)),
    ]);
    expect(Object.values(outcomes).sort()).toEqual(['done', 'done', 'done', 'notYet']);
    expect(await stage.enrollment(first!, bought.id)).toMatchObject({
      attendanceSeconds: 3 * 720,
      status: 'active',
    });
  }
});
