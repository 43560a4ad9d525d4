/** A teacher's changes and those who buy at the same moment: whoever is first, nothing is promised and then changed. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Course, Session } from '@rollcall/contracts/api/enrollment';
import { sessionStarted } from '@rollcall/contracts/events/attendance';
import { purchaseRequested, sessionCancelled } from '@rollcall/contracts/events/enrollment';
import { deliver, emitted, envelope, workOf } from '@rollcall/kit/testing';
import type { Work } from '@rollcall/kit/work';
import type { Test } from 'supertest';
import { consumers } from '../src/consumers.js';
import { addSession } from '../src/use-cases/add-session.js';
import { declinePurchases } from '../src/use-cases/answer-purchases.js';
import { archiveCourse } from '../src/use-cases/archive-course.js';
import { cancelSession } from '../src/use-cases/cancel-session.js';
import type { OwnCourse } from '../src/use-cases/own.js';
import { updateCourse } from '../src/use-cases/update-course.js';
import { updateSession } from '../src/use-cases/update-session.js';
import {
  brokenInvariants,
  declined,
  fromNow,
  openStage,
  person,
  type Stage,
  somebodyWaits,
  students,
  usd,
} from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

const ROUNDS = 8;
const BUYERS = 12;

const firstOf = async (course: Promise<Course>): Promise<Session> => (await course).sessions[0]!;
const patch = (path: string, body: object, tag = '*') =>
  stage.send('patch', path, stage.teacher).set('If-Match', tag).send(body);
const cancel = (session: Session) => stage.send('post', `/sessions/${session.id}/cancel`, stage.teacher);
const statuses = async (asked: readonly Test[]) => (await Promise.all(asked)).map(({ status }) => status);
/** Somewhere among the others, another place each round. */
const among = (others: readonly Test[], round: number, one: Test) => [
  ...others.slice(0, round),
  one,
  ...others.slice(round),
];

/** Runs a change up to before its commit, starts a rival, and commits once that waits for it. */
async function whileOpen(change: (work: Work) => Promise<unknown>, rival: () => Promise<unknown>) {
  const { rest } = await workOf(stage.db, async (work) => {
    await change(work);
    const rest = rival();
    await somebodyWaits(stage.db);
    return { rest };
  });
  return rest;
}

describe.each([
  ['without a limit', {}],
  ['with a limit', { maxStudents: 50 }],
])('in a session %s', (_name, more) => {
  test('no purchase is made after it was cancelled: it is asked for before, or refused', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const session = await firstOf(stage.onSale(more));
      const asks = (await students(BUYERS)).map((buyer) => stage.ask(buyer, session.id));
      const answers = await Promise.all(among(asks, round, cancel(session)));
      expect(answers.splice(round, 1)[0]!.status).toBe(200);
      const refused = answers.filter(({ status }) => status !== 202);
      for (const { body } of refused) expect(body.type).toBe('/problems/session-cancelled');

      const news = await stage.db('outbox').whereIn('type', [purchaseRequested.type, sessionCancelled.type]);
      const [gone] = news.filter(({ subject }) => subject === session.id);
      const bought = await stage.db('purchases').where({ session_id: session.id }).pluck('id');
      expect(bought).toHaveLength(BUYERS - refused.length);
      for (const { seq } of news.filter(({ subject }) => bought.includes(subject)))
        expect(seq).toBeLessThan(gone.seq);
    }
  });

  test('nobody pays another price than it has once he holds a seat', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const session = await firstOf(stage.onSale(more));
      const asks = (await students(BUYERS)).map((buyer) => stage.ask(buyer, session.id));
      const edit = patch(`/sessions/${session.id}`, { price: usd(777), durationMinutes: 45 });
      const answers = await Promise.all(among(asks, round % 3, edit));
      const [edited] = answers.splice(round % 3, 1);
      expect(answers.map(({ status }) => status)).toEqual(Array(BUYERS).fill(202));
      const expected = edited!.status === 200 ? 777 : 1000;
      if (expected === 1000) expect(edited!.body.type).toBe('/problems/session-sold');
      const row = await stage.db('sessions').where({ id: session.id }).first();
      expect([row.price, row.duration_minutes]).toEqual([expected, expected === 777 ? 45 : 60]);
      const paid = await stage.db('purchases').where({ session_id: session.id }).distinct('total');
      expect(paid).toEqual([{ total: expected }]);
    }
  });

  test.each<[string, (session: Session) => (work: Work) => Promise<unknown>, object]>([
    [
      'a cancellation is refused',
      ({ id }) =>
        (work) =>
          cancelSession(work, { ...ownOf(id), reason: undefined }),
      { status: 409, body: { type: '/problems/session-cancelled' } },
    ],
    [
      'a new price pays it',
      ({ id }) =>
        (work) =>
          updateSession(work, ownOf(id), { price: usd(777) }),
      { status: 202, body: { price: usd(777) } },
    ],
  ])('who waits for %s', async (_what, change, expected) => {
    const session = await firstOf(stage.onSale(more));
    const student = await person('student');
    const answer = await whileOpen(change(session), async () => stage.ask(student, session.id));
    expect(answer).toMatchObject(expected);
  });

  const ownOf = (sessionId: string) => ({ sessionId, teacherId: stage.teacher.id, ifMatch: undefined });
});

describe('a limit', () => {
  const limitTo = (maxStudents: number | null, courseId: string) => (work: Work) =>
    updateCourse(work, { courseId, teacherId: stage.teacher.id, ifMatch: undefined }, { maxStudents });

  test.each<[string, Record<string, unknown>, number | null, number]>([
    ['set', {}, 1, 202],
    ['lifted', { maxStudents: 1 }, null, 202],
    ['lowered', { maxStudents: 5 }, 1, 202],
  ])(
    'that is %s while somebody waits to buy sells him what there is then',
    async (_what, more, limit, status) => {
      const course = await stage.onSale(more);
      const [session] = course.sessions as [Session];
      const student = await person('student');
      const answer = await whileOpen(limitTo(limit, course.id), async () => stage.ask(student, session.id));
      expect(answer).toMatchObject({ status });
      const next = await stage.ask(await person('student'), session.id);
      expect(next.status).toBe(limit === null ? 202 : 409);
    },
  );

  test('waits for a seat that is being freed, and does not count it', async () => {
    const course = await stage.onSale();
    const [session] = course.sessions as [Session];
    const student = await person('student');
    const { body } = await stage.ask(student, session.id).expect(202);
    const answer = declined(body.id, student.id);
    const changed = await whileOpen(
      (work) => declinePurchases(work, [answer]),
      async () => patch(`/courses/${course.id}`, { maxStudents: 1 }),
    );
    expect(changed).toMatchObject({ status: 200 });
    await stage.ask(await person('student'), session.id).expect(202);
  });

  test('is set while some buy and others are declined, and every seat is counted once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const course = await stage.onSale(round % 2 === 0 ? {} : { maxStudents: 100 });
      const [session] = course.sessions as [Session];
      const early = await students(BUYERS);
      const asked = await Promise.all(early.map((buyer) => stage.ask(buyer, session.id).expect(202)));
      const refusals = asked
        .slice(0, BUYERS / 2)
        .map(({ body }, index) => deliver(stage.db, consumers, [declined(body.id, early[index]!.id)]));
      const late = (await students(BUYERS)).map((buyer) => stage.ask(buyer, session.id));
      const limits = [BUYERS, null, 40].map((maxStudents) => patch(`/courses/${course.id}`, { maxStudents }));
      const given = await statuses([...late.slice(0, 4), ...limits, ...late.slice(4)]);
      await Promise.all(refusals);
      for (const status of given) expect([200, 202, 409]).toContain(status);
      expect(await brokenInvariants(stage.db)).toEqual([]);
    }
  });
});

describe('who buys the whole course', () => {
  const askAll = async (course: Course) =>
    (await students(BUYERS)).map((buyer) => stage.askCourse(buyer, course.id));

  test('while a session of it is cancelled either asks for it before that, or buys the rest', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const course = await stage.onSale(round % 2 === 0 ? {} : { maxStudents: 50 });
      const [session] = course.sessions as [Session];
      const answers = await statuses(among(await askAll(course), round, cancel(session)));
      expect(answers.sort()).toEqual([200, ...Array(BUYERS).fill(202)]);
      const gone = await stage
        .db('outbox')
        .where({ subject: session.id, type: sessionCancelled.type })
        .first();
      const asked: { seq: number; body: string }[] = await stage
        .db('outbox')
        .whereIn(
          'subject',
          stage.db('purchases').where({ course_id: course.id }).select(stage.db.raw('id::text')),
        );
      expect(asked).toHaveLength(BUYERS);
      for (const { seq, body } of asked) expect(body.includes(session.id)).toBe(seq < gone.seq);
    }
  });

  test('while its price changes pays one or the other, and the shares are of what he pays', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const course = await stage.onSale();
      const edit = patch(`/courses/${course.id}`, { price: usd(1501) });
      const answers = await statuses(among(await askAll(course), round, edit));
      expect(answers.sort()).toEqual([200, ...Array(BUYERS).fill(202)]);
      const paid = await stage.db('purchases').where({ course_id: course.id }).pluck('total');
      for (const total of paid) expect([1501, 2000]).toContain(total);
      expect(await brokenInvariants(stage.db)).toEqual([]);
    }
  });

  test.each<[string, Record<string, unknown>, number | null]>([
    ['set', {}, 1],
    ['lifted', { maxStudents: 1 }, null],
  ])('while its limit is %s has a seat in every session', async (_what, more, maxStudents) => {
    const course = await stage.onSale(more);
    const own = { courseId: course.id, teacherId: stage.teacher.id, ifMatch: undefined };
    const student = await person('student');
    const answer = await whileOpen(
      (work) => updateCourse(work, own, { maxStudents }),
      async () => stage.askCourse(student, course.id),
    );
    expect(answer).toMatchObject({ status: 202, body: { holds: [{ amount: 1000 }, { amount: 1000 }] } });
  });

  const third = {
    number: 3,
    title: 'Adverbs',
    startsAt: fromNow(180),
    durationMinutes: 60,
    price: usd(0),
  };
  test.each<[string, (work: Work, own: OwnCourse) => Promise<unknown>, object]>([
    [
      'a new price and limit pays it',
      (work, own) => updateCourse(work, own, { price: usd(1500), maxStudents: 9 }),
      { status: 202, body: { price: usd(1500) } },
    ],
    [
      'one session more has it too',
      (work, own) => addSession(work, own, third),
      { status: 202, body: { holds: [{ amount: 1000 }, { amount: 1000 }, { amount: 0 }] } },
    ],
    ['its archiving is refused', archiveCourse, { status: 409, body: { type: '/problems/not-on-sale' } }],
  ])('and waits for %s', async (_what, change, expected) => {
    const course = await stage.onSale();
    const own = { courseId: course.id, teacherId: stage.teacher.id, ifMatch: undefined };
    const student = await person('student');
    const answer = await whileOpen(
      (work) => change(work, own),
      async () => stage.askCourse(student, course.id),
    );
    expect(answer).toMatchObject(expected);
  });
});

test('of ten changes decided by one ETag one is made, of a course and of a session', async () => {
  const course = await stage.onSale();
  const [session] = course.sessions as [Session];
  for (const [path, { version }] of [
    [`/courses/${course.id}`, course],
    [`/sessions/${session.id}`, session],
  ] as const) {
    const edits = Array.from({ length: 10 }, (_, index) =>
      patch(path, { title: `Title ${index}` }, `"${version}"`),
    );
    expect((await statuses(edits)).sort()).toEqual([200, ...Array(9).fill(412)]);
  }
});

test('ten cancellations at once are one', async () => {
  const session = await firstOf(stage.onSale());
  expect(await statuses(Array.from({ length: 10 }, () => cancel(session)))).toEqual(Array(10).fill(200));
  const said = (await emitted(stage.db, sessionCancelled)).filter(({ subject }) => subject === session.id);
  expect(said).toHaveLength(1);
});

test('a session starts or is cancelled: what its teacher was told is what is', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const session = await firstOf(stage.onSale());
    const started = envelope(sessionStarted, { sessionId: session.id, at: new Date().toISOString() });
    const both = [async () => cancel(session), async () => deliver(stage.db, consumers, [started])];
    const [one, two] = await Promise.all((round % 2 === 0 ? both : both.reverse()).map((act) => act()));
    const answer = (round % 2 === 0 ? one : two) as { status: number };
    const row = await stage.db('sessions').where({ id: session.id }).first();
    expect([answer.status, row.status]).toEqual(
      row.status === 'cancelled' ? [200, 'cancelled'] : [409, 'live'],
    );
    const said = (await emitted(stage.db, sessionCancelled)).filter(({ subject }) => subject === session.id);
    expect(said).toHaveLength(answer.status === 200 ? 1 : 0);
  }
});

test('a number that several sessions want at once is given to one', async () => {
  const course = await stage.onSale();
  const [one, two] = course.sessions as [Session, Session];
  const more = { number: 7, title: 'Later', startsAt: fromNow(180), price: usd(500) };
  const asked = [
    patch(`/sessions/${one.id}`, { number: 7 }),
    patch(`/sessions/${two.id}`, { number: 7 }),
    stage.send('post', `/courses/${course.id}/sessions`, stage.teacher).send(more),
  ];
  const given = await statuses(asked);
  expect(given.filter((status) => status < 300)).toHaveLength(1);
  expect(given.filter((status) => status === 409)).toHaveLength(2);
});
