/** The web app in Chromium: pages of the running system, who signs in, and what a person does there. */
import { readFile } from 'node:fs/promises';
import { jest } from '@jest/globals';
import { DEMO_PASSWORD } from '@rollcall/contracts/demo';
import {
  type Browser,
  type BrowserContext,
  type Locator,
  chromium as launcher,
  type Page,
} from 'playwright-core';
import { chromium } from './chromium.js';
import type { System } from './system.js';

jest.setTimeout(240_000);

/** Milliseconds that an expected thing may take on a slow machine. */
const PATIENCE = 60_000;

const WIDTHS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;

export interface Look {
  readonly width?: keyof typeof WIDTHS;
  readonly scheme?: 'light' | 'dark';
  readonly locale?: 'en-GB' | 'uk-UA';
}

export interface Tab {
  readonly page: Page;
  /** Another tab of the same browser, with the same cookies. */
  another(): Promise<Page>;
  /** What the consoles of all its tabs have said that no page may say: errors, and the policy's refusals. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

let browser: Promise<Browser> | undefined;

function started(): Promise<Browser> {
  browser ??= launcher.launch({
    executablePath: chromium(),
    // Root has no sandbox; /dev/shm of a container is too small.
    args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  return browser;
}

/** For afterAll. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A new visitor's page, nothing in it yet: `page.goto('/courses')` is of the system's gateway. */
export async function openPage(system: Pick<System, 'gateway'>, look: Look = {}): Promise<Tab> {
  const { width = 'desktop', scheme = 'light', locale = 'en-GB' } = look;
  const context = await (await started()).newContext({
    baseURL: system.gateway,
    viewport: WIDTHS[width],
    colorScheme: scheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Kyiv',
    locale,
    ...(width === 'phone' && { isMobile: true, hasTouch: true }),
  });
  context.setDefaultTimeout(PATIENCE);
  const said: string[] = [];
  listen(context, said);
  return {
    page: await context.newPage(),
    another: () => context.newPage(),
    complaints: () => said,
    close: () => context.close(),
  };
}

/** A refused call is logged by the browser itself; what the page makes of it is the test's business. */
const EXPECTED =
  /^Failed to load resource: (the server responded with a status of (4\d\d|50[234])|net::ERR_)/;

function listen(context: BrowserContext, said: string[]): void {
  context.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) said.push(message.text());
  });
  context.on('weberror', (error) => said.push(String(error.error().stack)));
}

export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Signs in by the form, as a person does, and waits until the app has let them in. */
export async function signIn(page: Page, { email, password }: Account, next = '/'): Promise<void> {
  await page.goto(`/account/login?next=${encodeURIComponent(next)}`);
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => url.pathname + url.search === next);
}

/** One of the accounts there are where it is not production, such as `admin`. */
export const demoAccount = (who: string): Account => ({
  email: `${who}@rollcall.test`,
  password: DEMO_PASSWORD,
});

/** A new browser in which a demo account is signed in and stands on `next`. */
export async function signedIn(
  system: Pick<System, 'gateway'>,
  who: string,
  next: string,
  look: Look = {},
): Promise<Tab> {
  const tab = await openPage(system, look);
  await signIn(tab.page, demoAccount(who), next);
  return tab;
}

export const heading = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('heading', { level: 1, name });
export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });
export const field = (page: Page, name: string | RegExp): Locator => page.getByRole('textbox', { name });

interface Downloaded {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Presses a button that saves a file. */
export async function downloadBy(page: Page, name: string | RegExp): Promise<Downloaded> {
  const pressed = page.getByRole('button', { name, exact: true }).first();
  const [file] = await Promise.all([page.waitForEvent('download'), pressed.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Presses the button of an act, gives a reason where asked, and confirms in the dialog. */
export async function decide(page: Page, act: string, reason?: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: act, exact: true }).click();
  const dialog = page.getByRole('dialog');
  if (reason !== undefined) await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: act, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}
