/** The web app in Chromium: pages of the running system, who signs in, and what no page may have. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, jest } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium as launcher, type Page } from 'playwright-core';
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

let browser: Browser | undefined;

async function started(): Promise<Browser> {
  browser ??= await launcher.launch({
    executablePath: chromium(),
    // Root has no sandbox; /dev/shm of a container is too small.
    args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  return browser;
}

/** For afterAll. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
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

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds serious or critical on the page as it is, in a line each; none is the only good answer. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(axe, 'utf8'));
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
    );
}

/** Every page is held to this where a test comes by: loaded, its one h1, nothing axe finds grave, no complaint in the console. */
export async function expectGoodPage(tab: Tab, page = tab.page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('main [aria-busy="true"]').first().waitFor({ state: 'detached' });
  expect(await page.locator('h1').count()).toBe(1);
  expect(await axeFindings(page)).toEqual([]);
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  expect(tab.complaints()).toEqual([]);
}

/** The page as it is loaded, in the light and in the dark. */
export async function expectGoodInBothSchemes(tab: Tab): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.page.emulateMedia({ colorScheme });
    await tab.page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    await expectGoodPage(tab);
  }
}

/** Pixels that the page is wider than its window. */
const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

const kept = fileURLToPath(new URL('../docs/screens', import.meta.url));
const passing = join(tmpdir(), 'rollcall-screens');

/**
 * A picture of the whole page where somebody wants one, as it takes a second: SCREENS=1 renews the one of its name in
 * docs/screens, if there is one; SCREENS=all puts the others into a temporary folder, to be looked at.
 */
export async function screenshot(page: Page, name: string): Promise<void> {
  const wanted = process.env.SCREENS;
  const file = `${name}.png`;
  const isKept = existsSync(join(kept, file));
  if (wanted === undefined || (wanted !== 'all' && !isKept)) return;
  const folder = isKept ? kept : passing;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, file), fullPage: true, animations: 'disabled' });
}
