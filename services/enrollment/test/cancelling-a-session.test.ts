/** A teacher cancels a session: what he may, what is said, and what becomes of those who bought it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Session } from '@rollcall/contracts/api/enrollment';
import { sessionStarted } from '@rollcall/contracts/events/attendance';
import { sessionCancelled, sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { holdRefunded } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { brokenInvariants, draft, fromNow, openStage, person, type Stage, usd } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

const sessionOnSale = async (more = {}): Promise<Session> => (await stage.onSale(more)).sessions[0]!;
const cancel = (session: Session, body?: object) => {
  const asked = stage.send('post', `/sessions/${session.id}/cancel`, stage.teacher);
  return body === undefined ? asked : asked.send(body);
};
const said = async (session: Session) =>
  (await emitted(stage.db, sessionCancelled)).filter(({ subject }) => subject === session.id);

interface Bought {
  readonly id: string;
  readonly studentId: string;
  readonly holds: readonly { readonly id: string }[];
}

/** Settlement's answer to a cancelled session, for one hold of it. */
const givenBack = (bought: Bought, session: Session) =>
  envelope(holdRefunded, {
    ...{
      holdId: bought.holds[0]!.id,
      purchaseId: bought.id,
      courseId: session.courseId,
      sessionId: session.id,
    },
    ...{ studentId: bought.studentId, teacherId: stage.teacher.id, referrerId: null, referralAccount: null },
    ...{ amount: usd(1000), teacher: usd(0), commission: usd(0), commissionRate: 0, referral: usd(0) },
    ...{ refund: usd(1000), reason: 'session-cancelled', policyVersion: 1, attendance: null },
    ...{ decisionVersion: 1, decidedAt: '2026-11-20T11:00:00.000Z' },
  });

describe('cancelling', () => {
  test('says the whole session once, without the words of the teacher, however often he asks', async () => {
    const session = await sessionOnSale();
    const first = await cancel(session, { reason: 'I am ill' }).expect(200);
    expect(first.body).toEqual({ ...session, status: 'cancelled', cancelReason: 'I am ill', version: 2 });
    const again = await cancel(session).set('If-Match', `"${session.version}"`).expect(200);
    expect(again.body).toEqual(first.body);
    const events = await said(session);
    expect(events).toMatchObject([
      {
        aggregateversion: 2,
        data: {
          ...{ sessionId: session.id, number: 1, startsAt: session.startsAt, price: session.price },
          ...{ status: 'cancelled', version: 2 },
        },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('ill');
  });

  test('takes an Idempotency-Key, and the state it was decided by', async () => {
    const session = await sessionOnSale();
    await cancel(session).set('If-Match', '"7"').expect(412);
    const ask = () => cancel(session).set('Idempotency-Key', session.id).set('If-Match', '"1"');
    await ask().expect(200);
    await ask().expect(200).expect('Idempotency-Replayed', 'true');
    expect(await said(session)).toHaveLength(1);
  });

  test('is over once the start has passed', async () => {
    const sessions = [
      { number: 1, title: 'Past', startsAt: fromNow(-1), price: usd(1000) },
      { number: 2, title: 'To come', startsAt: fromNow(60), price: usd(1000) },
    ];
    const session = await sessionOnSale({ sessions });
    const { body } = await cancel(session).expect(409);
    expect(body).toMatchObject({
      type: '/problems/session-started',
      detail: expect.stringContaining('admin'),
    });
    expect(await said(session)).toEqual([]);
  });

  test('is over once teacher and student were both in the room, though its start is still to come', async () => {
    const session = await sessionOnSale();
    const started = { sessionId: session.id, at: new Date().toISOString() };
    await deliver(stage.db, consumers, [envelope(sessionStarted, started)]);
    expect((await cancel(session).expect(409)).body.type).toBe('/problems/session-started');
  });

  test.each<[string, object]>([
    ['an unknown field', { refund: false }],
    ['empty words', { reason: '  ' }],
    ['too many of them', { reason: 'x'.repeat(501) }],
  ])('with %s is refused', async (_what, body) => {
    const session = await sessionOnSale();
    await cancel(session, body).expect(400);
    expect(await said(session)).toEqual([]);
  });

  test("a session of a draft is nobody's news, and it is not put on sale with the rest", async () => {
    const { body: course } = await stage.send('post', '/courses', stage.teacher).send(draft()).expect(201);
    const [gone, stays] = course.sessions;
    await stage.cancel(gone.id);
    await stage.send('post', `/courses/${course.id}/publish`, stage.teacher).expect(200);
    const announced = (await emitted(stage.db, sessionScheduled)).filter(
      ({ data }) => data.courseId === course.id,
    );
    expect(announced.map(({ subject }) => subject)).toEqual([stays.id]);
    expect(await said(gone)).toEqual([]);
  });
});

describe('who bought a session that is cancelled', () => {
  test('has no access from then on, and everybody else can buy it no more', async () => {
    const session = await sessionOnSale();
    const student = await person('student');
    await stage.bought(student, session.id);
    await cancel(session).expect(200);
    const access = await stage.send('get', `/enrollments/sessions/${session.id}/access`, student).expect(200);
    expect(access.body).toEqual({ hasAccess: false, reason: 'session-cancelled' });
    const refused = await stage.ask(await person('student'), session.id).expect(409);
    expect(refused.body.type).toBe('/problems/session-cancelled');
  });

  test.each(['held before', 'held after'])('gets all of it back: %s', async (when) => {
    const session = await sessionOnSale({ maxStudents: 1 });
    const student = await person('student');
    const { body: bought } = await stage.ask(student, session.id).expect(202);
    if (when === 'held before') await stage.hold(bought.id);
    await cancel(session).expect(200);
    const refund = givenBack(bought, session);
    if (when === 'held after') {
      expect(Object.values(await deliver(stage.db, consumers, [refund]))).toEqual(['notYet']);
      await stage.hold(bought.id);
    }
    await deliver(stage.db, consumers, [{ ...refund, id: newId() }]);
    expect(await stage.purchase(student, bought.id)).toMatchObject({
      status: 'refunded',
      paymentStatus: 'refunded',
      refunded: usd(1000),
      holds: [{ status: 'refunded' }],
    });
    const { body } = await stage.send('get', `/courses/${session.courseId}`).expect(200);
    expect(body.currentStudents).toBe(0);
  });
});

describe('the roster', () => {
  const roster = (session: Session, search = '', who = stage.teacher) =>
    stage.send('get', `/teacher/sessions/${session.id}/roster${search}`, who);

  test('says who bought, where the money is, and who came; not who came to nothing', async () => {
    const session = await sessionOnSale();
    const [held, asked, given] = [await person('student'), await person('student'), await person('student')];
    const one = await stage.bought(held, session.id);
    const two = (await stage.ask(asked, session.id).expect(202)).body;
    const three = await stage.bought(given, session.id);
    await deliver(stage.db, consumers, [givenBack(three, session)]);
    await stage
      .db('holds')
      .where({ purchase_id: one.id })
      .update({ attended: true, attendance_seconds: 900 });
    const { body } = await roster(session).expect(200);
    const hold = (status: string) => ({ sessionId: session.id, amount: 1000, currency: 'USD', status });
    expect(body).toMatchObject({
      nextCursor: null,
      data: [
        { studentId: given.id, purchaseId: three.id, status: 'refunded', hold: hold('refunded') },
        { studentId: asked.id, purchaseId: two.id, status: 'pending', hold: hold('pending') },
        { studentId: held.id, kind: 'session', status: 'active', hold: hold('held'), attendanceSeconds: 900 },
      ],
    });
  });

  test('names each student as he is called now, whatever order his accounts are heard in', async () => {
    const session = await sessionOnSale();
    const [known, unheard] = [await person('student'), await person('student')];
    for (const who of [known, unheard]) await stage.bought(who, session.id);
    const account = (displayName: string, version: number) => ({
      ...{ userId: known.id, roles: ['student' as const], displayName, email: 'a@example.test' },
      ...{ locale: 'en', timeZone: 'UTC', referrerId: null, version },
    });
    await deliver(stage.db, consumers, [
      envelope(userUpdated, account('Ada King', 2)),
      envelope(userSuspended, account('Ada Byron', 3)),
      envelope(userRegistered, account('Ada', 1)),
    ]);
    await deliver(stage.db, consumers, [envelope(userUpdated, account('Ada King', 2))]);
    const { body } = await roster(session).expect(200);
    const names = body.data.map((one: { studentName: string | null }) => one.studentName);
    expect(names).toEqual([null, 'Ada Byron']);
  });

  test("comes page by page, and to the session's own teacher alone", async () => {
    const session = await sessionOnSale();
    for (const who of [await person('student'), await person('student')]) await stage.bought(who, session.id);
    const first = await roster(session, '?limit=1').expect(200);
    const next = await roster(session, `?limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect(next.body.nextCursor).toBeNull();
    expect(next.body.data[0].id < first.body.data[0].id).toBe(true);
    await roster(session, '', await person('teacher')).expect(404);
    await roster(session, '', await person('student', 'admin')).expect(403);
    await roster(session, '?cursor=none').expect(400);
  });
});
