import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Course, Purchase } from '@rollcall/contracts/api/enrollment';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { sessionStarted } from '@rollcall/contracts/events/attendance';
import { cancellationRequested, purchaseCancelled } from '@rollcall/contracts/events/enrollment';
import { cancellationDecided, holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope, workOf } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { askToCancelAgain } from '../src/use-cases/ask-again.js';
import {
  brokenInvariants,
  declined,
  fromNow,
  openStage,
  type Person,
  person,
  type Stage,
  usd,
} from './stage.js';

let stage: Stage;
let course: Course;
let student: Person;
let bought: Purchase;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

const hear = (...events: Envelope[]) => deliver(stage.db, consumers, events);

type Kind = 'course' | 'session';
const pathOf = ({ kind, id }: Pick<Purchase, 'kind' | 'id'>) =>
  kind === 'course' ? `/enrollments/${id}` : `/enrollments/sessions/${id}`;
const read = async (): Promise<Purchase> =>
  (await stage.send('get', pathOf(bought), student).expect(200)).body;
const cancel = (who = student, purchase = bought) => stage.send('delete', pathOf(purchase), who);
const cancelAsync = () => cancel().set('Prefer', 'respond-async');

/** A student with a course of three, or one session of it, of which there is one seat in each. */
async function have(kind: Kind): Promise<void> {
  const lesson = (number: number) => ({
    ...{ number, title: `Lesson ${number}`, startsAt: fromNow(60 * number), price: usd(1000) },
  });
  course = await stage.onSale({ price: usd(3000), maxStudents: 1, sessions: [1, 2, 3].map(lesson) });
  student = await person('student');
  bought =
    kind === 'course'
      ? await stage.boughtCourse(student, course.id)
      : await stage.bought(student, course.sessions[0]!.id);
}

const questions = async () =>
  (await emitted(stage.db, cancellationRequested)).filter(({ data }) => data.purchaseId === bought.id);
const said = async () =>
  (await emitted(stage.db, purchaseCancelled)).filter(({ data }) => data.purchaseId === bought.id);

async function asked(count = 1): Promise<DataOf<typeof cancellationRequested>> {
  for (let look = 0; look < 2_000; look += 1) {
    const found = await questions();
    if (found.length >= count) return found.at(-1)!.data;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('nobody asked');
}

type Held = Purchase['holds'][number];
const item = ({ id, sessionId, amount }: Held) => ({ holdId: id, sessionId, amount: usd(amount) });

/** settlement's answer: the holds it gave back, all that were asked about unless said, and those it kept. */
function answer(question: DataOf<typeof cancellationRequested>, back?: readonly Held[], version = 1) {
  const open = bought.holds.filter(({ id }) => question.holds.some(({ holdId }) => holdId === id));
  const given = back ?? open;
  return envelope(cancellationDecided, {
    purchaseId: bought.id,
    requestedAt: question.requestedAt,
    refunded: given.map((hold) => ({ ...item(hold), decisionVersion: version })),
    kept: open.filter((hold) => !given.includes(hold)).map((hold) => ({ ...item(hold), reason: 'settled' })),
    reason: 'whatever',
  });
}

const nothing = { commission: usd(0), commissionRate: 0, referral: usd(0) };
const ended = (
  hold: Held,
  outcome: 'released' | 'refunded',
  reason: DataOf<typeof holdReleased>['reason'],
  version = 1,
) =>
  envelope(outcome === 'released' ? holdReleased : holdRefunded, {
    ...item(hold),
    ...nothing,
    ...{ purchaseId: bought.id, courseId: course.id, studentId: student.id, teacherId: stage.teacher.id },
    ...{ referrerId: null, referralAccount: null, reason, policyVersion: 1, attendance: null },
    teacher: usd(outcome === 'released' ? hold.amount : 0),
    refund: usd(outcome === 'released' ? 0 : hold.amount),
    decisionVersion: version,
    decidedAt: '2026-11-20T11:00:00.000Z',
  });

describe('cancelling', () => {
  test.each<[Kind, number]>([
    ['course', 3000],
    ['session', 1000],
  ])('a %s in time waits for settlement and says what came back', async (kind, amount) => {
    await have(kind);
    const [reply] = await Promise.all([
      cancel().send({ reason: 'My grandmother is ill' }),
      asked().then((question) => hear(answer(question))),
    ]);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      ...{ id: bought.id, kind, status: 'cancelled', paymentStatus: 'refunded', refunded: usd(amount) },
      cancelledAt: expect.any(String),
      holds: bought.holds.map(({ id }) => ({ id, status: 'refunded' })),
    });
    const [question] = await questions();
    expect(question?.data).toEqual({
      purchaseId: bought.id,
      requestedAt: expect.any(String),
      holds: bought.holds.map(({ id, sessionId }) => ({
        holdId: id,
        sessionId,
        startsAt: course.sessions.find((session) => session.id === sessionId)!.startsAt,
        sessionVersion: 1,
      })),
      requestedBy: student.id,
      reason: 'student-request',
    });
    expect(JSON.stringify(question)).not.toContain('grandmother');
    const kept = await stage.db('cancellations').where({ purchase_id: bought.id }).pluck('words');
    expect(kept).toEqual(['My grandmother is ill']);
    const events = await said();
    expect(events.map(({ data }) => data)).toMatchObject([
      {
        ...{
          kind,
          studentId: student.id,
          teacherId: stage.teacher.id,
          total: usd(amount),
          refunded: usd(amount),
        },
        sessionIds: bought.holds.map(({ sessionId }) => sessionId),
        reason: 'student-request',
      },
    ]);
    const other = await person('student');
    for (const { sessionId } of bought.holds) {
      const { body } = await stage.send('get', `/enrollments/sessions/${sessionId}/access`, student);
      expect(body).toEqual({ hasAccess: false, reason: 'not-purchased' });
      await stage.ask(other, sessionId).expect(202);
    }
  });

  test('a course of which a part is over gives back the rest, and the course stays active until all has ended', async () => {
    await have('course');
    const [first, second, third] = bought.holds as [Held, Held, Held];
    await hear(ended(first, 'released', 'attended'));
    const [reply] = await Promise.all([
      cancel(),
      asked().then((question) => hear(answer(question, [second]))),
    ]);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ status: 'active', cancelledAt: null, refunded: usd(1000) });
    expect(reply.body.holds.map(({ status }: Held) => status)).toEqual(['released', 'refunded', 'held']);
    expect((await questions())[0]?.data.holds.map(({ holdId }) => holdId)).toEqual([second.id, third.id]);
    expect((await said())[0]?.data).toMatchObject({ sessionIds: [second.sessionId], refunded: usd(1000) });

    await hear(ended(third, 'refunded', 'below-threshold'));
    expect(await read()).toMatchObject({
      status: 'completed',
      completionPercentage: 33,
      refunded: usd(2000),
    });
  });

  test('what nothing can be given back of is a 409, and stays as it is', async () => {
    await have('course');
    const [reply] = await Promise.all([cancel(), asked().then((question) => hear(answer(question, [])))]);
    expect([reply.status, reply.body.type]).toEqual([409, '/problems/nothing-to-cancel']);
    expect(await read()).toMatchObject({ status: 'active', refunded: usd(0) });
    expect(await said()).toEqual([]);
  });

  test('may be asked for anew when settlement gave nothing back: another question, another answer', async () => {
    await have('session');
    await cancelAsync().expect(202);
    const first = await asked();
    await hear(answer(first, []));
    await cancelAsync().expect(202);
    const second = await asked(2);
    expect(second.requestedAt).not.toBe(first.requestedAt);
    await hear(answer(first, []));
    expect(await read()).toMatchObject({ status: 'active' });
    await hear(answer(second));
    expect(await read()).toMatchObject({ status: 'cancelled' });
  });

  test('answers 202 with where to ask when settlement is late, or at once to whoever prefers that', async () => {
    await have('course');
    const began = Date.now();
    const late = await cancel().expect(202);
    expect(Date.now() - began).toBeGreaterThanOrEqual(2_990);
    expect(late.headers.location).toBe(`/api/v1/enrollments/${bought.id}`);
    expect(late.headers['retry-after']).toBe('1');
    expect(late.body).toMatchObject({ id: bought.id, status: 'active' });
    const async = await cancelAsync().expect(202);
    expect(async.headers['preference-applied']).toBe('respond-async');
    await hear(answer(await asked()));
    expect(await read()).toMatchObject({ status: 'cancelled' });
    expect(await questions()).toHaveLength(1);
  });
});

describe('cancelling is refused', () => {
  const codeOf = async () => {
    const { status, body, headers } = await cancelAsync();
    return [status, body.type, headers['retry-after']].filter((one) => one !== undefined);
  };

  test('while the wallet has not answered, with when to come again', async () => {
    await have('session');
    const other = await person('student');
    const { body } = await stage.ask(other, course.sessions[1]!.id).expect(202);
    const reply = await cancel(other, body).expect(409);
    expect([reply.body.type, reply.headers['retry-after']]).toEqual(['/problems/purchase-pending', '1']);
    await hear(declined(body.id, other.id));
    const after = await cancel(other, body).expect(409);
    expect(after.body).toMatchObject({
      type: '/problems/purchase-ended',
      detail: expect.stringMatching(/declined/),
    });
  });

  test('once all of it has ended, with words', async () => {
    await have('session');
    await hear(ended(bought.holds[0]!, 'released', 'attended'));
    expect(await codeOf()).toEqual([409, '/problems/purchase-ended']);
    await have('course');
    await cancelAsync().expect(202);
    await hear(answer(await asked()));
    const { body } = await cancel().expect(409);
    expect(body.detail).toMatch(/cancelled already/);
    expect(await questions()).toHaveLength(1);
  });

  test('once all of it has started, by the clock or in the room; a part is asked about', async () => {
    await have('session');
    const { sessionId } = bought.holds[0]!;
    await hear(envelope(sessionStarted, { sessionId, at: fromNow(1) }));
    expect(await codeOf()).toEqual([409, '/problems/nothing-to-cancel']);
    await have('course');
    const [first, second] = bought.holds as [Held, Held];
    await stage
      .db('sessions')
      .where({ id: first.sessionId })
      .update({ starts_at: fromNow(-1) });
    await hear(envelope(sessionStarted, { sessionId: second.sessionId, at: fromNow(1) }));
    await cancelAsync().expect(202);
    const { holds, requestedAt } = await asked();
    const early = holds.map(({ startsAt }) => startsAt <= requestedAt);
    expect(early).toEqual([true, true, false]);
    await stage
      .db('sessions')
      .where({ course_id: course.id })
      .update({ starts_at: fromNow(-1) });
    await hear(answer(await asked(), []));
    expect(await codeOf()).toEqual([409, '/problems/nothing-to-cancel']);
  });

  test('of another’s purchase, and under the path of the other kind: it is not there', async () => {
    await have('session');
    await cancel(await person('student')).expect(404);
    await cancel(student, { ...bought, kind: 'course' }).expect(404);
    await have('course');
    await cancel(await person('student')).expect(404);
    await cancel(student, { ...bought, kind: 'session' }).expect(404);
    expect(await questions()).toEqual([]);
  });

  test.each([{ reason: '' }, { reason: 7 }, { reason: 'x'.repeat(501) }, { why: 'x' }])(
    'with a body that is none: %j',
    async (body) => {
      await have('session');
      await cancel().send(body).expect(400);
    },
  );
});

describe('the answer', () => {
  test.each<Kind>(['course', 'session'])(
    'of a %s is the same in any order with the refunds, and however often',
    async (kind) => {
      for (const turn of [0, 1, 2]) {
        await have(kind);
        await cancelAsync().expect(202);
        const decided = answer(await asked());
        const refunds = bought.holds.map((hold) => ended(hold, 'refunded', 'cancelled'));
        const orders = [
          [decided, ...refunds],
          [...refunds, decided],
          [...refunds.slice(1), decided, ...refunds.slice(0, 1)],
        ];
        for (const event of orders[turn]!) await hear(event);
        const now = await read();
        expect(now).toMatchObject({
          status: 'cancelled',
          refunded: { amount: kind === 'course' ? 3000 : 1000 },
        });
        await hear(decided, ...refunds, ...[decided, ...refunds].map((event) => ({ ...event, id: newId() })));
        expect(await read()).toEqual(now);
        expect(await said()).toHaveLength(1);
      }
    },
  );

  test('before its question waits', async () => {
    await have('session');
    const unknown = answer({ ...(await question()), requestedAt: '2026-11-20T10:00:00.000Z' }, []);
    expect((await hear(unknown))[unknown.id]).toBe('notYet');
    const stranger = envelope(cancellationDecided, { ...unknown.data, purchaseId: newId() });
    expect((await hear(stranger))[stranger.id]).toBe('notYet');
  });

  test('ends a hold that waited for an admin', async () => {
    await have('session');
    await stage.db('holds').where({ purchase_id: bought.id }).update({ status: 'review' });
    await cancelAsync().expect(202);
    await hear(answer(await asked(), undefined, 2));
    expect(await read()).toMatchObject({ status: 'cancelled', refunded: usd(1000) });
  });

  async function question() {
    const [hold] = bought.holds as [Held];
    const held = { holdId: hold.id, sessionId: hold.sessionId, startsAt: fromNow(60), sessionVersion: 1 };
    return {
      purchaseId: bought.id,
      requestedAt: fromNow(0),
      holds: [held],
      requestedBy: student.id,
      reason: 'x',
    };
  }
});

describe('at once', () => {
  test('two, or twenty, who cancel one purchase ask once and hear the same', async () => {
    await have('course');
    const replies = Array.from({ length: 20 }, () => cancel().then((reply) => reply));
    const [all] = await Promise.all([
      Promise.all(replies),
      asked().then((question) => hear(answer(question))),
    ]);
    for (const { status, body } of all) {
      if (status === 200) expect(body).toMatchObject({ status: 'cancelled', refunded: usd(3000) });
      else expect([status, body.type]).toEqual([409, '/problems/purchase-ended']);
    }
    expect(all.some(({ status }) => status === 200)).toBe(true);
    expect(await questions()).toHaveLength(1);
    expect(await said()).toHaveLength(1);
  });

  test('the answer, heard by two replicas, and the refunds it speaks of give each seat back once', async () => {
    for (let round = 0; round < 10; round += 1) {
      await have('course');
      await cancelAsync().expect(202);
      const decided = answer(await asked());
      const refunds = bought.holds.map((hold) => ended(hold, 'refunded', 'cancelled'));
      const events = [decided, { ...decided, id: newId() }, ...refunds];
      await Promise.all(events.map((event) => hear(event)));
      expect(await read()).toMatchObject({ status: 'cancelled', refunded: usd(3000) });
      expect(await said()).toHaveLength(1);
      const taken = await stage.db('sessions').where({ course_id: course.id }).pluck('seats_taken');
      expect(taken).toEqual([0, 0, 0]);
    }
  });
});

describe('a cancellation without an answer', () => {
  const after = (minutes: number, requestedAt: string) =>
    workOf(stage.db, askToCancelAgain, new Date(Date.parse(requestedAt) + minutes * 60_000));

  test('is asked about each minute, and after fifteen each fifteen, always the same question', async () => {
    await have('course');
    await cancelAsync().expect(202);
    const first = await asked();
    const times = [0.9, 1, 1.5, 2, 14, 16, 28, 29, 30, 45];
    const counts: number[] = [];
    for (const minutes of times) counts.push(await after(minutes, first.requestedAt));
    expect(counts).toEqual([0, 1, 0, 1, 1, 0, 0, 1, 0, 1]);
    const all = await questions();
    expect(new Set(all.map(({ id }) => id)).size).toBe(6);
    for (const { data } of all) expect(data).toEqual(first);
    await hear(answer(first));
    expect(await after(600, first.requestedAt)).toBe(0);
  });

  test('is asked about once by two replicas at the same time', async () => {
    await have('session');
    await cancelAsync().expect(202);
    const { requestedAt } = await asked();
    const counts = await Promise.all(Array.from({ length: 6 }, () => after(1, requestedAt)));
    expect(counts.reduce((a, b) => a + b)).toBe(1);
    await hear(answer(await asked()));
  });
});
