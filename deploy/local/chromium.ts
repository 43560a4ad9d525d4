import { HOW_TO_GET_CHROMIUM, whereChromiumIs } from '../../e2e/chromium.js';
import { type Run, runTask } from './launcher.js';
import { say, step } from './progress.js';
import { root } from './state.js';

/** Another apt-get may be at it; 10 min are more than a slow line needs for 110 MB, which it is with windows. */
const INSTALL = [
  'export DEBIAN_FRONTEND=noninteractive',
  'get() { timeout 600 apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }',
  'with() { get install -y --no-install-recommends "$1" fonts-dejavu-core; }',
  'browser() { with chromium-headless-shell || with chromium; }',
  'browser || { get update && browser; }',
].join('\n');

/**
 * The browser of the end-to-end tests: found, or installed before any test asks for it, as two at once would meet in the
 * package manager. Where it can be neither, says how to get it, and the browser tests fail with the same line.
 */
export async function prepareChromium(run: Run, log: string): Promise<void> {
  if (whereChromiumIs() === undefined && process.getuid?.() === 0) await install(run, log);
  if (whereChromiumIs() === undefined) say(HOW_TO_GET_CHROMIUM);
}

const install = (run: Run, log: string): Promise<undefined> =>
  step(async () => {
    say('installing Chromium from the distribution (70 MB, once)');
    const args = ['-c', INSTALL];
    const code = await runTask(run, { name: 'apt-get', command: '/bin/sh', args, cwd: root, log });
    return { line: code === 0 ? 'Chromium' : 'Chromium could not be installed', value: undefined };
  });
