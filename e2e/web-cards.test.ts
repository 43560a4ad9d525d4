/** Cards in the web app as in production: entered in the provider's own fields, confirmed with the bank by its own script. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Payment } from '@rollcall/contracts/api/billing';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import type { Page } from 'playwright-core';
import { type Account, closeBrowser, demoAccount, openPage, signIn, type Tab } from './browser.js';
import { expectGoodPage } from './good-page.js';
import { demo, eventually, register } from './story.js';
import { type System, startSystem } from './system.js';

const KEY = 'pk_test_rollcall';
const SCRIPT = readFileSync(new URL('./provider-script.mjs', import.meta.url), 'utf8');

let system: System;
let cards: StripeStandIn;
beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: ['identity', 'wallet', 'billing', 'notification', 'gateway'],
    settings: { STRIPE_PUBLISHABLE_KEY: KEY },
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
  });
  cards.control.webhooks({ url: `${system.gateway}/api/v1/webhooks/stripe` });
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
  await cards?.stop();
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const number = (page: Page) => page.getByLabel('Card number');

interface Wallet {
  readonly tab: Tab;
  readonly page: Page;
  /** What was asked for at the provider's address. */
  readonly asked: readonly string[];
  /** The script can be had or not. */
  serve(isThere: boolean): void;
}

/** A student's wallet, in a browser for which the provider's script is the double. */
async function walletPage(account: Account = demoAccount('student')): Promise<Wallet> {
  const tab = await openPage(system);
  const asked: string[] = [];
  let isThere = true;
  await tab.page.route(/^https:\/\/[^/]*stripe\.com\//, async (route) => {
    asked.push(route.request().url());
    if (isThere) await route.fulfill({ contentType: 'text/javascript', body: SCRIPT });
    else await route.abort();
  });
  await signIn(tab.page, account, '/student/wallet');
  await button(tab.page, 'Add a card').waitFor();
  return {
    ...{ tab, page: tab.page, asked },
    serve: (now) => {
      isThere = now;
    },
  };
}

async function keepCard(page: Page, card: string): Promise<void> {
  await button(page, 'Add a card').click();
  await number(page).fill(card);
  await button(page, 'Keep this card').click();
  await page
    .locator(`input[value*="${card.slice(-4)}"]`)
    .first()
    .waitFor();
}

const callsOf = (page: Page) => page.evaluate<unknown[]>('window.providerCalls');
const paymentsOf = async (): Promise<Payment[]> =>
  (await (await demo(system.gateway, 'student')).get<{ data: Payment[] }>('/payments')).body.data;

test('with a key no test card is offered; a card goes into the provider’s own fields, and pays', async () => {
  const { tab, page, asked } = await walletPage();
  // Whoever enters no card meets nobody's script.
  expect(asked).toEqual([]);
  await button(page, 'Add a card').click();
  await number(page).waitFor();
  expect(await page.getByRole('menuitem').count()).toBe(0);
  expect(await page.getByText(/test card/i).count()).toBe(0);
  expect(asked).toEqual(['https://js.stripe.com/endive/stripe.js']);
  await number(page).fill('4242424242424241');
  await page.getByText('Your card number is invalid.').waitFor();
  expect(await button(page, 'Keep this card').isDisabled()).toBe(true);
  await expectGoodPage(tab);
  await button(page, 'Leave it').click();
  await keepCard(page, '4242424242424242');
  await button(page, 'Pay by card').click();
  await page.getByText('Succeeded').waitFor();
  expect(await callsOf(page)).toEqual([
    ['Stripe', KEY],
    ['createPaymentMethod', '4242'],
  ]);
  expect(asked).toHaveLength(1);
  await expectGoodPage(tab);
  await tab.close();
});

test('where the bank asks, no word of it locks the payment, who says no sees it, and who says yes then has paid once', async () => {
  const { tab, page } = await walletPage();
  const before = await paymentsOf();
  const secrets: string[] = [];
  await page.exposeFunction('askBank', async (clientSecret: string) => {
    secrets.push(clientSecret);
    if (secrets.length === 1) return 'lost';
    const passed = secrets.length > 2;
    cards.control.authenticate({ paymentIntent: clientSecret.split('_secret_')[0]!, passed });
    return passed;
  });
  await keepCard(page, '4000002760003184');
  await button(page, 'Pay by card').click();
  await page.getByRole('alert').getByText('It may have been paid.').waitFor();
  expect(await page.getByLabel('Amount').first().isDisabled()).toBe(true); // another payment would be a second one
  await expectGoodPage(tab);
  await button(page, 'Pay by card').click();
  await page.getByRole('alert').getByText('Your bank did not confirm.').waitFor();
  await expectGoodPage(tab);
  expect(await paymentsOf()).toHaveLength(before.length + 1);

  await button(page, 'Pay by card').click();
  await page.getByText('Succeeded').waitFor();
  expect(await callsOf(page)).toEqual([
    ['Stripe', KEY],
    ['createPaymentMethod', '3184'],
    ['handleNextAction', 'lost'],
    ['handleNextAction', false],
    ['handleNextAction', true],
  ]);
  const [paid, ...rest] = await paymentsOf();
  expect(paid!.status).toBe('succeeded');
  expect(rest).toEqual(before);
  expect(secrets.map((secret) => secret.split('_secret_')[0])).toEqual([
    ...Array.from({ length: 3 }, () => paid!.providerRef),
  ]);
  await tab.close();
});

test('the first payment of a subscription is confirmed with the bank in the same way', async () => {
  const admin = await demo(system.gateway, 'admin');
  const plan = { name: 'Four a month', slug: 'four-a-month', interval: 'month', lessonsPerMonth: 4 };
  await admin.post('/admin/plans', { ...plan, price: { amount: 4000, currency: 'USD' } });
  const { tab, page } = await walletPage();
  await page.exposeFunction('askBank', (clientSecret: string) => {
    cards.control.authenticate({ paymentIntent: clientSecret.split('_secret_')[0]!, passed: true });
    return true;
  });
  await page.goto('/student/subscription');
  await button(page, 'Choose Four a month').click();
  await keepCard(page, '4000002760003184');
  await expectGoodPage(tab);
  await button(page, 'Subscribe').click();
  await page.getByText('Lessons this month').waitFor();
  await page.getByText('Active').first().waitFor();
  expect(await callsOf(page)).toContainEqual(['handleNextAction', true]);
  await tab.close();
});

test('a subscription to which the bank says no begins anew by another card', async () => {
  const admin = await demo(system.gateway, 'admin');
  const plan = { name: 'Two a month', slug: 'two-a-month', interval: 'month', lessonsPerMonth: 2 };
  await admin.post('/admin/plans', { ...plan, price: { amount: 2000, currency: 'USD' } });
  const student = await register(system.gateway, 'student');
  const { email } = (await student.get<{ email: string }>('/auth/me')).body;
  const { tab, page } = await walletPage({ email, password: 'correct horse battery' });
  await page.exposeFunction('askBank', async (clientSecret: string) => {
    // A minute passes at the bank, and the page, come back to, asks how the subscription stands.
    await page.clock.setSystemTime(Date.now() + 60_000);
    await page.evaluate("dispatchEvent(new Event('visibilitychange'))");
    await page.getByText('The card provider has not confirmed').waitFor();
    cards.control.authenticate({ paymentIntent: clientSecret.split('_secret_')[0]!, passed: false });
    return false;
  });
  await page.clock.install();
  await page.goto('/student/subscription');
  await button(page, 'Choose Two a month').click();
  await keepCard(page, '4000002760003184');
  await button(page, 'Subscribe').click();
  await page.getByRole('alert').getByText('Your bank did not confirm.').waitFor();
  await eventually('the subscription to end', async () => {
    const { body } = await student.get<{ status: string }>('/subscriptions/current');
    return body.status === 'refused';
  });
  await expectGoodPage(tab);
  await keepCard(page, '4242424242424242');
  await button(page, 'Subscribe').click();
  await page.getByText('Active', { exact: true }).waitFor();
  await tab.close();
});

test('where the provider’s script cannot be had it is said, and asked for again', async () => {
  const { tab, page, asked, serve } = await walletPage();
  serve(false);
  await button(page, 'Add a card').click();
  await page
    .getByText('What the card provider needs for this page could not be loaded. Try again.')
    .waitFor();
  const inVain = asked.length;
  serve(true);
  await button(page, 'Leave it').click();
  await button(page, 'Add a card').click();
  await number(page).waitFor();
  expect(asked).toHaveLength(inVain + 1);
  await expectGoodPage(tab);
  await tab.close();
});
