import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Hold, listAdminHolds, readSettlement } from '@rollcall/contracts/api/settlement';
import {
  holdRefunded,
  holdReleased,
  sessionSettled,
  settlementAudited,
} from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase } from '@rollcall/kit/testing';
import { routes } from '../src/routes.js';
import { aClass, ask, config, migrations, type Purchase, policy, tell, user } from './stage.js';

let at: TestDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => {
  at = await testDatabase(migrations);
  app = await testApp(routes({ db: at.db, config }));
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());

const REASON = 'The recording shows the whole class';
const decide = (
  holdId: string,
  what: string,
  body: object = { reason: REASON },
  headers = {},
  id = newId(),
) => ask(app, 'post', `/admin/holds/${holdId}/${what}`, { body, headers, id });

/** A hold of 10.00 whose student was there for between 1 and 3600 seconds, of a referred teacher. */
async function inDoubt(amount = 1000) {
  const one = aClass();
  const bought = one.bought(amount);
  await tell(at.db, user(one.teacherId, 'teacher', newId()), one.scheduled(), bought.event);
  await tell(at.db, one.completed({ [bought.studentId]: [1, 3600] }));
  return { one, ...bought };
}

const saidOf = async ({ holdId }: Pick<Purchase, 'holdId'>) =>
  (await emitted(at.db)).filter((event) => event.subject === holdId).at(-1);

describe('a hold in review', () => {
  test.each<[what: string, body: object, status: string, parts: number[], percent: number]>([
    ['release', {}, 'released', [700, 300, 0], 100],
    ['refund', {}, 'refunded', [0, 0, 1000], 0],
    ['split', { teacherPercent: 50 }, 'split', [350, 150, 500], 50],
    ['split', { teacherPercent: 33.33 }, 'split', [233, 100, 667], 33.3],
    ['split', { teacherPercent: 100 }, 'released', [700, 300, 0], 100],
    ['split', { teacherPercent: 0 }, 'refunded', [0, 0, 1000], 0],
  ])('ends by an admin’s %s %o, with his words', async (what, more, status, parts, percent) => {
    const hold = await inDoubt();
    const admin = newId();
    const answer = await decide(hold.holdId, what, { ...more, reason: REASON }, {}, admin);
    expect([answer.status, Hold.parse(answer.body)]).toEqual([200, answer.body]);
    expect(answer.body).toMatchObject({
      status,
      notes: REASON,
      releasePercentage: percent,
      decision: {
        reason: 'admin',
        version: 2,
        attendance: { seconds: 1, maxSeconds: 3600, status: 'review' },
      },
    });
    expect(answer.headers.etag).toBe('"2"');
    const said = await saidOf(hold);
    expect(said).toMatchObject({
      type: status === 'refunded' ? holdRefunded.type : holdReleased.type,
      data: { reason: 'admin', decisionVersion: 2 },
    });
    const data = said?.data as Record<string, { amount: number }>;
    expect([data.teacher?.amount, data.commission?.amount, data.refund?.amount]).toEqual(parts);
    expect(JSON.stringify(said)).not.toContain(REASON);

    const [audit] = (await emitted(at.db, settlementAudited)).filter((one) => one.data.actor === admin);
    expect(audit?.data).toMatchObject({
      action: `settlement.hold.${what}`,
      target: hold.holdId,
      reason: REASON,
    });
  });

  test('shows the admin’s words to its student and its teacher', async () => {
    const hold = await inDoubt();
    await decide(hold.holdId, 'refund');
    for (const [id, role] of [
      [hold.studentId, 'student'],
      [hold.one.teacherId, 'teacher'],
    ] as const)
      expect((await ask(app, 'get', `/holds/${hold.holdId}`, { id, role })).body).toMatchObject({
        notes: REASON,
      });
  });

  test('counts in the settlement of its session, which is said anew', async () => {
    const { one, holdId } = await inDoubt();
    await decide(holdId, 'split', { teacherPercent: 50, reason: REASON });
    const { body } = await ask(app, 'get', `/settlements/sessions/${one.sessionId}`);
    expect(readSettlement.answer!.parse(body)).toMatchObject({
      status: 'settled',
      counts: { held: 0, review: 0, released: 0, split: 1 },
      totals: [{ held: 0, teacher: 350, commission: 150, referral: 0, refund: 500 }],
    });
    const settled = (await emitted(at.db, sessionSettled)).filter((event) => event.subject === one.sessionId);
    expect(settled.map(({ aggregateversion, data }) => [aggregateversion, data.counts])).toEqual([
      [1, { released: 0, refunded: 0, review: 1 }],
      [2, { released: 1, refunded: 0, review: 0 }],
    ]);
  });

  test('has ended then: whoever decides after that is told so, and nothing is said', async () => {
    const hold = await inDoubt();
    await decide(hold.holdId, 'refund');
    const before = (await emitted(at.db)).length;
    const second = await decide(hold.holdId, 'release');
    expect([second.status, second.body.type]).toEqual([409, '/problems/hold-ended']);
    expect((await emitted(at.db)).length).toBe(before);
  });

  test('is decided once, however many admins decide at once', async () => {
    const hold = await inDoubt();
    const answers = await Promise.all(
      ['release', 'refund', 'release', 'refund', 'release'].map((what) => decide(hold.holdId, what)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(await at.db('decisions').where({ hold_id: hold.holdId })).toHaveLength(2);
  });

  test('is not decided by who saw another state of it', async () => {
    const hold = await inDoubt();
    const { headers } = await ask(app, 'get', `/holds/${hold.holdId}`);
    expect(headers.etag).toBe('"1"');
    await tell(at.db, hold.one.amended(2, { [hold.studentId]: [2, 3600] }));
    const lost = await decide(hold.holdId, 'refund', { reason: REASON }, { 'if-match': headers.etag! });
    expect([lost.status, lost.body.type]).toEqual([412, '/problems/changed-meanwhile']);
    const seen = (await ask(app, 'get', `/holds/${hold.holdId}`)).headers.etag!;
    expect((await decide(hold.holdId, 'refund', { reason: REASON }, { 'if-match': seen })).status).toBe(200);
  });

  test('asked twice with one key ends once and answers the same', async () => {
    const hold = await inDoubt();
    const [admin, headers] = [newId(), { 'idempotency-key': newId(), 'if-match': '"1"' }];
    const twice = [
      await decide(hold.holdId, 'refund', { reason: REASON }, headers, admin),
      await decide(hold.holdId, 'refund', { reason: REASON }, headers, admin),
    ];
    expect(twice.map(({ status, body }) => [status, body.status])).toEqual([
      [200, 'refunded'],
      [200, 'refunded'],
    ]);
    expect(twice[1]!.headers['idempotency-replayed']).toBe('true');
  });
});

describe('a held hold', () => {
  test('may be decided before its class, and the class changes nothing then', async () => {
    const one = aClass();
    const bought = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), one.scheduled(), bought.event);
    const answer = await decide(bought.holdId, 'refund');
    expect(answer.body).toMatchObject({ status: 'refunded', decision: { attendance: null, version: 1 } });
    await tell(at.db, one.completed({ [bought.studentId]: 3600 }));
    // Nor does a newer result: what was decided without any is not held against one.
    await tell(at.db, one.amended(2, { [bought.studentId]: 3600, [newId()]: 1800 }));
    expect(await at.db('holds').where({ id: bought.holdId }).first('status')).toEqual({ status: 'refunded' });
    expect(await at.db('reviews').where({ hold_id: bought.holdId })).toEqual([]);
  });

  test('whose terms wait for a user can be given back and not paid out', async () => {
    const one = aClass();
    const bought = one.bought();
    await tell(at.db, bought.event);
    const refused = await decide(bought.holdId, 'split', { teacherPercent: 1, reason: REASON });
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/terms-not-known']);
    expect((await decide(bought.holdId, 'refund')).status).toBe(200);
    await tell(at.db, user(one.teacherId, 'teacher'), one.completed({ [bought.studentId]: 3600 }));
    expect(await at.db('holds').where({ id: bought.holdId }).first('status')).toEqual({ status: 'refunded' });
  });
});

describe('deciding by hand is refused', () => {
  test.each<[string, string, object, string]>([
    ['without a reason', 'refund', {}, 'reason'],
    ['with an empty reason', 'release', { reason: ' ' }, 'reason'],
    ['as a split of nothing said', 'split', { reason: REASON }, 'teacherPercent'],
    ['as a split of more than all', 'split', { reason: REASON, teacherPercent: 100.01 }, 'teacherPercent'],
    ['as a split of less than nothing', 'split', { reason: REASON, teacherPercent: -1 }, 'teacherPercent'],
    ['as a split of a third decimal', 'split', { reason: REASON, teacherPercent: 33.333 }, 'teacherPercent'],
    ['as a split in words', 'split', { reason: REASON, teacherPercent: '50' }, 'teacherPercent'],
    ['with what is not known', 'refund', { reason: REASON, amount: 1 }, 'amount'],
  ])('%s', async (_what, path, body, named) => {
    const answer = await decide(newId(), path, body);
    expect([answer.status, answer.body.errors.map((error: { path: string }) => error.path)]).toEqual([
      400,
      [named],
    ]);
  });

  test('of a hold nobody has', async () => {
    expect((await decide(newId(), 'refund')).status).toBe(404);
  });

  test.each(['student', 'teacher', 'finance'] as const)('to a %s, even of the hold', async (role) => {
    const hold = await inDoubt();
    const id = role === 'student' ? hold.studentId : hold.one.teacherId;
    const body = { reason: REASON };
    for (const what of ['release', 'refund', 'split'])
      expect((await ask(app, 'post', `/admin/holds/${hold.holdId}/${what}`, { id, role, body })).status).toBe(
        403,
      );
    expect((await ask(app, 'get', '/admin/holds', { id, role })).status).toBe(403);
  });
});

describe('the list of holds for admins', () => {
  const ids = async (query: string) => {
    const { body } = await ask(app, 'get', `/admin/holds?${query}`);
    return listAdminHolds.answer!.parse(body).data.map((hold) => hold.id);
  };

  test('is filtered by status, session, teacher and student', async () => {
    const hold = await inDoubt();
    const other = hold.one.bought(500);
    await tell(at.db, other.event);
    const session = `sessionId=${hold.one.sessionId}`;
    expect(await ids(session)).toEqual([other.holdId, hold.holdId]);
    expect(await ids(`${session}&status=review`)).toEqual([hold.holdId]);
    expect(await ids(`${session}&status=review&status=refunded`)).toEqual([other.holdId, hold.holdId]);
    expect(await ids(`teacherId=${hold.one.teacherId}`)).toEqual([other.holdId, hold.holdId]);
    expect(await ids(`studentId=${other.studentId}`)).toEqual([other.holdId]);
    expect(await ids(`teacherId=${other.studentId}`)).toEqual([]);
  });

  test('comes a page at a time, newest first, each once', async () => {
    const one = aClass();
    const bought = Array.from({ length: 5 }, () => one.bought(10));
    await tell(at.db, ...bought.map(({ event }) => event));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await ask(app, 'get', `/admin/holds?teacherId=${one.teacherId}&limit=2${query}`);
      seen.push(...body.data.map((hold: { id: string }) => hold.id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(bought.map(({ holdId }) => holdId).reverse());
  });
});
