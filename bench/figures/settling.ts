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
import pg from 'pg';
import { type BareLedger, bareLedger, placeHold, settleHold } from '../bare/ledger.js';
import { adminToken, startIssuer } from '../keys.js';
import { publishEvents } from '../publisher.js';
import { type Figure, inParallel, median, milliseconds, until } from '../report.js';

const HOLDS = 1_000;
/** Classes settled, and how many of the first only warm the compiler: a server that runs is warm. */
const ROUNDS = 12;
const WARM_UP = 6;
const PRICE = 1_000;

/** From the last webhook of a class of 1,000 to the last wallet entry, against a loop of one transaction a hold. */
export async function settling(): Promise<Figure> {
  const stage = await openStage();
  const took = { ours: [] as number[], bare: [] as number[] };
  // By turns: the speed of a machine that is shared moves within a minute.
  for (const session of stage.course.sessions) {
    await stage.buyAll(session);
    took.ours.push(await settle(stage, session));
    took.bare.push(await sequentialLoop(stage.bare));
  }
  await stage.close();
  const [ours, limit] = [median(took.ours.slice(WARM_UP)), median(took.bare.slice(WARM_UP))];
  return {
    name: `settling ${HOLDS} holds of one session`,
    ours: milliseconds(ours),
    limit: milliseconds(limit),
    ratio: limit / ours,
    goal: 8,
    means: 'sequential loop over ours',
  };
}

interface Stage {
  readonly system: System;
  readonly bare: BareLedger;
  readonly course: Course;
  readonly students: readonly string[];
  buyAll(session: Session): Promise<void>;
  close(): Promise<void>;
}

async function openStage(): Promise<Stage> {
  const issuer = await startIssuer();
  const system = await startSystem({
    services: ['enrollment', 'attendance', 'settlement', 'wallet'],
    settings: { ...issuer.settings, ATTENDANCE_GRACE_SECONDS: '0' },
  });
  const bare = await bareLedger(HOLDS, 8);
  const teacherId = newId();
  const students = Array.from({ length: HOLDS }, newId);
  await introduce(system, teacherId, students);
  const caller = async (id: string, role: 'teacher' | 'student') =>
    callerOf(system.urls.enrollment[0] ?? '', id, await token({ id, roles: [role] }, { expires: '60m' }));
  const teacher = await caller(teacherId, 'teacher');
  const buyAll = (session: Session) =>
    inParallel(students, 32, async (id) => {
      const { status, body } = await buy(await caller(id, 'student'), session);
      if (status !== 201) throw new Error(`a purchase was answered with ${status} ${JSON.stringify(body)}`);
    });
  const close = async () => {
    await bare.close();
    await system.stop();
    issuer.close();
  };
  const course = await publishedCourse(teacher, { sessions: ROUNDS, price: PRICE });
  return { system, bare, course, students, buyAll, close };
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

async function settle({ system, course, students }: Stage, session: Session): Promise<number> {
  // A bare connection, on which the server waits until the numbers have been drawn, and counted only then: what a look costs
  // is taken from what is measured.
  const wallet = new pg.Client(system.databaseUrl('wallet'));
  await wallet.connect();
  await wallet.query(`set statement_timeout = '120s'`);
  const numberOf = async (text: string) =>
    Number((await wallet.query({ text, rowMode: 'array' })).rows[0]?.[0]);
  const ended = () => numberOf("select count(*) from entries where type in ('payment_release', 'refund')");
  const drawn = () => numberOf('select last_value from entries_entry_no_seq');
  const [before, number] = [await ended(), await drawn()];
  const allDrawn = `do $$ begin
    while (select last_value from entries_entry_no_seq) < ${number + students.length} loop perform pg_sleep(0.005); end loop;
  end $$`;
  const allEnded = async () => (await ended()) >= before + students.length;
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
  await Promise.all([post(door, last.body), wallet.query(allDrawn)]);
  await until('all entries', allEnded, { every: 5 });
  const took = performance.now() - started;
  await wallet.end();
  return took;
}

async function sequentialLoop({ pool }: BareLedger): Promise<number> {
  const holds: string[] = [];
  await inParallel(
    Array.from({ length: HOLDS }, (_, n) => n),
    8,
    async (account) => {
      holds.push(await placeHold(pool, account, PRICE));
    },
  );
  const started = performance.now();
  for (const hold of holds) await settleHold(pool, hold, 0);
  return performance.now() - started;
}
