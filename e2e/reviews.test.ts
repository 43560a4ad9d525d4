/** What a person decides where attendance is in doubt, or was told too late: through every service to the money. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Hold, Review } from '@rollcall/contracts/api/settlement';
import { checkInvariants } from './invariants.js';
import {
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  playScenario,
  publishedCourse,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

interface Page<Item> {
  readonly data: Item[];
}

const because = { reason: 'The recording shows it.' };
const PRICE = 1000;

let system: System;
let admin: Caller;
let teacher: Caller;

beforeAll(async () => {
  system = await startSystem();
  admin = await demo(system.gateway, 'admin');
  // Somebody referred this one: the platform keeps 30 %.
  teacher = await demo(system.gateway, 'referred.teacher');
}, 60_000);
afterAll(async () => {
  await system.stop();
});

/** A student, the hold as the scenario left it, and how the two wallets stand then. */
async function classOf(name: string) {
  const student = await studentWith(system.gateway, admin, PRICE);
  const session = (await publishedCourse(teacher)).sessions[0]!;
  const holdId = holdOf(await buy(student, session));
  await playScenario(system, admin, session, { name });
  const money = async () => [
    (await walletOf(teacher)).earnings.available.amount,
    (await walletOf(student)).credits.amount,
  ];
  const [earned, left] = (await money()) as [number, number];
  const moved = async () => {
    const [earnings, credits] = (await money()) as [number, number];
    return { earnings: earnings - earned, credits: credits - left };
  };
  return { student, session, holdId, moved };
}

const paid = (student: Caller, holdId: string | undefined) =>
  eventually(`hold ${holdId} paid`, async () => {
    const { body } = await student.get<Hold>(`/holds/${holdId}`);
    return body.paidAt !== null && body;
  });

describe('a class whose end was not seen waits for an admin', () => {
  test.each([
    ['release', {}, { status: 'released' }, { earnings: 700, credits: 0 }],
    ['refund', {}, { status: 'refunded' }, { earnings: 0, credits: 1000 }],
    ['split', { teacherPercent: 50 }, { status: 'split' }, { earnings: 350, credits: 500 }],
  ])('who may decide to %s it', async (what, more, outcome, money) => {
    const { student, session, holdId, moved } = await classOf('lost-leave');
    const { body } = await admin.get<Page<Hold>>(`/admin/holds?status=review&sessionId=${session.id}`);
    expect(body.data.map(({ id }) => id)).toEqual([holdId]);
    expect((await admin.post(`/admin/holds/${holdId}/${what}`, { ...more, ...because })).status).toBe(200);
    expect(await paid(student, holdId)).toMatchObject(outcome);
    expect(await moved()).toEqual(money);
  });

  test('or may say when the student was in, which decides it by itself', async () => {
    const { student, session, holdId, moved } = await classOf('node-crash');
    const start = Date.parse(session.startsAt);
    const intervals = [{ from: session.startsAt, to: new Date(start + 12 * 60_000).toISOString() }];
    const correction = { userId: student.id, intervals, ...because };
    const path = `/admin/attendance/sessions/${session.id}/corrections`;
    expect((await admin.post(path, correction)).status).toBe(201);
    const hold = await paid(student, holdId);
    expect(hold).toMatchObject({ status: 'released', decision: { attendance: { seconds: 720 } } });
    expect(await moved()).toEqual({ earnings: 700, credits: 0 });
  });

  test('and so does one of which nothing was heard, though nobody may have been there', async () => {
    const student = await studentWith(system.gateway, admin, PRICE);
    const session = (await publishedCourse(teacher, { startsIn: 0.2 })).sessions[0]!;
    const holdId = holdOf(await buy(student, session));
    await playScenario(system, admin, session, { name: 'nothing-heard' });
    expect(await settled(student, holdId)).toMatchObject({
      status: 'review',
      decision: { reason: 'session-not-observed' },
    });
    expect((await admin.post(`/admin/holds/${holdId}/refund`, because)).status).toBe(200);
    expect((await paid(student, holdId)).status).toBe('refunded');
    expect((await walletOf(student)).credits.amount).toBe(PRICE);
  });
});

describe('a class that was paid for, and then told otherwise', () => {
  async function reviewed() {
    const late = await classOf('late-correcting-leave');
    expect(await paid(late.student, late.holdId)).toMatchObject({ status: 'released' });
    const review = await eventually('a review of it', async () => {
      const { body } = await admin.get<Page<Review>>(`/admin/reviews?holdId=${late.holdId}`);
      return body.data[0];
    });
    expect(review).toMatchObject({
      status: 'open',
      decided: { outcome: 'released' },
      proposed: { outcome: 'refunded', reason: 'below-threshold' },
    });
    expect(await late.moved()).toEqual({ earnings: 0, credits: 0 });
    return { ...late, review };
  }

  test('moves back only when an admin says so', async () => {
    const { review, moved } = await reviewed();
    expect((await admin.post(`/admin/reviews/${review.id}/apply`, because)).status).toBe(200);
    await eventually('the money to be back', async () => (await moved()).credits === PRICE);
    expect(await moved()).toEqual({ earnings: -700, credits: PRICE });
  });

  test('stays as it is when he says that', async () => {
    const { student, holdId, review, moved } = await reviewed();
    expect((await admin.post(`/admin/reviews/${review.id}/dismiss`, because)).status).toBe(200);
    expect(await moved()).toEqual({ earnings: 0, credits: 0 });
    expect(await settled(student, holdId)).toMatchObject({ status: 'released' });
  });
});

test('all that was done by hand is in the audit trail, with who and why', async () => {
  const entries = await eventually('the whole trail', async () => {
    const found: { action: string; actor: string; reason: string }[] = await system
      .db('identity')('audit_entries')
      .whereNot({ source: '/rollcall/wallet' })
      .orderBy('action');
    return found.length === 9 && found;
  });
  expect(entries.map(({ action }) => action)).toEqual([
    'attendance.complete',
    'attendance.complete',
    'attendance.correct',
    'settlement.hold.refund',
    'settlement.hold.refund',
    'settlement.hold.release',
    'settlement.hold.split',
    'settlement.review.apply',
    'settlement.review.dismiss',
  ]);
  for (const { actor, reason } of entries) expect([actor, reason.length > 0]).toEqual([admin.id, true]);
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
