/** What admins see of the running system in Chromium: every service, one that is away, and a purchase's journey through all of them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ServiceState, SystemState } from '@rollcall/contracts/api/system';
import { type StripeStandIn, startStripeStandIn } from '@rollcall/stripe-stand-in';
import { closeBrowser, demoAccount, type Look, openPage, signedIn, signIn, type Tab } from './browser.js';
import { expectGoodPage, screenshot } from './good-page.js';
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

const asAdmin = (next: string, look?: Look): Promise<Tab> => signedIn(system, 'admin', next, look);

const NOBODY = '01890000-0000-7000-8000-000000000000';

const LOOKS: readonly Look[] = [
  { width: 'desktop', scheme: 'light' },
  { width: 'phone', scheme: 'dark', locale: 'uk-UA' },
];

// All but the last at once: they look at one system that is well, and wait for its pages to look again.
test.concurrent.each(LOOKS)(
  'every service is there, ready, with its release and its breakers: $width',
  async (look) => {
    const tab = await asAdmin('/system', look);
    const { page } = tab;
    for (const service of ALL)
      await page.locator(`[data-replicas=${service}] [data-condition=ready]`).first().waitFor();
    await page.locator('[data-breaker="gateway wallet"] [data-condition=closed]').waitFor();
    await page.locator('[data-well=true]').waitFor();
    await expectGoodPage(tab);
    await screenshot(page, `system-${look.width}`);
    await tab.close();
  },
);

test.concurrent('a purchase is followed by its id and by what it came of, and the address keeps what was looked for', async () => {
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

/** As the gateway answers it, with one service that has every trouble there is. */
function troubled(state: SystemState): SystemState {
  const services = state.services.map((one) => (one.name === 'billing' ? { ...one, ...TROUBLE } : one));
  return {
    ...state,
    services,
    circuits: [...state.circuits, { from: 'billing', to: 'stripe', state: 'open' }],
  };
}
const TROUBLE: Omit<ServiceState, 'name'> = {
  replicas: [
    { address: 'billing-1:3000', state: 'not-ready', version: '1.0.0' },
    { address: 'billing-2:3000', state: 'silent', version: null },
  ],
  outbox: { unpublished: 7, oldestSeconds: 400 },
  inbox: { waiting: 2, retrying: 1, overdue: 1, dead: 3 },
  queue: { waiting: 9, dead: 3 },
};

test.concurrent.each(LOOKS)(
  'dead letters, late events and open breakers are told in words: $width',
  async (look) => {
    const tab = await openPage(system, { ...look, locale: 'en-GB' });
    const { page } = tab;
    let gateway: 'troubled' | 'away' | 'well' = 'troubled';
    await page.route('**/api/v1/admin/system', async (asked) => {
      if (gateway === 'away') return asked.abort();
      if (gateway === 'well') return asked.continue();
      const answer = await asked.fetch();
      return asked.fulfill({ response: answer, json: troubled((await answer.json()) as SystemState) });
    });
    await signIn(page, demoAccount('admin'), '/system');
    for (const words of [
      '7 events to publish',
      'the oldest for 7 min',
      '3 dead letters',
      '1 overdue',
      '9 messages',
    ])
      await page.getByText(words).first().waitFor();
    await page.locator('[data-breaker="billing stripe"] [data-condition=open]').waitFor();
    await page.getByRole('status').getByText('dead letters wait for a person').waitFor();
    await expectGoodPage(tab);
    await screenshot(page, `system-trouble-${look.width}`);

    gateway = 'away';
    await page.locator('[data-trouble=away]').waitFor();
    gateway = 'well';
    await page.locator('[data-well=true]').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await tab.close();
  },
);

test.concurrent('a teacher is not let in', async () => {
  const tab = await signedIn(system, 'teacher', '/system');
  await tab.page.getByText('This page is not for your account').waitFor();
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
