/** What an admin does by hand: completing a session, and correcting one person's attendance. */

import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventType } from '@rollcall/contracts/event';
import {
  attendanceAmended,
  attendanceAudited,
  sessionCompleted,
} from '@rollcall/contracts/events/attendance';
import { sessionCancelled } from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { emitted, envelope, type TestDatabase, testDatabase, token, workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { defaultRules } from '../src/domain/session.js';
import { checkSession } from '../src/use-cases/check-session.js';
import { correctAttendance } from '../src/use-cases/correct-attendance.js';
import {
  appOf,
  classOf,
  know,
  lookAt,
  migrations,
  postAll,
  type SessionData,
  saidOf,
  scheduled,
} from './support.js';

let database: TestDatabase;
let app: RequestListener;
/** Tomorrow: what is done by hand is done on the machine's own clock, before any of these classes. */
const START = Math.ceil(Date.now() / 3_600_000 + 24) * 3_600_000;
const minute = (number: number): number => START + number * 60_000;
const instant = (number: number): string => new Date(minute(number)).toISOString();
const clock = { now: START };
const admin = newId();

beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db, () => new Date(clock.now));
});
afterAll(() => database.close());

type Said = { sessionId: string };
const said = <Data extends Said>(type: EventType<Data>, session: SessionData) =>
  saidOf(database.db, type, session);
const audited = async ({ sessionId }: SessionData) =>
  (await emitted(database.db, attendanceAudited))
    .map(({ data }) => data)
    .filter(({ target }) => target.startsWith(sessionId));

interface Call {
  key?: string;
  ifMatch?: string;
  roles?: ('admin' | 'teacher' | 'student' | 'finance')[];
}
async function call(path: string, body: object, { key, ifMatch = '*', roles = ['admin'] }: Call = {}) {
  const asked = request(app)
    .post(`/admin/attendance/sessions/${path}`)
    .set('authorization', `Bearer ${await token({ id: admin, roles })}`)
    .set('if-match', ifMatch);
  return (key === undefined ? asked : asked.set('idempotency-key', key)).send(body);
}
const complete = ({ sessionId }: Said, more: Call & { reason?: string } = {}) =>
  call(`${sessionId}/complete`, { reason: more.reason ?? 'the video server crashed' }, more);
const correct = (
  { sessionId }: Said,
  userId: string,
  stretches: readonly (readonly [from: number, to: number])[],
  more: Call & { reason?: string } = {},
) =>
  call(
    `${sessionId}/corrections`,
    {
      userId,
      intervals: stretches.map(([from, to]) => ({ from: instant(from), to: instant(to) })),
      reason: more.reason ?? 'seen in the recording',
    },
    more,
  );

const read = async ({ sessionId }: Said, search = '') =>
  request(app)
    .get(`/attendance/sessions/${sessionId}${search}`)
    .set('authorization', `Bearer ${await token({ id: admin, roles: ['admin'] })}`);

/** Posts at a moment of our clock, and looks. */
async function arrive(bodies: readonly string[], at: number): Promise<void> {
  clock.now = at;
  await postAll(app, bodies);
  await lookAt(database.db, at);
}

const soon = () => scheduled(database.db, { startsAt: instant(0) });

/** A class in which the teacher's and the room's end were never told. */
async function endless(student: string) {
  const session = await soon();
  const room = classOf(session);
  const [teacherJoined, teacherLeft] = room.in(session.teacherId, 0, 60);
  await arrive([teacherJoined, ...room.in(student, 0, 30)], minute(30));
  return { session, room, teacherLeft };
}

async function completedClass(student: string): Promise<SessionData> {
  const session = await soon();
  const room = classOf(session);
  await arrive(
    [...room.in(session.teacherId, 0, 60), ...room.in(student, 0, 5), room.finished(60.4)],
    minute(60),
  );
  await lookAt(database.db, minute(61));
  expect(await said(sessionCompleted, session)).toHaveLength(1);
  return session;
}

describe('completing by hand', () => {
  test('closes a session whose room_finished never came, by what is known, and says who did it and why', async () => {
    const student = newId();
    const { session } = await endless(student);
    expect(await said(sessionCompleted, session)).toEqual([]);
    const answer = await complete(session);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ sessionId: session.sessionId, status: 'completed', version: 1 });
    expect(await said(sessionCompleted, session)).toMatchObject([
      {
        version: 1,
        cause: 'admin',
        teacher: { seconds: 1, maxSeconds: 3600 },
        people: [{ userId: student, seconds: 1800, maxSeconds: 1800 }],
      },
    ]);
    expect(await audited(session)).toMatchObject([
      {
        actor: admin,
        action: 'attendance.complete',
        target: session.sessionId,
        reason: 'the video server crashed',
      },
    ]);
  });

  test('is amended by a webhook that comes late', async () => {
    const { session, teacherLeft } = await endless(newId());
    await complete(session);
    await arrive([teacherLeft], minute(70));
    await lookAt(database.db, minute(71));
    expect(await said(attendanceAmended, session)).toMatchObject([
      { version: 2, cause: 'late-event', teacher: { seconds: 3600, maxSeconds: 3600 } },
    ]);
  });

  test('a session that started unsaid is said to have started first', async () => {
    const session = await soon();
    const room = classOf(session);
    clock.now = minute(10);
    await postAll(app, [room.in(session.teacherId, 0, 60)[0], room.in(newId(), 5, 60)[0]]);
    await complete(session);
    const types = (await emitted(database.db)).filter(({ subject }) => subject === session.sessionId);
    expect(types.map(({ type }) => type)).toEqual([
      'attendance.session-started.v1',
      'attendance.session-completed.v1',
    ]);
  });

  test('is done once: again, or for a cancelled session, it is a 409', async () => {
    const { session } = await endless(newId());
    expect((await complete(session)).status).toBe(200);
    const again = await complete(session);
    expect([again.status, again.body.type]).toEqual([409, '/problems/session-completed']);

    const gone = await soon();
    await know(database.db, envelope(sessionCancelled, { ...gone, status: 'cancelled', version: 2 }));
    const answer = await complete(gone);
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/session-cancelled']);
    expect(await audited(gone)).toEqual([]);
  });

  test('of a session still to come is a 409: nobody’s absence could be proven', async () => {
    const later = await scheduled(database.db, { startsAt: instant(7 * 1440) });
    const answer = await complete(later);
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/session-not-begun']);
    await postAll(app, [classOf(later).in(newId(), 0, 60)[0]]);
    expect((await complete(later)).status).toBe(200);
  });

  test('asks for a known session, a reason, and an admin', async () => {
    const { session } = await endless(newId());
    expect((await complete({ sessionId: newId() })).status).toBe(404);
    expect((await complete(session, { reason: ' ' })).status).toBe(400);
    expect((await call(`${session.sessionId}/complete`, {})).status).toBe(400);
    for (const role of ['teacher', 'student', 'finance'] as const) {
      expect((await complete(session, { roles: [role] })).status).toBe(403);
    }
    expect(await said(sessionCompleted, session)).toEqual([]);
  });

  test('the same Idempotency-Key completes once and answers the same; for another request it is refused', async () => {
    const { session } = await endless(newId());
    const key = newId();
    const [first, second] = [await complete(session, { key }), await complete(session, { key })];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body.completedAt).toBe(first.body.completedAt);
    expect((await complete(session, { key, reason: 'another' })).status).toBe(422);
    expect(await audited(session)).toHaveLength(1);
  });

  test('two admins and the clock at once complete it once', async () => {
    const { session } = await endless(newId());
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => complete(session)),
      ...Array.from({ length: 4 }, () => lookAt(database.db, minute(121))),
    ]);
    const statuses = answers.flatMap((answer) => (answer ? [answer.status] : []));
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
    expect(await said(sessionCompleted, session)).toHaveLength(1);
    expect(await audited(session)).toHaveLength(statuses.filter((status) => status === 200).length);
  });
});

describe('correcting by hand', () => {
  test('sets one person’s presence: version 2 says it, version 1 stays', async () => {
    const [student, other] = [newId(), newId()];
    const session = await completedClass(student);
    const answer = await correct(session, student, [
      [50, 90],
      [0, 10],
      [5, 20],
    ]);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      sessionId: session.sessionId,
      courseId: session.courseId,
      startsAt: session.startsAt,
      userId: student,
      seconds: 3600,
      maxSeconds: 3600,
      status: 'present',
      confidence: 'corrected',
      version: 2,
      intervals: [
        { from: instant(0), to: instant(20), exact: true },
        { from: instant(50), to: instant(90), exact: true },
      ],
    });
    expect(await said(attendanceAmended, session)).toMatchObject([
      { version: 2, cause: 'correction', people: [{ userId: student, seconds: 3600, corrected: true }] },
    ]);
    expect((await read(session)).body).toMatchObject({ version: 2, cause: 'correction' });
    const first = (await read(session, '?version=1')).body;
    expect(first).toMatchObject({ version: 1, cause: 'room-finished' });
    expect(first.data).toMatchObject([{ role: 'teacher' }, { userId: student, seconds: 300, version: 1 }]);
    expect((await read(session, '?version=3')).status).toBe(404);
    expect((await read(session, '?version=0')).status).toBe(400);
    expect(await audited(session)).toMatchObject([
      {
        actor: admin,
        action: 'attendance.correct',
        target: `${session.sessionId}:${student}`,
        reason: 'seen in the recording',
      },
    ]);
    expect((await correct(session, other, [[0, 15]])).body).toMatchObject({
      seconds: 900,
      overlapSeconds: 900,
    });
  });

  test('a later one of the same person replaces the earlier; none at all says he never came', async () => {
    const student = newId();
    const session = await completedClass(student);
    await correct(session, student, [[0, 30]]);
    expect((await correct(session, student, [[10, 20]])).body).toMatchObject({ seconds: 600, version: 3 });
    expect((await correct(session, student, [])).body).toMatchObject({
      seconds: 0,
      status: 'absent',
      firstSeenAt: null,
      version: 4,
    });
  });

  test('that was decided by an older version is a 412: of two at once one is made, and one is audited', async () => {
    const student = newId();
    const session = await completedClass(student);
    const ifMatch = (await read(session)).headers.etag!;
    expect(ifMatch).toBe('"1"');
    const answers = await Promise.all(
      [30, 40].map((to) => correct(session, student, [[0, to]], { ifMatch })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 412]);
    expect(answers.find(({ status }) => status === 201)?.headers.etag).toBe('"2"');
    expect((await read(session)).headers.etag).toBe('"2"');
    expect((await complete(session, { ifMatch })).status).toBe(412);
    expect(await audited(session)).toHaveLength(1);
  });

  test('that changes no figure makes no version, and is audited all the same', async () => {
    const student = newId();
    const session = await completedClass(student);
    await correct(session, student, [[0, 30]]);
    const again = await correct(session, student, [[0, 30]]);
    expect([again.status, again.body.version]).toEqual([201, 2]);
    expect(await said(attendanceAmended, session)).toHaveLength(1);
    expect(await audited(session)).toHaveLength(2);
  });

  test('before completion it is shown at once and counts in the result', async () => {
    const student = newId();
    const { session, room, teacherLeft } = await endless(student);
    expect((await correct(session, student, [[0, 45]])).body).toMatchObject({ seconds: 2700, version: 0 });
    expect(await said(attendanceAmended, session)).toEqual([]);
    await arrive([teacherLeft, room.finished(60.4)], minute(59));
    await lookAt(database.db, minute(60));
    expect(await said(sessionCompleted, session)).toMatchObject([
      { version: 1, cause: 'room-finished', people: [{ userId: student, seconds: 2700, corrected: true }] },
    ]);
  });

  test('of whoever was still open lets the session complete without waiting for him', async () => {
    const { session } = await endless(newId());
    await lookAt(database.db, minute(62));
    expect(await said(sessionCompleted, session)).toEqual([]);
    await correct(session, session.teacherId, [[0, 60]]);
    await lookAt(database.db, minute(62));
    expect(await said(sessionCompleted, session)).toMatchObject([
      { cause: 'scheduled-end', teacher: { seconds: 3600, overlapSeconds: 1800, corrected: true } },
    ]);
  });

  test('stands against a webhook that comes late', async () => {
    const session = await soon();
    const room = classOf(session);
    const student = newId();
    const [joined, left] = room.in(student, 0, 60);
    await arrive([joined, ...room.in(session.teacherId, 0, 60), room.finished(60.4)], minute(60));
    await lookAt(database.db, minute(61));
    await correct(session, student, [[0, 10]]);
    await arrive([left], minute(90));
    await lookAt(database.db, minute(91));
    const last = (await said(attendanceAmended, session)).at(-1);
    expect(last?.people).toMatchObject([{ userId: student, seconds: 600, maxSeconds: 600 }]);
  });

  test('is known where the session could not be observed; everybody else stays for a person to judge', async () => {
    const session = await scheduled(database.db, { startsAt: '2041-10-01T10:00:00.000Z' });
    await lookAt(database.db, Date.parse('2041-10-01T12:00:01Z'));
    const student = newId();
    const answer = await call(`${session.sessionId}/corrections`, {
      userId: student.toUpperCase(),
      intervals: [{ from: '2041-10-01T12:00:00+02:00', to: '2041-10-01T10:30:00Z' }],
      reason: 'the teacher’s own recording',
    });
    expect(answer.body).toMatchObject({
      userId: student,
      seconds: 1800,
      status: 'present',
      confidence: 'corrected',
      version: 2,
    });
    expect(await said(attendanceAmended, session)).toMatchObject([{ observed: false }]);
  });

  test.each<[string, [number, number][], string]>([
    ['ends before it begins', [[20, 10]], 'invalid-interval'],
    ['has no length', [[20, 20]], 'invalid-interval'],
    [
      'is of another day',
      [
        [0, 10],
        [1440, 1500],
      ],
      'outside-window',
    ],
  ])('with an interval that %s is refused with 422, and nothing is kept', async (_name, stretches, code) => {
    const student = newId();
    const session = await completedClass(student);
    const answer = await correct(session, student, stretches);
    expect([answer.status, answer.body.type]).toEqual([422, `/problems/${code}`]);
    expect(answer.body.errors[0].path).toBe(`intervals.${stretches.length - 1}`);
    expect(await database.db('corrections').where({ session_id: session.sessionId })).toEqual([]);
  });

  test('asks for a known session that is not cancelled, a reason, and an admin', async () => {
    const student = newId();
    const session = await completedClass(student);
    expect((await correct({ sessionId: newId() }, student, [])).status).toBe(404);
    expect((await correct(session, student, [], { reason: '' })).status).toBe(400);
    expect((await correct(session, '', [])).status).toBe(400);
    expect((await correct(session, student, [], { roles: ['teacher'] })).status).toBe(403);
    const many = Array.from({ length: 101 }, () => [0, 1] as const);
    expect((await correct(session, student, many)).status).toBe(400);
    const gone = await soon();
    await know(database.db, envelope(sessionCancelled, { ...gone, status: 'cancelled', version: 2 }));
    expect((await correct(gone, student, [])).status).toBe(409);
    expect(await said(attendanceAmended, session)).toEqual([]);
  });

  test('the same Idempotency-Key corrects once', async () => {
    const student = newId();
    const session = await completedClass(student);
    const key = newId();
    await correct(session, student, [[0, 30]], { key });
    await correct(session, student, [[0, 40]]);
    const replayed = await correct(session, student, [[0, 30]], { key });
    expect(replayed.headers['idempotency-replayed']).toBe('true');
    expect([replayed.status, replayed.body.seconds]).toEqual([201, 2400]);
    expect(await audited(session)).toHaveLength(2);
  });

  test('ten at once make ten versions, each once, and the last one counts', async () => {
    const student = newId();
    const session = await completedClass(student);
    await Promise.all(Array.from({ length: 10 }, (_, n) => correct(session, student, [[0, n + 10]])));
    const versions = (await said(attendanceAmended, session)).map(({ version }) => version);
    expect(versions).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const last = await database
      .db('corrections')
      .where({ session_id: session.sessionId })
      .orderBy('seq', 'desc')
      .first();
    const record = await database
      .db('records')
      .where({ session_id: session.sessionId, user_id: student, version: 11 })
      .first();
    expect(record.seconds * 1000).toBe(last.intervals[0].to - last.intervals[0].from);
  });

  test('does not lose a webhook that a look had taken up while the correction was being written', async () => {
    const [student, late] = [newId(), newId()];
    const session = await completedClass(student);
    const given = { sessionId: session.sessionId, actorId: admin, userId: student, reason: 'seen' };
    const lease = new Date(minute(70));
    await database.db('sessions').where({ id: session.sessionId }).update({ due_at: lease });
    const { look } = await workOf(database.db, async (work) => {
      await correctAttendance(work, defaultRules, { ...given, intervals: [] });
      await postAll(app, classOf(session).in(late, 0, 40));
      await database.db('wakes').delete(); // the look below is the one they asked for
      const look = workOf(database.db, (other) =>
        checkSession(other, session.sessionId, { rules: defaultRules, lease }),
      );
      await new Promise((resolve) => setTimeout(resolve, 150)); // until it waits for the row
      return { look };
    });
    await look;
    expect(await said(attendanceAmended, session)).toMatchObject([{ version: 2, people: [{ seconds: 0 }] }]);
    await lookAt(database.db, minute(71));
    const last = (await said(attendanceAmended, session)).at(-1);
    expect(last).toMatchObject({ version: 3, cause: 'late-event' });
    expect(last?.people.find(({ userId }) => userId === late)).toMatchObject({ seconds: 2400 });
  });

  test('can be neither changed nor deleted', async () => {
    await expect(database.db('corrections').delete()).rejects.toThrow(/append-only/);
    await expect(database.db('corrections').update({ reason: 'none' })).rejects.toThrow(/append-only/);
  });
});
