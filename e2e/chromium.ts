/** Where Chromium is: CHROMIUM, or what the system has; as root on Debian it is installed where it is missing. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const HOW =
  'The browser tests need Chromium: install it (Debian: apt-get install chromium) or name one in CHROMIUM.';

/** Minutes for apt-get: some 110 MB. */
const INSTALL_WITHIN = 10;

/** The program's path. Throws one line that says how to get it. */
export function chromium(): string {
  const found = whereItIs();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && install()) return whereItIs() ?? fail();
  return fail();
}

function whereItIs(): string | undefined {
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

function install(): boolean {
  const options = {
    timeout: INSTALL_WITHIN * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  const apt = (...args: string[]) => spawnSync('apt-get', ['-qq', ...args], options).status === 0;
  const once = () => apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  return once() || (apt('update') && once());
}

function fail(): never {
  throw new Error(HOW);
}
