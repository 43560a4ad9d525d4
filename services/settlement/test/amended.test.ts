import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listReviews, Review } from '@rollcall/contracts/api/reviews';
import { readSettlement } from '@rollcall/contracts/api/settlement';
import {
  holdCorrected,
  holdRefunded,
  holdReleased,
  holdUnderReview,
  sessionSettled,
  settlementAudited,
} from '@rollcall/contracts/events/settlement';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase, workOf } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { routes } from '../src/routes.js';
import { sweep } from '../src/use-cases/sweep.js';
import { aClass, again, ask, config, migrations, paid, payAll, policy, tell, user } from './stage.js';

let at: TestDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => {
  at = await testDatabase(migrations);
  app = await testApp(routes({ db: at.db, config }));
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());

type Seconds = number | readonly [number, number];
const REASON = 'The late webhook is right';

const holdRow = (holdId: string) => at.db('holds').where({ id: holdId }).first();
const reviewsOf = (holdId: string) => at.db('reviews').where({ hold_id: holdId }).orderBy('id');
const saidOf = async (holdId: string) => (await emitted(at.db)).filter((event) => event.subject === holdId);
const close = (reviewId: string, what: 'apply' | 'dismiss', headers = {}, id = newId()) =>
  ask(app, 'post', `/admin/reviews/${reviewId}/${what}`, { body: { reason: REASON }, headers, id });

/** A class of one, of a referred teacher, judged by its first result. */
async function judged(seconds: Seconds, { pay = true, amount = 1000 } = {}) {
  const one = aClass();
  const bought = one.bought(amount);
  await tell(at.db, user(one.teacherId, 'teacher', newId()), one.scheduled(), bought.event);
  await tell(at.db, one.completed({ [bought.studentId]: seconds }));
  if (pay) await payAll(at.db);
  const amend = (version: number, now: Seconds, more = {}) =>
    tell(at.db, one.amended(version, { [bought.studentId]: now }, more));
  return { one, ...bought, amend };
}

describe('newer attendance of a hold that has not ended', () => {
  test.each<[string, Seconds, string]>([
    ['which is free of doubt and over the threshold releases it', 720, 'released'],
    ['which is free of doubt and below the threshold refunds it', [0, 719], 'refunded'],
    ['which is in doubt as well leaves it in review', [2, 3600], 'review'],
  ])('%s, by itself', async (_rule, now, status) => {
    const { holdId, amend } = await judged([1, 3600]);
    await amend(2, now);
    expect(await holdRow(holdId)).toMatchObject({ status, decision_version: 2 });
    const [decision] = await at.db('decisions').where({ hold_id: holdId, version: 2 });
    expect(decision).toMatchObject({ attendance_version: 2, actor: null, corrects: null });
    expect(await reviewsOf(holdId)).toEqual([]);
    const types = (await saidOf(holdId)).map(({ type }) => type);
    const ended = { released: [holdReleased.type], refunded: [holdRefunded.type], review: [] }[status];
    expect(types).toEqual([holdUnderReview.type, ...ended!]);
  });

  test('heard before the first result counts, and the first changes nothing when it comes', async () => {
    const one = aClass();
    const bought = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), bought.event);
    await tell(at.db, one.amended(2, { [bought.studentId]: 3600 }), one.completed({}));
    expect(await holdRow(bought.holdId)).toMatchObject({ status: 'released', decision_version: 1 });
    expect(await reviewsOf(bought.holdId)).toEqual([]);
  });

  test('and older one in one micro-batch, in any order, are judged by the newer', async () => {
    for (const turn of [0, 1]) {
      const one = aClass();
      const bought = one.bought();
      await tell(at.db, user(one.teacherId, 'teacher'), bought.event);
      const results = [one.completed({}), one.amended(2, { [bought.studentId]: 3600 })];
      await tell(at.db, ...(turn === 0 ? results : results.reverse()));
      expect(await holdRow(bought.holdId)).toMatchObject({ status: 'released', decision_version: 1 });
    }
  });

  test('of a room nobody could see ends the doubt once it was seen', async () => {
    const one = aClass();
    const bought = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), bought.event);
    await tell(at.db, one.completed({}, { observed: false }), one.amended(2, {}));
    expect(await holdRow(bought.holdId)).toMatchObject({ status: 'refunded' });
  });

  test('is what a hold that is bought late is judged by', async () => {
    const { one, amend } = await judged(0);
    const late = one.bought();
    await amend(2, 0);
    await tell(at.db, one.amended(3, { [late.studentId]: 3600 }), late.event);
    expect(await holdRow(late.holdId)).toMatchObject({ status: 'released' });
  });
});

describe('newer attendance of a hold that has ended', () => {
  test.each<[string, Seconds, Seconds, string, number[]]>([
    ['which would refund it', 3600, 0, 'refunded', [0, 0, 1000]],
    ['which would release it', 0, 3600, 'released', [700, 300, 0]],
    ['which would be in doubt', 3600, [0, 3600], 'review', [0, 0, 0]],
  ])('%s moves nothing and opens a review', async (_rule, first, now, outcome, parts) => {
    const { one, holdId, amend } = await judged(first);
    const before = await holdRow(holdId);
    await amend(2, now);
    expect(await holdRow(holdId)).toEqual(before);

    const { body } = await ask(app, 'get', `/admin/reviews?holdId=${holdId}&status=open`);
    const [review] = listReviews.answer!.parse(body).data;
    expect(review).toMatchObject({
      holdId,
      sessionId: one.sessionId,
      status: 'open',
      attendanceVersion: 2,
      decided: { outcome: before.status, version: 1 },
      proposed: { outcome, version: 2 },
      closedAt: null,
      notes: null,
    });
    const { teacher, commission, refund } = review!.proposed;
    expect([teacher.amount, commission.amount, refund.amount]).toEqual(parts);
    expect((await saidOf(holdId)).at(-1)).toMatchObject({
      type: holdUnderReview.type,
      data: { reason: 'attendance-amended' },
    });
  });

  test.each<[string, Seconds, Seconds]>([
    ['present as before', 3600, 720],
    ['absent as before', 0, 719],
    ['with an end seen that did not matter', [720, 3600], 800],
  ])('%s opens none', async (_rule, first, now) => {
    const { holdId, amend } = await judged(first);
    await amend(2, now);
    expect(await reviewsOf(holdId)).toEqual([]);
  });

  test('which says again what was decided supersedes the review of the one between', async () => {
    const { holdId, amend } = await judged(3600);
    await amend(2, 0);
    await amend(3, 3600);
    expect(await reviewsOf(holdId)).toMatchObject([{ status: 'superseded', closed_by: null }]);
  });

  test('which says something else again takes the place of the review before', async () => {
    const { holdId, amend } = await judged(3600);
    await amend(2, 0);
    await amend(3, [0, 3600]);
    expect(await reviewsOf(holdId)).toMatchObject([
      { status: 'superseded', outcome: 'refunded' },
      { status: 'open', outcome: 'review', attendance_version: 3 },
    ]);
  });

  test('heard twice, or late, opens no second review', async () => {
    const { one, holdId, studentId, amend } = await judged(3600);
    const third = one.amended(3, { [studentId]: 0 });
    await tell(at.db, third, again(third));
    await amend(2, [0, 3600]);
    expect(await reviewsOf(holdId)).toMatchObject([{ status: 'open', attendance_version: 3 }]);
  });

  test('does not question money that went back with a cancelled session', async () => {
    const one = aClass();
    const bought = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), bought.event, one.cancelled());
    await tell(at.db, one.completed({}), one.amended(2, { [bought.studentId]: 3600 }));
    expect(await reviewsOf(bought.holdId)).toEqual([]);
  });

  test('questions an admin’s decision too, once', async () => {
    const { holdId, amend } = await judged([1, 3600]);
    await ask(app, 'post', `/admin/holds/${holdId}/refund`, { body: { reason: 'I saw nobody' } });
    await amend(2, 3600);
    const [review] = await reviewsOf(holdId);
    expect(review).toMatchObject({ status: 'open', outcome: 'released' });
    await close(review.id, 'dismiss');
    await amend(3, 3500);
    expect(await reviewsOf(holdId)).toHaveLength(1);
  });
});

/** A hold whose review says that the money belongs to the other side. */
async function questioned(first: Seconds = 3600, now: Seconds = 0, how = {}) {
  const hold = await judged(first, how);
  await hold.amend(2, now);
  const [review] = await reviewsOf(hold.holdId);
  return { ...hold, reviewId: review.id as string };
}

describe('a review that an admin applies', () => {
  test('corrects the hold by the next decision and says what goes from whom to whom', async () => {
    const { one, holdId, reviewId } = await questioned();
    const admin = newId();
    const answer = await close(reviewId, 'apply', {}, admin);
    expect([answer.status, Review.parse(answer.body)]).toEqual([200, answer.body]);
    expect(answer.body).toMatchObject({ status: 'applied', closedBy: admin, notes: REASON });

    const corrected = (await saidOf(holdId)).at(-1);
    expect(corrected).toMatchObject({
      type: holdCorrected.type,
      aggregateversion: 2,
      data: {
        decisionVersion: 2,
        reason: 'below-threshold',
        from: { decisionVersion: 1, outcome: 'released', teacher: { amount: 700 }, commissionRate: 3000 },
        to: { decisionVersion: 2, outcome: 'refunded', refund: { amount: 1000 }, commissionRate: 0 },
        transfers: [
          { from: 'teacher', to: 'refund', amount: { amount: 700, currency: 'USD' } },
          { from: 'commission', to: 'refund', amount: { amount: 300, currency: 'USD' } },
        ],
      },
    });
    expect(JSON.stringify(corrected)).not.toContain(REASON);
    const { body } = await ask(app, 'get', `/holds/${holdId}`);
    expect(body).toMatchObject({
      status: 'refunded',
      notes: REASON,
      paidAt: null,
      decision: { version: 2, reason: 'below-threshold', attendance: { seconds: 0 } },
    });
    const [audit] = (await emitted(at.db, settlementAudited)).filter(({ data }) => data.actor === admin);
    expect(audit?.data).toMatchObject({ action: 'settlement.review.apply', target: reviewId });

    const settlement = await ask(app, 'get', `/settlements/sessions/${one.sessionId}`);
    expect(readSettlement.answer!.parse(settlement.body)).toMatchObject({
      counts: { released: 0, refunded: 1 },
      totals: [{ teacher: 0, commission: 0, refund: 1000 }],
    });
    const settled = (await emitted(at.db, sessionSettled)).filter((event) => event.subject === one.sessionId);
    expect(settled.at(-1)?.data.counts).toEqual({ released: 0, refunded: 1, review: 0 });
  });

  test('is paid when the wallet answers for that very decision, not for the one before', async () => {
    const { holdId, reviewId } = await questioned();
    const [released] = (await emitted(at.db, holdReleased)).filter((event) => event.subject === holdId);
    await close(reviewId, 'apply');
    await tell(at.db, paid(released!.data));
    expect(await holdRow(holdId)).toMatchObject({ paid_at: null });
    await payAll(at.db);
    expect(await holdRow(holdId)).toMatchObject({ paid_at: expect.any(Date) });
  });

  test('can be corrected again, back to where it was', async () => {
    const { holdId, reviewId, amend } = await questioned();
    await close(reviewId, 'apply');
    await payAll(at.db);
    await amend(3, 3600);
    const open = (await reviewsOf(holdId)).find(({ status }) => status === 'open');
    expect(open).toMatchObject({ decision_version: 2, outcome: 'released' });
    expect((await close(open.id, 'apply')).status).toBe(200);
    expect((await saidOf(holdId)).at(-1)?.data).toMatchObject({
      decisionVersion: 3,
      from: { outcome: 'refunded' },
      to: { outcome: 'released', teacher: { amount: 700 } },
    });
  });

  test('waits until the wallet has paid what it corrects', async () => {
    const { holdId, reviewId } = await questioned(3600, 0, { pay: false });
    const early = await close(reviewId, 'apply');
    expect([early.status, early.body.type]).toEqual([409, '/problems/hold-not-paid']);
    expect(early.headers['retry-after']).toBe('5');
    expect(await holdRow(holdId)).toMatchObject({ status: 'released', decision_version: 1 });
  });

  test('cannot be one that does not decide either', async () => {
    const { reviewId } = await questioned(3600, [0, 3600]);
    const answer = await close(reviewId, 'apply');
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/review-in-doubt']);
    expect((await close(reviewId, 'dismiss')).status).toBe(200);
  });

  test('is applied once, however many admins apply or dismiss it at once', async () => {
    const { holdId, reviewId } = await questioned();
    const answers = await Promise.all(
      (['apply', 'dismiss', 'apply', 'dismiss', 'apply'] as const).map((what) => close(reviewId, what)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    const corrections = (await saidOf(holdId)).filter(({ type }) => type === holdCorrected.type);
    const { status } = (await reviewsOf(holdId))[0];
    expect(corrections).toHaveLength(status === 'applied' ? 1 : 0);
  });

  test('with a key, asked again, is corrected once', async () => {
    const { holdId, reviewId } = await questioned();
    const [admin, headers] = [newId(), { 'idempotency-key': newId(), 'if-match': '"open"' }];
    const twice = [
      await close(reviewId, 'apply', headers, admin),
      await close(reviewId, 'apply', headers, admin),
    ];
    expect(twice.map(({ status, body }) => [status, body.status])).toEqual([
      [200, 'applied'],
      [200, 'applied'],
    ]);
    expect(await at.db('decisions').where({ hold_id: holdId })).toHaveLength(2);
  });

  test('is not applied by who saw another state of it', async () => {
    const { reviewId, amend } = await questioned();
    const { headers } = await ask(app, 'get', `/admin/reviews/${reviewId}`);
    await amend(3, 3600);
    const lost = await close(reviewId, 'apply', { 'if-match': headers.etag! });
    expect([lost.status, lost.body.type]).toEqual([412, '/problems/changed-meanwhile']);
  });
});

test('a review that an admin dismisses leaves the hold, and the same proposal is not made again', async () => {
  const { holdId, reviewId, amend } = await questioned();
  const before = await holdRow(holdId);
  expect((await close(reviewId, 'dismiss')).body).toMatchObject({ status: 'dismissed', notes: REASON });
  await amend(3, 10);
  expect(await reviewsOf(holdId)).toHaveLength(1);
  expect(await holdRow(holdId)).toEqual(before);
});

test('reviews are for admins, and there is a reason for what becomes of them', async () => {
  const { reviewId, one } = await questioned();
  for (const role of ['teacher', 'student', 'finance'] as const) {
    const as = { id: one.teacherId, role, body: { reason: REASON } };
    expect((await ask(app, 'get', `/admin/reviews/${reviewId}`, { id: as.id, role })).status).toBe(403);
    expect((await ask(app, 'post', `/admin/reviews/${reviewId}/apply`, as)).status).toBe(403);
  }
  expect((await ask(app, 'post', `/admin/reviews/${reviewId}/apply`, { body: {} })).status).toBe(400);
  expect((await ask(app, 'get', `/admin/reviews/${newId()}`)).status).toBe(404);
  expect((await close(newId(), 'apply')).status).toBe(404);
});

test('the database refuses a second open review, a changed proposal and one opened again', async () => {
  const { holdId, reviewId } = await questioned();
  const change = (columns: object) => at.db('reviews').where({ id: reviewId }).update(columns);
  await expect(change({ refund: 999, commission: 1 })).rejects.toThrow(/written once/);
  await expect(
    at.db.raw(
      `insert into reviews select (json_populate_record(r, json_build_object('id', ?::text, 'attendance_version', 9))).*
         from reviews r where hold_id = ?`,
      [newId(), holdId],
    ),
  ).rejects.toThrow(/reviews_one_open/);
  await close(reviewId, 'dismiss');
  await expect(change({ status: 'open', closed_at: null, closed_by: null, notes: null })).rejects.toThrow(
    /written once/,
  );
});

describe('what is lost of an amendment, the sweep mends', () => {
  const MINUTE = 60_000;
  const sweepAt = (db: Database, now: Date) => sweep({ db, now, inWork: (run) => workOf(db, run, now) });

  test('ended holds nobody held against the newer result', async () => {
    const { one, holdId, amend } = await judged(3600);
    await amend(2, 0);
    await at.db.raw('alter table reviews disable trigger user');
    await at.db('reviews').where({ hold_id: holdId }).delete();
    await at.db.raw('alter table reviews enable trigger user');
    await at.db('sessions').where({ id: one.sessionId }).update({ looked_version: 1 });
    expect(await sweepAt(at.db, new Date())).toMatchObject({ amended: 1 });
    expect(await reviewsOf(holdId)).toMatchObject([{ status: 'open', outcome: 'refunded' }]);
    expect(await sweepAt(at.db, new Date())).toMatchObject({ amended: 0 });
  });

  test('a hold in review nobody judged by the newer result', async () => {
    const { one, holdId } = await judged([1, 3600]);
    await at.db('presences').where({ session_id: one.sessionId }).update({ seconds: 3600 });
    await at.db('sessions').where({ id: one.sessionId }).update({ attendance_version: 2, looked_version: 2 });
    expect(await sweepAt(at.db, new Date())).toMatchObject({ sessions: 1 });
    expect(await holdRow(holdId)).toMatchObject({ status: 'released' });
  });

  test('a correction nobody paid is said again, the same under a new event id', async () => {
    const { holdId, reviewId } = await questioned();
    await close(reviewId, 'apply');
    await sweepAt(at.db, new Date(Date.now() + 6 * MINUTE));
    const [first, second] = (await emitted(at.db, holdCorrected)).filter(({ subject }) => subject === holdId);
    expect(second?.data).toEqual(first?.data);
    expect(second?.id).not.toBe(first?.id);
  });
});

test('whatever is seen, amended, applied and dismissed, the decision that stands shares out the hold exactly', async () => {
  const seconds = fc.oneof(
    fc.nat(3600),
    fc.tuple(fc.nat(3600), fc.nat(3600)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
  );
  const step = fc.tuple(seconds, fc.constantFrom('apply', 'dismiss', 'leave'));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5000 }),
      seconds,
      fc.array(step, { maxLength: 4 }),
      async (amount, first, steps) => {
        const { holdId, amend } = await judged(first, { amount });
        for (const [index, [now, what]] of steps.entries()) {
          await amend(index + 2, now);
          await payAll(at.db);
          const open = (await reviewsOf(holdId)).find(({ status }) => status === 'open');
          if (open !== undefined && what !== 'leave') await close(open.id, what as 'apply' | 'dismiss');
          await payAll(at.db);
        }
        const decisions = await at.db('decisions').where({ hold_id: holdId }).orderBy('version');
        expect(decisions.map(({ version }) => version)).toEqual(decisions.map((_, index) => index + 1));
        expect(
          decisions.filter(({ outcome, corrects }) => outcome !== 'review' && corrects === null).length,
        ).toBeLessThan(2);
        const { status, decision_version } = await holdRow(holdId);
        expect(decisions.at(-1)).toMatchObject({ outcome: status, version: decision_version });
      },
    ),
    { seed: 20_261_120, numRuns: 25 },
  );
});

describe('at the same moment', () => {
  const ROUNDS = 8;

  test('an admin’s decision and a newer result end a hold in doubt once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { holdId, amend } = await judged([1, 3600]);
      const byHand = () =>
        ask(app, 'post', `/admin/holds/${holdId}/refund`, { body: { reason: 'No sign of them' } });
      const both = round % 2 === 0 ? [amend(2, 3600), byHand()] : [byHand(), amend(2, 3600)];
      await Promise.all(both);
      const ends = (await saidOf(holdId)).filter(
        ({ type }) => type === holdReleased.type || type === holdRefunded.type,
      );
      expect(ends).toHaveLength(1);
      const { status, decision_version } = await holdRow(holdId);
      expect(decision_version).toBe(2);
      // The admin was quicker: what he could not know is put to him.
      const open = (await reviewsOf(holdId)).filter((review) => review.status === 'open');
      expect(open).toHaveLength(status === 'refunded' ? 1 : 0);
    }
  });

  test('a review that is applied and a result that takes it back leave what is applied to be questioned', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { holdId, reviewId, amend } = await questioned();
      await Promise.all(
        round % 2 === 0
          ? [close(reviewId, 'apply'), amend(3, 3600)]
          : [amend(3, 3600), close(reviewId, 'apply')],
      );
      const { status } = await holdRow(holdId);
      const reviews = (await reviewsOf(holdId)).map((review) => review.status);
      expect(reviews).toEqual(status === 'refunded' ? ['applied', 'open'] : ['superseded']);
    }
  });
});
