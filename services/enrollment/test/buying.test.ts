import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Course, DeclinedPurchase } from '@rollcall/contracts/api/enrollment';
import {
  purchaseActivated,
  purchaseDeclined,
  purchaseRequested,
} from '@rollcall/contracts/events/enrollment';
import type { Role } from '@rollcall/contracts/shapes';
import { deliver, emitted, token } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
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
let sessionId: string;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

const fresh = async (more = {}) => {
  course = await stage.onSale(more);
  sessionId = course.sessions[0]!.id;
  student = await person('student');
};
const buy = (who = student, id = sessionId) =>
  stage.send('post', `/enrollments/sessions/${id}/purchase`, who);

/** The id of the student's purchase, once it was asked for. */
async function askedFor(): Promise<string> {
  for (let look = 0; look < 200; look += 1) {
    const row = await stage.db('purchases').where({ student_id: student.id }).first('id');
    if (row !== undefined) return row.id;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('nobody asked');
}

describe('buying a session', () => {
  test('asks for its price, waits for the wallet and gives access', async () => {
    await fresh();
    const [answer] = await Promise.all([buy(), askedFor().then((id) => stage.hold(id))]);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      kind: 'session',
      courseId: course.id,
      sessionId,
      studentId: student.id,
      price: usd(1000),
      fundedBy: 'credits',
      paymentStatus: 'paid',
      status: 'active',
      declineReason: null,
      refunded: usd(0),
      attended: false,
      completionPercentage: null,
      holds: [{ sessionId, amount: 1000, currency: 'USD', status: 'held' }],
    });
    const [asked] = (await emitted(stage.db, purchaseRequested)).filter(
      (e) => e.data.studentId === student.id,
    );
    expect(asked?.data).toMatchObject({
      purchaseId: answer.body.id,
      requestedAt: answer.body.createdAt,
      kind: 'session',
      teacherId: stage.teacher.id,
      fundedBy: 'credits',
      holds: [{ holdId: answer.body.holds[0].id, sessionId, amount: usd(1000) }],
      total: usd(1000),
    });
    const [active] = (await emitted(stage.db, purchaseActivated)).filter(
      (e) => e.data.studentId === student.id,
    );
    expect(active?.data).toMatchObject({ purchaseId: answer.body.id, sessionIds: [sessionId], version: 2 });
    expect(active?.aggregateversion).toBe(2);
    const access = await stage.send('get', `/enrollments/sessions/${sessionId}/access`, student);
    expect(access.body).toEqual({ hasAccess: true, reason: 'purchased' });
    const seen = await stage.send('get', `/courses/${course.id}`);
    expect(seen.body.currentStudents).toBe(1);
  });

  test('is declined with 402, what is missing, and the purchase; the seat is free again', async () => {
    await fresh({ maxStudents: 1 });
    const refuse = async () => deliver(stage.db, consumers, [declined(await askedFor(), student.id)]);
    const [answer] = await Promise.all([buy(), refuse()]);
    expect(answer.status).toBe(402);
    expect(answer.type).toBe('application/problem+json');
    expect(DeclinedPurchase.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toMatchObject({
      type: '/problems/insufficient-credit',
      status: 402,
      detail: expect.stringMatching(/\$2\.50 short/),
      shortfall: usd(250),
      purchase: {
        status: 'declined',
        declineReason: 'insufficient-credit',
        paymentStatus: 'pending',
        holds: [{ status: 'declined' }],
      },
    });
    const events = await emitted(stage.db, purchaseDeclined);
    expect(events.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ purchaseId: answer.body.purchase.id, reason: 'insufficient-credit' }),
    );
    const other = await person('student');
    await stage.ask(other, sessionId).expect(202);
  });

  test('answers 202 with where to ask when no outcome came within 3 s', async () => {
    await fresh();
    const began = Date.now();
    const { body, headers } = await buy().expect(202);
    expect(Date.now() - began).toBeGreaterThanOrEqual(2_990);
    expect(body).toMatchObject({ status: 'pending', paymentStatus: 'pending' });
    expect(headers.location).toBe(`/api/v1/enrollments/sessions/${body.id}`);
    const access = await stage.send('get', `/enrollments/sessions/${sessionId}/access`, student);
    expect(access.body).toEqual({ hasAccess: false, reason: 'pending' });
    await stage.hold(body.id);
    expect(await stage.purchase(student, body.id)).toMatchObject({ status: 'active' });
  });

  test('answers 202 at once to whoever prefers not to wait', async () => {
    await fresh();
    const began = Date.now();
    const { headers } = await buy().set('Prefer', 'wait=10, respond-async').expect(202);
    expect(headers['preference-applied']).toBe('respond-async');
    expect(Date.now() - began).toBeLessThan(1_500);
  });

  test('costs nothing where the price is zero, and is held all the same', async () => {
    await fresh({ sessions: [{ number: 1, title: 'Trial', startsAt: fromNow(60), price: usd(0) }] });
    const { id } = await stage.bought(student, sessionId);
    expect(await stage.purchase(student, id)).toMatchObject({
      status: 'active',
      price: usd(0),
      paymentStatus: 'paid',
    });
  });
});

describe('a purchase is refused', () => {
  const codeOf = async (who: Person, id = sessionId) => {
    const { status, body } = await stage.ask(who, id);
    return `${status} ${body.type}`;
  };

  test('of a session that has started, by the clock or in the room', async () => {
    const sessions = [
      { number: 1, title: 'Past', startsAt: fromNow(-1), price: usd(1000) },
      { number: 2, title: 'To come', startsAt: fromNow(60), price: usd(1000) },
    ];
    await fresh({ sessions });
    expect(await codeOf(student)).toBe('409 /problems/session-started');
    await stage.db('sessions').where({ id: course.sessions[1]!.id }).update({ started_at: new Date() });
    expect(await codeOf(student, course.sessions[1]!.id)).toBe('409 /problems/session-started');
  });

  test('of a cancelled session and of a course no longer on sale', async () => {
    await fresh();
    await stage.cancel(sessionId);
    expect(await codeOf(student)).toBe('409 /problems/session-cancelled');
    await stage.db('courses').where({ id: course.id }).update({ status: 'archived' });
    expect(await codeOf(student)).toBe('409 /problems/not-on-sale');
  });

  test('of the same session twice, naming it', async () => {
    await fresh();
    await stage.bought(student, sessionId);
    const { body } = await stage.ask(student, sessionId).expect(409);
    expect(body).toMatchObject({ type: '/problems/already-bought', sessionIds: [sessionId] });
    expect(body.detail).toContain('session 1, Verbs');
    await stage.ask(student, course.sessions[1]!.id).expect(202);
  });

  test('that costs more by now than its buyer was shown; what is cheaper he may have', async () => {
    await fresh();
    const shown = (price: object) => stage.ask(student, sessionId).send({ price });
    for (const price of [usd(999), { amount: 1000, currency: 'EUR' }]) {
      const { status, body } = await shown(price);
      expect([status, body.type]).toEqual([409, '/problems/price-changed']);
      expect(body.detail).toContain('10.00 USD');
    }
    expect(await stage.db('purchases').where({ student_id: student.id })).toEqual([]);
    expect((await shown(usd(1001))).body).toMatchObject({ status: 'pending', price: usd(1000) });
  });

  test("of one's own course, though one is a student elsewhere", async () => {
    await fresh();
    expect(await codeOf(await person('teacher', 'student'))).toBe('202 undefined');
    const roles: Role[] = ['teacher', 'student'];
    const both = { id: stage.teacher.id, bearer: `Bearer ${await token({ id: stage.teacher.id, roles })}` };
    expect(await codeOf(both)).toBe('409 /problems/own-course');
  });
});

describe('an Idempotency-Key', () => {
  test('gives the same purchase as it is now, with the status it ended with', async () => {
    await fresh();
    const keyed = () => buy().set('Idempotency-Key', 'key-1').set('Prefer', 'respond-async');
    const first = await keyed().expect(202);
    await stage.hold(first.body.id);
    const again = await keyed().expect(201).expect('Idempotency-Replayed', 'true');
    expect(again.body).toMatchObject({ id: first.body.id, status: 'active' });
  });

  test('gives a declined purchase again as 402', async () => {
    await fresh();
    const keyed = () => buy().set('Idempotency-Key', 'key-2');
    const first = await keyed().set('Prefer', 'respond-async').expect(202);
    await deliver(stage.db, consumers, [declined(first.body.id, student.id)]);
    const again = await keyed().expect(402).expect('Idempotency-Replayed', 'true');
    expect(again.body.purchase.id).toBe(first.body.id);
  });

  test('belongs to one request: another session under it is 422', async () => {
    await fresh();
    await stage.ask(student, sessionId).set('Idempotency-Key', 'key-3').expect(202);
    await stage.ask(student, course.sessions[1]!.id).set('Idempotency-Key', 'key-3').expect(422);
  });
});

describe('purchases', () => {
  test('are read by whoever made them', async () => {
    await fresh();
    const { id } = await stage.bought(student, sessionId);
    const other = await person('student', 'admin');
    await stage.send('get', `/enrollments/sessions/${id}`, other).expect(404);
    expect((await stage.send('get', '/enrollments/me/sessions', other)).body.data).toEqual([]);
    expect((await stage.send('get', '/enrollments/me', student)).body.data).toEqual([]);
  });

  test('are listed newest first, by status, page by page', async () => {
    await fresh();
    const one = await stage.bought(student, sessionId);
    const two = (await stage.ask(student, course.sessions[1]!.id)).body;
    const list = async (query: string) => {
      const { body } = await stage.send('get', `/enrollments/me/sessions${query}`, student).expect(200);
      return { ids: body.data.map(({ id }: { id: string }) => id), cursor: body.nextCursor };
    };
    expect((await list('')).ids).toEqual([two.id, one.id]);
    expect((await list('?status=active')).ids).toEqual([one.id]);
    expect((await list('?status=active&status=pending')).ids).toEqual([two.id, one.id]);
    const first = await list('?limit=1');
    expect(first.ids).toEqual([two.id]);
    expect((await list(`?limit=1&cursor=${first.cursor}`)).ids).toEqual([one.id]);
  });
});

test("access is the teacher's, an admin's, and nobody else's who has not bought", async () => {
  await fresh();
  const access = async (who: Person) =>
    (await stage.send('get', `/enrollments/sessions/${sessionId}/access`, who).expect(200)).body;
  expect(await access(stage.teacher)).toEqual({ hasAccess: true, reason: 'teacher' });
  expect(await access(await person('admin'))).toEqual({ hasAccess: true, reason: 'admin' });
  expect(await access(student)).toEqual({ hasAccess: false, reason: 'not-purchased' });
  await stage.send('get', `/enrollments/sessions/${sessionId}/access`).expect(401);
  await stage.cancel(sessionId);
  expect(await access(stage.teacher)).toEqual({ hasAccess: false, reason: 'session-cancelled' });
});
