/** Where Chromium is: CHROMIUM, or what the system has; `npm test` installs it where it may. */
import { accessSync, constants } from 'node:fs';

/** The shell first: the same engine without windows to draw, which takes a sixth less of a test's time. */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

export const HOW_TO_GET_CHROMIUM =
  'The browser tests need Chromium: install it (Debian: apt-get install chromium) or name one in CHROMIUM.';

/** The program's path. Throws one line that says how to get it. */
export function chromium(): string {
  const found = whereChromiumIs();
  if (found === undefined) throw new Error(HOW_TO_GET_CHROMIUM);
  return found;
}

export function whereChromiumIs(): string | undefined {
  const named = process.env.CHROMIUM;
  return (named ? [named] : PLACES).find(isThere);
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
