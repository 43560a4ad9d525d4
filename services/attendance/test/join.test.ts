/** Entering a session's room: who may, when, and what the token opens. */
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataOf } from '@rollcall/contracts/event';
import {
  purchaseActivated,
  purchaseCancelled,
  sessionCancelled,
  sessionRescheduled,
} from '@rollcall/contracts/events/enrollment';
import { holdRefunded } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { envelope, statementsOf, type TestDatabase, testDatabase, token } from '@rollcall/kit/testing';
import { RoomConfiguration, TokenVerifier } from 'livekit-server-sdk';
import request from 'supertest';
import { roomNameOf } from '../src/domain/room-name.js';
import { activated, appOf, know, migrations, type SessionData, scheduled, sessionData } from './support.js';

let database: TestDatabase;
let app: RequestListener;
const clock = { now: Date.now() };
beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db, () => new Date(clock.now), {
    LIVEKIT_URL: 'wss://video.example',
    LIVEKIT_WEBHOOK_KEYS: 'oldkey:oldsecret',
  });
});
afterAll(() => database.close());

const MINUTE = 60_000;
/** An hour's session that begins so many minutes from now. */
const beginning = (inMinutes: number) =>
  scheduled(database.db, { startsAt: new Date(Date.now() + inMinutes * MINUTE).toISOString() });

type Caller = Parameters<typeof token>[0];
const student = (id = newId()): Caller => ({ id, roles: ['student'] });
const teacherOf = ({ teacherId }: SessionData): Caller => ({ id: teacherId, roles: ['teacher'] });

async function join({ sessionId }: Pick<SessionData, 'sessionId'>, caller: Caller, now = Date.now()) {
  clock.now = now;
  return request(app)
    .post(`/sessions/${sessionId}/join`)
    .set('authorization', `Bearer ${await token(caller)}`);
}

const claimsOf = (jwt: string) => new TokenVerifier('devkey', 'secret').verify(jwt);

describe('the token', () => {
  test('opens one room, to one user, with the room’s configuration, to the end of the window', async () => {
    const session = await beginning(5);
    const buyer = student();
    await know(database.db, activated(session, buyer.id));
    const { status, body } = await join(session, buyer);
    const roomName = roomNameOf(session.courseId, session.number);
    expect({ status, body }).toEqual({
      status: 200,
      body: { url: 'wss://video.example', token: expect.any(String), roomName },
    });
    const { exp, nbf, roomConfig, ...claims } = await claimsOf(body.token);
    expect(claims).toEqual({
      iss: 'devkey',
      sub: buyer.id,
      attributes: { role: 'student' },
      video: { roomJoin: true, room: roomName },
    });
    const read = RoomConfiguration.fromJson(JSON.parse(JSON.stringify(roomConfig))); // refuses unknown fields, as the server's may
    expect(read.toJson()).toEqual({ name: roomName, departureTimeout: 120, emptyTimeout: 900 });
    const windowEnd = Date.parse(session.startsAt) + 120 * MINUTE;
    expect(Math.abs(windowEnd / 1000 - exp!)).toBeLessThan(10); // of 7,500; the test's clock stands while it runs
    expect(Math.abs(nbf! - Date.now() / 1000)).toBeLessThan(10);
  });

  test('calls the teacher a teacher', async () => {
    const session = await beginning(5);
    const { body } = await join(session, teacherOf(session));
    expect(await claimsOf(body.token)).toMatchObject({
      sub: session.teacherId,
      attributes: { role: 'teacher' },
    });
  });
});

describe('who may enter', () => {
  test('nobody else: to strangers, other teachers and buyers of another session it is not there', async () => {
    const [session, another] = [await beginning(5), await beginning(5)];
    const buyer = student();
    await know(database.db, activated(another, buyer.id));
    const answers = await Promise.all([
      join(session, student()),
      join(session, { id: newId(), roles: ['teacher'] }),
      join(session, buyer),
      join(sessionData(), student()),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  test('not without a token, and not as an admin', async () => {
    const session = await beginning(5);
    expect((await request(app).post(`/sessions/${session.sessionId}/join`)).status).toBe(401);
    expect((await join(session, { id: newId(), roles: ['admin'] })).status).toBe(403);
  });

  test('who has bought a moment ago waits until it is heard of, and enters', async () => {
    const session = await beginning(5);
    const buyer = student();
    const entering = join(session, buyer);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await know(database.db, activated(session, buyer.id));
    expect((await entering).status).toBe(200);
  });

  test('a stranger costs seven looks at the database, in 3 s', async () => {
    const session = await beginning(5);
    const from = performance.now();
    const statements = await statementsOf(database.db, async () => {
      expect((await join(session, student())).status).toBe(404);
    });
    expect(statements.filter((sql) => sql.includes('from "access"'))).toHaveLength(7);
    expect(performance.now() - from).toBeGreaterThan(2_900);
  });

  test('a purchase heard of before its session, or twice, opens it as well', async () => {
    const startsAt = new Date(Date.now() + 5 * MINUTE).toISOString();
    const session = sessionData({ startsAt });
    const buyer = student();
    const bought = activated(session, buyer.id);
    await know(database.db, bought, { ...bought, id: newId() });
    await scheduled(database.db, session);
    expect((await join(session, buyer)).status).toBe(200);
  });
});

type Refund = DataOf<typeof holdRefunded>;
const seenFor = (seconds: number): Refund['attendance'] => ({
  ...{ seconds, maxSeconds: seconds, scheduledSeconds: 3600, percentBasisPoints: 0, attendanceVersion: 1 },
});
/** settlement's word that what was paid for the only session of a purchase goes back. */
function refunded(
  { data: bought }: ReturnType<typeof activated>,
  reason: Refund['reason'],
  attendance: Refund['attendance'] = null,
) {
  const { purchaseId, courseId, studentId, teacherId, total } = bought;
  const none = { amount: 0, currency: 'USD' };
  return envelope(holdRefunded, {
    ...{ holdId: newId(), purchaseId, courseId, sessionId: bought.sessionIds[0]!, studentId, teacherId },
    ...{ referrerId: null, referralAccount: null, amount: total, teacher: none, commission: none },
    ...{ commissionRate: 0, referral: none, refund: total, reason, policyVersion: 1, attendance },
    ...{ decisionVersion: 1, decidedAt: new Date().toISOString() },
  });
}

describe('whose money went back', () => {
  const rosterOf = async (session: SessionData): Promise<string[]> => {
    const { body } = await request(app)
      .get(`/attendance/sessions/${session.sessionId}`)
      .set('authorization', `Bearer ${await token(teacherOf(session))}`)
      .expect(200);
    return body.data.map(({ userId }: { userId: string }) => userId);
  };

  test('before class may not enter and is not expected, whatever went before and whichever is heard first', async () => {
    const reasons: readonly Refund['reason'][] = ['admin', 'cancelled', 'session-cancelled'];
    const orders = ['purchase', 'refund'] as const;
    const cases = reasons.flatMap((reason) => orders.map((first) => ({ reason, first })));
    // At once: each is looked for during 3 s, in case the purchase was made a moment ago.
    const came = cases.map(async ({ reason, first }) => {
      const session = await beginning(5);
      const buyer = student();
      const bought = activated(session, buyer.id);
      const facts = [bought, refunded(bought, reason), { ...refunded(bought, reason), id: newId() }];
      for (const fact of first === 'purchase' ? facts : facts.reverse()) await know(database.db, fact);
      const { status } = await join(session, buyer);
      return { reason, first, status, others: (await rosterOf(session)).length - 1 };
    });
    expect(await Promise.all(came)).toEqual(cases.map((one) => ({ ...one, status: 404, others: 0 })));
  });

  test('and has given one session up may not enter it, and enters the others, whichever is heard first', async () => {
    const orders = ['purchase', 'cancelling'] as const;
    const came = orders.map(async (first) => {
      const [given, kept] = [await beginning(5), await beginning(5)];
      const buyer = student();
      const { data } = activated(given, buyer.id);
      const course = { ...data, kind: 'course' as const, sessionIds: [given.sessionId, kept.sessionId] };
      const cancelled = envelope(purchaseCancelled, { ...data, sessionIds: [given.sessionId], version: 3 });
      const facts = [envelope(purchaseActivated, course), cancelled, { ...cancelled, id: newId() }];
      for (const fact of first === 'purchase' ? facts : facts.reverse()) await know(database.db, fact);
      const answers = await Promise.all([join(given, buyer), join(kept, buyer)]);
      expect(await rosterOf(given)).toEqual([given.teacherId]);
      return answers.map(({ status }) => status);
    });
    expect(await Promise.all(came)).toEqual(orders.map(() => [404, 200]));
  });

  test('twice in one batch is taken once, and by nobody else’s purchase', async () => {
    const session = await beginning(5);
    const [gone, stays] = [activated(session, newId()), activated(session, newId())];
    await know(database.db, gone, stays, refunded(gone, 'admin'), refunded(gone, 'admin'));
    expect(await rosterOf(session)).toEqual([session.teacherId, stays.data.studentId]);
  });

  test('enters by another purchase of the same session', async () => {
    const session = await beginning(5);
    const buyer = student();
    const bought = activated(session, buyer.id);
    await know(database.db, bought, refunded(bought, 'admin'), activated(session, buyer.id));
    expect((await join(session, buyer)).status).toBe(200);
    expect(await rosterOf(session)).toEqual([session.teacherId, buyer.id]);
  });

  test.each<[string, Refund['reason'], Refund['attendance']]>([
    ['for absence', 'below-threshold', seenFor(0)],
    ['for want of a teacher', 'teacher-no-show', seenFor(600)],
    ['by an admin', 'admin', seenFor(0)],
  ])('after class %s is still expected', async (_why, reason, attendance) => {
    const session = await beginning(-30);
    const buyer = student();
    const bought = activated(session, buyer.id);
    await know(database.db, bought, refunded(bought, reason, attendance));
    expect(await rosterOf(session)).toEqual([session.teacherId, buyer.id]);
    expect((await join(session, buyer)).status).toBe(200);
  });

  test('because the session was cancelled is told so', async () => {
    const session = await beginning(5);
    const buyer = student();
    const bought = activated(session, buyer.id);
    const cancelled = envelope(sessionCancelled, { ...session, status: 'cancelled', version: 2 });
    await know(database.db, bought, cancelled, refunded(bought, 'session-cancelled'));
    const answer = await join(session, buyer);
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/session-cancelled']);
  });
});

describe('when the room is open', () => {
  const start = Date.now();

  test.each([
    ['a moment before 15 minutes before the start', -15 * MINUTE - 1, 409, '/problems/room-not-open'],
    ['15 minutes before the start', -15 * MINUTE, 200, undefined],
    ['in class', 30 * MINUTE, 200, undefined],
    ['a second before the end of the window', 120 * MINUTE - 1000, 200, undefined],
    ['at the end of the window', 120 * MINUTE, 409, '/problems/session-over'],
    ['the day after', 1500 * MINUTE, 409, '/problems/session-over'],
  ])('%s', async (_name, at, status, type) => {
    const session = await scheduled(database.db, { startsAt: new Date(start).toISOString() });
    const answer = await join(session, teacherOf(session), start + at);
    expect([answer.status, answer.body.type]).toEqual([status, type]);
  });

  test('before it is, the answer says when it will be, to people and to programs', async () => {
    const session = await scheduled(database.db, { startsAt: new Date(start).toISOString() });
    const opensAt = new Date(start - 15 * MINUTE).toISOString();
    const answer = await join(session, teacherOf(session), start - 20 * MINUTE);
    expect(answer.body).toMatchObject({ opensAt, detail: expect.stringContaining(opensAt) });
    expect(answer.headers['retry-after']).toBe('300');
  });

  test('is by the time it was moved to last, whichever move is heard last', async () => {
    const session = await scheduled(database.db, { startsAt: new Date(start).toISOString() });
    const move = (hours: number, version: number) =>
      envelope(sessionRescheduled, {
        ...session,
        startsAt: new Date(start + hours * 60 * MINUTE).toISOString(),
        version,
      });
    for (const fact of [move(24, 3), move(48, 2)]) await know(database.db, fact);
    const statuses: number[] = [];
    for (const hours of [0, 24, 48])
      statuses.push((await join(session, teacherOf(session), start + hours * 60 * MINUTE)).status);
    expect(statuses).toEqual([409, 200, 409]);
  });

  test('never for a cancelled session', async () => {
    const session = await beginning(5);
    await know(database.db, envelope(sessionCancelled, { ...session, status: 'cancelled', version: 2 }));
    const answer = await join(session, teacherOf(session));
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/session-cancelled']);
  });

  test('and strangers are not told', async () => {
    const session = await beginning(500);
    expect((await join(session, student())).status).toBe(404);
  });
});
