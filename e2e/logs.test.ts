/**
 * What the services write into their logs, with every level on: nothing of a person, no password, no token. Everything
 * that somebody sends here carries a mark, and services are made to fail while they have it in hand.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import {
  buy,
  type Caller,
  callerOf,
  demo,
  eventually,
  fund,
  holdOf,
  play,
  publishedCourse,
  type Session,
  settled,
} from './story.js';
import { type ServiceName, type Storing, type System, startSystem } from './system.js';

/** In every e-mail address, name, password, reason, header and query sent here. */
const mark = `mark${randomBytes(4).toString('hex')}`;
const SERVICES: readonly ServiceName[] = [
  'identity',
  'enrollment',
  'attendance',
  'settlement',
  'wallet',
  'gateway',
];

let system: System;
let logs: Readonly<Record<string, string>> = {};
/** Tokens as they were handed out. */
const tokens: string[] = [];

beforeAll(async () => {
  system = await startSystem({ settings: { LOG_LEVEL: 'trace' } });
  const admin = await demo(system.gateway, 'admin');
  const teacher = await person('teacher');
  const student = await person('student');
  await misuse(student);
  const session = await classOf(admin, teacher, student);
  await correct(admin, student, session);
  await breakEach(admin, student, teacher);
  await parkSomething();
  const processes = SERVICES.flatMap((service) => system.processes(service));
  await system.stop();
  logs = Object.fromEntries(processes.map((one) => [one.service, one.said()]));
}, 240_000);
afterAll(() => system.stop());

const register = (gateway: string, body: object) =>
  callerOf(gateway).post<{ user: { id: string }; accessToken: string; refreshToken: string }>(
    '/auth/register',
    body,
  );

async function person(role: 'student' | 'teacher'): Promise<Caller> {
  const { body } = await register(system.gateway, {
    email: `${mark}-${role}@private.test`,
    password: `${mark}-password`,
    name: `${mark} ${role}`,
    role,
  });
  tokens.push(body.accessToken, body.refreshToken);
  return callerOf(system.gateway, body.user.id, body.accessToken);
}

/** Requests that are refused, at the gateway and past it, with something private in each place a request has. */
async function misuse(student: Caller): Promise<void> {
  const email = `${mark}-student@private.test`;
  const anybody = callerOf(system.gateway);
  await anybody.post('/auth/login', { email, password: `${mark}-wrong` });
  await anybody.post('/auth/register', { email, password: `${mark}-password`, name: mark, role: 'student' });
  await anybody.post('/auth/login', { email, password: `${mark}-password`, [mark]: mark });
  for (let spent = 0; spent < 2; spent += 1)
    await anybody.post('/auth/refresh', { refreshToken: tokens.at(-1) });
  const raw = [system.gateway, ...SERVICES.map((service) => system.urls[service][0]!)].flatMap((base) => [
    fetch(`${base}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `session=${mark}`, 'user-agent': mark },
      body: `{"email":"${email}","password":"${mark}`,
    }),
    fetch(`${base}/api/v1/wallet?token=${mark}&email=${email}`, {
      headers: { authorization: `Bearer ${mark}` },
    }),
    fetch(`${base}/api/v1/${mark}?access_token=${student.token}`),
    fetch(`${base}/api/v1/wallet?access_token=${mark}`, {
      headers: { authorization: `Bearer ${student.token}` },
    }),
    fetch(`${base}/api/v1/webhooks/livekit`, {
      method: 'POST',
      headers: { authorization: `Bearer ${student.token}`, 'content-type': 'application/webhook+json' },
      body: `{"event":"participant_joined","participant":{"name":"${mark}"}}`,
    }),
  ]);
  await Promise.all(raw);
}

/** A class that is bought, attended and settled. */
async function classOf(admin: Caller, teacher: Caller, student: Caller): Promise<Session> {
  await fund(admin, student, 5000);
  const session = (await publishedCourse(teacher)).sessions[0]!;
  const bought = await buy(student, session);
  await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
  await settled(student, holdOf(bought));
  return session;
}

/** What admins write down: reasons are said about people. */
async function correct(admin: Caller, student: Caller, session: Session): Promise<void> {
  const reason = `${mark} was ill`;
  const at = (minutes: number) => new Date(Date.parse(session.startsAt) + minutes * 60_000).toISOString();
  await admin.post(`/admin/attendance/sessions/${session.id}/corrections`, {
    userId: student.id,
    intervals: [{ from: at(0), to: at(5) }],
    reason,
  });
  await admin.post(`/admin/attendance/sessions/${session.id}/complete`, { reason });
  await admin.post(`/admin/wallets/${student.id}/credit`, { amount: 1, currency: 'USD', reason });
}

/** Every service fails with a person's data in its hands: PostgreSQL refuses the row, and quotes it. */
async function breakEach(admin: Caller, student: Caller, teacher: Caller): Promise<void> {
  const { gateway } = system;
  const reason = `${mark} again`;
  const open = (await publishedCourse(teacher)).sessions[0]!;
  await refusing('identity', 'users', () =>
    register(gateway, {
      email: `${mark}-2@private.test`,
      password: `${mark}-password`,
      name: mark,
      role: 'student',
    }),
  );
  await refusing('wallet', 'entries', () =>
    admin.post(`/admin/wallets/${student.id}/credit`, { amount: 1, currency: 'USD', reason }),
  );
  await refusing('enrollment', 'courses', () =>
    teacher.post('/courses', {
      title: mark,
      description: mark,
      price: { amount: 1, currency: 'USD' },
      sessions: [{ number: 1, title: mark, startsAt: open.startsAt, price: { amount: 1, currency: 'USD' } }],
    }),
  );
  const hold = holdOf(await buy(student, open));
  await eventually('settlement to know the hold', async () => {
    const { status } = await student.get(`/holds/${hold}`);
    return status === 200;
  });
  await refusing('settlement', 'decisions', () => admin.post(`/admin/holds/${hold}/refund`, { reason }));
  await refusing('attendance', 'deliveries', () =>
    play(system, teacher.id, open, { students: { [student.id]: '0-60' }, tries: 1 }).then(
      () => ({ status: 200 }),
      () => ({ status: 503 }),
    ),
  );
}

async function refusing(
  service: Storing,
  table: string,
  ask: () => Promise<{ status: number }>,
): Promise<void> {
  const db = system.db(service);
  await db.raw('alter table ?? add constraint refused check (false) not valid', [table]);
  const { status } = await ask();
  await db.raw('alter table ?? drop constraint refused', [table]);
  expect([service, status >= 500]).toEqual([service, true]);
}

/** A message that nobody can read, with a person in it. */
async function parkSomething(): Promise<void> {
  const connection = await connect(system.amqp);
  const channel = await connection.createConfirmChannel();
  channel.sendToQueue(`${system.prefix}wallet`, Buffer.from(`${mark}@private.test`), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
  const parked = () => system.db('wallet')('parked').count('* as count').first();
  await eventually('the message to be parked', async () => Number((await parked())?.count) > 0);
}

describe.each(SERVICES)('the log of %s', (service) => {
  const lines = () => logs[service]!.split('\n').filter((line) => line !== '');

  test('has something to hide: it tells of its start and of what failed, in lines of JSON', () => {
    const levels = lines().map((line) => (JSON.parse(line) as { level: string }).level);
    expect(levels).toContain('info');
    if (service !== 'gateway') expect(levels).toContain('error');
  });

  test('has nothing that was sent, and nothing that looks like an address, a token or a password', () => {
    for (const line of lines()) {
      expect(line).not.toContain(mark);
      for (const token of tokens) expect(line).not.toContain(token);
      expect(line).not.toMatch(/eyJ[\w-]+\.|\$argon2|:\/\/[^/\s"]+:[^/\s"]+@/);
      expect(line).not.toMatch(/[\w.+-]+@[\w-]+\.[a-z]{2,}/i);
    }
  });
});
