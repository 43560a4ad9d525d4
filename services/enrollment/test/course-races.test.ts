import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { cancellationRequested, purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { cancellationDecided } from '@rollcall/contracts/events/settlement';
import { deliver, emitted, envelope } from '@rollcall/kit/testing';
import type { Response } from 'supertest';
import { consumers } from '../src/consumers.js';
import {
  brokenInvariants,
  declined,
  fromNow,
  openStage,
  person,
  type Stage,
  students,
  usd,
} from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

function tally(answers: readonly Response[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = status < 300 ? String(status) : `${status} ${body.type}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Numbered backwards in time, so that the order of sessions is not that of their ids in every list. */
const courseOf = (count: number, more = {}): Promise<Course> =>
  stage.onSale({
    price: usd(1000 * count),
    sessions: Array.from({ length: count }, (_, index) => ({
      ...{
        number: index + 1,
        title: `Lesson ${index + 1}`,
        startsAt: fromNow(60 * (count - index)),
        price: usd(1000),
      },
    })),
    ...more,
  });
const taken = (course: Course) =>
  stage.db('sessions').where({ course_id: course.id }).orderBy('number').pluck('seats_taken');

test('of forty who buy a course of three seats exactly three get it', async () => {
  const course = await courseOf(5, { maxStudents: 3 });
  const answers = await Promise.all((await students(40)).map((buyer) => stage.askCourse(buyer, course.id)));
  expect(tally(answers)).toEqual({ 202: 3, '409 /problems/sold-out': 37 });
  expect(await taken(course)).toEqual([3, 3, 3, 3, 3]);
});

test('buyers of the course and of each of its sessions fill every seat once and never one too many', async () => {
  const course = await courseOf(4, { maxStudents: 5 });
  const [whole, ...single] = await Promise.all([students(20), ...course.sessions.map(() => students(10))]);
  const asks = [
    ...whole.map((buyer) => stage.askCourse(buyer, course.id)),
    ...course.sessions.flatMap(({ id }, index) => single[index]!.map((buyer) => stage.ask(buyer, id))),
  ];
  const answers = await Promise.all(asks.sort(() => Math.random() - 0.5));
  expect(Object.keys(tally(answers)).sort()).toEqual(['202', '409 /problems/sold-out']);
  expect(await taken(course)).toEqual([5, 5, 5, 5]);
});

test.each([
  ['without a limit', {}],
  ['with a limit', { maxStudents: 50 }],
])(
  'a student who buys a course %s and its sessions, all at once, has each session once',
  async (_name, more) => {
    for (let round = 0; round < 5; round += 1) {
      const course = await courseOf(3, more);
      const student = await person('student');
      const answers = await Promise.all([
        ...course.sessions.map(({ id }) => stage.ask(student, id)),
        stage.askCourse(student, course.id),
        stage.askCourse(student, course.id),
      ]);
      expect(Object.keys(tally(answers)).sort()).toEqual(['202', '409 /problems/already-bought']);
      for (const { status, body } of answers)
        if (status === 409) expect(body.sessionIds.length).toBeGreaterThan(0);
      const seats: string[] = await stage
        .db('seats')
        .where({ student_id: student.id, live: true })
        .pluck('session_id');
      expect(new Set(seats).size).toBe(seats.length);
      const asked = (await emitted(stage.db, purchaseRequested)).filter(
        ({ data }) => data.studentId === student.id,
      );
      expect(asked.flatMap(({ data }) => data.holds.map(({ sessionId }) => sessionId)).sort()).toEqual(
        seats.sort(),
      );
    }
  },
);

/** settlement's answer to what was asked of a purchase: all of it goes back. */
async function givenBack(purchaseId: string) {
  const question = (await emitted(stage.db, cancellationRequested)).find(
    ({ data }) => data.purchaseId === purchaseId,
  )!;
  const holds = await stage.db('holds').where({ purchase_id: purchaseId });
  return envelope(cancellationDecided, {
    purchaseId,
    requestedAt: question.data.requestedAt,
    refunded: holds.map(({ id, session_id, amount }) => ({
      ...{ holdId: id, sessionId: session_id, amount: usd(amount), decisionVersion: 1 },
    })),
    kept: [],
    reason: 'refunded',
  });
}

test('seats given back by declines and cancellations go to others while all of them run into each other', async () => {
  const course = await courseOf(4, { maxStudents: 12 });
  const [cancelling, declining] = [await students(6), await students(6)];
  const bought: { id: string }[] = [];
  for (const student of cancelling) bought.push(await stage.boughtCourse(student, course.id));
  const asked = await Promise.all(declining.map((buyer) => stage.askCourse(buyer, course.id).expect(202)));
  for (const [index, { id }] of bought.entries())
    await stage
      .send('delete', `/enrollments/${id}`, cancelling[index])
      .set('Prefer', 'respond-async')
      .expect(202);
  const answers = await Promise.all(bought.map(({ id }) => givenBack(id)));

  const [freed, replies] = await Promise.all([
    Promise.all([
      ...answers.map((one) => deliver(stage.db, consumers, [one])),
      ...asked.map(({ body }, index) =>
        deliver(stage.db, consumers, [declined(body.id, declining[index]!.id)]),
      ),
    ]),
    Promise.all([
      ...(await students(10)).map((buyer) => stage.askCourse(buyer, course.id)),
      ...(await students(10)).map((buyer, index) => stage.ask(buyer, course.sessions[index % 4]!.id)),
    ]),
  ]);
  expect(freed.flatMap((outcomes) => Object.values(outcomes))).toEqual(Array(12).fill('done'));
  for (const name of Object.keys(tally(replies))) expect(['202', '409 /problems/sold-out']).toContain(name);
  const { rows } = await stage.db.raw(
    `select sessions.seats_taken, count(seats.session_id)::int as live from sessions
       left join seats on seats.session_id = sessions.id and live where sessions.course_id = ? group by sessions.id`,
    [course.id],
  );
  for (const { seats_taken, live } of rows) expect(seats_taken).toBe(live);
  const again = await Promise.all((await students(12)).map((buyer) => stage.askCourse(buyer, course.id)));
  expect(Math.max(...(await taken(course)))).toBe(12);
  expect(Object.keys(tally(again))).toContain('409 /problems/sold-out');
});
