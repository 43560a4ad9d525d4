import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Hold, listHolds, readSettlement } from '@rollcall/contracts/api/settlement';
import { holdReleased } from '@rollcall/contracts/events/settlement';
import type { Role } from '@rollcall/contracts/shapes';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase, token } from '@rollcall/kit/testing';
import request from 'supertest';
import { routes } from '../src/routes.js';
import { aClass, config, END, migrations, paid, policy, tell, user } from './stage.js';

let at: TestDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
const teacherId = newId();
const klass = aClass({ teacherId });
const present = klass.bought(1000);
const absent = klass.bought(500);
const doubtful = klass.bought(200);

beforeAll(async () => {
  at = await testDatabase(migrations);
  app = await testApp(routes({ db: at.db, config }));
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
  await tell(at.db, user(teacherId, 'teacher', newId()), klass.scheduled());
  await tell(at.db, present.event, absent.event, doubtful.event);
  await tell(
    at.db,
    klass.completed({ [present.studentId]: 1800, [absent.studentId]: 0, [doubtful.studentId]: [1, 3600] }),
  );
  const [released] = await emitted(at.db, holdReleased);
  await tell(at.db, paid(released!.data));
});
afterAll(() => at.close());

const get = async (path: string, id: string, role: Role) =>
  request(app)
    .get(`/api/v1${path}`)
    .set('authorization', `Bearer ${await token({ id, roles: [role] })}`);

describe('the policy', () => {
  test('that is in force is told to everybody, and no later one', async () => {
    await policy(at.db, 2, 'custom', '2099-01-01T00:00:00Z', { threshold: 9000 });
    const answer = await request(app).get('/api/v1/settlements/policy');
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        version: 1,
        disputeWindowHours: 168,
        effectiveFrom: '1970-01-01T00:00:00.000Z',
        thresholdPercent: 20,
        teacherMinPercent: 0,
      },
    ]);
  });
});

describe('one hold', () => {
  test('shows its decision with the evidence, the policy and each step of the sum', async () => {
    const answer = await get(`/holds/${present.holdId}`, present.studentId, 'student');
    expect(answer.status).toBe(200);
    expect(Hold.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toMatchObject({
      id: present.holdId,
      status: 'released',
      amount: 1000,
      currency: 'USD',
      releaseAt: END,
      paidAt: END,
      releasePercentage: 100,
      decision: {
        outcome: 'released',
        reason: 'attended',
        attendance: { seconds: 1800, maxSeconds: 1800, percent: 50, status: 'present', confidence: 'exact' },
        teacher: { amount: 700, currency: 'USD' },
        commission: { amount: 300, currency: 'USD' },
        commissionRate: 30,
        policyVersion: 1,
        version: 1,
      },
    });
    expect(answer.body.decision.steps).toHaveLength(5);
  });

  test('in review is not decided, and says why', async () => {
    const answer = await get(`/holds/${doubtful.holdId}`, teacherId, 'teacher');
    expect(Hold.parse(answer.body)).toMatchObject({
      status: 'review',
      decidedAt: null,
      releasePercentage: null,
      decision: {
        outcome: 'review',
        reason: 'attendance-uncertain',
        attendance: { seconds: 1, maxSeconds: 3600, status: 'review', confidence: 'bounded' },
      },
    });
  });

  test('not yet settled has no decision, and no moment while its session is not heard of', async () => {
    const other = aClass({ teacherId });
    const waiting = other.bought();
    await tell(at.db, waiting.event);
    const answer = await get(`/holds/${waiting.holdId}`, waiting.studentId, 'student');
    expect(answer.body).toMatchObject({
      status: 'held',
      decision: null,
      releaseAt: null,
      decidedAt: null,
      paidAt: null,
    });
  });

  test.each<[who: string, id: string, role: Role, status: number]>([
    ['its student', present.studentId, 'student', 200],
    ['its teacher', teacherId, 'teacher', 200],
    ['an admin', newId(), 'admin', 200],
    ['another student', absent.studentId, 'student', 404],
    ['another teacher', newId(), 'teacher', 404],
    ['finance', newId(), 'finance', 404],
  ])('is answered to %s', async (_who, id, role, status) => {
    expect((await get(`/holds/${present.holdId}`, id, role)).status).toBe(status);
  });

  test('nobody has is a 404, an id that is none a 400 that names it, no token a 401', async () => {
    expect((await get(`/holds/${newId()}`, teacherId, 'teacher')).status).toBe(404);
    const bad = await get('/holds/not-an-id', teacherId, 'teacher');
    expect(bad.status).toBe(400);
    expect(bad.type).toBe('application/problem+json');
    expect(bad.body.errors).toEqual([{ path: 'path.holdId', message: 'must be a UUID' }]);
    expect((await request(app).get(`/api/v1/holds/${present.holdId}`)).status).toBe(401);
  });
});

describe('my holds', () => {
  test('are those I bought or teach, newest first, a page at a time, each once', async () => {
    const mine = newId();
    const [taught, buyers] = [aClass({ teacherId: mine }), [newId(), newId(), mine]];
    const purchases = [];
    for (const buyer of buyers) purchases.push(taught.bought(100, buyer));
    purchases.push(aClass().bought(100, mine));
    await tell(at.db, ...purchases.map(({ event }) => event));
    await tell(at.db, user(mine, 'teacher'));

    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const answer = await get(`/holds/me?limit=3${query}`, mine, 'teacher');
      const page = listHolds.answer!.parse(answer.body);
      seen.push(...page.data.map((hold) => hold.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(purchases.map(({ holdId }) => holdId).reverse());
  });

  test('are filtered by status and session', async () => {
    const ids = async (query: string) =>
      (await get(`/holds/me?${query}`, teacherId, 'teacher')).body.data.map(
        (hold: { id: string }) => hold.id,
      );
    expect(await ids(`sessionId=${klass.sessionId}&status=released`)).toEqual([present.holdId]);
    expect(await ids('status=refunded&status=review')).toEqual([doubtful.holdId, absent.holdId]);
    expect(await ids(`sessionId=${newId()}`)).toEqual([]);
  });

  test.each<[what: string, query: string, path: string]>([
    ['a limit over 100', 'limit=101', 'query.limit'],
    ['a limit that is no number', 'limit=x', 'query.limit'],
    ['a status that is none', 'status=gone', 'query.status'],
    ['a session id that is none', 'sessionId=1', 'query.sessionId'],
    ['an unknown filter', 'student=1', 'query.student'],
    ['a cursor of nowhere', 'cursor=abc', 'cursor'],
    ['a cursor of another list', `cursor=${Buffer.from('["12"]').toString('base64url')}`, 'cursor'],
    ['a cursor with NUL', `cursor=${Buffer.from('["\\u0000"]').toString('base64url')}`, 'cursor'],
  ])('%s is a 400 that names it', async (_what, query, path) => {
    const answer = await get(`/holds/me?${query}`, teacherId, 'teacher');
    expect([answer.status, answer.type]).toEqual([400, 'application/problem+json']);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([
      expect.stringContaining(path),
    ]);
  });

  test('are had for a spreadsheet, each with its money and the reason for it', async () => {
    const { text, headers } = await get(
      `/holds/me?format=csv&sessionId=${klass.sessionId}`,
      teacherId,
      'teacher',
    );
    expect(headers['content-type']).toContain('text/csv');
    const [head, ...lines] = text.trim().split('\r\n');
    expect(head).toContain('status,amount,teacher,commission,referral,refund,currency,reason');
    const money = lines.map((line: string) => line.split(',').slice(6, 14).join(' '));
    expect(money).toEqual([
      'review 2.00 0.00 0.00 0.00 0.00 USD attendance-uncertain',
      'refunded 5.00 0.00 0.00 0.00 5.00 USD below-threshold',
      'released 10.00 7.00 3.00 0.00 0.00 USD attended',
    ]);
    const all = await get('/admin/holds?format=csv', newId(), 'admin');
    expect(all.text).toContain(present.holdId);
  });

  test('are for students and teachers', async () => {
    expect((await get('/holds/me', newId(), 'admin')).status).toBe(403);
  });
});

describe("a session's settlement", () => {
  test('shows totals and every hold', async () => {
    const one = aClass({ teacherId });
    const [bought, missed] = [one.bought(1000), one.bought(50)];
    await tell(at.db, one.scheduled());
    expect((await get(`/settlements/sessions/${one.sessionId}`, teacherId, 'teacher')).body).toMatchObject({
      status: 'waiting',
      totals: [],
      holds: [],
    });
    await tell(at.db, bought.event, missed.event);
    expect((await get(`/settlements/sessions/${one.sessionId}`, teacherId, 'teacher')).body).toMatchObject({
      status: 'waiting',
      counts: { held: 2 },
      totals: [{ currency: 'USD', held: 1050, teacher: 0 }],
    });
    await tell(at.db, one.completed({ [bought.studentId]: 3600 }));
    const { body } = await get(`/settlements/sessions/${one.sessionId}`, newId(), 'admin');
    expect(readSettlement.answer!.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      status: 'settled',
      counts: { held: 0, released: 1, refunded: 1, split: 0, review: 0 },
      totals: [{ currency: 'USD', held: 0, teacher: 700, commission: 300, referral: 0, refund: 50 }],
    });
    expect(body.holds.map((hold: { id: string }) => hold.id)).toEqual([missed.holdId, bought.holdId]);
  });

  test('is completed while a hold waits for a user, and cancelled when the session is', async () => {
    const [waiting, gone] = [aClass(), aClass()];
    await tell(at.db, waiting.bought().event, waiting.completed({}), gone.cancelled());
    const statusOf = async ({ sessionId }: { sessionId: string }) =>
      (await get(`/settlements/sessions/${sessionId}`, newId(), 'admin')).body.status;
    expect([await statusOf(waiting), await statusOf(gone)]).toEqual(['completed', 'cancelled']);
  });

  test('is the teacher’s even before the session itself was heard of', async () => {
    const one = aClass({ teacherId });
    await tell(at.db, one.bought().event);
    expect((await get(`/settlements/sessions/${one.sessionId}`, teacherId, 'teacher')).status).toBe(200);
  });

  test.each<[who: string, id: string, role: Role, status: number]>([
    ['another teacher', newId(), 'teacher', 404],
    ['a student of it', present.studentId, 'student', 403],
  ])('is not for %s', async (_who, id, role, status) => {
    expect((await get(`/settlements/sessions/${klass.sessionId}`, id, role)).status).toBe(status);
  });
});
