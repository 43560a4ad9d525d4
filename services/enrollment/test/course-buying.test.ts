import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Course, DeclinedPurchase, type Purchase } from '@rollcall/contracts/api/enrollment';
import { purchaseActivated } from '@rollcall/contracts/events/enrollment';
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
  questionsAbout,
  type Stage,
  usd,
} from './stage.js';

let stage: Stage;
let course: Course;
let student: Person;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

const lesson = (number: number, inMinutes: number, price = 1000) => ({
  ...{ number, title: `Lesson ${number}`, startsAt: fromNow(inMinutes), durationMinutes: 60 },
  price: usd(price),
});
const three = [lesson(1, 60), lesson(2, 120), lesson(3, 180)];

const fresh = async (more = {}) => {
  course = await stage.onSale({ price: usd(10_000), sessions: three, ...more });
  student = await person('student');
};
const buy = () => stage.send('post', `/enrollments/courses/${course.id}`, student);
const idOf = (number: number) => course.sessions.find((session) => session.number === number)!.id;
const amounts = ({ holds }: Purchase) => holds.map(({ amount }) => amount);

async function askedFor(): Promise<string> {
  for (let look = 0; look < 2_000; look += 1) {
    const row = await stage.db('purchases').where({ student_id: student.id }).first('id');
    if (row !== undefined) return row.id;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('nobody asked');
}

describe('buying a course', () => {
  test('asks once for all of its sessions, waits for the wallet and gives access to each', async () => {
    await fresh();
    const [answer] = await Promise.all([buy(), askedFor().then((id) => stage.hold(id))]);
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/api/v1/enrollments/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      ...{ kind: 'course', courseId: course.id, sessionId: null, studentId: student.id },
      ...{ price: usd(10_000), paymentStatus: 'paid', status: 'active', refunded: usd(0) },
      completionPercentage: 0,
      holds: [1, 2, 3].map((number) => ({ sessionId: idOf(number), status: 'held', currency: 'USD' })),
    });
    expect(amounts(answer.body)).toEqual([3334, 3333, 3333]);
    const [asked] = await questionsAbout(stage.db, [answer.body.id]);
    expect(asked).toMatchObject({
      ...{ kind: 'course', teacherId: stage.teacher.id, courseId: course.id, total: usd(10_000) },
      holds: answer.body.holds.map(({ id, sessionId, amount }: Purchase['holds'][number]) => ({
        ...{ holdId: id, sessionId, amount: usd(amount) },
      })),
    });
    const active = (await emitted(stage.db, purchaseActivated)).find(
      ({ data }) => data.purchaseId === answer.body.id,
    );
    expect(active?.data).toMatchObject({ kind: 'course', sessionIds: [1, 2, 3].map(idOf) });
    for (const number of [1, 2, 3]) {
      const { body } = await stage.send('get', `/enrollments/sessions/${idOf(number)}/access`, student);
      expect(body).toEqual({ hasAccess: true, reason: 'purchased' });
    }
  });

  test('neither charges nor holds the shares of sessions that have started, and counts no cancelled one', async () => {
    await fresh({ price: usd(900), sessions: [lesson(1, -5), ...three.slice(1), lesson(4, 240)] });
    await stage.cancel(idOf(4));
    const { body } = await stage.askCourse(student, course.id).expect(202);
    expect(body).toMatchObject({ price: usd(600), status: 'pending' });
    expect(body.holds.map(({ sessionId }: { sessionId: string }) => sessionId)).toEqual([idOf(2), idOf(3)]);
    expect(amounts(body)).toEqual([300, 300]);
  });

  test('holds nothing for a share of nothing, and holds it all the same', async () => {
    await fresh({ price: usd(500), sessions: [lesson(1, 60, 0), lesson(2, 120, 1000)] });
    const { id } = await stage.boughtCourse(student, course.id);
    expect(amounts(await stage.enrollment(student, id))).toEqual([0, 500]);
    await fresh({ price: usd(0) });
    const free = await stage.boughtCourse(student, course.id);
    expect(await stage.enrollment(student, free.id)).toMatchObject({ status: 'active', price: usd(0) });
  });

  test('is declined with 402 and the purchase; all of its seats are free again', async () => {
    await fresh({ maxStudents: 1 });
    const refuse = async () => deliver(stage.db, consumers, [declined(await askedFor(), student.id)]);
    const [answer] = await Promise.all([buy(), refuse()]);
    expect(answer.status).toBe(402);
    expect(DeclinedPurchase.parse(answer.body)).toEqual(answer.body);
    expect(answer.body).toMatchObject({
      shortfall: usd(250),
      purchase: { kind: 'course', status: 'declined' },
    });
    await stage.askCourse(await person('student'), course.id).expect(202);
  });

  test('that waits too long expires by the wallet’s word', async () => {
    await fresh({ maxStudents: 1 });
    const { body } = await stage.askCourse(student, course.id).expect(202);
    const expired = declined(body.id, student.id, { reason: 'expired', shortfall: null });
    await deliver(stage.db, consumers, [expired]);
    expect(await stage.enrollment(student, body.id)).toMatchObject({ status: 'expired' });
    await stage.askCourse(await person('student'), course.id).expect(202);
  });

  test('does not buy what is added to the course later', async () => {
    await fresh();
    const { id } = await stage.boughtCourse(student, course.id);
    const added = {
      ...(await stage
        .db('sessions')
        .where({ id: idOf(3) })
        .first()),
      number: 9,
    };
    const [session] = await stage
      .db('sessions')
      .insert({ ...added, id: id.replace(/^./, 'f'), room_name: `course_${course.id}_session_9` }, '*');
    expect((await stage.enrollment(student, id)).holds).toHaveLength(3);
    await stage.ask(student, session.id).expect(202);
  });

  test('under one Idempotency-Key is one purchase, with the status it ended with', async () => {
    await fresh();
    const keyed = () => stage.askCourse(student, course.id).set('Idempotency-Key', 'course-1');
    const first = await keyed().expect(202);
    await stage.hold(first.body.id);
    const again = await keyed().expect(201).expect('Idempotency-Replayed', 'true');
    expect(again.body).toMatchObject({ id: first.body.id, status: 'active' });
  });
});

describe('a course is refused', () => {
  const codeOf = async (who = student, id = course.id) => {
    const { status, body } = await stage.askCourse(who, id);
    return `${status} ${body.type}`;
  };

  test('after one of its sessions was bought, and a session of it after the course, naming them', async () => {
    await fresh();
    await stage.bought(student, idOf(2));
    const refused = await stage.askCourse(student, course.id).expect(409);
    expect(refused.body).toMatchObject({ type: '/problems/already-bought', sessionIds: [idOf(2)] });
    expect(refused.body.detail).toContain('session 2, Lesson 2');

    await fresh();
    await stage.boughtCourse(student, course.id);
    const { body } = await stage.ask(student, idOf(3)).expect(409);
    expect(body).toMatchObject({ type: '/problems/already-bought', sessionIds: [idOf(3)] });
    const twice = await stage.askCourse(student, course.id).expect(409);
    expect(twice.body.sessionIds).toEqual([1, 2, 3].map(idOf));
  });

  test('not for a session bought before, once that has started', async () => {
    await fresh();
    await stage.bought(student, idOf(1));
    await stage
      .db('sessions')
      .where({ id: idOf(1) })
      .update({ started_at: new Date(), status: 'live' });
    const { body } = await stage.askCourse(student, course.id).expect(202);
    expect(amounts(body)).toEqual([3333, 3333]);
  });

  test('whole, where one session is full: no seat of the others is taken', async () => {
    await fresh({ maxStudents: 1 });
    await stage.bought(await person('student'), idOf(2));
    const { body } = await stage.askCourse(student, course.id).expect(409);
    expect(body).toMatchObject({ type: '/problems/sold-out', sessionIds: [idOf(2)] });
    const taken = await stage
      .db('sessions')
      .where({ course_id: course.id })
      .orderBy('number')
      .pluck('seats_taken');
    expect(taken).toEqual([0, 1, 0]);
  });

  test('when nothing of it is left, when it is archived, and of one’s own', async () => {
    await fresh();
    const both = { id: stage.teacher.id, roles: ['teacher', 'student'] as Role[] };
    const own = { id: both.id, bearer: `Bearer ${await token(both)}` };
    expect(await codeOf(own)).toBe('409 /problems/own-course');
    await stage.db('sessions').where({ course_id: course.id }).update({ starts_at: new Date() });
    expect(await codeOf()).toBe('409 /problems/nothing-left');
    await stage.db('courses').where({ id: course.id }).update({ status: 'archived' });
    expect(await codeOf()).toBe('409 /problems/not-on-sale');
  });

  test('as a draft: to all but its teacher it is not there', async () => {
    await fresh();
    await stage.db('courses').where({ id: course.id }).update({ status: 'draft', published_at: null });
    expect(await codeOf()).toBe('404 /problems/not-found');
    expect(await codeOf(student, idOf(1))).toBe('404 /problems/not-found');
  });
});

test('a course purchase is read by whoever made it, under its own path', async () => {
  await fresh();
  const { id } = await stage.boughtCourse(student, course.id);
  const single = await stage.bought(student, (await stage.onSale()).sessions[0]!.id);
  await stage.send('get', `/enrollments/${id}`, await person('student', 'admin')).expect(404);
  await stage.send('get', `/enrollments/sessions/${id}`, student).expect(404);
  await stage.send('get', `/enrollments/${single.id}`, student).expect(404);
  const mine = await stage.send('get', '/enrollments/me', student).expect(200);
  expect(mine.body.data.map((one: Purchase) => one.id)).toEqual([id]);
});
