import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.js';
import { launch, runTask, SetupError } from './launcher.js';
import { editBook } from './processes.js';
import { testDir } from './run-jest.js';
import { bringUpServers } from './servers.js';
import { root } from './state.js';

/** The measurements, on throw-away servers that keep every promise of kept ones. */
export function main(args: string[]): Promise<number> {
  const entry = join(root, 'bench/main.ts');
  const dir = join(testDir, String(process.pid));
  return launch(
    async (run) => {
      if (!existsSync(entry)) throw new SetupError(`${entry} is missing.`);
      mkdirSync(dir, { recursive: true });
      editBook(run.bookFile, (book) => ({ ...book, remove: [...book.remove, dir] }));
      const options = { env: process.env, dir, throwAway: true, durable: true };
      const [{ database, broker }] = await Promise.all([bringUpServers(run, options), build(run, dir)]);
      return runTask(run, {
        name: 'bench',
        command: process.execPath,
        args: ['--import', 'tsx', '--conditions=source', entry, ...args],
        env: { ...process.env, TEST_DATABASE_URL: database.url, AMQP_URL: broker.url },
        cwd: root,
      });
    },
    { dir: testDir },
  );
}
