/**
 * Buying a whole course and giving up what has not started, through two gateways with two replicas of every service
 * behind them; and what runs into each other then.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import type { Problem } from '@rollcall/contracts/problem';
import { checkInvariants } from './invariants.js';
import {
  type Answer,
  atGateway,
  buy,
  buyCourse,
  type Caller,
  cancel,
  cancelled,
  demo,
  eventually,
  holdOf,
  placeOf,
  play,
  publishedCourse,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let admin: Caller;
let teacher: Caller;

beforeAll(async () => {
  system = await startSystem({ replicas: 2 });
  [admin, teacher] = (await Promise.all(['admin', 'teacher'].map((name) => demo(system.gateway, name)))) as [
    Caller,
    Caller,
  ];
});
afterAll(async () => {
  await system.stop();
});

const usd = (amount: number) => ({ amount, currency: 'USD' });
const student = (credits: number) => studentWith(system.gateway, admin, credits);
const creditsOf = async (who: Caller) => (await walletOf(who)).credits;
const codeOf = ({ status, body }: Answer<unknown>) =>
  status < 300 ? String(status) : `${status} ${(body as Problem).type}`;

/** Through the other gateway than everything else goes through. */
const elsewhere = (who: Caller) => atGateway(system, 1, who);

/** The purchase once it is in this state, and its money where that says. */
const becomes = (who: Caller, purchase: Purchase, status: Purchase['status']): Promise<Purchase> =>
  eventually(`purchase ${purchase.id} ${status}`, async () => {
    const { body } = await who.get<Purchase>(placeOf(purchase));
    return body.status === status && body;
  });

const refundedTo = (who: Caller, credits: number) =>
  eventually(`${credits} of credits`, async () => (await creditsOf(who)).amount === credits);

test('a course of three, cancelled after its first class: that is paid for and the rest comes back', async () => {
  const pupil = await student(10_000);
  const course = await publishedCourse(teacher, { sessions: 3, price: 1111, maxStudents: 1 });
  const bought = await buyCourse(pupil, course);
  expect(bought.status).toBe(201);
  expect(bought.body.holds.map(({ amount }) => amount)).toEqual([1111, 1111, 1111]);
  expect(await creditsOf(pupil)).toEqual(usd(10_000 - 3333));
  const [first, second, third] = course.sessions;
  await play(system, teacher.id, first!, { students: { [pupil.id]: '0-60' } });
  expect((await settled(pupil, holdOf(bought))).status).toBe('released');
  expect(codeOf(await pupil.post(`/sessions/${second!.id}/join`))).toBe('409 /problems/room-not-open');

  const back = await cancelled(pupil, await cancel(pupil, bought.body));
  expect(back.status).toBe(200);
  expect(back.body.refunded).toEqual(usd(2222));
  expect(back.body.holds.slice(1).map(({ status }) => status)).toEqual(['refunded', 'refunded']);
  const done = await becomes(pupil, bought.body, 'completed');
  expect(done).toMatchObject({ completionPercentage: 33, refunded: usd(2222), attended: true });
  await refundedTo(pupil, 10_000 - 1111);

  for (const { id } of [second!, third!]) {
    const access = await pupil.get(`/enrollments/sessions/${id}/access`);
    expect(access.body).toEqual({ hasAccess: false, reason: 'not-purchased' });
    await eventually('the door to be closed', async () => {
      const { status } = await pupil.post(`/sessions/${id}/join`);
      return status === 404;
    });
  }
  const next = await student(2222);
  expect((await buy(next, second!)).status).toBe(201);
  expect(codeOf(await cancel(pupil, bought.body))).toBe('409 /problems/purchase-ended');
});

test('a session cancelled the moment it was bought is refunded, though settlement may not have heard of it yet', async () => {
  const pupil = await student(1000);
  const [session] = (await publishedCourse(teacher)).sessions;
  const { body } = await buy(pupil, session!);
  expect(codeOf(await cancel(pupil, body))).toMatch(/^20[02]$/);
  expect(await becomes(pupil, body, 'cancelled')).toMatchObject({
    refunded: usd(1000),
    paymentStatus: 'refunded',
  });
  await refundedTo(pupil, 1000);
  expect((await buy(pupil, session!)).status).toBe(201);
});

test('while settlement stands still a cancellation is a 202, and decided once it goes on', async () => {
  const pupil = await student(2000);
  const course = await publishedCourse(teacher, { sessions: 2 });
  const { body } = await buyCourse(pupil, course);
  const replicas = system.processes('settlement');
  for (const { pid } of replicas) process.kill(pid, 'SIGSTOP');
  try {
    const late = await cancel(pupil, body);
    expect([late.status, late.headers.get('location')]).toEqual([202, `/api/v1/enrollments/${body.id}`]);
    expect((await cancel(pupil, body, { prefer: 'respond-async' })).status).toBe(202);
    expect(await creditsOf(pupil)).toEqual(usd(0));
  } finally {
    for (const { pid } of replicas) process.kill(pid, 'SIGCONT');
  }
  await becomes(pupil, body, 'cancelled');
  await refundedTo(pupil, 2000);
});

test('one seat, wanted at once by a buyer of the course and a buyer of a session, is had by one', async () => {
  for (let round = 0; round < 5; round += 1) {
    const course = await publishedCourse(teacher, { sessions: 3, maxStudents: 1 });
    const [one, other] = [await student(3000), await student(1000)];
    const answers = await Promise.all([
      buyCourse(one, course),
      buy(elsewhere(other), course.sessions[round % 3]!),
    ]);
    expect(answers.map(codeOf).sort()).toEqual(['201', '409 /problems/sold-out']);
  }
  for (let round = 0; round < 5; round += 1) {
    const course = await publishedCourse(teacher, { sessions: 3 });
    const both = await student(4000);
    const answers = await Promise.all([
      buyCourse(both, course),
      buy(elsewhere(both), course.sessions[round % 3]!),
    ]);
    expect(answers.map(codeOf).sort()).toEqual(['201', '409 /problems/already-bought']);
  }
});

test('a purchase cancelled twice at once is given back once, and both hear what became of it', async () => {
  const round = async () => {
    const pupil = await student(3000);
    const { body } = await buyCourse(pupil, await publishedCourse(teacher, { sessions: 3 }));
    const answers = await Promise.all([cancel(pupil, body), cancel(elsewhere(pupil), body)]);
    for (const one of answers) expect(codeOf(one)).toMatch(/^(20[02]|409 \/problems\/purchase-ended)$/);
    await becomes(pupil, body, 'cancelled');
    await refundedTo(pupil, 3000);
  };
  await Promise.all(Array.from({ length: 5 }, round));
});

test('a session cancelled while its class completes is paid for or given back, and never both', async () => {
  const before = (await walletOf(teacher)).earnings.available.amount;
  let released = 0;
  const cancelledAfter = async (wait: number) => {
    const pupil = await student(1000);
    const [session] = (await publishedCourse(teacher)).sessions;
    const bought = await buy(pupil, session!);
    const [, answer] = await Promise.all([
      play(system, teacher.id, session!, { students: { [pupil.id]: '0-60' } }),
      new Promise((resolve) => setTimeout(resolve, wait)).then(() => cancel(elsewhere(pupil), bought.body)),
    ]);
    expect(codeOf(answer)).toMatch(/^(20[02]|409 \/problems\/(nothing-to-cancel|purchase-ended))$/);
    const hold = await settled(pupil, holdOf(bought));
    expect(hold.decision?.reason).toBe(hold.status === 'released' ? 'attended' : 'cancelled');
    if (answer.status === 200) expect(hold.status).toBe('refunded');
    if (answer.status === 409) expect(hold.status).toBe('released');
    if (hold.status === 'released') released += 1;
    await becomes(pupil, bought.body, hold.status === 'released' ? 'attended' : 'cancelled');
    expect((await creditsOf(pupil)).amount).toBe(hold.status === 'released' ? 0 : 1000);
  };
  await Promise.all([0, 1, 2, 3, 4, 5].map((round) => cancelledAfter(round * 100)));
  const after = (await walletOf(teacher)).earnings.available.amount;
  expect(after - before).toBe(released * 1000);
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
