/** Lessons by subscription through the gateway and every service, two replicas of each: booked, used, back, used up. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PaymentMethod } from '@rollcall/contracts/api/billing';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import type { Quota } from '@rollcall/contracts/api/quota';
import type { AdminPlan, Subscription } from '@rollcall/contracts/api/subscriptions';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import { checkInvariants } from './invariants.js';
import {
  type Caller,
  cancel,
  cancelled,
  demo,
  ended,
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
let cards: StripeStandIn;
let teacher: Caller;
let student: Caller;
beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: ['identity', 'enrollment', 'attendance', 'settlement', 'wallet', 'billing', 'gateway'],
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
    replicas: 2,
  });
  cards.control.webhooks({ url: `${system.gateway}/api/v1/webhooks/stripe` });
  teacher = await register(system.gateway, 'teacher');
  student = await register(system.gateway, 'student');
}, 180_000);
afterAll(async () => {
  await system.stop();
  await cards.stop();
});

const usd = (amount: number) => ({ amount, currency: 'USD' });

/** An active subscription of three lessons a month, paid 30.00 by card. */
async function subscribe(): Promise<void> {
  const admin = await demo(system.gateway, 'admin');
  const plan = { name: 'Three a month', slug: 'three-a-month', price: usd(3000), interval: 'month' };
  const sold = await admin.post<AdminPlan>('/admin/plans', { ...plan, lessonsPerMonth: 3 });
  const card = await student.post<PaymentMethod>('/payments/methods', { paymentMethodId: 'pm_card_visa' });
  const begun = await student.post<Subscription>('/subscriptions', {
    planId: sold.body.id,
    methodId: card.body.id,
  });
  expect([begun.status, begun.body.status]).toEqual([201, 'active']);
}

const book = async (session: Session) => {
  const path = `/enrollments/sessions/${session.id}/purchase`;
  return ended(student, await student.post<Purchase>(path, { fundedBy: 'subscription' }));
};
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

  await subscribe();
  const booked = await book(taught!);
  expect([booked.status, booked.body.fundedBy]).toEqual([201, 'subscription']);
  const back = await book(givenUp!);
  expect(back.status).toBe(201);
  await quotaIs(0, 2, 1);

  const gone = await cancelled(student, await cancel(student, back.body));
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

test('a bank that takes a period back leaves its student owing the lessons he has had, and none is booked until it is won', async () => {
  const { data } = (await (
    await fetch(`${cards.url}/v1/charges`, { headers: { authorization: 'Bearer sk_test_rollcall' } })
  ).json()) as { data: { id: string }[] };
  expect(data).toHaveLength(1);
  const dispute = cards.control.dispute({ charge: data[0]!.id });
  const owes = (amount: number) =>
    eventually(`${amount} of debt`, async () => (await walletOf(student)).debt.amount === amount);
  await owes(-3000); // one lesson was had, two are booked: all of it was spent
  await quotaIs(0, 0, 0);
  const [session] = (await publishedCourse(teacher, { price: 1000, sessions: 1 })).sessions;
  expect((await book(session!)).body).toMatchObject({ type: '/problems/subscription-past-due' });
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });

  cards.control['close-dispute']({ dispute: dispute.id, outcome: 'won' });
  await owes(0);
  await quotaIs(1, 2, 0);
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
}, 120_000);
