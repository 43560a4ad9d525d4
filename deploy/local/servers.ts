import type { Run } from './launcher.js';
import { type DatabaseServer, findOrStartPostgres, type PostgresOptions } from './postgres.js';
import { step } from './progress.js';
import { type Broker, findOrStartRabbit } from './rabbitmq.js';

export interface Servers {
  database: DatabaseServer;
  broker: Broker;
}

/** Both at once: a private broker takes 5 s, in which the database has long been there. */
export async function bringUpServers(run: Run, options: PostgresOptions): Promise<Servers> {
  const [database, broker] = await Promise.all([
    step(async () => {
      const value = await findOrStartPostgres(run, options);
      return { line: value.label, value };
    }),
    step(async () => {
      const value = await findOrStartRabbit(run, options);
      return { line: value.label, value };
    }),
  ]);
  return { database, broker };
}
