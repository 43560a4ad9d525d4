/** The admin's area in Chromium: what is decided there moves money. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listReviews } from '@rollcall/contracts/api/reviews';
import { type Hold, readHold } from '@rollcall/contracts/api/settlement';
import { approveWithdrawal, readAdminWithdrawal } from '@rollcall/contracts/api/withdrawals-admin';
import { button, decide, downloadBy, heading } from './browser.js';
import { expectGoodPage, expectGoodPages, screenshot } from './good-page.js';
import { BANK_ACCOUNT, LOOKS, type Office, PRICE, pictureOf, startOffice } from './office.js';
import {
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  play,
  publishedCourse,
  settled,
  studentWith,
} from './story.js';
import type { System } from './system.js';

let office: Office;
let system: System;
let admin: Caller;
let teacher: Caller;
beforeAll(async () => {
  office = await startOffice();
  ({ system, admin, teacher } = office);
}, 240_000);
afterAll(() => office?.stop());

describe('a withdrawal', () => {
  test('is approved, processed and completed from the queue, with the money behind it on the same page', async () => {
    const id = await office.request(2000);
    const tab = await office.as('admin', '/admin');
    const { page } = tab;
    await page.locator('[data-queue=asked]').getByText('1', { exact: true }).waitFor();
    await page.locator('[data-queue=deadLetters]').getByText('0', { exact: true }).waitFor();
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
    await page.getByText(BANK_ACCOUNT.accountNumber).waitFor();
    await page.goto('/admin/audit');
    await page.getByRole('cell', { name: 'wallet.withdrawal.reveal' }).first().waitFor();
    await tab.close();
  });

  test('cannot be rejected without a reason, and says so when another admin was quicker', async () => {
    const id = await office.request(1000);
    const tab = await office.as('admin', `/admin/withdrawals/${id}`);
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
    const id = await office.request(1000);
    await admin.api.call(approveWithdrawal, { params: { withdrawalId: id } });
    const tab = await office.as('admin', '/admin/payout-batches');
    const { page } = tab;
    await button(page, 'Make a batch').click();
    await heading(page, /Payout batch/).waitFor();
    expect((await downloadBy(page, 'CSV')).name).toMatch(/\.csv$/);
    await expectGoodPage(tab);
    await tab.close();
  });
});

const holdNow = async (holdId: string): Promise<Hold> =>
  (await admin.api.call(readHold, { params: { holdId } })).body;

describe('what attendance does not decide', () => {
  test('an admin splits, and sees each side before he does', async () => {
    const { holdId } = await office.classOf('lost-leave');
    const tab = await office.as('admin', '/admin');
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
    const { student, session, holdId } = await office.classOf('node-crash');
    const tab = await office.as('admin', `/admin/sessions/${session.id}`);
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
    const { holdId } = await office.classOf('late-correcting-leave');
    await eventually('a review of it', async () => {
      const { body } = await admin.api.call(listReviews, { query: { holdId } });
      return body.data.length > 0;
    });
    const tab = await office.as('admin', '/admin/reviews?status=open');
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

  const learner = await office.as('student', `/student/classes/${holdId}`);
  await learner.page.getByRole('button', { name: 'Dispute this outcome' }).click();
  const dialog = learner.page.getByRole('dialog');
  await dialog.getByLabel('What is not right?').fill('Half of it was without sound');
  await expectGoodPage(learner);
  await dialog.getByRole('button', { name: 'Send it to an admin' }).click();
  await learner.page.getByText('You have disputed this outcome').waitFor();
  expect(await learner.page.getByRole('button', { name: 'Dispute this outcome' }).count()).toBe(0);

  const desk = await office.as('admin', '/admin');
  await desk.page.locator('[data-queue=disputes]').getByText('1', { exact: true }).waitFor();
  await desk.page.getByRole('link', { name: 'Disputes' }).last().click();
  await heading(desk.page, 'Disputes').waitFor();
  await expectGoodPage(desk);
  await desk.page.getByRole('table').getByRole('link').first().click();
  await desk.page.getByText('Half of it was without sound').waitFor();
  await expectGoodPage(desk);
  await screenshot(desk.page, 'office-dispute');
  await desk.page.getByRole('button', { name: 'Split' }).click();
  const resolving = desk.page.getByRole('dialog');
  await resolving.getByText('only the difference moves').waitFor();
  await resolving.getByLabel('Reason').fill('The recording has no sound');
  await resolving.getByRole('button', { name: 'Split' }).click();
  await desk.page.getByText('Resolved by').waitFor();
  expect(await holdNow(holdId)).toMatchObject({ status: 'split', releasePercentage: 50 });
  await desk.close();

  await learner.page.reload();
  await learner.page.getByText('What the admin wrote: The recording has no sound').waitFor();
  await expectGoodPage(learner);
  await learner.close();
  const taught = await office.as('referred.teacher', `/teacher/sessions/${session.courseId}/${session.id}`);
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
  const tab = await office.as('admin', '/admin/policies');
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
  const { holdId } = await office.taught();
  expect((await holdNow(holdId)).decision).toMatchObject({ commissionRate: 15, policyVersion: 2 });
});

test('an admin finds somebody, gives money and takes a role, and the filters stay in the address', async () => {
  const student = await studentWith(system.gateway, admin, 100);
  const tab = await office.as('admin', '/admin/users');
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

describe('every page of it', () => {
  const ADMIN = [
    ...['', '/withdrawals', '/payout-batches', '/holds', '/reviews', '/disputes?status=resolved'],
    ...['/sessions', '/purchases', '/policies', '/users', '/debts', '/plans', '/audit'],
  ].map((path) => `/admin${path}`);

  test.each(LOOKS)('is good $name', async ({ name, look }) => {
    const tab = await office.as('admin', '/admin', look);
    const { holdId, session } = office.paid;
    await expectGoodPages(
      tab,
      [...ADMIN, `/admin/holds/${holdId}`, `/admin/sessions/${session.id}`],
      (path) => screenshot(tab.page, pictureOf(name, path)),
    );
    await tab.close();
  });

  test('is reached and used by the keyboard alone, and says what to do where there is nothing', async () => {
    const tab = await office.as('admin', '/admin/debts');
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
});
