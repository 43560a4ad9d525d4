import type { Run } from './launcher.js';
import { type DatabaseServer, findOrStartPostgres } from './postgres.js';
import { step } from './progress.js';
import { type Broker, type BrokerOptions, findOrStartRabbit } from './rabbitmq.js';

export interface Servers {
  database: DatabaseServer;
  broker: Broker;
}

/** Both at once: a private broker takes 5 s, in which the database has long been there. */
export async function bringUpServers(run: Run, options: BrokerOptions): Promise<Servers> {
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
