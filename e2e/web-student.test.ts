/** The student's way through the web app, in Chromium against every service that it concerns. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { updateSession } from '@rollcall/contracts/api/enrollment';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import type { Page } from 'playwright-core';
import { button, closeBrowser, downloadBy, heading, openPage, signedIn, type Tab } from './browser.js';
import { expectGoodPage, expectGoodPages, loaded, screenshot } from './good-page.js';
import { checkInvariants } from './invariants.js';
import { type Caller, demo, publishedCourse, register } from './story.js';
import { type System, startSystem } from './system.js';

const PASSWORD = 'correct horse battery';

let system: System;
let cards: StripeStandIn;
let teacher: Caller;
beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: [
      ...(['identity', 'enrollment', 'attendance', 'settlement', 'wallet', 'billing'] as const),
      ...(['notification', 'gateway'] as const),
    ],
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
  });
  cards.control.webhooks({ url: `${system.gateway}/api/v1/webhooks/stripe` });
  teacher = await register(system.gateway, 'teacher');
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
  await cards?.stop();
});

/** Opens an account by the form; the page is then the student's own. */
async function registerIn(tab: Tab): Promise<void> {
  const { page } = tab;
  const email = `web-${randomBytes(6).toString('hex')}@example.test`;
  await page.goto('/account/register');
  await page.getByLabel('Name').fill('Olena Web');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: false }).first().fill(PASSWORD);
  await button(page, 'Open the account').click();
  await heading(page, 'My classes').waitFor();
}

async function topUp(page: Page, amount: string): Promise<void> {
  await page.goto('/student/wallet');
  await page.getByLabel('Amount').first().fill(amount);
  await addCard(page);
  await button(page, 'Pay by card').click();
  await heading(page, 'Payment').waitFor();
  await page.getByText('Succeeded').waitFor();
}

async function addCard(page: Page): Promise<void> {
  await loaded(page); // a menu goes away with its button, which what comes above it would move
  await button(page, 'Add a card').first().click();
  await page.getByRole('menuitem', { name: 'Visa that pays' }).click();
  await page.locator('input[value*="4242"]').first().waitFor();
}

test('a newcomer registers, tops up, buys a class, attends it, and sees the outcome without loading anything again', async () => {
  const course = await publishedCourse(teacher, { price: 1500, sessions: 3 });
  const tab = await openPage(system);
  const { page } = tab;
  await registerIn(tab);
  await expectGoodPage(tab);

  await topUp(page, '40');
  await page.getByRole('link', { name: 'To the wallet' }).click();
  await page.locator('[data-balance="Credits"]', { hasText: '40.00' }).waitFor();
  await expectGoodPage(tab);
  expect((await downloadBy(page, 'Download as CSV')).bytes.toString()).toMatch(/deposit/);
  await screenshot(page, 'student-wallet');

  await page.goto('/courses');
  await page.getByRole('link', { name: course.title }).first().waitFor();
  await page.goto(`/courses/${course.id}`);
  await page.getByRole('link', { name: 'Buy the class Lesson 1' }).click();
  await heading(page, 'Buy').waitFor();
  await page.getByText('Attend at least 20 % of the class, and it goes to the teacher.').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'buy');
  const purchases: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/enrollments/')) purchases.push(request.url());
  });
  await button(page, /^Pay/).dblclick();
  await heading(page, 'Lesson 1').waitFor();
  expect(purchases).toHaveLength(1);
  await expectGoodPage(tab);

  await page.getByRole('table').getByRole('link', { name: 'Lesson 1' }).click();
  await page.locator('[data-hold="held"]').waitFor();
  await expectGoodPage(tab);
  await page.getByRole('link', { name: 'Join' }).click();
  await page.getByLabel('The students leave at half-time').check();
  await expectGoodPage(tab);
  await screenshot(page, 'student-simulator');
  // By the stream, then, and by no look at the clock.
  await page.locator('[data-live="open"]').waitFor();
  await button(page, 'Play the class').click();
  await heading(page, 'Lesson 1').waitFor();
  await page.locator('[data-hold="released"]').waitFor();
  await page.getByText('Completed', { exact: true }).waitFor(); // told of before enrollment has heard of it
  await page.getByText('You were there for 30:00 of 1:00:00').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'receipt');
  await tab.close();
});

test('nobody pays more than he was shown: a price that rose meanwhile is shown first', async () => {
  const course = await publishedCourse(teacher, { price: 1000 });
  const session = course.sessions[0]!;
  const tab = await signedIn(system, 'student', `/student/buy/${course.id}?session=${session.id}`);
  const pay = (price: string) => button(tab.page, `Pay US$${price}`);
  await pay('10.00').waitFor();
  const price = { amount: 2000, currency: 'USD' };
  await teacher.api.call(updateSession, { params: { sessionId: session.id }, body: { price } });
  await pay('10.00').click();
  await tab.page.getByText('It costs 20.00 USD by now').waitFor();
  await pay('20.00').click();
  await heading(tab.page, session.title).waitFor();
  await tab.close();
});

test('on a phone in the dark, a course bought by card in one go is cancelled after seeing what comes back', async () => {
  const course = await publishedCourse(teacher, { price: 1000, sessions: 2 });
  const tab = await openPage(system, { width: 'phone', scheme: 'dark' });
  const { page } = tab;
  await registerIn(tab);
  await page.goto(`/student/buy/${course.id}`);
  await page.getByLabel('Card', { exact: true }).check();
  await addCard(page);
  await expectGoodPage(tab);
  await button(page, /^Pay/).click();
  await heading(page, course.title).waitFor();
  await button(page, 'Cancel').click();
  await page.getByText(/You get .*20\.00 back/).waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'student-cancel-phone-dark');
  await button(page, 'Cancel it').click();
  await page.getByText('Cancelled').first().waitFor();
  await page.goto('/student/wallet');
  await page.locator('[data-balance="Credits"]', { hasText: '20.00' }).waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'wallet-phone');

  await page.getByRole('tab', { name: 'Card payments' }).click();
  await button(page, 'Refund').click();
  await button(page, /^Refund .*20\.00/).click();
  await page.locator('[data-balance="Credits"]', { hasText: '0.00' }).waitFor();
  await page.getByText('Refunded', { exact: true }).last().waitFor();
  await page.goto('/student/invoices');
  await page.getByText('Credit note').first().waitFor();
  await expectGoodPage(tab);
  const pdf = await downloadBy(page, /^Download .* as PDF$/);
  expect([pdf.name, pdf.bytes.subarray(0, 5).toString()]).toEqual([expect.stringMatching(/\.pdf$/), '%PDF-']);
  await tab.close();
});

test('a lesson is booked by subscription, and the quota is seen to shrink', async () => {
  const admin = await demo(system.gateway, 'admin');
  const plan = { name: 'Four a month', slug: 'four-a-month', interval: 'month', lessonsPerMonth: 4 };
  await admin.post('/admin/plans', { ...plan, price: { amount: 4000, currency: 'USD' } });
  const course = await publishedCourse(teacher, { price: 1000 });
  const tab = await openPage(system, { scheme: 'dark' });
  const { page } = tab;
  await registerIn(tab);
  await page.goto('/student/subscription');
  await button(page, 'Choose Four a month').click();
  await addCard(page);
  await expectGoodPage(tab);
  await button(page, 'Subscribe').click();
  await page.getByText('Lessons this month').waitFor();
  await expectGoodPage(tab);

  await page.goto(`/student/buy/${course.id}?session=${course.sessions[0]!.id}`);
  await page.getByLabel('Subscription').check();
  await button(page, 'Use 1 lesson').click();
  await heading(page, 'Lesson 1').waitFor();
  await page.goto('/student/subscription');
  await page.getByText('Booked').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'subscription');
  await tab.close();
});

test('the way into a class appears by itself a quarter of an hour before it begins', async () => {
  const course = await publishedCourse(teacher, { price: 0, startsIn: 0.28 });
  const tab = await openPage(system);
  const { page } = tab;
  await page.clock.install();
  await registerIn(tab);
  await page.goto(`/student/buy/${course.id}?session=${course.sessions[0]!.id}`);
  await button(page, /^Pay/).click();
  await heading(page, 'Lesson 1').waitFor();
  await page.goto('/student');
  await page.getByRole('listitem').getByText('Lesson 1').waitFor();
  expect(await page.getByRole('link', { name: 'Join' }).count()).toBe(0);
  await page.locator('[data-live="open"]').waitFor();
  // No timer that would look at all anew is hurried.
  await page.clock.setSystemTime(Date.now() + 3 * 60_000);
  // Sooner than what was read grows stale, after 30 s, which draws the page anew whatever its clock.
  await page.getByRole('link', { name: 'Join' }).waitFor({ timeout: 20_000 });
  await tab.close();
});

test('a day is typed into a filter digit by digit, though its first digits are a day too', async () => {
  const tab = await signedIn(system, 'student', '/student/wallet');
  const { page } = tab;
  const from = page.getByLabel('From', { exact: true });
  await from.focus();
  await page.keyboard.type('11112026', { delay: 150 });
  await page.waitForURL(/from=2026-11-11/);
  expect(await from.inputValue()).toBe('2026-11-11');
  await page.getByRole('tab', { name: 'Transactions' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/tab=payments/);
  expect(await page.getByRole('tab', { name: 'Card payments' }).and(page.locator(':focus')).count()).toBe(1);
  await tab.close();
});

test('a service that is away is said so clearly, and the page recovers by itself', async () => {
  const tab = await signedIn(system, 'student', '/student/wallet', { locale: 'uk-UA' });
  const { page } = tab;
  await page.locator('[data-balance]').first().waitFor();
  const [wallet] = system.processes('wallet');
  await wallet!.kill('SIGKILL');
  await page.reload();
  await page.locator('[data-trouble="away"]').first().waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'student-away-uk');
  Object.assign(wallet!, await wallet!.restart());
  await page.locator('[data-balance]').first().waitFor();
  await page.locator('[data-trouble="away"]').first().waitFor({ state: 'detached' });
  await tab.close();
});

test('every page of a student is good on both widths and in both schemes', async () => {
  const course = await publishedCourse(teacher, { startsIn: 0.1 });
  const pages = [
    '/student',
    '/student/wallet?tab=payments',
    '/student/wallet?tab=cards',
    '/student/subscription',
    '/student/invoices',
    `/student/join/${course.id}/${course.sessions[0]!.id}`,
    '/account/profile',
    '/teacher',
    '/nowhere',
  ];
  const looks = [
    { width: 'phone', scheme: 'dark' },
    { width: 'desktop', scheme: 'light' },
  ] as const;
  for (const look of looks) {
    const tab = await signedIn(system, 'student', '/student', look);
    await expectGoodPages(tab, pages, (path) =>
      screenshot(tab.page, `page${path.replaceAll(/[^a-z]+/g, '-').slice(0, 30)}-${look.width}`),
    );
    await tab.close();
  }
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
