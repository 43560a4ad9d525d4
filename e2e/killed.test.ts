/** Services killed again and again, at any moment, while students buy and classes are played: not a cent goes astray. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkInvariants } from './invariants.js';
import {
  type Caller,
  callerOf,
  demo,
  eventually,
  play,
  publishedCourse,
  type Session,
  studentWith,
} from './story.js';
import { type ServiceName, type System, startSystem } from './system.js';

const STUDENTS = 15;
const SESSIONS = 6;
const SEATS = 10;

let system: System;
let teacher: Caller;
let students: Caller[];
let sessions: readonly Session[];
beforeAll(async () => {
  system = await startSystem({ replicas: 2 });
  const admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'referred.teacher');
  students = await Promise.all(
    Array.from({ length: STUDENTS }, () => studentWith(system.gateway, admin, 1000 * SESSIONS)),
  );
  const course = await publishedCourse(teacher, { sessions: SESSIONS, maxStudents: SEATS });
  sessions = course.sessions;
}, 180_000);
afterAll(() => system.stop());

/** Kills one replica of one of these after the other, and starts it again, until told to stop. Returns how many. */
async function killing(services: readonly ServiceName[], until: AbortSignal): Promise<number> {
  let kills = 0;
  for (; !until.aborted; kills += 1) {
    const replicas = system.processes(services[kills % services.length]!);
    const one = replicas[Math.floor(Math.random() * replicas.length)]!;
    await one.kill('SIGKILL');
    Object.assign(one, await one.restart());
    await sleep(Math.random() * 200);
  }
  return kills;
}

/** As a client does that means it: the same key until there is an answer. */
async function buyUntilAnswered(student: Caller, session: Session): Promise<number> {
  const gateway = system.urls.gateway[Math.floor(Math.random() * 2)]!;
  const path = `/enrollments/sessions/${session.id}/purchase`;
  for (let tries = 0; tries < 60; tries += 1) {
    const key = { 'idempotency-key': session.id };
    const answer = await callerOf(gateway, student.id, student.token)
      .post(path, undefined, key)
      .catch(() => ({ status: 0, body: { type: '' } })); // cut off in the middle of it
    const inWork = answer.body.type === '/problems/request-in-progress';
    if ([201, 202].includes(answer.status) || (answer.status === 409 && !inWork)) return answer.status;
    await sleep(250);
  }
  throw new Error('no answer to a purchase');
}

async function playUntilTaken(session: Session): Promise<void> {
  const spans = ['0-60', '0-11:59', '0-60?', 'absent'];
  const who = Object.fromEntries(students.map(({ id }, index) => [id, spans[index % spans.length]!]));
  const played = () =>
    play(system, teacher.id, session, { students: who, deliveries: 2, shuffled: true }).then(
      () => true,
      () => false,
    );
  await eventually('the class to be taken in', played, 60);
}

test('every purchase and every class comes to its one end', async () => {
  const enough = new AbortController();
  const killers = [
    killing(['enrollment', 'settlement'], enough.signal),
    killing(['wallet', 'attendance'], enough.signal),
  ];
  const answers = await Promise.all(
    students.map(async (student) => {
      const own: number[] = [];
      for (const session of sessions) own.push(await buyUntilAnswered(student, session));
      return own;
    }),
  );
  await Promise.all(sessions.map(playUntilTaken));
  enough.abort();
  const kills = await Promise.all(killers);
  expect(Math.min(...kills)).toBeGreaterThanOrEqual(1);

  const bought = answers.flat().filter((status) => status !== 409);
  expect(bought).toHaveLength(SESSIONS * SEATS);
  const open = () =>
    system
      .db('settlement')('holds')
      .whereRaw("status = 'held' or decided_at is not null and paid_at is null");
  await eventually('every hold judged and paid', async () => (await open()).length === 0, 60);
  expect(await system.db('settlement')('holds')).toHaveLength(SESSIONS * SEATS);
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
}, 180_000);
