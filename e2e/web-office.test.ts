/** The admin's and the finance areas in Chromium: what is decided there moves money, and finance sees where it went. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { followHold } from '@rollcall/contracts/api/finance';
import { type Hold, listReviews, readHold } from '@rollcall/contracts/api/settlement';
import { requestWithdrawal } from '@rollcall/contracts/api/withdrawals';
import { approveWithdrawal, readAdminWithdrawal } from '@rollcall/contracts/api/withdrawals-admin';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import { button, closeBrowser, decide, heading, type Look, signedIn, type Tab } from './browser.js';
import { expectGoodPage, expectGoodPages, screenshot } from './good-page.js';
import {
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  play,
  playScenario,
  publishedCourse,
  type Session,
  settled,
  studentWith,
} from './story.js';
import { MONEY, type System, startSystem } from './system.js';

const PRICE = 5000;
const bankAccount = {
  bankName: 'A Bank',
  accountNumber: 'DE89370400440532013000',
  accountName: 'Tea Cher',
  swiftCode: 'COBADEFF',
};

let system: System;
let cards: StripeStandIn;
let admin: Caller;
let teacher: Caller;
let paid: { holdId: string; purchaseId: string; session: Session };
beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: [...MONEY, 'billing', 'gateway'],
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
  });
  admin = await demo(system.gateway, 'admin');
  // Somebody referred this one: the platform keeps 30 %.
  teacher = await demo(system.gateway, 'referred.teacher');
  paid = await taught();
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
  await cards?.stop();
});

/** A class that was bought and attended, and whose hold is paid. */
async function taught() {
  const student = await studentWith(system.gateway, admin, PRICE);
  const session = (await publishedCourse(teacher, { price: PRICE })).sessions[0]!;
  const bought = await buy(student, session);
  const holdId = holdOf(bought)!;
  await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
  await settled(student, holdId);
  return { holdId, purchaseId: bought.body.id, session };
}

/** A class as a scenario of the class simulator left it. */
async function classOf(name: string) {
  const student = await studentWith(system.gateway, admin, PRICE);
  const session = (await publishedCourse(teacher, { price: PRICE })).sessions[0]!;
  const holdId = holdOf(await buy(student, session))!;
  await playScenario(system, admin, session, { name });
  return { student, session, holdId };
}

const request = async (amount: number) =>
  (await teacher.api.call(requestWithdrawal, { body: { amount, currency: 'USD', bankAccount } })).body;

const as = (
  who: 'admin' | 'finance' | 'student' | 'referred.teacher',
  next: string,
  look?: Look,
): Promise<Tab> => signedIn(system, who, next, look);

describe('a withdrawal', () => {
  test('is approved, processed and completed from the queue, with the money behind it on the same page', async () => {
    const { id } = await request(2000);
    const tab = await as('admin', '/admin');
    const { page } = tab;
    await page.locator('[data-queue=asked]').getByText('1', { exact: true }).waitFor();
    await page.locator('[data-queue=deadLetters]').getByText('0', { exact: true }).waitFor();
    await expectGoodPage(tab);
    await screenshot(page, 'office-queue');
    await page.getByRole('link', { name: 'Withdrawals to decide' }).click();
    await page.getByRole('table').getByRole('link').first().click();
    await heading(page, /Withdrawal of .*20\.00/).waitFor();
    await page.getByText('Paid for a session').first().waitFor();
    await expectGoodPage(tab);
    await screenshot(page, 'office-withdrawal');

    await decide(page, 'Approve');
    await decide(page, 'Given to the bank');
    await decide(page, 'Complete');
    await button(page, 'Came back').waitFor();
    const { body } = await admin.api.call(readAdminWithdrawal, { params: { withdrawalId: id } });
    expect(body).toMatchObject({ status: 'completed', processedBy: admin.id });
    expect((await teacher.get<{ status: string }>(`/withdrawals/${id}`)).body.status).toBe('completed');

    await decide(page, 'Show bank details in full', 'The bank asks for the branch');
    await page.getByText(bankAccount.accountNumber).waitFor();
    await page.goto('/admin/audit');
    await page.getByRole('cell', { name: 'wallet.withdrawal.reveal' }).first().waitFor();
    await expectGoodPage(tab);
    await tab.close();
  });

  test('cannot be rejected without a reason, and says so when another admin was quicker', async () => {
    const { id } = await request(1000);
    const tab = await as('admin', `/admin/withdrawals/${id}`);
    const { page } = tab;
    await button(page, 'Reject').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await dialog.getByText('Say why: it cannot be left out.').waitFor();
    await expectGoodPage(tab);

    await admin.api.call(approveWithdrawal, { params: { withdrawalId: id } });
    await dialog.getByLabel('Reason').fill('The name is another');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await dialog.getByText('Somebody was quicker').waitFor();
    await dialog.getByRole('button', { name: 'Show it as it is now' }).click();
    await button(page, 'Given to the bank').waitFor();
    await decide(page, 'Failed', 'The name is another');
    await page.getByText('Nothing more can be done about it.').waitFor();
    await tab.close();
  });

  test('goes to the bank in a batch, whose file is downloaded', async () => {
    const { id } = await request(1000);
    await admin.api.call(approveWithdrawal, { params: { withdrawalId: id } });
    const tab = await as('admin', '/admin/payout-batches');
    const { page } = tab;
    await button(page, 'Make a batch').click();
    await heading(page, /Payout batch/).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV', exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    await expectGoodPage(tab);
    await tab.close();
  });
});

const holdNow = async (holdId: string): Promise<Hold> =>
  (await admin.api.call(readHold, { params: { holdId } })).body;

describe('what attendance does not decide', () => {
  test('an admin splits, and sees each side before he does', async () => {
    const { holdId } = await classOf('lost-leave');
    const tab = await as('admin', '/admin');
    const { page } = tab;
    await page.getByRole('link', { name: 'Holds in review' }).click();
    await page.getByRole('table').getByRole('link').first().click();
    await button(page, 'Split').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel("Teacher's side").fill('40');
    await dialog.getByText(/20\.00 is the teacher's side.*30\.00 goes back/).waitFor();
    await expectGoodPage(tab);
    await dialog.getByLabel('Reason').fill('He left early');
    await dialog.getByRole('button', { name: 'Split' }).click();
    await page.getByText('decided by hand').waitFor();
    expect(await holdNow(holdId)).toMatchObject({ status: 'split', releasePercentage: 40 });
    await tab.close();
  });

  test('is decided by itself once an admin has said when the student was in', async () => {
    const { student, session, holdId } = await classOf('node-crash');
    const tab = await as('admin', `/admin/sessions/${session.id}`);
    const { page } = tab;
    await page.locator(`[data-person="${student.id}"]`).getByRole('button', { name: 'Correct' }).click();
    const dialog = page.getByRole('dialog');
    while ((await dialog.getByRole('button', { name: /^Remove interval/ }).count()) > 0)
      await dialog
        .getByRole('button', { name: /^Remove interval/ })
        .first()
        .click();
    await dialog.getByText('No interval: the person never came.').waitFor();
    await dialog.getByRole('button', { name: 'Add an interval' }).click();
    const [from, to] = [await dialog.getByLabel('From').inputValue(), dialog.getByLabel('To')];
    await to.fill(minutesLater(from, 12));
    await dialog.getByText('That is 12:00 of the class, 20 %.').waitFor();
    await expectGoodPage(tab);
    await screenshot(page, 'office-correction');
    await dialog.getByLabel('Reason').fill('The recording shows it');
    await dialog.getByRole('button', { name: 'Correct attendance' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('set by hand').waitFor();
    await page.getByRole('table').getByText('Released').waitFor();
    expect(await holdNow(holdId)).toMatchObject({ status: 'released', decision: { reason: 'attended' } });
    await expectGoodPage(tab);
    await tab.close();
  });

  test('and what newer attendance decides otherwise moves back only when an admin applies it', async () => {
    const { holdId } = await classOf('late-correcting-leave');
    await eventually('a review of it', async () => {
      const { body } = await admin.api.call(listReviews, { query: { holdId } });
      return body.data.length > 0;
    });
    const tab = await as('admin', '/admin/reviews?status=open');
    const { page } = tab;
    await page.getByRole('table').getByRole('link').first().click();
    await heading(page, 'Review').waitFor();
    await expectGoodPage(tab);
    await screenshot(page, 'office-review');
    await decide(page, 'Correct it as proposed', 'He left after a minute');
    await page.getByText('Corrected', { exact: true }).first().waitFor();
    await eventually('the hold', async () => (await holdNow(holdId)).status === 'refunded');
    await tab.close();
  });
});

test('an outcome that its student disputes is resolved from the queue, and both sides see what became of it', async () => {
  const student = await demo(system.gateway, 'student');
  const session = (await publishedCourse(teacher, { price: PRICE })).sessions[0]!;
  const holdId = holdOf(await buy(student, session))!;
  await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
  await settled(student, holdId);

  const learner = await as('student', `/student/classes/${holdId}`);
  await learner.page.getByRole('button', { name: 'Dispute this outcome' }).click();
  const dialog = learner.page.getByRole('dialog');
  await dialog.getByLabel('What is not right?').fill('Half of it was without sound');
  await expectGoodPage(learner);
  await dialog.getByRole('button', { name: 'Send it to an admin' }).click();
  await learner.page.getByText('You have disputed this outcome').waitFor();
  expect(await learner.page.getByRole('button', { name: 'Dispute this outcome' }).count()).toBe(0);

  const office = await as('admin', '/admin');
  await office.page.locator('[data-queue=disputes]').getByText('1', { exact: true }).waitFor();
  await office.page.getByRole('link', { name: 'Disputes' }).last().click();
  await heading(office.page, 'Disputes').waitFor();
  await expectGoodPage(office);
  await office.page.getByRole('table').getByRole('link').first().click();
  await office.page.getByText('Half of it was without sound').waitFor();
  await expectGoodPage(office);
  await screenshot(office.page, 'office-dispute');
  await office.page.getByRole('button', { name: 'Split' }).click();
  const resolving = office.page.getByRole('dialog');
  await resolving.getByText('only the difference moves').waitFor();
  await resolving.getByLabel('Reason').fill('The recording has no sound');
  await resolving.getByRole('button', { name: 'Split' }).click();
  await office.page.getByText('Resolved by').waitFor();
  expect(await holdNow(holdId)).toMatchObject({ status: 'split', releasePercentage: 50 });
  await office.close();

  await learner.page.reload();
  await learner.page.getByText('What the admin wrote: The recording has no sound').waitFor();
  await expectGoodPage(learner);
  await learner.close();
  const taught = await as('referred.teacher', `/teacher/sessions/${session.courseId}/${session.id}`);
  await taught.page.getByRole('button', { name: /^Why: / }).click();
  await taught.page.getByText('The student disputes this outcome').waitFor();
  await expectGoodPage(taught);
  await taught.close();
});

/** Of a datetime-local input's value. */
function minutesLater(typed: string, minutes: number): string {
  const at = new Date(`${typed}Z`);
  return new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 19);
}

test('a draft of a policy is tried out, then written, and the next purchase is under it', async () => {
  const tab = await as('admin', '/admin/policies');
  const { page } = tab;
  await button(page, 'Try it out').click();
  await page.getByText('If it had been in force').waitFor();
  await page.getByRole('table', { name: 'Teachers who would get more or less' }).waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'office-policies');
  await page.getByLabel('Reason').fill('As the partners agreed');
  await button(page, 'Write the version').click();
  await page.getByRole('cell', { name: 'Flat 15 %' }).waitFor();
  await tab.close();
  const { holdId } = await taught();
  expect((await holdNow(holdId)).decision).toMatchObject({ commissionRate: 15, policyVersion: 2 });
});

test('an admin finds somebody, gives money and takes a role, and the filters stay in the address', async () => {
  const student = await studentWith(system.gateway, admin, 100);
  const tab = await as('admin', '/admin/users');
  const { page } = tab;
  await page.getByLabel('Name or address').fill('student-');
  await page.waitForURL(/text=student-/);
  await page.reload();
  expect(await page.getByLabel('Name or address').inputValue()).toBe('student-');
  await page.goto(`/admin/users/${student.id}`);
  await button(page, 'Give money').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Amount in USD').fill('12.50');
  await dialog.getByLabel('Reason').fill('For the lesson that broke off');
  await dialog.getByRole('button', { name: 'Give money' }).click();
  await page.getByText('For the lesson that broke off').first().waitFor();
  await page
    .getByRole('cell', { name: /13\.50/ })
    .first()
    .waitFor();
  await decide(page, 'Suspend', 'A test');
  await page.getByText('Suspended').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'office-user');
  await tab.close();
});

describe('finance', () => {
  test('follows one hold from the purchase to the payout, and verifies the seals', async () => {
    await eventually('the payout to be sealed', async () => {
      const { body } = await admin.api.call(followHold, { params: { holdId: paid.holdId } });
      return body.payouts.some(({ status }) => status === 'completed') && body.steps.length >= 4;
    });
    const tab = await as('finance', '/finance/ledger');
    const { page } = tab;
    await page
      .getByRole('link', { name: /^hold …/ })
      .first()
      .click();
    await heading(page, /Hold of .*50\.00, followed/).waitFor();
    await page.getByText('Bought: the money is held').waitFor();
    await page.getByText('Settled: the money is shared out').waitFor();
    await page.getByText('Paid out to the bank').first().waitFor();
    await expectGoodPage(tab);
    await screenshot(page, 'office-follow');

    await page.goto('/finance/seals');
    await button(page, 'Verify').click();
    await page.locator('[data-verified=yes]').waitFor();
    await expectGoodPage(tab);
    await page.goto('/finance');
    await page.locator('[data-balances=true]').waitFor();
    await expectGoodPage(tab);
    await screenshot(page, 'office-balance');
    await tab.close();
  });

  test('is told which seal does not fit, and what to do', async () => {
    const db = system.db('wallet');
    const change = async (to: string) => {
      await db.transaction(async (tx) => {
        await tx.raw('set local session_replication_role = replica'); // past the triggers
        await tx.raw(
          "update entries set description = ? where type = 'admin_credit' and id = (select entry_id from seals where seq = 1)",
          [to],
        );
      });
    };
    const row = await db('entries')
      .join('seals', 'entry_id', 'entries.id')
      .where({ seq: 1 })
      .first('description');
    const tab = await as('finance', '/finance/seals');
    try {
      await change('Changed by hand');
      await tab.page.getByRole('button', { name: 'Verify' }).click();
      await tab.page.getByText('Seal 1 does not fit').waitFor();
    } finally {
      await change(row.description);
    }
    await tab.close();
  });
});

describe('every page', () => {
  const ADMIN = [
    ...['', '/withdrawals', '/payout-batches', '/holds', '/reviews', '/disputes?status=resolved'],
    ...['/sessions', '/purchases', '/policies', '/users', '/debts', '/plans', '/audit'],
  ].map((path) => `/admin${path}`);
  const FINANCE = [
    ...['', '/ledger', '/holds', '/seals', '/solvency', '/reconciliation', '/exports', '/audit'],
  ].map((path) => `/finance${path}`);
  const LOOKS: readonly (readonly [string, Look])[] = [
    ['on a phone, in Ukrainian', { width: 'phone', locale: 'uk-UA' }],
    ['on a desk', { width: 'desktop' }],
  ];

  const OFFICES = [
    ['admin', () => [...ADMIN, `/admin/holds/${paid.holdId}`, `/admin/sessions/${paid.session.id}`]],
    ['finance', () => [...FINANCE, `/finance/holds/${paid.holdId}`]],
  ] as const;

  test.each(LOOKS.flatMap(([name, look]) => OFFICES.map(([who, paths]) => ({ name, look, who, paths }))))(
    'of $who is good $name, in both schemes',
    async ({ name, look, who, paths }) => {
      const tab = await as(who, `/${who}`, look);
      await expectGoodPages(tab, paths(), (path) =>
        screenshot(tab.page, `${name.replaceAll(/\W+/g, '-')}${path.replaceAll(/[/?=]/g, '-').slice(0, 24)}`),
      );
      await tab.close();
    },
  );

  test('is reached and used by the keyboard alone, and says what to do where there is nothing', async () => {
    const tab = await as('admin', '/admin/debts');
    const { page } = tab;
    await page.getByText('Nobody owes anything').waitFor();
    await page.goto('/admin');
    await page.locator('[data-queue=asked] .numbers').waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the content' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, 'Withdrawals').waitFor();
    await tab.close();
  });

  test('says that a service is away, and comes back by itself', async () => {
    const tab = await as('admin', '/admin/debts');
    const { page } = tab;
    const wallet = system.processes('wallet')[0]!;
    await wallet.kill('SIGKILL');
    await page.reload();
    await page.locator('[data-trouble=away]').waitFor();
    await expectGoodPage(tab);
    const again = await wallet.restart();
    await page.getByText('Nobody owes anything').waitFor();
    await again.kill('SIGTERM');
    await tab.close();
  });
});
