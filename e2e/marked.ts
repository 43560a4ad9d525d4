/** People who put a mark into all they send, into each place a request has. */
import { expect } from '@jest/globals';
import { register } from '@rollcall/contracts/api/identity';
import type { AnswerOf } from '@rollcall/contracts/route';
import { keyList, unseal } from '@rollcall/kit/sealed';
import {
  buy,
  type Caller,
  callerOf,
  eventually,
  fund,
  holdOf,
  play,
  publishedCourse,
  type Session,
  settled,
} from './story.js';
import type { ServiceName, System } from './system.js';

export interface Stage {
  readonly system: System;
  /** In every e-mail address, name, password, reason, header and query sent here. */
  readonly mark: string;
  /** Tokens as they were handed out, also by letter. */
  readonly tokens: string[];
}

export const SERVICES: readonly ServiceName[] = [
  'identity',
  'enrollment',
  'attendance',
  'settlement',
  'wallet',
  'gateway',
];
export const LETTER_KEYS = `e2e:${Buffer.alloc(32, 'l').toString('base64')}`;

export const addressOf = ({ mark }: Stage, who: string): string => `${mark}-${who}@private.test`;

export async function person(stage: Stage, role: 'student' | 'teacher'): Promise<Caller> {
  const { system, mark, tokens } = stage;
  const { body } = await callerOf(system.gateway).api.call(register, {
    body: { email: addressOf(stage, role), password: `${mark}-password`, name: `${mark} ${role}`, role },
  });
  tokens.push(body.accessToken, body.refreshToken);
  return callerOf(system.gateway, body.user.id, body.accessToken);
}

/** Requests that are refused, at the gateway and past it, with something private in each place a request has. */
export async function misuse(stage: Stage, student: Caller): Promise<void> {
  const { system, mark, tokens } = stage;
  const email = addressOf(stage, 'student');
  const anybody = callerOf(system.gateway);
  await anybody.post('/auth/login', { email, password: `${mark}-wrong` });
  await anybody.post('/auth/register', { email, password: `${mark}-password`, name: mark, role: 'student' });
  await anybody.post('/auth/login', { email, password: `${mark}-password`, [mark]: mark });
  for (let spent = 0; spent < 2; spent += 1)
    await anybody.post('/auth/refresh', { refreshToken: tokens.at(-1) });
  for (const path of ['/auth/password/reset', '/auth/email/verify'])
    await anybody.post(path, { token: `${mark}-token`, password: `${mark}-password` });
  const bases = [system.gateway, ...SERVICES.map((service) => system.urls[service][0]!)];
  await Promise.all(bases.flatMap((base) => misuseAt(base, { ...stage, email, student })));
}

function misuseAt(base: string, { mark, email, student }: Stage & { email: string; student: Caller }) {
  const asked = (path: string, token: string) =>
    fetch(`${base}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  return [
    fetch(`${base}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `session=${mark}`, 'user-agent': mark },
      body: `{"email":"${email}","password":"${mark}`,
    }),
    asked(`/wallet?token=${mark}&email=${email}`, mark),
    asked(`/${mark}?access_token=${student.token}`, student.token),
    asked(`/wallet?access_token=${mark}`, student.token),
    asked(`/admin/users?text=${email}`, student.token),
    asked(`/courses?text=${mark}&text=${email}`, student.token),
    fetch(`${base}/api/v1/webhooks/livekit`, {
      method: 'POST',
      headers: { authorization: `Bearer ${student.token}`, 'content-type': 'application/webhook+json' },
      body: `{"event":"participant_joined","participant":{"name":"${mark}"}}`,
    }),
  ];
}

export type People = Readonly<Record<'admin' | 'teacher' | 'student', Caller>>;

/** A class that is bought, attended and settled. */
export async function classOf({ system }: Stage, { admin, teacher, student }: People): Promise<Session> {
  await fund(admin, student, 10_000);
  const session = (await publishedCourse(teacher)).sessions[0]!;
  const bought = await buy(student, session);
  await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
  await settled(student, holdOf(bought));
  return session;
}

/** A forgotten password and a new address, by the true tokens of their letters. */
export async function byLetter(stage: Stage, student: Caller): Promise<void> {
  const { mark, tokens } = stage;
  await student.post('/auth/password/forgot', { email: addressOf(stage, 'student') });
  const verification = await letterTo(stage, student, 'email-verification');
  expect((await student.post('/auth/email/verify', { token: verification })).status).toBe(204);
  const token = await letterTo(stage, student, 'password-reset');
  const reset = { token, password: `${mark}-forgotten` };
  expect((await student.post('/auth/password/reset', reset)).status).toBe(204);
  const { status, body } = await student.post<AnswerOf<typeof register>>('/auth/password', {
    currentPassword: `${mark}-forgotten`,
    newPassword: `${mark}-changed`,
  });
  expect(status).toBe(200);
  tokens.push(verification, token, body.accessToken, body.refreshToken);
}

/** The token of a letter, as the service that writes it opens it. */
const letterTo = ({ system }: Stage, { id }: Caller, purpose: string): Promise<string> =>
  eventually(`the letter for ${purpose}`, async () => {
    const said = system
      .db('identity')('outbox')
      .where({ type: `identity.${purpose}-requested.v1` });
    const row: { body: string } | undefined = await said.where({ subject: id }).first('body');
    return row && unseal(keyList.parse(LETTER_KEYS), JSON.parse(row.body).data.token, `letter/${id}`);
  });

/** What admins write down: reasons are said about people. */
export async function byHand({ mark }: Stage, { admin, student }: People, session: Session): Promise<void> {
  const reason = `${mark} was ill`;
  const at = (minutes: number) => new Date(Date.parse(session.startsAt) + minutes * 60_000).toISOString();
  const usd = { amount: 1, currency: 'USD', reason };
  const answers = [
    await admin.post(`/admin/attendance/sessions/${session.id}/corrections`, {
      userId: student.id,
      intervals: [{ from: at(0), to: at(5) }],
      reason,
    }),
    await admin.post(`/admin/wallets/${student.id}/credit`, usd),
    await admin.post(`/admin/wallets/${student.id}/clawback`, usd),
    await admin.post(`/admin/wallets/${student.id}/write-off`, usd),
    await admin.patch(`/admin/users/${student.id}`, { roles: ['student', 'finance'], reason }),
    await admin.get(`/admin/users?text=${mark}`),
    await admin.get(`/admin/audit?target=${mark}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 200, 200, 200]);
  await admin.post(`/admin/attendance/sessions/${session.id}/complete`, { reason });
}

/** What a teacher and a student change of their own, with words about it. */
export async function byOwners({ mark }: Stage, { teacher, student }: People): Promise<void> {
  const { id, sessions } = await publishedCourse(teacher, { sessions: 2 });
  const { body: purchase } = await buy(student, sessions[0]!);
  await eventually('the purchase to be given up', async () => {
    const { status } = await student.delete(`/enrollments/sessions/${purchase.id}`, { reason: mark });
    return status === 200;
  });
  const answers = [
    await teacher.patch(`/courses/${id}`, { title: mark, description: mark }),
    await teacher.patch(`/sessions/${sessions[0]!.id}`, { title: mark }),
    await teacher.post(`/sessions/${sessions[1]!.id}/cancel`, { reason: mark }),
    await student.patch('/auth/me', { name: `${mark} renamed` }),
    await student.get(`/courses?text=${mark}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
}
