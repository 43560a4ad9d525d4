/** The same story with two replicas of every service and every message delivered twice: the same money, once. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bindings } from '@rollcall/kit/service';
import { namesOf } from '@rollcall/kit/topology';
import { type ChannelModel, connect } from 'amqplib';
import { checkInvariants } from './invariants.js';
import {
  atGateway,
  buy,
  buyCourse,
  type Caller,
  callerOf,
  cancel,
  cancelled,
  demo,
  eventually,
  holdOf,
  play,
  publishedCourse,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let echo: ChannelModel;
let admin: Caller;
let teacher: Caller;
let echoed = 0;

/** A second copy of every message straight into each queue that got the first. */
async function echoEverything({ amqp, prefix }: System): Promise<ChannelModel> {
  const names = namesOf(prefix);
  const connection = await connect(amqp);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, names.events, '#');
  const copy = (type: string, content: Buffer, contentType: string) => {
    for (const [service, types] of Object.entries(bindings)) {
      if (!types.includes(type)) continue;
      channel.sendToQueue(names.queue(service), content, { contentType, persistent: true });
      echoed += 1;
    }
  };
  await channel.consume(
    queue,
    (message) =>
      message && copy(message.fields.routingKey, message.content, String(message.properties.contentType)),
    { noAck: true },
  );
  return connection;
}

beforeAll(async () => {
  system = await startSystem({ replicas: 2 });
  echo = await echoEverything(system);
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'referred.teacher');
});
afterAll(async () => {
  await echo.close();
  await system.stop();
});

test('a class of ten settles every hold once, whichever replica hears what how often', async () => {
  const before = await walletOf(teacher);
  const [session] = (await publishedCourse(teacher)).sessions;
  if (session === undefined) throw new Error('a course without a session');
  const students = await Promise.all(
    Array.from({ length: 10 }, () => studentWith(system.gateway, admin, 1500)),
  );
  const purchases = await Promise.all(students.map((student) => buy(student, session)));
  expect(purchases.map(({ status }) => status)).toEqual(students.map(() => 201));

  const spans = students.map(({ id }, index) => [id, index % 2 === 0 ? '0-60' : '0-11:59'] as const);
  const attendance = { students: Object.fromEntries(spans), deliveries: 2, shuffled: true };
  await play(system, teacher.id, session, attendance);

  const holds = await Promise.all(
    students.map((student, index) => settled(student, holdOf(purchases[index]!))),
  );
  expect(holds.map(({ status }) => status)).toEqual(
    holds.map((_, index) => (index % 2 === 0 ? 'released' : 'refunded')),
  );
  const after = await walletOf(teacher);
  expect(after.earnings.available.amount - before.earnings.available.amount).toBe(5 * 700);
  const credits = await Promise.all(
    students.map(async (student) => (await walletOf(student)).credits.amount),
  );
  expect(credits).toEqual(students.map((_, index) => (index % 2 === 0 ? 500 : 1500)));
  expect(echoed).toBeGreaterThan(20);
});

test('money for three and fifty purchases at once at two gateways: exactly three', async () => {
  const student = await studentWith(system.gateway, admin, 3000);
  const course = await publishedCourse(teacher, { sessions: 50 });
  const callers = system.urls.gateway.map((url) => callerOf(url, student.id, student.token));
  const answers = await Promise.all(
    course.sessions.map((session, index) => buy(callers[index % callers.length]!, session)),
  );
  const counts = [201, 402].map((wanted) => answers.filter(({ status }) => status === wanted).length);
  expect(counts).toEqual([3, 47]);
  expect((await walletOf(student)).credits.amount).toBe(0);
});

test('twenty students and one seat: one has it', async () => {
  const course = await publishedCourse(teacher, { maxStudents: 1 });
  const [session] = course.sessions;
  if (session === undefined) throw new Error('a course without a session');
  const students = await Promise.all(
    Array.from({ length: 20 }, () => studentWith(system.gateway, admin, 1000)),
  );
  const answers = await Promise.all(students.map((student) => buy(student, session)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
});

test('a course cancelled at two gateways at once gives its money back once', async () => {
  const student = await studentWith(system.gateway, admin, 3000);
  const course = await publishedCourse(teacher, { sessions: 3, maxStudents: 1 });
  const { body } = await buyCourse(student, course);
  const callers = system.urls.gateway.map((url) => callerOf(url, student.id, student.token));
  const answers = await Promise.all(callers.map((caller) => cancel(caller, body)));
  expect(answers.filter(({ status }) => status !== 409).length).toBeGreaterThan(0);
  await eventually('the money to be back', async () => (await walletOf(student)).credits.amount === 3000);
  await eventually('the seats to be free', async () => (await buyCourse(student, course)).status === 201);
});

test('promo of an admin is given once, spent first, and comes back as promo', async () => {
  const student = await studentWith(system.gateway, admin, 1000);
  const grant = { amount: 600, currency: 'USD', reason: 'welcome', account: 'promo' };
  const key = { 'idempotency-key': `promo-${student.id}` };
  const path = `/admin/wallets/${student.id}/credit`;
  const given = await Promise.all([0, 1].map((n) => atGateway(system, n, admin).post(path, grant, key)));
  for (const { status, body } of given)
    if (status !== 201) expect(body.type).toBe('/problems/request-in-progress');
  const has = async (promo: number, credits: number) => {
    const wallet = await walletOf(student);
    return wallet.promo.amount === promo && wallet.credits.amount === credits;
  };
  expect(await has(600, 1000)).toBe(true);

  const course = await publishedCourse(teacher, { sessions: 2, price: 500 });
  const bought = await buyCourse(student, course);
  expect(await has(0, 600)).toBe(true);
  await play(system, teacher.id, course.sessions[0]!, { students: { [student.id]: '0-60' } });
  expect((await settled(student, holdOf(bought))).status).toBe('released');
  // The first hold was of promo alone; of the second a hundred were.
  const back = await cancelled(student, await cancel(student, bought.body));
  expect(back.body.refunded).toEqual({ amount: 500, currency: 'USD' });
  await eventually('what was given up to be back where it came from', () => has(100, 1000));
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
