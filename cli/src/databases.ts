/** The databases of the services, opened when first asked for and closed together. */
import { connect, type Database } from '@rollcall/kit/database';
import { reasonOf } from './class/post.js';
import { databaseUrl, type Environment, stores } from './config.js';
import { Refusal } from './refusal.js';

export interface Databases {
  of(service: string): Promise<Database>;
}

export async function withDatabases<Result>(
  env: Environment,
  run: (databases: Databases) => Promise<Result>,
): Promise<Result> {
  const open = new Map<string, Database>();
  const of = async (service: string): Promise<Database> => {
    const known = open.get(service);
    if (known) return known;
    const db = connect(databaseUrl(service, env), { max: 2, name: 'rollcall' });
    open.set(service, db);
    await db.raw('select 1').catch((error: unknown) => {
      throw new Refusal(`the database of ${service} cannot be reached (${reasonOf(error)})`);
    });
    return db;
  };
  try {
    return await run({ of });
  } finally {
    await Promise.all([...open.values()].map((db) => db.destroy()));
  }
}

/** The services whose database the environment names. */
export const knownStores = (env: Environment): string[] =>
  stores.filter((service) => env[`DATABASE_URL_${service.toUpperCase()}`]);

/** Every read of a check is of one moment of its database, and cannot change it. */
export const readOnly = <Result>(db: Database, read: (tx: Database) => Promise<Result>): Promise<Result> =>
  db.transaction((tx) => read(tx), { readOnly: true, isolationLevel: 'repeatable read' });
