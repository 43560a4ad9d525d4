/** The money story: a student buys, the class is played, and the hold goes where attendance says. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { checkInvariants } from './invariants.js';
import {
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
let referred: Caller;

beforeAll(async () => {
  system = await startSystem();
  [admin, teacher, referred] = (await Promise.all(
    ['admin', 'teacher', 'referred.teacher'].map((name) => demo(system.gateway, name)),
  )) as [Caller, Caller, Caller];
});
afterAll(async () => {
  await system.stop();
});

const student = (credits = 1000) => studentWith(system.gateway, admin, credits);

/** Buys the session of a fresh course, plays the class and returns the settled hold. */
async function classOf(
  tutor: Caller,
  spans: string,
  more: { pupil?: Caller; teacher?: string; rooms?: string; price?: number } = {},
) {
  const { price = 1000, pupil = await student(price) } = more;
  const course = await publishedCourse(tutor, { price });
  const [session] = course.sessions;
  if (session === undefined) throw new Error('a course without a session');
  const bought = await buy(pupil, session);
  expect(bought.status).toBe(201);
  const { teacher, rooms } = more;
  await play(system, tutor.id, session, { students: { [pupil.id]: spans }, teacher, rooms });
  return { pupil, session, bought, hold: await settled(pupil, holdOf(bought)) };
}

const usd = (amount: number) => ({ amount, currency: 'USD' });

// At once: most of a class is waiting for its end.
describe('a bought session', () => {
  test.concurrent('that was attended pays the teacher, and everybody can read why', async () => {
    const before = await walletOf(referred);
    const { pupil, bought, hold } = await classOf(referred, '0-60');
    expect(hold).toMatchObject({
      status: 'released',
      decision: {
        reason: 'attended',
        teacher: usd(700),
        commission: usd(300),
        refund: usd(0),
        commissionRate: 30,
      },
    });
    expect(hold.decision?.steps.length).toBeGreaterThan(2);
    expect(hold.decision?.attendance).toMatchObject({ seconds: 3600, percent: 100 });
    const after = await walletOf(referred);
    expect(after.earnings.available.amount - before.earnings.available.amount).toBe(700);
    expect((await walletOf(pupil)).credits).toEqual(usd(0));
    const purchase = await eventually('the purchase to be attended', async () => {
      const { body } = await pupil.get<Purchase>(`/enrollments/sessions/${bought.body.id}`);
      return body.status === 'attended' && body;
    });
    expect(purchase).toMatchObject({
      attended: true,
      attendanceSeconds: 3600,
      holds: [{ status: 'released' }],
    });
  });

  test.concurrent('that was missed is refunded to the last cent', async () => {
    const { pupil, hold } = await classOf(referred, 'absent');
    expect(hold).toMatchObject({
      status: 'refunded',
      decision: { reason: 'below-threshold', refund: usd(1000) },
    });
    expect((await walletOf(pupil)).credits).toEqual(usd(1000));
  });

  test.concurrent.each([
    ['twelve minutes of sixty release it', '0-12', 'released'],
    ['one second less refunds it', '0-11:59', 'refunded'],
    ['twelve minutes in three visits release it', '0-5,10-14,30-33', 'released'],
    ['a second device goes on where the first stopped', '0-6>12:01', 'released'],
    ["the moment between two devices is nobody's", '0-6>12', 'refunded'],
  ])('%s', async (_rule, spans, status) => {
    const { hold } = await classOf(teacher, spans);
    expect(hold.status).toBe(status);
  });

  test.concurrent('in a room that was interrupted waits for the second room, and counts both', async () => {
    const { hold } = await classOf(teacher, '0-20,25-60', { teacher: '0-20,25-60', rooms: '0-20,25-60' });
    expect(hold).toMatchObject({ status: 'released', decision: { attendance: { seconds: 3300 } } });
  });

  test.concurrent('of a teacher nobody referred pays him all of it', async () => {
    const { hold } = await classOf(teacher, '0-60');
    expect(hold.decision).toMatchObject({ teacher: usd(1000), commission: usd(0) });
  });

  test.concurrent('whose leave was lost is for a person to judge', async () => {
    const { hold } = await classOf(teacher, '0-60?');
    expect(hold).toMatchObject({ status: 'review', paidAt: null });
  });
});

describe('each commission preset', () => {
  /** Policies are immutable versions; until the admin's route comes, a version is a row. */
  async function policy(preset: string, rates: Record<string, number | null>) {
    const db = system.db('settlement');
    const [last] = await db('policies').orderBy('version', 'desc').limit(1);
    const version = last.version + 1;
    await db('policies').insert({
      ...last,
      overrides: '[]',
      ...rates,
      preset,
      version,
      effective_from: new Date(),
    });
    return version;
  }

  test('flat-15 keeps 15 % of every lesson, half up', async () => {
    const version = await policy('flat-15', {
      rate_teacher_referred: null,
      rate_own_student: null,
      rate_otherwise: 1500,
    });
    const { hold } = await classOf(teacher, '0-60', { price: 1010 });
    expect(hold.decision).toMatchObject({ teacher: usd(858), commission: usd(152), policyVersion: version });
  });

  test('student-source-70-30 leaves the teacher 70 % of his own students and 30 % of others', async () => {
    await policy('student-source-70-30', {
      rate_teacher_referred: null,
      rate_own_student: 3000,
      rate_otherwise: 7000,
    });
    const { referralCode } = (await teacher.get<{ referralCode: string }>('/auth/me')).body;
    const own = await register(system.gateway, 'student', referralCode);
    await fund(admin, own, 1000);
    const [his, stranger] = await Promise.all([
      classOf(teacher, '0-60', { pupil: own }),
      classOf(teacher, '0-60'),
    ]);
    expect(his.hold.decision).toMatchObject({ teacher: usd(700), commission: usd(300) });
    expect(stranger.hold.decision).toMatchObject({ teacher: usd(300), commission: usd(700) });
  });

  test('custom gives the referrer his share of the commission', async () => {
    await policy('custom', {
      rate_teacher_referred: 2000,
      rate_own_student: null,
      rate_otherwise: 1000,
      referrer_share: 2500,
    });
    const before = await walletOf(teacher);
    const { hold } = await classOf(referred, '0-60');
    expect(hold.decision).toMatchObject({ teacher: usd(800), commission: usd(150), referral: usd(50) });
    const after = await walletOf(teacher);
    expect(after.earnings.available.amount - before.earnings.available.amount).toBe(50);
  });

  test('referred-teacher-30 keeps 30 % only where the teacher was referred', async () => {
    await policy('referred-teacher-30', {
      rate_teacher_referred: 3000,
      rate_own_student: null,
      rate_otherwise: 0,
      referrer_share: 0,
    });
    const [one, other] = await Promise.all([classOf(referred, '0-60'), classOf(teacher, '0-60')]);
    expect(one.hold.decision).toMatchObject({ teacher: usd(700), commission: usd(300) });
    expect(other.hold.decision).toMatchObject({ teacher: usd(1000), commission: usd(0) });
  });
});

describe('money for three', () => {
  test('buys exactly three of fifty sessions asked for at once', async () => {
    const pupil = await student(3000);
    const course = await publishedCourse(teacher, { sessions: 50 });
    const answers = await Promise.all(course.sessions.map((session) => buy(pupil, session)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
    expect(statuses.filter((status) => status === 402)).toHaveLength(47);
    expect((await walletOf(pupil)).credits).toEqual(usd(0));
  });

  test('and one key sent fifty times buys one session', async () => {
    const pupil = await student(3000);
    const [session] = (await publishedCourse(teacher)).sessions;
    if (session === undefined) throw new Error('a course without a session');
    const key = { 'idempotency-key': `one-${pupil.id}` };
    const answers = await Promise.all(Array.from({ length: 50 }, () => buy(pupil, session, key)));
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect((await walletOf(pupil)).credits).toEqual(usd(2000));
  });
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
