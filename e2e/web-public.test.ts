/** The web app to who is not signed in, and the way in. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { button, closeBrowser, demoAccount, heading, type Look, openPage, signIn } from './browser.js';
import { expectGoodPage, screenshot } from './good-page.js';
import { type Caller, eventually, publishedCourse, register } from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let teacher: Caller;
beforeAll(async () => {
  system = await startSystem({ services: ['identity', 'enrollment', 'settlement', 'gateway'] });
  teacher = await register(system.gateway, 'teacher');
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
});

const LOOKS: readonly Look[] = [
  { width: 'desktop', scheme: 'light' },
  { width: 'phone', scheme: 'dark', locale: 'uk-UA' },
];

test('a visitor sees what this is, finds a course, and its classes, prices and times', async () => {
  const course = await publishedCourse(teacher, { price: 1250, sessions: 3, maxStudents: 5 });
  for (const look of LOOKS) {
    const tab = await openPage(system, look);
    const { page } = tab;
    const name = `${look.width}-${look.scheme}`;
    await page.goto('/');
    await page.getByText('20 %').first().waitFor();
    await expectGoodPage(tab);
    await screenshot(page, look.width === 'desktop' ? 'home' : `home-${name}`);
    await page.goto('/courses?text=fractions');
    await page.getByRole('link', { name: course.title }).waitFor();
    await expectGoodPage(tab);
    await screenshot(page, `courses-${name}`);
    await page.getByRole('link', { name: course.title }).click();
    await heading(page, course.title).waitFor();
    await page.getByText('37.50').or(page.getByText('37,50')).first().waitFor();
    await page.getByText(/Europe.K[iy][ey]v/).waitFor();
    await expectGoodPage(tab);
    await screenshot(page, `course-${name}`);
    await page.goBack();
    expect(await page.getByRole('searchbox').inputValue()).toBe('fractions');
    await tab.close();
  }
});

test('the forms of an account are good pages, and show the API’s own words at the fields', async () => {
  for (const look of LOOKS) {
    const tab = await openPage(system, { ...look, locale: 'en-GB' });
    const { page } = tab;
    for (const path of [
      'login',
      'forgot',
      'reset-password',
      'reset-password#token=x',
      'verify-email#token=x',
    ]) {
      await page.goto(`/account/${path}`);
      await expectGoodPage(tab);
    }
    await page.goto('/account/register');
    await page.getByLabel('E-mail').fill('nobody');
    await button(page, 'Open the account').click();
    await page.locator('p', { hasText: 'must be an e-mail address' }).waitFor();
    await page.locator('p', { hasText: 'must have at least 10 characters' }).waitFor();
    await expectGoodPage(tab);
    await screenshot(page, `register-${look.width}-${look.scheme}`);
    await tab.close();
  }
});

test('somebody signs in where they wanted to go; tabs that begin at once and reloads cut short keep the session', async () => {
  const tab = await openPage(system);
  const { page } = tab;
  await page.goto('/account/profile');
  await heading(page, 'Log in').waitFor();
  await signIn(page, demoAccount('teacher'), '/account/profile');
  await heading(page, 'Profile').waitFor();
  await expectGoodPage(tab);
  const others = await Promise.all(Array.from({ length: 4 }, () => tab.another()));
  await Promise.all(others.map((other) => other.goto('/account/profile')));
  await Promise.all(others.map((other) => heading(other, 'Profile').waitFor()));
  // Loaded anew by its address: the browser refuses to reload a page whose last load has only begun.
  for (let round = 0; round < 5; round += 1) await page.goto('/account/profile', { waitUntil: 'commit' });
  await heading(page, 'Profile').waitFor();
  expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toMatch(/eyJ/);

  await button(page, 'Log out everywhere').click();
  for (const other of [page, ...others]) await heading(other, 'Log in').waitFor();
  await tab.close();
});

test('who forgot the password is answered the same whoever it is, and a spent link is refused in words', async () => {
  const tab = await openPage(system, { width: 'phone' });
  const { page } = tab;
  await page.goto('/account/forgot');
  await page.getByLabel('E-mail').fill(`nobody-${randomBytes(4).toString('hex')}@example.test`);
  await button(page, 'Send the letter').click();
  await heading(page, 'Look into your mail').waitFor();
  await page.goto('/reset-password#token=spent');
  await page.getByLabel('New password').fill('correct horse battery');
  await button(page, 'Set the password').click();
  await page.getByRole('alert').waitFor();
  await expectGoodPage(tab);
  await tab.close();
});

test('keyboard alone leads to the content, and the language and the scheme stay chosen', async () => {
  const tab = await openPage(system);
  const { page } = tab;
  await page.goto('/courses');
  await heading(page, 'Courses').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.className')).toBe('skip-link');
  await button(page, 'Українська').press('Enter');
  await button(page, 'Увімкнути темну тему').press('Enter');
  await page.reload();
  await heading(page, 'Курси').waitFor();
  expect(await page.evaluate('document.documentElement.dataset.mantineColorScheme')).toBe('dark');
  expect(await page.evaluate('document.documentElement.lang')).toBe('uk');
  await tab.close();
});

test('who types into a filter keeps the field and every letter; the focus goes to the title of another page', async () => {
  const tab = await openPage(system);
  const { page } = tab;
  const search = page.getByRole('searchbox');
  const focused = page.locator(':focus');
  await page.goto('/');
  await page.getByRole('link', { name: 'Courses' }).first().click();
  await heading(page, 'Courses').and(focused).waitFor();
  await search.pressSequentially('tea pot', { delay: 450 }); // longer than the pause after which it is asked for
  await page.waitForURL('**/courses?text=tea+pot');
  expect(await search.inputValue()).toBe('tea pot');
  expect(await search.and(focused).count()).toBe(1);
  await page.goBack();
  await eventually('the field to follow', async () => (await search.inputValue()) === 'tea po');
  expect(await search.and(focused).count()).toBe(1);
  await tab.close();
});

test('a part that cannot be loaded, as while a new version goes out, takes nothing else of the page with it', async () => {
  const tab = await openPage(system);
  const { page } = tab;
  await page.route('**/assets/mine-*.js', (route) => route.abort());
  await signIn(page, demoAccount('student'), '/student');
  await heading(page, 'My classes').waitFor();
  await page.unroute('**/assets/mine-*.js');
  await button(page, 'Load the page again').click();
  await button(page, 'Your account').waitFor();
  await tab.close();
});

test('a page that broke is tried again when one comes back to it', async () => {
  const tab = await openPage(system);
  const { page } = tab;
  const courses = page.getByRole('link', { name: 'Courses' }).first();
  await page.goto('/');
  await page.evaluate('globalThis.kept = Intl.DateTimeFormat; Intl.DateTimeFormat = undefined;');
  await courses.click();
  await heading(page, 'This page broke').waitFor();
  await page.evaluate('Intl.DateTimeFormat = globalThis.kept');
  await page.goBack();
  await courses.click();
  await heading(page, 'Courses').waitFor();
  await tab.close();
});

test('a signed-out page takes less than 250 kB of compressed script', () => {
  const script = fileURLToPath(new URL('../apps/web/scripts/first-load.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^public: \d+ bytes/), '']);
});
