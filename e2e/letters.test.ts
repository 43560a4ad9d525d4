/** Letters, through the gateway and a real exchange of mail: what people do is told to them, and a token in one works. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type Letter, type StandIn, startMail } from '@rollcall/mail-stand-in';
import { buy, type Caller, callerOf, demo, eventually, fund, publishedCourse, register } from './story.js';
import { type System, startSystem } from './system.js';

let mail: StandIn;
let system: System;
let admin: Caller;
beforeAll(async () => {
  mail = await startMail();
  system = await startSystem({
    services: ['identity', 'enrollment', 'attendance', 'settlement', 'wallet', 'notification', 'gateway'],
    replicasOf: { notification: 2 },
    settingsOf: {
      notification: { SMTP_URL: `smtp://127.0.0.1:${mail.smtpPort}`, PUBLIC_URL: 'https://app.example.com' },
    },
  });
  admin = await demo(system.gateway, 'admin');
}, 120_000);
afterAll(async () => {
  await system.stop();
  await mail.stop();
});

/** The letter to this address that says so in its subject. */
const letter = (email: string, subject: RegExp): Promise<Letter> =>
  eventually(`a letter like ${subject}`, async () =>
    mail.letters().find((one) => one.to.includes(email) && subject.test(one.subject)),
  );

/** How many letters there are of one subject to one address, in the worst case. */
function mostAlike(): number {
  const counts = new Map<string, number>();
  for (const { to, subject } of mail.letters()) {
    const key = `${to} ${subject}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}

const emailOf = async (who: Caller): Promise<string> =>
  (await who.get<{ email: string }>('/auth/me')).body.email;

test('the token of the first letter verifies the address', async () => {
  const student = await register(system.gateway, 'student');
  const { text } = await letter(await emailOf(student), /confirm your e-mail/);
  const [, token] = /https:\/\/app\.example\.com\/verify-email#token=(\S+)/.exec(text) ?? [];
  const answer = await callerOf(system.gateway).post('/auth/email/verify', { token });
  expect(answer.status).toBe(204);
  expect((await student.get<{ emailVerified: boolean }>('/auth/me')).body.emailVerified).toBe(true);
}, 60_000);

test('a purchase and each step of a withdrawal are told once, with two replicas, in the language of the reader', async () => {
  const [teacher, student] = [
    await register(system.gateway, 'teacher'),
    await register(system.gateway, 'student'),
  ];
  expect((await student.patch('/auth/me', { locale: 'de', timeZone: 'Europe/Berlin' })).status).toBe(200);
  await fund(admin, student, 5000);
  await eventually('notification to know the reader’s language', () =>
    system.db('notification')('contacts').where({ user_id: student.id, locale: 'de' }).first(),
  );
  const { sessions } = await publishedCourse(teacher, { price: 5000, startsIn: 72 });
  expect((await buy(student, sessions[0]!)).status).toBe(201);
  const bought = await letter(await emailOf(student), /^Gebucht: Lesson 1$/);
  expect(bought.text).toMatch(/50,00\s\$ Ihres Guthabens bleiben zurückgelegt/);

  const gift = { amount: 6000, currency: 'USD', reason: 'a test', account: 'earnings' };
  expect((await admin.post(`/admin/wallets/${teacher.id}/credit`, gift)).status).toBe(201);
  const bankAccount = {
    ...{ bankName: 'A Bank', accountNumber: 'DE89370400440532013000', accountName: 'Tea Cher' },
    swiftCode: 'COBADEFF',
  };
  const asked = { amount: 2000, currency: 'USD', bankAccount };
  const { body } = await teacher.post<{ id: string }>('/withdrawals/request', asked, {
    'idempotency-key': newId(),
  });
  const email = await emailOf(teacher);
  expect((await letter(email, /Withdrawal of \$20\.00 requested/)).text).toContain(body.id);
  expect((await admin.post(`/admin/withdrawals/${body.id}/reject`, { reason: 'Not now' })).status).toBe(200);
  expect((await letter(email, /Withdrawal of \$20\.00 rejected/)).text).toContain('Reason: Not now');
  expect(JSON.stringify(mail.letters())).not.toContain('37040044');
  // A letter that went out twice was written or taken twice: no more of them are to come once none waits.
  await eventually('no letter to wait', async () => {
    const [waits] = await system.db('notification')('letters').where({ status: 'waiting' }).limit(1);
    return waits === undefined;
  });
  expect(mostAlike()).toBe(1);
}, 60_000);
