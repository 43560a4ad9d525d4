/** What every page of the web app is held to, wherever a test comes by. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { Tab } from './browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical on the page as it is, in a line each; none is the only good answer. */
export async function axeFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
    );
}

/** The page is loaded, has one h1, nothing that axe finds grave, the width of its window, and no complaint in the console. */
export async function expectGoodPage(tab: Tab, page = tab.page): Promise<void> {
  await loaded(page);
  expect(await page.locator('h1').count()).toBe(1);
  expect(await axeFindings(page)).toEqual([]);
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  expect(tab.complaints()).toEqual([]);
}

/** Colours between two states are neither's. */
const ENDED = `Promise.all(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {})),
)`;

/** The page has all that it waits for, and nothing of it moves. */
export async function loaded(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('main [aria-busy="true"]').first().waitFor({ state: 'detached' });
  await page.evaluate(ENDED);
}

/**
 * Each of the pages is good. They are gone to as by a link, without the app being loaded for each; `seen` is called at each, to
 * take a picture. Colours are of a scheme: a sweep by two looks, each in another one, sees both.
 */
export async function expectGoodPages(
  tab: Tab,
  paths: readonly string[],
  seen: (path: string) => Promise<void> = async () => undefined,
): Promise<void> {
  for (const path of paths) {
    await follow(tab.page, path);
    await expectGoodPage(tab);
    await seen(path);
  }
}

/** Goes there within the app. The page of before stays until the new one's code is there: its heading is marked. */
async function follow(page: Page, path: string): Promise<void> {
  const isAnother = await page.evaluate<boolean>(
    `(() => {
      const path = ${JSON.stringify(path)};
      if (new URL(path, location.href).pathname === location.pathname) return false;
      for (const heading of document.querySelectorAll('h1')) heading.dataset.left = '';
      history.pushState({}, '', path);
      dispatchEvent(new PopStateEvent('popstate', { state: {} }));
      return true;
    })()`,
  );
  if (isAnother) await page.locator('h1:not([data-left])').first().waitFor();
  else await page.goto(path);
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
