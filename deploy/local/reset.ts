import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { launch, SetupError } from './launcher.js';
import { ask } from './postgres.js';
import { systemDir } from './postgres-binaries.js';
import { say } from './progress.js';
import type { AddressBook } from './services.js';
import { addressBookFile, lastUsedFile } from './start.js';
import { checkoutMark, readJson, stateDir } from './state.js';

/** Drops what `npm start` of this checkout has made: its own servers' data, or its share of servers it was given. */
export function main(): Promise<number> {
  return launch(
    async () => {
      const used = readJson<AddressBook & { server: string | null }>(lastUsedFile);
      if (used?.server) await dropDatabases(used.server);
      for (const folder of ['postgres', 'rabbitmq', 'logs']) {
        rmSync(join(stateDir, folder), { recursive: true, force: true });
      }
      rmSync(join(systemDir, checkoutMark), { recursive: true, force: true });
      for (const file of [addressBookFile, lastUsedFile]) rmSync(file, { force: true });
      process.stdout.write('✓ the data of this checkout is gone; npm start begins anew\n');
      return 0;
    },
    { exclusive: 'start' },
  );
}

/** By the checkout's mark in their names, so that nobody else's go. */
async function dropDatabases(server: string): Promise<void> {
  try {
    const pattern = `rollcall_${checkoutMark}_%`;
    const names = await ask(
      server,
      `select array_agg(datname) as answer from pg_database where datname like '${pattern}'`,
    );
    for (const name of (names as string[] | null) ?? []) {
      await ask(server, `drop database "${name}" with (force)`);
      say(`dropped database ${name}`);
    }
  } catch (error) {
    throw new SetupError(
      `The databases on ${new URL(server).host} could not be dropped: ${(error as Error).message}`,
    );
  }
}
