import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { streams } from '@rollcall/contracts/topology';
import { bindings } from '@rollcall/kit/service';
import { deleteTopology } from '@rollcall/kit/topology';
import { connect } from 'amqplib';
import { launch, SetupError } from './launcher.js';
import { refuseArguments } from './no-arguments.js';
import { ask } from './postgres.js';
import { systemDir } from './postgres-binaries.js';
import { say } from './progress.js';
import { addressBookFile, type LastUsed, lastUsedFile } from './start.js';
import { checkoutMark, readJson, stateDir } from './state.js';

export async function main(args: readonly string[] = []): Promise<number> {
  const refused = refuseArguments(
    args,
    'npm run reset drops the data that npm start of this checkout has made.',
  );
  return refused ?? drop();
}

/** Drops what `npm start` of this checkout has made: its own servers' data, or its share of servers it was given. */
function drop(): Promise<number> {
  return launch(
    async () => {
      const used = readJson<LastUsed>(lastUsedFile);
      if (used?.server) await dropDatabases(used.server);
      if (used?.queues) await deleteQueues(used.queues);
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

async function deleteQueues({ amqp, prefix }: NonNullable<LastUsed['queues']>): Promise<void> {
  try {
    const connection = await connect(amqp, { timeout: 3_000 });
    try {
      await deleteTopology(await connection.createChannel(), { prefix, bindings, streams });
    } finally {
      await connection.close();
    }
    say(`deleted the queues and exchanges ${prefix}*`);
  } catch (error) {
    throw new SetupError(
      `The queues on ${new URL(amqp).host} could not be deleted: ${(error as Error).message}`,
    );
  }
}

/** By the checkout's mark in their names, so that nobody else's go. */
export async function dropDatabases(server: string): Promise<void> {
  try {
    const pattern = `rollcall_${checkoutMark}_%`;
    const names = await ask(
      server,
      `select array_agg(datname::text) as answer from pg_database where datname like '${pattern}'`,
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
