import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, runTask } from './launcher.js';
import { editBook } from './processes.js';
import { bringUpServers } from './servers.js';
import { root, stateDir } from './state.js';

/** Runs of the tests are kept apart from a running system and from each other. */
export const testDir = join(stateDir, 'test');

/** What tests read to find the servers. A caller that has set both has servers of its own. */
export async function testEnvironment(run: Run): Promise<NodeJS.ProcessEnv> {
  const { TEST_DATABASE_URL, AMQP_URL } = process.env;
  if (TEST_DATABASE_URL && AMQP_URL) return { TEST_DATABASE_URL, AMQP_URL };
  const dir = join(testDir, String(process.pid));
  mkdirSync(dir, { recursive: true });
  editBook(run.bookFile, (book) => ({ ...book, remove: [...book.remove, dir] }));
  const { database, broker } = await bringUpServers(run, { env: process.env, dir, throwAway: true });
  return { TEST_DATABASE_URL: TEST_DATABASE_URL || database.url, AMQP_URL: broker.url };
}

/** One run of Jest; its exit code. ES modules in Jest need the flag, and NODE_OPTIONS would pass it on to children. */
export function runJest(run: Run, env: NodeJS.ProcessEnv, args: string[]): Promise<number> {
  return runTask(run, {
    name: 'Jest',
    command: process.execPath,
    args: [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--config',
      join(root, 'jest.config.mjs'),
      ...args,
    ],
    env: { ...process.env, NODE_ENV: 'test', ...env },
    cwd: root,
  });
}
