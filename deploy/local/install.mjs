import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lockFile = join(root, '.rollcall/install.lock');

/** An install takes seconds; on a slow line minutes. */
const WAIT_MS = 10 * 60_000;

/** Runs `npm ci` when what is installed is not what package-lock.json names. Reading that takes 10 ms. */
export async function ensureInstalled() {
  if (isCurrent()) return;
  const deadline = Date.now() + WAIT_MS;
  while (!takeLock()) {
    if (Date.now() > deadline) fail(`Another install holds ${lockFile}. Remove it if there is none.`);
    await sleep(200);
  }
  if (!isCurrent()) await install();
  rmSync(lockFile, { force: true });
}

/**
 * npm writes node_modules/.package-lock.json last and with what it put there, so a killed install is seen too. Packages
 * for other systems are named in the one and missing in the other.
 */
export function isCurrent(folder = root) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const present = readPackages(join(folder, 'node_modules/.package-lock.json'));
  if (!wanted) fail('package-lock.json is missing or broken: check it out again.');
  if (!present) return false;
  return Object.entries(wanted).every(([name, { version, integrity, optional, devOptional, peer }]) => {
    if (name === '') return true;
    const found = present[name];
    if (!found) return Boolean(optional || devOptional || peer);
    return found.version === version && found.integrity === integrity;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install() {
  const running = runningSystem();
  if (running) fail(`package-lock.json has changed. Stop the running system first (process ${running}).`);
  console.log('  installing what package-lock.json names');
  const began = Date.now();
  const code = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) fail('npm ci failed; the reason is above.');
  console.log(`✓ packages installed  ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Taking away the packages under a running system would break it. */
function runningSystem() {
  try {
    const { pid, command } = JSON.parse(readFileSync(join(root, '.rollcall/start.pid'), 'utf8'));
    if (!isAlive(pid)) return undefined;
    const now = existsSync('/proc/self/cmdline') ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : undefined;
    return now === undefined || now.replaceAll('\0', ' ').trim() === command ? pid : undefined;
  } catch {
    return undefined;
  }
}

function runNpm(args) {
  const { npm_execpath: npm } = process.env;
  const [file, first] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(file, [...first, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`npm: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
      resolve(code ?? 1);
    });
  });
}

/** Two commands on a fresh clone at once: one installs, the other waits. A lock whose holder is gone is void. */
function takeLock() {
  mkdirSync(join(root, '.rollcall'), { recursive: true });
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    process.once('exit', () => rmSync(lockFile, { force: true }));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(Number(readFileSync(lockFile, 'utf8')))) rmSync(lockFile, { force: true });
    return false;
  }
}

function isAlive(pid) {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
