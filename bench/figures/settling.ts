import { randomBytes } from 'node:crypto';
import { post } from '@rollcall/cli/class/post';
import { parseSpans } from '@rollcall/cli/class/scenario';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { webhooksOf } from '@rollcall/contracts/class-webhooks';
import { userRegistered } from '@rollcall/contracts/events/identity';
import { buy, callerOf, fund, publishedCourse, type Session } from '@rollcall/e2e/story';
import { type System, startSystem } from '@rollcall/e2e/system';
import { newId } from '@rollcall/kit/id';
import { envelope, token } from '@rollcall/kit/testing';
import { bareLedger, placeHold, settleHold } from '../bare/ledger.js';
import { adminToken, startIssuer } from '../keys.js';
import { publishEvents } from '../publisher.js';
import { type Figure, inParallel, median, milliseconds, until } from '../report.js';

const HOLDS = 1_000;
/** Classes settled, and how many of the first only warm the compiler: a server that runs is warm. */
const ROUNDS = 8;
const WARM_UP = 4;
const PRICE = 1_000;

/** From the last webhook of a class of 1,000 to the last wallet entry, against a loop of one transaction a hold. */
export async function settling(): Promise<Figure> {
  const ours = median((await throughTheSystem()).slice(WARM_UP));
  const bare = median((await sequentialLoop()).slice(WARM_UP));
  const means = 'sequential loop over ours';
  return {
    name: `settling ${HOLDS} holds of one session`,
    ours: milliseconds(ours),
    limit: milliseconds(bare),
    ratio: bare / ours,
    goal: 8,
    means,
  };
}

async function throughTheSystem(): Promise<number[]> {
  const issuer = await startIssuer();
  const system = await startSystem({
    services: ['enrollment', 'attendance', 'settlement', 'wallet'],
    settings: { ...issuer.settings, ATTENDANCE_GRACE_SECONDS: '0' },
  });
  const teacherId = newId();
  const students = Array.from({ length: HOLDS }, newId);
  await introduce(system, teacherId, students);
  const at = system.urls.enrollment[0] ?? '';
  const teacher = callerOf(
    at,
    teacherId,
    await token({ id: teacherId, roles: ['teacher'] }, { expires: '60m' }),
  );
  const course = await publishedCourse(teacher, { sessions: ROUNDS, price: PRICE });
  const took: number[] = [];
  for (const session of course.sessions) {
    await inParallel(students, 32, async (id) => {
      const student = callerOf(at, id, await token({ id, roles: ['student'] }, { expires: '60m' }));
      const { status, body } = await buy(student, session);
      if (status !== 201) throw new Error(`a purchase was answered with ${status} ${JSON.stringify(body)}`);
    });
    took.push(await settle(system, course, session, students));
  }
  await system.stop();
  issuer.close();
  return took;
}

async function introduce(system: System, teacherId: string, students: readonly string[]): Promise<void> {
  const user = (userId: string, role: 'teacher' | 'student') =>
    envelope(userRegistered, {
      userId,
      roles: [role],
      displayName: 'Bench',
      email: 'bench@example.test',
      locale: 'en',
      timeZone: 'UTC',
      referrerId: null,
      version: 1,
    });
  await publishEvents(system.prefix, [
    user(teacherId, 'teacher'),
    ...students.map((id) => user(id, 'student')),
  ]);
  const admin = callerOf(system.urls.wallet[0] ?? '', '', await adminToken());
  await inParallel(students, 16, (id) => fund(admin, callerOf('', id), PRICE * ROUNDS));
}

async function settle(
  system: System,
  course: Course,
  session: Session,
  students: readonly string[],
): Promise<number> {
  const wallet = system.db('wallet');
  const ended = async () =>
    Number((await wallet('entries').whereIn('type', ['payment_release', 'refund']).count())[0]?.count);
  // Counted once the numbers have been drawn: a count at every look would take its time from what is measured.
  const drawn = async () =>
    Number((await wallet.raw('select last_value from entries_entry_no_seq')).rows[0].last_value);
  const [before, number] = [await ended(), await drawn()];
  const allEnded = async () =>
    (await drawn()) >= number + students.length && (await ended()) >= before + students.length;
  const connections = parseSpans('0-60', 3_600);
  const person = (userId: string, role: 'teacher' | 'student') => ({
    userId,
    name: 'Bench',
    role,
    connections,
  });
  const cast = [person(course.teacherId, 'teacher'), ...students.map((id) => person(id, 'student'))];
  const lesson = { roomName: session.roomName, startsAt: new Date(session.startsAt), durationMinutes: 60 };
  const webhooks = webhooksOf(lesson, cast, undefined, (kind) => `${kind}_${randomBytes(8).toString('hex')}`);
  const door = { urls: system.urls.attendance[0] ?? '', key: 'devkey', secret: 'secret' };
  const last = webhooks.find(({ event }) => event === 'room_finished');
  if (last === undefined) throw new Error('a class without an end');
  await inParallel(
    webhooks.filter((one) => one !== last),
    16,
    ({ body }) => post(door, body),
  );
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const started = performance.now();
  await post(door, last.body);
  await until('all entries', allEnded);
  return performance.now() - started;
}

async function sequentialLoop(): Promise<number[]> {
  const bare = await bareLedger(HOLDS, 8);
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const holds: string[] = [];
    await inParallel(
      Array.from({ length: HOLDS }, (_, n) => n),
      8,
      async (account) => {
        holds.push(await placeHold(bare.pool, account, PRICE));
      },
    );
    const started = performance.now();
    for (const hold of holds) await settleHold(bare.pool, hold, 0);
    took.push(performance.now() - started);
  }
  await bare.close();
  return took;
}
