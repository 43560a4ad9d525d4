/** Lessons by subscription through the gateway and every service, two replicas of each: booked, used, back, used up. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import type { Quota } from '@rollcall/contracts/api/quota';
import { subscriptionStarted } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { workOf } from '@rollcall/kit/testing';
import { checkInvariants } from './invariants.js';
import {
  type Caller,
  cancel,
  eventually,
  play,
  publishedCourse,
  register,
  type Session,
  settled,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let teacher: Caller;
let student: Caller;
beforeAll(async () => {
  system = await startSystem({
    services: ['identity', 'enrollment', 'attendance', 'settlement', 'wallet', 'billing', 'gateway'],
    replicas: 2,
  });
  teacher = await register(system.gateway, 'teacher');
  student = await register(system.gateway, 'student');
}, 180_000);
afterAll(() => system.stop());

/** An active subscription of three lessons a month, paid 30.00. The one place that says how somebody comes to have one. */
async function subscribe(userId: string): Promise<void> {
  const db = system.db('billing');
  const [id, planId, methodId] = [newId(), newId(), newId()];
  const startsAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 86_400_000);
  const endsAt = new Date(startsAt.getTime() + 30 * 86_400_000);
  await workOf(db, async ({ tx, emit }) => {
    await tx('payment_methods').insert({
      id: methodId,
      user_id: userId,
      given: 'pm_card_visa',
      created_at: startsAt,
    });
    await tx('plans').insert({
      ...{ id: planId, name: 'Three a month', slug: `three-${planId}`, price: 3000, currency: 'USD' },
      ...{ interval: 'month', lessons_per_month: 3, max_lesson_price: 1000, created_at: startsAt },
    });
    await tx('subscriptions').insert({
      ...{
        id,
        user_id: userId,
        plan_id: planId,
        method_id: methodId,
        status: 'active',
        provider_ref: `sub_${id}`,
      },
      ...{ lessons_per_month: 3, max_lesson_price: 1000, currency: 'USD', created_at: startsAt },
      ...{ current_period_start: startsAt, current_period_end: endsAt },
    });
    await tx('subscription_periods').insert({
      subscription_id: id,
      starts_at: startsAt,
      ends_at: endsAt,
      paid: 3000,
    });
    const period = { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
    emit(subscriptionStarted, {
      subscriptionId: id,
      userId,
      planId,
      period,
      amount: { amount: 3000, currency: 'USD' },
    });
  });
}

const book = (session: Session) =>
  student.post<Purchase>(`/enrollments/sessions/${session.id}/purchase`, { fundedBy: 'subscription' });
const quotaIs = (used: number, reserved: number, remaining: number) =>
  eventually(`${used} used, ${reserved} reserved, ${remaining} left`, async () => {
    const { body } = await student.get<Quota>('/subscriptions/quota');
    return body.used === used && body.reserved === reserved && body.remaining === remaining;
  });

test('a lesson is booked by quota, held and paid like any other; given back it is a lesson again; then none is left', async () => {
  const [taught, givenUp, third, fourth, fifth] = (
    await publishedCourse(teacher, { price: 1000, sessions: 5 })
  ).sessions;
  const without = await book(taught!);
  expect([without.status, without.body]).toMatchObject([402, { type: '/problems/no-subscription' }]);

  await subscribe(student.id);
  const booked = await book(taught!);
  expect([booked.status, booked.body.fundedBy]).toEqual([201, 'subscription']);
  const back = await book(givenUp!);
  expect(back.status).toBe(201);
  await quotaIs(0, 2, 1);

  const gone = await cancel(student, back.body);
  expect([gone.status, gone.body]).toMatchObject([
    200,
    { status: 'cancelled', refunded: { amount: 0 }, lessons: { booked: 1, returned: 1 } },
  ]);
  await quotaIs(0, 1, 2);

  await play(system, teacher.id, taught!, { students: { [student.id]: '0-60' } });
  const hold = await settled(student, booked.body.holds[0]?.id);
  expect(hold.status).toBe('released');
  await quotaIs(1, 0, 2);
  await eventually(
    'the teacher to be paid',
    async () => (await walletOf(teacher)).earnings.available.amount === 1000,
  );
  expect((await walletOf(student)).credits.amount).toBe(0);

  const rest = await Promise.all([third, fourth, fifth].map((session) => book(session!)));
  expect(rest.map(({ status }) => status).sort()).toEqual([201, 201, 402]);
  expect(rest.find(({ status }) => status === 402)?.body).toMatchObject({ type: '/problems/quota-used-up' });
  await quotaIs(1, 2, 0);
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
}, 120_000);
