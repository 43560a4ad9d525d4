import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Book, childrenOf, identify, isRunning } from '../processes.js';

const fixture = fileURLToPath(new URL('fixtures/system.ts', import.meta.url));
let dir: string;
const launchers: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rollcall-launcher-'));
});

afterEach(async () => {
  for (const launcher of launchers.splice(0)) launcher.kill('SIGKILL');
  await until(() => !existsSync(join(dir, 'processes')) || readdirSync(join(dir, 'processes')).length === 0);
  rmSync(dir, { recursive: true, force: true });
});

/** Runs the fixture until it is ready, or to its end: what it printed. */
async function runSystem(...args: string[]): Promise<{ launcher: ChildProcess; output: string; book: Book }> {
  const launcher = spawn(process.execPath, ['--import', 'tsx', fixture, dir, ...args], { detached: true });
  launchers.push(launcher);
  let output = '';
  launcher.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  launcher.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  await until(() => /^ready$/m.test(output) || launcher.exitCode !== null, 20_000);
  const line = output.split('\n').find((text) => text.startsWith('{'));
  return { launcher, output, book: line ? JSON.parse(line) : { processes: [] } };
}

async function until(holds: () => boolean, patience = 10_000): Promise<void> {
  const deadline = Date.now() + patience;
  while (!holds() && Date.now() < deadline) await sleep(25);
  expect(holds()).toBe(true);
}

const orderOfStopping = () =>
  readFileSync(join(dir, 'order.log'), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => !line.endsWith(' runs'));

test('a killed launcher leaves nothing running, its PostgreSQL and throw-away data included', async () => {
  const { launcher, book } = await runSystem('with-postgres');
  expect(book.processes.map(({ name }) => name)).toEqual(['service', 'broker', 'database', 'PostgreSQL']);
  const server = book.processes.find(({ name }) => name === 'PostgreSQL')!;
  const workers = childrenOf(server.pid);
  expect(workers.length).toBeGreaterThan(3);

  launcher.kill('SIGKILL');

  await until(() => !book.processes.some(isRunning));
  await until(() => workers.every((pid) => identify(pid) === undefined));
  await until(() => !existsSync(join(dir, 'postgres')));
});

test('the guard of a killed launcher keeps the order: services, broker, database', async () => {
  const { launcher, book } = await runSystem();
  launcher.kill('SIGKILL');
  await until(() => !book.processes.some(isRunning));
  expect(orderOfStopping()).toEqual(['service', 'broker', 'database']);
});

test('Ctrl-C reaches the launcher alone, which stops services, broker, database and then itself', async () => {
  const { launcher, book } = await runSystem();
  process.kill(-launcher.pid!, 'SIGINT'); // as a terminal does: to the whole foreground group
  await until(() => launcher.exitCode !== null);
  expect(launcher.exitCode).toBe(130);
  expect(book.processes.some(isRunning)).toBe(false);
  expect(orderOfStopping()).toEqual(['service', 'broker', 'database']);
});

test('a next run stops what a launcher and its guard, both killed, have left', async () => {
  const { launcher, book } = await runSystem();
  const guard = childrenOf(launcher.pid!).find((pid) => identify(pid)?.command.includes('guard.ts'));
  process.kill(guard!, 'SIGKILL');
  launcher.kill('SIGKILL');
  await sleep(300);
  expect(book.processes.every(isRunning)).toBe(true);

  const next = await runSystem();

  expect(book.processes.some(isRunning)).toBe(false);
  expect(next.book.processes.every(isRunning)).toBe(true);
});

test('a second run beside the first says so, stops, and leaves the first alone', async () => {
  const first = await runSystem();
  const second = await runSystem();
  expect(second.launcher.exitCode).toBe(1);
  expect(second.output).toContain(`already running from this checkout (process ${first.launcher.pid})`);
  expect(first.book.processes.every(isRunning)).toBe(true);
});
