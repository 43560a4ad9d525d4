/** What a teacher changes of a course and its sessions, and what a sale has frozen. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Course, Session } from '@rollcall/contracts/api/enrollment';
import {
  purchaseRequested,
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import {
  brokenInvariants,
  declined,
  draft,
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

const patch = (path: string, body: object, who = stage.teacher) => stage.send('patch', path, who).send(body);
const patchCourse = (course: Course, body: object) => patch(`/courses/${course.id}`, body);
const patchSession = (session: Session, body: object) => patch(`/sessions/${session.id}`, body);
const add = (course: Course, body: object = {}) =>
  stage
    .send('post', `/courses/${course.id}/sessions`, stage.teacher)
    .send({ number: 3, title: 'Later', startsAt: fromNow(180), price: usd(500), ...body });
const drafted = async (more = {}): Promise<Course> =>
  (await stage.send('post', '/courses', stage.teacher).send(draft(more)).expect(201)).body;
const read = async (course: Course): Promise<Course> =>
  (await stage.send('get', `/courses/${course.id}`, stage.teacher).expect(200)).body;
const firstOf = (course: Course): Session => course.sessions[0]!;
const announced = (sessionId: string) =>
  emitted(stage.db).then((events) =>
    events.filter(
      ({ type, subject }) =>
        subject === sessionId &&
        [sessionScheduled.type, sessionRescheduled.type, sessionCancelled.type].includes(type),
    ),
  );

describe('a course', () => {
  test('takes the title, description, price and limit its teacher gives it, for later buyers', async () => {
    const course = await stage.onSale();
    const early = await person('student');
    await stage.bought(early, firstOf(course).id);
    const wish = { title: 'Spanish II', description: 'On', price: usd(1500), maxStudents: 7 };
    const { body } = await patchCourse(course, wish).expect(200);
    expect(body).toMatchObject({ ...wish, currentStudents: 1, version: course.version + 1 });
    expect(await read(course)).toEqual(body);
    const mine = await stage.send('get', '/enrollments/me/sessions', early).expect(200);
    expect(mine.body.data).toMatchObject([{ price: usd(1000), status: 'active' }]);
  });

  test('is edited by its own teacher alone', async () => {
    const course = await stage.onSale();
    const other = await person('teacher');
    for (const path of [`/courses/${course.id}`, `/sessions/${firstOf(course).id}`])
      await patch(path, { title: 'Mine' }, other).expect(404);
    for (const path of [`/courses/${course.id}/archive`, `/sessions/${firstOf(course).id}/cancel`])
      await stage.send('post', path, other).expect(404);
    await patch(`/courses/${course.id}`, { title: 'Mine' }, await person('student', 'admin')).expect(403);
    await stage.send('patch', `/courses/${course.id}`).send({ title: 'Mine' }).expect(401);
    await patch(`/courses/${newId()}`, { title: 'None' }).expect(404);
    await patch(`/sessions/${newId()}`, { title: 'None' }).expect(404);
    expect(await read(course)).toEqual(course);
  });

  test('that is sent back as it was is not changed, and keeps its ETag', async () => {
    const course = await stage.onSale({ maxStudents: 3 });
    const { title, description, price, maxStudents } = course;
    await patchCourse(course, { title, description, price, maxStudents }).expect(200);
    await patchCourse(course, {}).expect(200).expect('ETag', `"${course.version}"`);
  });

  test('shows the same ETag wherever it is read, and refuses a change decided by another one', async () => {
    const made = await stage.send('post', '/courses', stage.teacher).send(draft()).expect(201);
    const path = `/courses/${made.body.id}`;
    await stage.send('get', path, stage.teacher).expect(200).expect('ETag', made.headers.etag!);
    const ifMatch = (tag: string) => patch(path, { title: 'Mine' }).set('If-Match', tag);
    const changed = await ifMatch(made.headers.etag!).expect(200);
    expect(changed.headers.etag).not.toBe(made.headers.etag);
    const { body } = await ifMatch(made.headers.etag!).expect(412);
    expect(body.type).toBe('/problems/changed-meanwhile');
    const publish = (tag: string) =>
      stage.send('post', `${path}/publish`, stage.teacher).set('If-Match', tag);
    await publish(made.headers.etag!).expect(412);
    const published = await publish(changed.headers.etag!).expect(200);
    await stage
      .send('post', `${path}/archive`, stage.teacher)
      .set('If-Match', changed.headers.etag!)
      .expect(412);
    await ifMatch(published.headers.etag!).expect(200);
  });

  test('as a draft takes another currency, its sessions with it; once on sale it keeps its own', async () => {
    const course = await drafted();
    const eur = (amount: number) => ({ amount, currency: 'EUR' });
    const { body } = await patchCourse(course, { price: eur(1800) }).expect(200);
    expect(body).toMatchObject({ price: eur(1800), sessions: [{ price: eur(1000) }, { price: eur(1000) }] });
    await stage.send('post', `/courses/${course.id}/publish`, stage.teacher).expect(200);
    const refused = await patchCourse(course, { price: usd(1800) }).expect(409);
    expect(refused.body).toMatchObject({
      type: '/problems/course-announced',
      detail: expect.stringContaining('EUR'),
    });
  });
});

describe('a limit', () => {
  const buy = async (course: Course, count: number) => {
    for (const student of await students(count)) await stage.bought(student, firstOf(course).id);
  };
  const statusOf = async (course: Course) =>
    (await stage.ask(await person('student'), firstOf(course).id)).status;

  test('is never set under the seats that are taken, and the refusal says how many', async () => {
    const course = await stage.onSale();
    await buy(course, 3);
    const { body } = await patchCourse(course, { maxStudents: 2 }).expect(409);
    expect(body).toMatchObject({ type: '/problems/seats-taken', seatsTaken: 3 });
    await patchCourse(course, { maxStudents: 3 }).expect(200);
    expect(await statusOf(course)).toBe(409);
  });

  test('that is lifted and set anew counts those who came meanwhile', async () => {
    const course = await stage.onSale({ maxStudents: 1 });
    await buy(course, 1);
    await patchCourse(course, { maxStudents: null }).expect(200);
    await buy(course, 2);
    await patchCourse(course, { maxStudents: 4 }).expect(200);
    expect([await statusOf(course), await statusOf(course)]).toEqual([202, 409]);
  });

  test('counts no seat that was given back while there was none', async () => {
    const course = await stage.onSale({ maxStudents: 2 });
    const student = await person('student');
    const { body } = await stage.ask(student, firstOf(course).id).expect(202);
    await patchCourse(course, { maxStudents: null }).expect(200);
    await deliver(stage.db, consumers, [declined(body.id, student.id)]);
    await patchCourse(course, { maxStudents: 1 }).expect(200);
    expect(await statusOf(course)).toBe(202);
  });
});

describe('archiving', () => {
  test('stops sales only: what is bought stays, and is still to be read', async () => {
    const course = await stage.onSale();
    const student = await person('student');
    const bought = await stage.bought(student, firstOf(course).id);
    for (const _again of [1, 2]) {
      const { body } = await stage.send('post', `/courses/${course.id}/archive`, stage.teacher).expect(200);
      expect(body).toMatchObject({ status: 'archived', version: course.version + 1 });
    }
    const late = await stage.ask(await person('student'), firstOf(course).id).expect(409);
    expect(late.body.type).toBe('/problems/not-on-sale');
    expect(await stage.purchase(student, bought.id)).toMatchObject({ status: 'active' });
    await stage.send('get', `/courses/${course.id}`).expect(200);
    await patchSession(firstOf(course), { startsAt: fromNow(90) }).expect(200);
    expect((await add(course).expect(409)).body.type).toBe('/problems/course-archived');
  });

  test("a draft leaves it its teacher's alone, for good", async () => {
    const course = await drafted();
    await stage.send('post', `/courses/${course.id}/archive`, stage.teacher).expect(200);
    const student = await person('student');
    await stage.send('get', `/courses/${course.id}`, student).expect(404);
    await stage.ask(student, firstOf(course).id).expect(404);
    await stage.send('get', `/enrollments/sessions/${firstOf(course).id}/access`, student).expect(404);
    expect((await read(course)).status).toBe('archived');
    const again = await stage.send('post', `/courses/${course.id}/publish`, stage.teacher).expect(409);
    expect(again.body.type).toBe('/problems/not-a-draft');
  });
});

describe('a session more', () => {
  test('on a published course is announced and can be bought', async () => {
    const course = await stage.onSale({ maxStudents: 1 });
    const { body, headers } = await add(course).expect(201);
    expect(body).toMatchObject({ courseId: course.id, number: 3, durationMinutes: 60, status: 'scheduled' });
    expect(headers.etag).toBe(`"${body.version}"`);
    expect((await read(course)).sessions.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(await announced(body.id)).toMatchObject([{ type: sessionScheduled.type, data: { version: 1 } }]);
    await stage.ask(await person('student'), body.id).expect(202);
    await stage.ask(await person('student'), body.id).expect(409);
  });

  test('of a draft is announced when that is published', async () => {
    const course = await drafted();
    const { body } = await add(course).expect(201);
    expect(await announced(body.id)).toEqual([]);
    await stage.send('post', `/courses/${course.id}/publish`, stage.teacher).expect(200);
    expect(await announced(body.id)).toHaveLength(1);
  });

  test('is added once for one Idempotency-Key', async () => {
    const course = await stage.onSale();
    const body = { number: 3, title: 'Later', startsAt: fromNow(180), price: usd(500) };
    const make = () =>
      stage
        .send('post', `/courses/${course.id}/sessions`, stage.teacher)
        .set('Idempotency-Key', 'more')
        .send(body);
    const first = await make().expect(201);
    const again = await make().expect(201).expect('Idempotency-Replayed', 'true');
    expect(again.body.id).toBe(first.body.id);
  });

  test.each<[string, object, number, string]>([
    ['a number that is taken', { number: 2 }, 409, 'number-taken'],
    ['another currency', { price: { amount: 5, currency: 'EUR' } }, 422, 'another-currency'],
    ['a start in the past', { startsAt: '2020-01-01T00:00:00Z' }, 422, 'start-in-the-past'],
    ['no number', { number: undefined }, 400, 'invalid-request'],
    ['a room of his own choosing', { roomName: 'mine' }, 400, 'invalid-request'],
  ])('with %s is refused', async (_what, body, status, code) => {
    const refused = await add(await stage.onSale(), body).expect(status);
    expect(refused.body.type).toBe(`/problems/${code}`);
  });

  test('is refused where there are 200', async () => {
    const sessions = Array.from({ length: 200 }, (_, index) => ({
      ...{ number: index + 1, title: 'One of many', startsAt: fromNow(60), price: usd(1) },
    }));
    const course = await drafted({ sessions });
    expect((await add(course, { number: 201 }).expect(409)).body.type).toBe('/problems/too-many-sessions');
  });
});

describe('a session', () => {
  test('that nobody bought changes in everything, and the whole of it is said with its version', async () => {
    const [session] = (await stage.onSale()).sessions as [Session];
    const startsAt = fromNow(240);
    const wish = { title: 'Adverbs', startsAt, number: 9, durationMinutes: 90, price: usd(700) };
    const { body, headers } = await patchSession(session, wish).expect(200);
    const roomName = `course_${session.courseId}_session_9`;
    expect(body).toEqual({ ...session, ...wish, roomName, version: 2 });
    expect(headers.etag).toBe('"2"');
    const [, moved] = await announced(session.id);
    expect(moved).toMatchObject({
      type: sessionRescheduled.type,
      aggregateversion: 2,
      data: {
        ...{ sessionId: session.id, courseId: session.courseId, teacherId: stage.teacher.id, ...wish },
        ...{ status: 'scheduled', version: 2 },
      },
    });
  });

  test('that is sent back as it was says nothing', async () => {
    const [session] = (await stage.onSale()).sessions as [Session];
    await stage.bought(await person('student'), session.id);
    const { number, title, startsAt, durationMinutes, price } = session;
    await patchSession(session, { number, title, startsAt, durationMinutes, price }).expect(200);
    expect(await announced(session.id)).toHaveLength(1);
  });

  test('of a draft changes without a word to anybody', async () => {
    const [session] = (await drafted()).sessions as [Session];
    await patchSession(session, { price: usd(1) }).expect(200);
    expect(await announced(session.id)).toEqual([]);
  });

  test.each<[string, object]>([
    ['number', { number: 9 }],
    ['length', { durationMinutes: 30 }],
    ['price', { price: usd(1) }],
  ])('with a seat asked for keeps its %s until the seat is free again', async (_what, wish) => {
    const [session] = (await stage.onSale()).sessions as [Session];
    const student = await person('student');
    const { body } = await stage.ask(student, session.id).expect(202);
    const refused = await patchSession(session, wish).expect(409);
    expect(refused.body).toMatchObject({ type: '/problems/session-sold', frozen: Object.keys(wish) });
    await patchSession(session, { startsAt: fromNow(300), title: 'Moved' }).expect(200);
    await deliver(stage.db, consumers, [declined(body.id, student.id)]);
    await patchSession(session, wish).expect(200);
  });

  test('that has started keeps all but its title; one that was cancelled all', async () => {
    const sessions = [
      { number: 1, title: 'Past', startsAt: fromNow(-1), price: usd(1000) },
      { number: 2, title: 'To come', startsAt: fromNow(60), price: usd(1000) },
    ];
    const [past, next] = (await stage.onSale({ sessions })).sessions as [Session, Session];
    const refused = await patchSession(past, { startsAt: fromNow(60) }).expect(409);
    expect(refused.body.type).toBe('/problems/session-started');
    await patchSession(past, { title: 'Passed' }).expect(200);
    await stage.cancel(next.id);
    const gone = await patchSession(next, { title: 'Gone' }).expect(409);
    expect(gone.body.type).toBe('/problems/session-cancelled');
  });

  test.each<[string, object, number, string]>([
    ['into the past', { startsAt: '2020-01-01T00:00:00Z' }, 422, 'start-in-the-past'],
    ['to a number that is taken', { number: 2 }, 409, 'number-taken'],
    ['to another currency', { price: { amount: 1, currency: 'EUR' } }, 422, 'another-currency'],
    ['to a number beyond all', { number: 1001 }, 400, 'invalid-request'],
    ['to no title', { title: ' ' }, 400, 'invalid-request'],
    ['in its status', { status: 'cancelled' }, 400, 'invalid-request'],
  ])('is not changed %s', async (_what, wish, status, code) => {
    const course = await stage.onSale();
    const refused = await patchSession(firstOf(course), wish).expect(status);
    expect(refused.body.type).toBe(`/problems/${code}`);
    expect(await read(course)).toEqual(course);
  });

  test('moved meanwhile is not moved again by who did not see it', async () => {
    const session = firstOf(await stage.onSale());
    const move = (tag: string) => patchSession(session, { startsAt: fromNow(200) }).set('If-Match', tag);
    await move(`"${session.version}"`).expect(200);
    await move(`"${session.version}"`).expect(412);
  });
});

describe('who buys', () => {
  test('after a new price pays it, and the hold asked for says so', async () => {
    const session = firstOf(await stage.onSale());
    await patchSession(session, { price: usd(777) }).expect(200);
    const { body } = await stage.ask(await person('student'), session.id).expect(202);
    expect(body).toMatchObject({ price: usd(777), holds: [{ amount: 777 }] });
    const [asked] = (await emitted(stage.db, purchaseRequested)).filter(
      ({ data }) => data.purchaseId === body.id,
    );
    expect(asked?.data).toMatchObject({ total: usd(777), holds: [{ amount: usd(777) }] });
  });
});
