/** What admins see of the running system in Chromium: every service, one that is away, and a purchase's journey through all of them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import {
  closeBrowser,
  expectGoodPage,
  type Look,
  openPage,
  screenshot,
  signIn,
  type Tab,
} from './browser.js';
import { buy, type Caller, demo, publishedCourse, studentWith } from './story.js';
import { ALL, type System, startSystem } from './system.js';

let system: System;
let cards: StripeStandIn;
let admin: Caller;
let purchaseId: string;
beforeAll(async () => {
  cards = await startStripeStandIn();
  system = await startSystem({
    services: ALL,
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
  });
  admin = await demo(system.gateway, 'admin');
  const teacher = await demo(system.gateway, 'teacher');
  const student = await studentWith(system.gateway, admin, 1000);
  const course = await publishedCourse(teacher);
  purchaseId = (await buy(student, course.sessions[0]!)).body.id;
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
  await cards?.stop();
});

async function asAdmin(next: string, look: Look = {}): Promise<Tab> {
  const tab = await openPage(system, look);
  await signIn(tab.page, { email: 'admin@rollcall.test', password: DEMO_PASSWORD }, next);
  return tab;
}

const NOBODY = '01890000-0000-7000-8000-000000000000';

const LOOKS: readonly Look[] = [
  { width: 'desktop', scheme: 'light' },
  { width: 'phone', scheme: 'dark', locale: 'uk-UA' },
];

test.each(LOOKS)('every service is there, ready, with its release and its breakers: $width', async (look) => {
  const tab = await asAdmin('/system', look);
  const { page } = tab;
  for (const service of ALL)
    await page.locator(`[data-replicas=${service}] [data-condition=ready]`).first().waitFor();
  await page.locator('[data-breaker="gateway wallet"] [data-condition=closed]').waitFor();
  await page.locator('[data-well=true]').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, `system-${look.width}`);
  await tab.close();
});

test('a purchase is followed by its id and by what it came of, and the address keeps what was looked for', async () => {
  const tab = await asAdmin('/system');
  const { page } = tab;
  await page.getByRole('link', { name: 'Journeys' }).click();
  await page.getByText('Whose journey?').waitFor();
  await expectGoodPage(tab);
  const id = page.getByLabel('Correlation, purchase, hold or session id');
  const find = page.getByRole('button', { name: 'Find' });
  await id.fill('no id');
  await find.click();
  await page.getByText('Give 8 to 64 letters').waitFor();

  await id.fill(purchaseId);
  await find.click();
  const events = page.getByRole('list', { name: 'Events, oldest first' });
  for (const type of ['enrollment.purchase-activated.v1', 'wallet.funds-held.v1'])
    await events.getByText(type).first().waitFor();
  expect(new URL(page.url()).searchParams.get('id')).toBe(purchaseId);
  await expectGoodPage(tab);
  await screenshot(page, 'journey-desktop');

  await events
    .getByRole('button', { name: /^follow/ })
    .first()
    .click();
  await page.waitForURL((url) => url.searchParams.get('id') !== purchaseId);
  await events.getByRole('listitem').first().waitFor();
  await page.goBack();
  await page.locator(`[data-journey="${purchaseId}"]`).waitFor();
  expect(await id.inputValue()).toBe(purchaseId);
  await page.reload();
  await page.locator(`[data-journey="${purchaseId}"]`).waitFor();

  await page.goto(`/system/journeys?id=${NOBODY}`);
  await page.getByText('Nobody said anything about it').waitFor();
  await expectGoodPage(tab);
  await tab.close();
});

test('a service that stops is shown so, what it knew is missing, and both mend by themselves', async () => {
  const tab = await asAdmin('/system');
  const { page } = tab;
  const phone = await asAdmin(`/system/journeys?id=${purchaseId}`, LOOKS[1]);
  await phone.page.locator('[data-journey]').waitFor();
  const wallet = system.processes('wallet')[0]!;
  const replica = page.locator('[data-replicas=wallet]');
  await replica.getByText('Ready').waitFor();
  await wallet.kill('SIGKILL');
  await replica.getByText('Does not answer').waitFor();
  await page.getByRole('status').getByText('wallet: does not answer').waitFor();
  await page.getByText('Unknown', { exact: true }).first().waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'system-away');
  await phone.page.locator('[data-missing=wallet]').waitFor();
  await expectGoodPage(phone);
  await screenshot(phone.page, 'journey-phone');

  Object.assign(wallet, await wallet.restart());
  await replica.getByText('Ready').waitFor();
  await phone.page.locator('[data-missing]').waitFor({ state: 'detached' });
  await page.locator('[data-well=true]').waitFor();
  await Promise.all([tab.close(), phone.close()]);
});

test('a teacher is not let in', async () => {
  const tab = await openPage(system);
  await signIn(tab.page, { email: 'teacher@rollcall.test', password: DEMO_PASSWORD }, '/system');
  await tab.page.getByText('This page is not for your account').waitFor();
  await tab.close();
});
