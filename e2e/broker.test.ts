/** The broker away: people go on buying and going to class, and what was promised happens when it is back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { checkInvariants } from './invariants.js';
import { type PrivateBroker, startPrivateBroker } from './private-broker.js';
import {
  type Answer,
  askFor,
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  play,
  publishedCourse,
  type Session,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

let broker: PrivateBroker;
let system: System;
let admin: Caller;
let teacher: Caller;

beforeAll(async () => {
  broker = await startPrivateBroker();
  system = await startSystem({ amqp: broker.url });
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
}, 240_000);
afterAll(async () => {
  try {
    await system?.stop();
  } finally {
    await broker?.close();
  }
}, 60_000);

const STORING = ['identity', 'enrollment', 'attendance', 'settlement', 'wallet'] as const;
const PRICE = 1000;

const studentsWith = (count: number): Promise<Caller[]> =>
  Promise.all(Array.from({ length: count }, () => studentWith(system.gateway, admin, PRICE)));
const lesson = async (): Promise<Session> => (await publishedCourse(teacher, { price: PRICE })).sessions[0]!;

interface Bought {
  readonly student: Caller;
  readonly bought: Answer<Purchase>;
}

const buyAll = (students: readonly Caller[], session: Session): Promise<Bought[]> =>
  Promise.all(students.map(async (student) => ({ student, bought: await askFor(student, session) })));

/** What each service says of itself. */
const readiness = (): Promise<{ status: number; broker: boolean }[]> =>
  Promise.all(
    STORING.map(async (service) => {
      const answer = await fetch(`${system.urls[service][0]}/readyz`);
      return { status: answer.status, broker: ((await answer.json()) as { broker: boolean }).broker };
    }),
  );

const everyService = (says: { status: number; broker: boolean }): Promise<boolean> =>
  eventually(
    `every service to say ${JSON.stringify(says)}`,
    async () =>
      (await readiness()).every(({ status, broker }) => status === says.status && broker === says.broker),
    30,
  );

const becomesActive = ({ student, bought }: Bought): Promise<Purchase> =>
  eventually(
    `purchase ${bought.body.id} active`,
    async () => {
      const { body } = await student.get<Purchase>(`/enrollments/sessions/${bought.body.id}`);
      if (!['pending', 'active'].includes(body.status)) throw new Error(`became ${body.status}`);
      return body.status === 'active' && body;
    },
    30,
  );

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'while the broker is away (%s) purchases wait and webhooks are taken; when it is back all of it happens',
  async (signal) => {
    const [sessionAttended, sessionWanted] = await Promise.all([lesson(), lesson()]);
    const [early, ...others] = await studentsWith(7);
    const [during, away] = [others.slice(0, 3), others.slice(3)];
    const first = await buy(early!, sessionAttended);
    expect(first.status).toBe(201);

    const underWay = sleep(20).then(() => buyAll(during, sessionWanted));
    await broker.stop(signal);
    await everyService({ status: 503, broker: false });
    for (const { bought } of await underWay) expect([201, 202]).toContain(bought.status);

    const waiting = await buyAll(away, sessionWanted);
    for (const { bought } of waiting) {
      expect(bought.status).toBe(202);
      expect(bought.body.status).toBe('pending');
    }
    await play(system, teacher.id, sessionAttended, { students: { [early!.id]: '0-60' }, tries: 1 });
    expect((await fetch(`${system.gateway}/readyz`)).status).toBe(200);
    expect((await walletOf(early!)).credits?.amount).toBe(0);

    await broker.start();
    await everyService({ status: 200, broker: true });
    for (const purchase of [...(await underWay), ...waiting]) {
      await becomesActive(purchase);
      await eventually(
        'its money held once',
        async () => (await walletOf(purchase.student)).credits?.amount === 0,
        30,
      );
    }
    expect(await settled(early!, holdOf(first))).toMatchObject({ status: 'released' });
  },
  120_000,
);

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
}, 60_000);
