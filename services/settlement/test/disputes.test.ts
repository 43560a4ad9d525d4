import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Dispute, listDisputes } from '@rollcall/contracts/api/disputes';
import { Hold, readSettlement } from '@rollcall/contracts/api/settlement';
import {
  disputeOpened,
  disputeResolved,
  holdCorrected,
  holdDisputed,
  holdRefunded,
  holdReleased,
  holdUnderReview,
  sessionSettled,
  settlementAudited,
} from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase } from '@rollcall/kit/testing';
import { openDisputeCount, reviewAge } from '../src/queries/gauges.js';
import { routes } from '../src/routes.js';
import { overdueReviews } from '../src/use-cases/sweep.js';
import { REASON, type Resolution, SAID, stageOf } from './disputing.js';
import {
  aClass,
  ask,
  brokenInvariants,
  config,
  givingUp,
  migrations,
  payAll,
  policy,
  tell,
  user,
} from './stage.js';

let at: TestDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let stage: ReturnType<typeof stageOf>;
beforeAll(async () => {
  at = await testDatabase(migrations);
  app = await testApp(routes({ db: at.db, config }));
  stage = stageOf(at.db, app);
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());
afterEach(async () => expect(await brokenInvariants(at.db)).toEqual([]));

describe('a dispute of a hold that has not ended', () => {
  test.each([
    ['its student', 'student'],
    ['its teacher', 'teacher'],
  ] as const)('by %s keeps it from settling by itself', async (_who, role) => {
    const { one, holdId, studentId, complete, amend } = await stage.held();
    const id = role === 'student' ? studentId : one.teacherId;
    const answer = await stage.dispute(holdId, id, role);
    expect([answer.status, Dispute.parse(answer.body)]).toEqual([201, answer.body]);
    expect(answer.body).toMatchObject({
      ...{ holdId, studentId, teacherId: one.teacherId, sessionId: one.sessionId, amount: 1000 },
      ...{
        status: 'open',
        openedBy: role,
        reason: SAID,
        disputed: null,
        stands: null,
        resolution: null,
        notes: null,
      },
    });

    await complete(3600);
    await amend(2, 0);
    expect(await stage.holdRow(holdId)).toMatchObject({ status: 'disputed', decided_at: null });
    const said = await stage.saidOf(holdId);
    expect(said.map(({ type, data }) => [type, data])).toEqual([
      [holdDisputed.type, expect.objectContaining({ holdId, studentId, reason: `by-${role}` })],
    ]);
    const [opened] = await stage.saidOf(answer.body.id);
    expect(opened).toMatchObject({ type: disputeOpened.type, data: { openedBy: role, outcome: null } });
    expect(JSON.stringify([...said, opened])).not.toContain(SAID);
  });

  test('is not ended by its class being cancelled, which the admin reads in it', async () => {
    const { one, holdId, disputeId } = await stage.disputed(await stage.held());
    const shown = async () => (await ask(app, 'get', `/admin/disputes/${disputeId}`)).body;
    expect(await shown()).toMatchObject({ sessionCancelledAt: null });
    await tell(at.db, one.cancelled());
    expect(await stage.holdRow(holdId)).toMatchObject({ status: 'disputed' });
    expect(Dispute.parse(await shown())).toMatchObject({ sessionCancelledAt: expect.any(String) });
  });

  test('takes it out of review, and newer attendance does not end it then', async () => {
    const { holdId, studentId, complete, amend } = await stage.held();
    await complete([1, 3600]);
    const answer = await stage.dispute(holdId, studentId);
    expect(answer.body.disputed).toMatchObject({ outcome: 'review', version: 1 });
    await amend(2, 3600);
    expect(await stage.holdRow(holdId)).toMatchObject({ status: 'disputed', review_since: null });
    const types = (await stage.saidOf(holdId)).map(({ type }) => type);
    expect(types).toEqual([holdUnderReview.type, holdDisputed.type]);
  });

  test('is told in the hold to both, without what was said in it', async () => {
    const { one, holdId, disputeId, studentId } = await stage.disputed(await stage.held());
    for (const [id, role] of [
      [studentId, 'student'],
      [one.teacherId, 'teacher'],
    ] as const) {
      const { body } = await ask(app, 'get', `/holds/${holdId}`, { id, role });
      expect(Hold.parse(body)).toEqual(body);
      expect(body).toMatchObject({
        status: 'disputed',
        dispute: { id: disputeId, status: 'open', openedBy: 'student', notes: null, resolvedAt: null },
      });
      expect(JSON.stringify(body)).not.toContain(SAID);
      const list = await ask(app, 'get', '/holds/me?status=disputed', { id, role });
      expect(list.body.data).toEqual([body]);
    }
  });

  test('counts as waiting for a person in the settlement of its session', async () => {
    const one = aClass();
    const [mine, other] = [one.bought(), one.bought()];
    await tell(at.db, user(one.teacherId, 'teacher'), one.scheduled(), mine.event, other.event);
    await stage.dispute(mine.holdId, mine.studentId);
    await tell(at.db, one.completed({ [mine.studentId]: 3600, [other.studentId]: 3600 }));
    const { body } = await ask(app, 'get', `/settlements/sessions/${one.sessionId}`);
    expect(readSettlement.answer!.parse(body)).toMatchObject({
      status: 'settled',
      counts: { held: 0, review: 1, released: 1 },
      totals: [{ held: 1000, teacher: 1000 }],
    });
    const said = async () =>
      (await emitted(at.db, sessionSettled))
        .filter(({ subject }) => subject === one.sessionId)
        .map(({ data }) => data.counts);
    expect(await said()).toEqual([{ released: 1, refunded: 0, review: 1 }]);
    const [{ id }] = await stage.disputesOf(mine.holdId);
    await stage.resolve(id, { outcome: 'refund' });
    expect((await said()).at(-1)).toEqual({ released: 1, refunded: 1, review: 0 });
  });

  test('is not undone by its student, who cannot give up then what he disputes', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), one.scheduled(), purchase.event);
    await stage.dispute(purchase.holdId, purchase.studentId);
    await tell(at.db, givingUp([{ one, purchase }], '2026-11-20T09:00:00.000Z'));
    expect(await stage.holdRow(purchase.holdId)).toMatchObject({ status: 'disputed' });
  });

  test('whose terms waited for a user is decided by them once that one is heard of', async () => {
    const hold = await stage.disputed(await stage.held({ known: false }));
    await hold.complete(3600);
    const early = await stage.resolve(hold.disputeId, { outcome: 'release' });
    expect([early.status, early.body.type]).toEqual([409, '/problems/terms-not-known']);
    await tell(at.db, user(hold.one.teacherId, 'teacher', newId()));
    expect(await stage.holdRow(hold.holdId)).toMatchObject({ status: 'disputed', commission_rate: 3000 });
    const { body } = await stage.resolve(hold.disputeId, { outcome: 'release' });
    expect(body.resolution).toMatchObject({ outcome: 'released', teacher: { amount: 700 } });
  });

  test.each<[string, Resolution, string, [teacher: number, commission: number, refund: number]]>([
    ['released', { outcome: 'release' }, 'released', [701, 300, 0]],
    ['refunded', { outcome: 'refund' }, 'refunded', [0, 0, 1001]],
    ['split, to the last odd cent', { outcome: 'split', teacherPercent: 33.33 }, 'split', [234, 100, 667]],
    [
      'split in equal parts of an odd amount',
      { outcome: 'split', teacherPercent: 50 },
      'split',
      [351, 150, 500],
    ],
  ])('is %s by an admin, with the evidence there is', async (_what, how, outcome, parts) => {
    const hold = await stage.disputed(await stage.held({ amount: 1001 }));
    await hold.complete(600);
    const admin = newId();
    const answer = await stage.resolve(hold.disputeId, how, {}, admin);
    expect([answer.status, Dispute.parse(answer.body)]).toEqual([200, answer.body]);
    expect(answer.body).toMatchObject({ status: 'resolved', resolvedBy: admin, notes: REASON });
    const { teacher, commission, refund, attendance, reason } = answer.body.resolution;
    expect([teacher.amount, commission.amount, refund.amount]).toEqual(parts);
    expect([reason, attendance.seconds]).toEqual(['admin', 600]);

    const [ended] = (await stage.saidOf(hold.holdId)).slice(-1);
    expect(ended).toMatchObject({
      type: outcome === 'refunded' ? holdRefunded.type : holdReleased.type,
      data: { decisionVersion: 1, reason: 'admin' },
    });
    expect((await stage.saidOf(hold.disputeId)).at(-1)).toMatchObject({
      type: disputeResolved.type,
      data: { outcome, decisionVersion: 1, decidedAnew: true, refund: { amount: parts[2] } },
    });
    const [audit] = (await emitted(at.db, settlementAudited)).filter(({ data }) => data.actor === admin);
    expect(audit?.data).toMatchObject({
      ...{ action: 'settlement.dispute.resolve', target: hold.disputeId, reason: REASON },
    });
    const shown = await ask(app, 'get', `/holds/${hold.holdId}`, { id: hold.studentId, role: 'student' });
    expect(shown.body).toMatchObject({
      ...{ status: outcome, notes: REASON, dispute: { status: 'resolved', notes: REASON } },
    });
  });

  test('is resolved too by an admin who decides the hold', async () => {
    const { holdId, disputeId, studentId } = await stage.disputed(await stage.held());
    const path = `/admin/holds/${holdId}/refund`;
    const before = await ask(app, 'post', path, {
      body: { reason: REASON },
      headers: { 'if-match': '"0"' },
    });
    expect(before.status).toBe(412); // he saw it before it was disputed
    const { headers } = await ask(app, 'get', `/holds/${holdId}`);
    expect(headers.etag).toBe('"0-disputed"');
    const sent = await ask(app, 'post', path, {
      body: { reason: REASON },
      headers: { 'if-match': headers.etag! },
    });
    expect(sent.body).toMatchObject({ status: 'refunded', dispute: { status: 'resolved' } });
    expect((await stage.saidOf(disputeId)).at(-1)).toMatchObject({
      type: disputeResolved.type,
      data: { outcome: 'refunded', decidedAnew: true },
    });
    expect((await stage.dispute(holdId, studentId)).body.type).toBe('/problems/dispute-resolved');
  });
});

describe('a dispute of a hold that has ended', () => {
  test('moves nothing by itself', async () => {
    const { holdId, studentId } = await stage.ended(3600);
    const before = await stage.holdRow(holdId);
    const answer = await stage.dispute(holdId, studentId);
    expect(answer.body).toMatchObject({ status: 'open', disputed: { outcome: 'released', version: 1 } });
    expect(answer.body.stands).toEqual(answer.body.disputed);
    expect(await stage.holdRow(holdId)).toEqual(before);
    expect((await stage.saidOf(holdId)).map(({ type }) => type)).toEqual([holdReleased.type]);
    const [opened] = await stage.saidOf(answer.body.id);
    expect(opened).toMatchObject({ type: disputeOpened.type, data: { outcome: 'released' } });
  });

  test.each<[string, number, Resolution, object[]]>([
    [
      'refunded',
      3600,
      { outcome: 'refund' },
      [
        { from: 'teacher', to: 'refund', amount: { amount: 701, currency: 'USD' } },
        { from: 'commission', to: 'refund', amount: { amount: 300, currency: 'USD' } },
      ],
    ],
    [
      'released',
      0,
      { outcome: 'release' },
      [
        { from: 'refund', to: 'teacher', amount: { amount: 701, currency: 'USD' } },
        { from: 'refund', to: 'commission', amount: { amount: 300, currency: 'USD' } },
      ],
    ],
    [
      'split',
      3600,
      { outcome: 'split', teacherPercent: 50 },
      [
        { from: 'teacher', to: 'refund', amount: { amount: 350, currency: 'USD' } },
        { from: 'commission', to: 'refund', amount: { amount: 150, currency: 'USD' } },
      ],
    ],
  ])('that an admin finds is to be %s corrects it', async (_what, seconds, how, transfers) => {
    const hold = await stage.disputed(await stage.ended(seconds, { amount: 1001 }));
    const { body } = await stage.resolve(hold.disputeId, how);
    expect(body).toMatchObject({ status: 'resolved', disputed: { version: 1 }, resolution: { version: 2 } });
    expect((await stage.saidOf(hold.holdId)).at(-1)).toMatchObject({
      type: holdCorrected.type,
      data: { decisionVersion: 2, reason: 'admin', from: { decisionVersion: 1 }, transfers },
    });
    expect((await stage.saidOf(hold.disputeId)).at(-1)?.data).toMatchObject({ decidedAnew: true });
    await payAll(at.db);
    expect(await stage.holdRow(hold.holdId)).toMatchObject({ paid_at: expect.any(Date) });
  });

  test.each<[string, number, Resolution]>([
    ['released', 3600, { outcome: 'release' }],
    ['refunded', 0, { outcome: 'refund' }],
    ['released, as a split of all', 3600, { outcome: 'split', teacherPercent: 100 }],
  ])('is closed by what it came to, %s, and nothing moves', async (_what, seconds, how) => {
    const hold = await stage.disputed(await stage.ended(seconds, { pay: false }));
    const before = await stage.holdRow(hold.holdId);
    const { body } = await stage.resolve(hold.disputeId, how);
    expect(body).toMatchObject({ status: 'resolved', notes: REASON, resolution: { version: 1 } });
    expect(await stage.holdRow(hold.holdId)).toEqual(before);
    expect((await stage.saidOf(hold.disputeId)).at(-1)?.data).toMatchObject({
      ...{ decidedAnew: false, decisionVersion: 1 },
    });
  });

  test('cannot be corrected before what it corrects was paid', async () => {
    const hold = await stage.disputed(await stage.ended(3600, { pay: false }));
    const early = await stage.resolve(hold.disputeId, { outcome: 'refund' });
    expect([early.status, early.body.type]).toEqual([409, '/problems/hold-not-paid']);
    await payAll(at.db);
    expect((await stage.resolve(hold.disputeId, { outcome: 'refund' })).status).toBe(200);
  });

  test('by terms that were not known when an admin gave it back is released once they are', async () => {
    const { one, holdId } = await stage.held({ known: false });
    await ask(app, 'post', `/admin/holds/${holdId}/refund`, { body: { reason: REASON } });
    await payAll(at.db);
    const { id } = (await stage.dispute(holdId, one.teacherId, 'teacher')).body;
    const early = await stage.resolve(id, { outcome: 'release' });
    expect([early.status, early.body.type]).toEqual([409, '/problems/terms-not-known']);
    await tell(at.db, user(one.teacherId, 'teacher', newId()));
    expect(await stage.holdRow(holdId)).toMatchObject({ status: 'refunded', decision_version: 1 });
    expect((await stage.resolve(id, { outcome: 'release' })).body).toMatchObject({
      ...{ status: 'resolved', disputed: { version: 1 } },
      resolution: { version: 2, commissionRate: 30, teacher: { amount: 700 }, commission: { amount: 300 } },
    });
  });

  test('supersedes the review of what it corrects, and stays open while a review is applied', async () => {
    const hold = await stage.disputed(await stage.ended(3600));
    await hold.amend(2, 0);
    const [review] = await at.db('reviews').where({ hold_id: hold.holdId });
    await stage.resolve(hold.disputeId, { outcome: 'split', teacherPercent: 10 });
    expect(await at.db('reviews').where({ id: review.id }).first('status')).toEqual({ status: 'superseded' });

    const other = await stage.disputed(await stage.ended(3600));
    await other.amend(2, 0);
    const { headers } = await ask(app, 'get', `/admin/disputes/${other.disputeId}`);
    const [its] = await at.db('reviews').where({ hold_id: other.holdId });
    await ask(app, 'post', `/admin/reviews/${its.id}/apply`, { body: { reason: REASON } });
    await payAll(at.db);
    expect(await stage.disputesOf(other.holdId)).toMatchObject([{ status: 'open' }]);
    const shown = await ask(app, 'get', `/admin/disputes/${other.disputeId}`);
    expect(shown.body).toMatchObject({
      disputed: { outcome: 'released', version: 1 },
      stands: { outcome: 'refunded', version: 2 },
    });
    const seen = { 'if-match': headers.etag! };
    expect((await stage.resolve(other.disputeId, { outcome: 'refund' }, seen)).status).toBe(412);
    const { body } = await stage.resolve(other.disputeId, { outcome: 'refund' });
    expect(body).toMatchObject({ disputed: { version: 1 }, resolution: { version: 2 } });
  });
});

describe('a dispute is refused', () => {
  const age = (holdId: string, hours: number) =>
    at
      .db('holds')
      .where({ id: holdId })
      .update({ decided_at: at.db.raw('now() - make_interval(secs => ?)', [hours * 3600]) });

  test('when the window after its decision is over, and not before', async () => {
    const { holdId, studentId } = await stage.ended(3600);
    await age(holdId, 168.01);
    const late = await stage.dispute(holdId, studentId);
    expect([late.status, late.body.type]).toEqual([409, '/problems/dispute-window-closed']);
    await age(holdId, 167.9);
    expect((await stage.dispute(holdId, studentId)).status).toBe(201);
  });

  test('a second time, by either side', async () => {
    const { one, holdId, studentId } = await stage.disputed(await stage.ended(3600));
    for (const [id, role] of [
      [studentId, 'student'],
      [one.teacherId, 'teacher'],
    ] as const) {
      const second = await stage.dispute(holdId, id, role);
      expect([second.status, second.body.type]).toEqual([409, '/problems/already-disputed']);
    }
    expect(await stage.disputesOf(holdId)).toHaveLength(1);
  });

  test('once an admin has resolved one; what a review changes after that may be disputed again', async () => {
    const hold = await stage.disputed(await stage.ended(3600));
    await stage.resolve(hold.disputeId, { outcome: 'release' });
    const refused = await stage.dispute(hold.holdId, hold.one.teacherId, 'teacher');
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/dispute-resolved']);
    await hold.amend(2, 0);
    const [review] = await at.db('reviews').where({ hold_id: hold.holdId });
    await ask(app, 'post', `/admin/reviews/${review.id}/apply`, { body: { reason: REASON } });
    expect((await stage.dispute(hold.holdId, hold.one.teacherId, 'teacher')).status).toBe(201);
  });

  test('of what went back because the class was cancelled, and before the class', async () => {
    const one = aClass();
    const bought = one.bought();
    await tell(
      at.db,
      user(one.teacherId, 'teacher'),
      bought.event,
      one.rescheduled('2099-01-01T10:00:00.000Z'),
    );
    const early = await stage.dispute(bought.holdId, bought.studentId);
    expect([early.status, early.body.type]).toEqual([409, '/problems/session-not-started']);
    await tell(at.db, one.cancelled());
    const never = await stage.dispute(bought.holdId, one.teacherId, 'teacher');
    expect([never.status, never.body.type]).toEqual([409, '/problems/session-cancelled']);
  });

  test('of what an admin ended by hand before the class, until that begins or is cancelled', async () => {
    const endedBefore = async (what: 'release' | 'refund') => {
      const one = aClass();
      const bought = one.bought();
      const later = one.rescheduled('2099-01-01T10:00:00.000Z');
      await tell(at.db, user(one.teacherId, 'teacher'), bought.event, later);
      await ask(app, 'post', `/admin/holds/${bought.holdId}/${what}`, { body: { reason: REASON } });
      return { one, ...bought };
    };
    const begun = await endedBefore('refund');
    const early = await stage.dispute(begun.holdId, begun.one.teacherId, 'teacher');
    expect([early.status, early.body.type]).toEqual([409, '/problems/session-not-started']);
    await tell(at.db, begun.one.started());
    expect((await stage.dispute(begun.holdId, begun.one.teacherId, 'teacher')).status).toBe(201);

    const cancelled = await endedBefore('release');
    expect((await stage.dispute(cancelled.holdId, cancelled.studentId)).status).toBe(409);
    await tell(at.db, cancelled.one.cancelled());
    expect((await stage.dispute(cancelled.holdId, cancelled.studentId)).status).toBe(201);
  });

  test('to everybody but the student and the teacher of the hold, for whom alone it is there', async () => {
    const { one, holdId } = await stage.held();
    const other = await stage.held();
    for (const [id, role] of [
      [newId(), 'student'],
      [newId(), 'teacher'],
      [other.studentId, 'student'],
      [other.one.teacherId, 'teacher'],
    ] as const)
      expect((await stage.dispute(holdId, id, role)).status).toBe(404);
    for (const role of ['admin', 'finance'] as const)
      expect((await stage.dispute(holdId, one.teacherId, role)).status).toBe(403);
    expect((await stage.dispute(newId(), one.teacherId, 'teacher')).status).toBe(404);
    expect(await stage.disputesOf(holdId)).toEqual([]);
  });

  test.each([{}, { reason: ' ' }, { reason: 'x'.repeat(501) }, { reason: 'so', amount: 1 }])(
    'as %j',
    async (body) => {
      const answer = await ask(app, 'post', `/holds/${newId()}/dispute`, { body, role: 'student' });
      expect(answer.status).toBe(400);
    },
  );
});

describe('resolving', () => {
  test.each([
    ['without a reason', { outcome: 'refund' }, 'reason'],
    ['as something else', { outcome: 'keep', reason: REASON }, 'outcome'],
    ['as a split of nothing said', { outcome: 'split', reason: REASON }, 'teacherPercent'],
    ['as a refund of a part', { outcome: 'refund', teacherPercent: 1, reason: REASON }, 'teacherPercent'],
    ['as a split of too much', { outcome: 'split', teacherPercent: 101, reason: REASON }, 'teacherPercent'],
  ])('%s is refused', async (_what, body, path) => {
    const answer = await ask(app, 'post', `/admin/disputes/${newId()}/resolve`, { body });
    const named = answer.body.errors.map((error: { path: string }) => error.path);
    expect([answer.status, named]).toEqual([400, [path]]);
  });

  test('is for admins, as is reading what was said', async () => {
    const { one, disputeId, studentId } = await stage.disputed(await stage.held());
    for (const [id, role] of [
      [studentId, 'student'],
      [one.teacherId, 'teacher'],
      [newId(), 'finance'],
    ] as const) {
      const body = { outcome: 'refund', reason: REASON };
      const path = `/admin/disputes/${disputeId}`;
      expect((await ask(app, 'post', `${path}/resolve`, { id, role, body })).status).toBe(403);
      expect((await ask(app, 'get', path, { id, role })).status).toBe(403);
      expect((await ask(app, 'get', '/admin/disputes', { id, role })).status).toBe(403);
    }
    expect((await stage.resolve(newId(), { outcome: 'refund' })).status).toBe(404);
    expect((await ask(app, 'get', `/admin/disputes/${newId()}`)).status).toBe(404);
  });

  test('with one key, asked again, happens once, as disputing does', async () => {
    const { holdId, studentId } = await stage.ended(3600);
    const [key, admin] = [{ 'idempotency-key': newId() }, newId()];
    const opened = [
      await stage.dispute(holdId, studentId, 'student', key),
      await stage.dispute(holdId, studentId, 'student', key),
    ];
    expect(opened.map(({ status, body }) => [status, body.id])).toEqual(
      Array(2).fill([201, opened[0]!.body.id]),
    );
    const other = await stage.dispute(holdId, studentId, 'student', key, 'something else');
    expect(other.status).toBe(422);
    const id = opened[0]!.body.id;
    const twice = [
      await stage.resolve(id, { outcome: 'refund' }, key, admin),
      await stage.resolve(id, { outcome: 'refund' }, key, admin),
    ];
    expect(twice.map(({ status }) => status)).toEqual([200, 200]);
    expect(twice[1]!.headers['idempotency-replayed']).toBe('true');
    expect(await at.db('decisions').where({ hold_id: holdId })).toHaveLength(2);
    const again = await stage.resolve(id, { outcome: 'release' });
    expect([again.status, again.body.type]).toEqual([409, '/problems/dispute-resolved']);
  });
});

describe('the list of disputes', () => {
  const ids = async (query: string) => {
    const { body } = await ask(app, 'get', `/admin/disputes?${query}`);
    return listDisputes.answer!.parse(body).data.map(({ id }) => id);
  };

  test('is filtered by state, session, teacher, student and hold, newest first', async () => {
    const first = await stage.disputed(await stage.ended(3600));
    const second = await stage.disputed(await stage.held());
    await stage.resolve(first.disputeId, { outcome: 'refund' });
    expect((await ids('')).slice(0, 2)).toEqual([second.disputeId, first.disputeId]);
    expect(await ids(`status=open&teacherId=${first.one.teacherId}`)).toEqual([]);
    expect(await ids(`status=resolved&teacherId=${first.one.teacherId}`)).toEqual([first.disputeId]);
    expect(await ids(`sessionId=${second.one.sessionId}`)).toEqual([second.disputeId]);
    expect(await ids(`studentId=${second.studentId}`)).toEqual([second.disputeId]);
    expect(await ids(`holdId=${first.holdId}`)).toEqual([first.disputeId]);
  });

  test('comes a page at a time, each once', async () => {
    const one = aClass();
    const bought = Array.from({ length: 3 }, () => one.bought(10));
    await tell(at.db, one.scheduled(), ...bought.map(({ event }) => event));
    for (const { holdId, studentId } of bought) await stage.dispute(holdId, studentId);
    const page = `/admin/disputes?sessionId=${one.sessionId}&limit=2`;
    const first = await ask(app, 'get', page);
    const second = await ask(app, 'get', `${page}&cursor=${first.body.nextCursor}`);
    const holds = [...first.body.data, ...second.body.data].map(({ holdId }: { holdId: string }) => holdId);
    expect([holds, second.body.nextCursor]).toEqual([bought.map(({ holdId }) => holdId).reverse(), null]);
  });

  test('is counted, and warned of when nobody decides', async () => {
    const count = await openDisputeCount(at.db);
    await stage.disputed(await stage.held());
    expect(await openDisputeCount(at.db)).toBe(count + 1);
    expect(await reviewAge(at.db)).toBeGreaterThan(0);
    const later = new Date(Date.now() + 25 * 3_600_000);
    expect((await overdueReviews({ db: at.db, now: later }, 24)).count).toBeGreaterThan(count);
  });
});

test('the database refuses a second open dispute, other words, one opened again, and one forgotten', async () => {
  const { holdId, disputeId } = await stage.disputed(await stage.ended(3600));
  const change = (columns: object) => at.db('disputes').where({ id: disputeId }).update(columns);
  await expect(change({ reason: 'other words' })).rejects.toThrow(/written once/);
  await expect(
    at.db('disputes').insert({
      ...{ id: newId(), hold_id: holdId, opened_by: 'teacher', reason: 'as well', decision_version: 1 },
      opened_at: new Date(),
    }),
  ).rejects.toThrow(/disputes_one_open/);
  await expect(change({ status: 'resolved' })).rejects.toThrow(/disputes_resolved/);
  await stage.resolve(disputeId, { outcome: 'refund' });
  await expect(
    change({ status: 'open', resolved_version: null, resolved_at: null, resolved_by: null, notes: null }),
  ).rejects.toThrow(/written once/);
  await expect(at.db('disputes').where({ id: disputeId }).delete()).rejects.toThrow(/written once/);
});
