/** The web app to who is not signed in. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { closeBrowser, expectGoodPage, openPage, screenshot, signIn } from './browser.js';
import { type System, startSystem } from './system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ services: ['identity', 'enrollment', 'gateway'] });
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
});

test('begins with what it is, in light and dark', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    const tab = await openPage(system, { scheme });
    await tab.page.goto('/');
    await expectGoodPage(tab);
    await screenshot(tab.page, `home-${scheme}`);
    await tab.close();
  }
});

test('lets somebody in by the form, and every tab with them; a reload keeps them in', async () => {
  const tab = await openPage(system, { width: 'phone' });
  await tab.page.goto('/account/login');
  await expectGoodPage(tab);
  await signIn(tab.page, { email: 'teacher@rollcall.test', password: DEMO_PASSWORD }, '/teacher');
  await expectGoodPage(tab);
  await tab.page.reload();
  await tab.page.getByRole('heading', { level: 1, name: 'Teaching' }).waitFor();
  const other = await tab.another();
  await other.goto('/teacher');
  await other.getByRole('heading', { level: 1, name: 'Teaching' }).waitFor();
  expect(await tab.page.evaluate('JSON.stringify(localStorage)')).not.toMatch(/ey[\w-]+\./);
  await expectGoodPage(tab, other);
  await tab.close();
});
