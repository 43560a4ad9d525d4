/** What a person decides where attendance is in doubt, or was told too late: through every service to the money. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routesOf, services } from '@rollcall/contracts/api';
import { clawBack, writeOffDebt } from '@rollcall/contracts/api/debts';
import type { Dispute } from '@rollcall/contracts/api/disputes';
import { adminAudit, financeAudit, updateUser } from '@rollcall/contracts/api/identity';
import type { Review } from '@rollcall/contracts/api/reviews';
import type { Hold } from '@rollcall/contracts/api/settlement';
import { updatePlan } from '@rollcall/contracts/api/subscriptions';
import { creditWallet, debitWallet } from '@rollcall/contracts/api/wallet';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import { checkInvariants } from './invariants.js';
import {
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  playScenario,
  publishedCourse,
  register,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { MONEY, type System, startSystem } from './system.js';

interface Page<Item> {
  readonly data: Item[];
}

const because = { reason: 'The recording shows it.' };
const PRICE = 1000;

let system: System;
let cards: StripeStandIn;
let admin: Caller;
let teacher: Caller;

beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: [...MONEY, 'billing', 'gateway'],
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
  });
  admin = await demo(system.gateway, 'admin');
  // Somebody referred this one: the platform keeps 30 %.
  teacher = await demo(system.gateway, 'referred.teacher');
}, 180_000);
afterAll(async () => {
  await system.stop();
  await cards.stop();
});

/** A student, the hold as the scenario left it, and how the two wallets stand then. */
async function classOf(name: string) {
  const student = await studentWith(system.gateway, admin, PRICE);
  const session = (await publishedCourse(teacher)).sessions[0]!;
  const holdId = holdOf(await buy(student, session));
  await playScenario(system, admin, session, { name });
  const money = async () => [
    (await walletOf(teacher)).earnings.available.amount,
    (await walletOf(student)).credits.amount,
  ];
  const [earned, left] = (await money()) as [number, number];
  const moved = async () => {
    const [earnings, credits] = (await money()) as [number, number];
    return { earnings: earnings - earned, credits: credits - left };
  };
  return { student, session, holdId, moved };
}

const paid = (student: Caller, holdId: string | undefined) =>
  eventually(`hold ${holdId} paid`, async () => {
    const { body } = await student.get<Hold>(`/holds/${holdId}`);
    return body.paidAt !== null && body;
  });

describe('a class whose end was not seen waits for an admin', () => {
  test.each([
    ['release', {}, { status: 'released' }, { earnings: 700, credits: 0 }],
    ['refund', {}, { status: 'refunded' }, { earnings: 0, credits: 1000 }],
    ['split', { teacherPercent: 50 }, { status: 'split' }, { earnings: 350, credits: 500 }],
  ])('who may decide to %s it', async (what, more, outcome, money) => {
    const { student, session, holdId, moved } = await classOf('lost-leave');
    const { body } = await admin.get<Page<Hold>>(`/admin/holds?status=review&sessionId=${session.id}`);
    expect(body.data.map(({ id }) => id)).toEqual([holdId]);
    expect((await admin.post(`/admin/holds/${holdId}/${what}`, { ...more, ...because })).status).toBe(200);
    expect(await paid(student, holdId)).toMatchObject(outcome);
    expect(await moved()).toEqual(money);
  });

  test('or may say when the student was in, which decides it by itself', async () => {
    const { student, session, holdId, moved } = await classOf('node-crash');
    const start = Date.parse(session.startsAt);
    const intervals = [{ from: session.startsAt, to: new Date(start + 12 * 60_000).toISOString() }];
    const correction = { userId: student.id, intervals, ...because };
    const path = `/admin/attendance/sessions/${session.id}/corrections`;
    expect((await admin.post(path, correction)).status).toBe(201);
    const hold = await paid(student, holdId);
    expect(hold).toMatchObject({ status: 'released', decision: { attendance: { seconds: 720 } } });
    expect(await moved()).toEqual({ earnings: 700, credits: 0 });
  });

  test('and so does one of which nothing was heard, though nobody may have been there', async () => {
    const student = await studentWith(system.gateway, admin, PRICE);
    const session = (await publishedCourse(teacher, { startsIn: 0.2 })).sessions[0]!;
    const holdId = holdOf(await buy(student, session));
    await playScenario(system, admin, session, { name: 'nothing-heard' });
    expect(await settled(student, holdId)).toMatchObject({
      status: 'review',
      decision: { reason: 'session-not-observed' },
    });
    expect((await admin.post(`/admin/holds/${holdId}/refund`, because)).status).toBe(200);
    expect((await paid(student, holdId)).status).toBe('refunded');
    expect((await walletOf(student)).credits.amount).toBe(PRICE);
  });
});

describe('a class that was paid for, and then told otherwise', () => {
  async function reviewed() {
    const late = await classOf('late-correcting-leave');
    expect(await paid(late.student, late.holdId)).toMatchObject({ status: 'released' });
    const review = await eventually('a review of it', async () => {
      const { body } = await admin.get<Page<Review>>(`/admin/reviews?holdId=${late.holdId}`);
      return body.data[0];
    });
    expect(review).toMatchObject({
      status: 'open',
      decided: { outcome: 'released' },
      proposed: { outcome: 'refunded', reason: 'below-threshold' },
    });
    expect(await late.moved()).toEqual({ earnings: 0, credits: 0 });
    return { ...late, review };
  }

  test('moves back only when an admin says so', async () => {
    const { review, moved } = await reviewed();
    expect((await admin.post(`/admin/reviews/${review.id}/apply`, because)).status).toBe(200);
    await eventually('the money to be back', async () => (await moved()).credits === PRICE);
    expect(await moved()).toEqual({ earnings: -700, credits: PRICE });
  });

  test('stays as it is when he says that', async () => {
    const { student, holdId, review, moved } = await reviewed();
    expect((await admin.post(`/admin/reviews/${review.id}/dismiss`, because)).status).toBe(200);
    expect(await moved()).toEqual({ earnings: 0, credits: 0 });
    expect(await settled(student, holdId)).toMatchObject({ status: 'released' });
  });
});

describe('a class whose outcome is disputed', () => {
  const said = { reason: 'Half of it was without sound.' };

  test('by its student, after it was paid: an admin splits it, and only the difference moves', async () => {
    const { student, holdId, moved } = await classOf('full-class');
    expect(await paid(student, holdId)).toMatchObject({ status: 'released' });
    const before = await moved();
    const opened = await student.post<Dispute>(`/holds/${holdId}/dispute`, said);
    expect([opened.status, opened.body]).toMatchObject([201, { status: 'open', openedBy: 'student' }]);
    expect((await teacher.post(`/holds/${holdId}/dispute`, said)).status).toBe(409);
    const { body } = await admin.get<Page<Dispute>>(`/admin/disputes?status=open&holdId=${holdId}`);
    expect(body.data.map(({ id }) => id)).toEqual([opened.body.id]);
    expect(await moved()).toEqual(before);

    const split = { outcome: 'split', teacherPercent: 50, ...because };
    const resolved = await admin.post<Dispute>(`/admin/disputes/${opened.body.id}/resolve`, split);
    expect([resolved.status, resolved.body.resolution]).toMatchObject([200, { outcome: 'split' }]);
    expect(await paid(student, holdId)).toMatchObject({
      ...{ status: 'split', releasePercentage: 50, notes: because.reason },
      dispute: { status: 'resolved' },
    });
    const { earnings, credits } = await moved();
    expect({ earnings: earnings - before.earnings, credits: credits - before.credits }).toEqual({
      earnings: -350,
      credits: 500,
    });
  });

  test('by its teacher, while it is in doubt: it waits for an admin, whatever is heard', async () => {
    const { student, session, holdId, moved } = await classOf('lost-leave');
    const opened = await teacher.post<Dispute>(`/holds/${holdId}/dispute`, said);
    expect(opened.status).toBe(201);
    await eventually('the purchase to show it', async () => {
      const { body } = await student.get<{ data: { holds: { id: string; status: string }[] }[] }>(
        '/enrollments/me/sessions',
      );
      return body.data.flatMap(({ holds }) => holds).find(({ id }) => id === holdId)?.status === 'disputed';
    });
    const intervals = [
      { from: session.startsAt, to: new Date(Date.parse(session.startsAt) + 60_000).toISOString() },
    ];
    const correction = { userId: student.id, intervals, ...because };
    await admin.post(`/admin/attendance/sessions/${session.id}/corrections`, correction);
    const resolved = await admin.post(`/admin/disputes/${opened.body.id}/resolve`, {
      ...{ outcome: 'release', ...because },
    });
    expect(resolved.status).toBe(200);
    expect(await paid(student, holdId)).toMatchObject({
      status: 'released',
      dispute: { openedBy: 'teacher' },
    });
    expect(await moved()).toEqual({ earnings: 700, credits: 0 });
  });
});

/** What each act of an admin is called in the audit trail. A route by which admins change something is a line here. */
const ACTS: Readonly<Record<string, string>> = {
  'patch /admin/users/:id': 'identity.user.roles',
  'post /admin/attendance/sessions/:sessionId/complete': 'attendance.complete',
  'post /admin/attendance/sessions/:sessionId/corrections': 'attendance.correct',
  'post /admin/holds/:holdId/refund': 'settlement.hold.refund',
  'post /admin/holds/:holdId/release': 'settlement.hold.release',
  'post /admin/holds/:holdId/split': 'settlement.hold.split',
  'post /admin/settlement-policies': 'settlement.policy.create',
  'post /admin/disputes/:disputeId/resolve': 'settlement.dispute.resolve',
  'post /admin/reviews/:reviewId/apply': 'settlement.review.apply',
  'post /admin/reviews/:reviewId/dismiss': 'settlement.review.dismiss',
  'post /admin/plans': 'billing.plan.create',
  'patch /admin/plans/:planId': 'billing.plan.update',
  'post /admin/invoices': 'billing.invoice.draft',
  'patch /admin/invoices/:invoiceId': 'billing.invoice.edit',
  'delete /admin/invoices/:invoiceId': 'billing.invoice.drop',
  'post /admin/invoices/:invoiceId/finalize': 'billing.invoice.finalize',
  'post /admin/invoices/:invoiceId/void': 'billing.invoice.void',
  'post /admin/invoices/:invoiceId/mark-paid': 'billing.invoice.mark-paid',
  'post /admin/payout-batches': 'wallet.payout-batch.make',
  'post /finance/reconciliation': 'billing.reconcile',
  'post /admin/wallets/:userId/clawback': 'wallet.clawback',
  'post /admin/wallets/:userId/credit': 'wallet.credit',
  'post /admin/wallets/:userId/debit': 'wallet.debit',
  'post /admin/wallets/:userId/write-off': 'wallet.write-off',
  ...Object.fromEntries(
    ['approve', 'process', 'complete', 'fail', 'reject', 'return', 'reveal'].flatMap((step) =>
      ['withdrawals', 'payouts'].map((name) => [
        `post /admin/${name}/:withdrawalId/${step}`,
        `wallet.withdrawal.${step}`,
      ]),
    ),
  ),
};

/** A draft is too long for a query; a class is played by students and teachers too, and never in production. */
const NO_ACTS = ['/admin/settlement-policies/simulate', '/development/sessions/:sessionId/play'];

/** Each step an admin can take of an invoice. */
async function actOnInvoices(): Promise<void> {
  const { id: userId } = await register(system.gateway, 'student');
  const draft = async () => {
    const items = [{ description: 'A room for a day', unitPrice: 1000 }];
    const drafted = await admin.post<{ id: string }>('/admin/invoices', { userId, currency: 'USD', items });
    expect(drafted.status).toBe(201);
    return `/admin/invoices/${drafted.body.id}`;
  };
  for (const step of ['void', 'mark-paid']) {
    const path = await draft();
    expect((await admin.patch(path, { dueDays: 7 })).status).toBe(200);
    await eventually(
      'the buyer to be known',
      async () => (await admin.post(`${path}/finalize`, because)).status === 200,
    );
    expect((await admin.post(`${path}/${step}`, because)).status).toBe(200);
  }
  expect((await admin.delete(await draft())).status).toBe(204);
}

/** Each step an admin can take of a withdrawal, and a look at the bank account of one. */
async function decideWithdrawals(): Promise<void> {
  const earner = await register(system.gateway, 'teacher');
  const money = { amount: 3000, currency: 'USD', ...because };
  await admin.api.call(creditWallet, {
    params: { userId: earner.id },
    body: { ...money, account: 'earnings' as const },
  });
  const bankAccount = { bankName: 'A Bank', accountNumber: '000123456789', accountName: 'Tea Cher' };
  for (const steps of [
    ['approve', 'process', 'complete', 'return'],
    ['approve', 'fail'],
    ['reveal', 'reject'],
  ]) {
    const body = { amount: 1000, currency: 'USD', bankAccount };
    const { id } = (await earner.post<{ id: string }>('/withdrawals/request', body)).body;
    for (const step of steps)
      expect((await admin.post(`/admin/withdrawals/${id}/${step}`, because)).status).toBe(200);
  }
  const { id } = (
    await earner.post<{ id: string }>('/withdrawals/request', { amount: 1000, currency: 'USD', bankAccount })
  ).body;
  await admin.post(`/admin/withdrawals/${id}/approve`, because);
  const batch = await admin.post('/admin/payout-batches', { currency: 'USD', notes: because.reason });
  expect(batch.status).toBe(201);
}

/** A plan that is made and put out of offer. */
async function sellPlans(): Promise<void> {
  const sold = { name: 'Four lessons', slug: 'four-lessons', price: { amount: 4000, currency: 'USD' } };
  const plan = { ...sold, interval: 'month', lessonsPerMonth: 4, ...because };
  const made = await admin.post<{ id: string }>('/admin/plans', plan);
  expect(made.status).toBe(201);
  const changed = await admin.api.call(updatePlan, {
    params: { planId: made.body.id },
    body: { active: false, ...because },
  });
  expect(changed.body).toMatchObject({ active: false });
}

describe('the audit trail', () => {
  test('is to know of every route by which an admin changes something', () => {
    const changing = services
      .flatMap(routesOf)
      .filter(({ who, method }) => method !== 'get' && Array.isArray(who) && who.includes('admin'))
      .filter(({ path }) => !NO_ACTS.includes(path));
    expect(changing.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(ACTS).sort());
  });

  test('has all of it, from every service, with who and why, for admins and for finance', async () => {
    const { id: userId } = await studentWith(system.gateway, admin, 10);
    const money = { params: { userId }, body: { amount: 5, currency: 'USD', ...because } };
    await admin.api.call(debitWallet, money);
    await admin.api.call(clawBack, money);
    await admin.api.call(writeOffDebt, money);
    await decideWithdrawals();
    await sellPlans();
    expect((await admin.post('/admin/settlement-policies', { preset: 'flat-15', ...because })).status).toBe(
      201,
    );
    await actOnInvoices();
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    expect((await admin.post('/finance/reconciliation', { day, ...because })).status).toBe(202);
    const change = { roles: ['student' as const, 'finance' as const], ...because };
    await admin.api.call(updateUser, { params: { id: userId }, body: change });

    const trail = await eventually('the whole trail', async () => {
      const found = await itemsOf(admin.api.all(adminAudit, { query: { actor: admin.id } }));
      return new Set(found.map(({ action }) => action)).size === new Set(Object.values(ACTS)).size && found;
    });
    expect(new Set(trail.map(({ action }) => action))).toEqual(new Set(Object.values(ACTS)));
    for (const { action, service, reason } of trail)
      expect([service, reason.length > 0]).toEqual([action.split('.')[0], true]);
    const about = await itemsOf(admin.api.all(adminAudit, { query: { target: userId } }));
    expect(about.map(({ action }) => action).sort()).toEqual([
      'identity.user.roles',
      ...['clawback', 'credit', 'debit', 'write-off'].map((what) => `wallet.${what}`),
    ]);
    const finance = await demo(system.gateway, 'finance');
    expect(await itemsOf(finance.api.all(financeAudit, { query: { actor: admin.id } }))).toEqual(trail);
  });
});

async function itemsOf<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) items.push(item);
  return items;
}

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
