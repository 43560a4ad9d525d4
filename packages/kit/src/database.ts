import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import knex, { type Knex } from 'knex';
import pg from 'pg';
import { Connection, isStalePlan } from './round-trips.js';

export type Database = Knex;

/** Milliseconds. A statement or an idle transaction past these is a defect, and would hold back every relay's horizon. */
const STATEMENT_TIMEOUT = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT = 30_000;

const KIT_MIGRATIONS = new URL('../migrations/', import.meta.url);

/** int8 arrives as a number, checked: an unsafe one is a defect, never a rounded balance. */
function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} from the database is no safe integer`);
  return value;
}

const types = {
  getTypeParser: (oid: number, format?: string) =>
    oid === pg.types.builtins.INT8 ? readInt8 : pg.types.getTypeParser(oid, format as 'text'),
};

/** What every connection has in common, pooled or alone. */
export const connectionOf = (url: string, applicationName: string) => ({
  connectionString: url,
  application_name: applicationName,
  statement_timeout: STATEMENT_TIMEOUT,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT,
  // Our statements take milliseconds. Where the planner guesses too many rows, compiling one took 160 of them each time.
  options: '-c jit=off',
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
  types,
});

/** knex prints what it also throws; the caller logs it once, with what it was doing. */
export const SILENT = { warn() {}, error() {}, debug() {}, deprecate() {} };

/** A pool of at most `max` connections to one database. */
export function connect(url: string, { max = 10, name = 'rollcall' } = {}): Database {
  const db = knex({
    client: 'pg',
    connection: connectionOf(url, name),
    pool: { min: 0, max, idleTimeoutMillis: 30_000 },
    acquireConnectionTimeout: 10_000,
    // An error's words are logged: knex would write the first value where a statement asks JSON for a key (`?`).
    compileSqlOnError: false,
    log: SILENT,
  });
  db.client.driver = { ...pg, Client: Connection };
  return db;
}

/** Replicas start together; the advisory lock lets one migrate while the others wait (without it 7 of 24 runs failed). */
const MIGRATION_LOCK = 7_250_001;

/** Applies what is missing of the kit's own migrations and the service's, in that order. Forward only. */
export async function migrate(db: Database, ...folders: URL[]): Promise<void> {
  const sources = [KIT_MIGRATIONS, ...folders];
  await db.transaction(async (tx) => {
    await tx.raw('set local statement_timeout = 0');
    await tx.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    await tx.raw(
      'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const applied = new Set(await tx('migrations').pluck('name'));
    for (const [index, folder] of sources.entries()) {
      const scope = index === 0 ? 'kit' : 'service';
      for (const file of await sqlFiles(folder)) {
        const name = `${scope}/${file}`;
        if (applied.has(name)) continue;
        await tx.raw((await readFile(new URL(file, folder), 'utf8')).replaceAll('?', '\\?'));
        await tx('migrations').insert({ name });
      }
    }
  });
}

async function sqlFiles(folder: URL): Promise<string[]> {
  const files = await readdir(fileURLToPath(folder));
  return files.filter((file) => file.endsWith('.sql')).sort();
}

/** PostgreSQL's codes for a server that is away, going away, full or a standby, and the system's for no way to it. */
const OUTAGE =
  /^(08|57P0[123]|53[13]00|25006)|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN/;
/** The driver's words for a lost connection. */
const OUTAGE_WORDS =
  /Connection terminated|connection timeout|Timeout acquiring a connection|timeout expired|Client has encountered/i;

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

/** A transaction met at its commit what it could not see before: run again it sees it, and says what there is to say. */
export class RunAgain extends Error {}

/** Serialization failure, deadlock, a plan out of date: the transaction did nothing and may be run again. */
export const isConflict = (error: unknown): boolean =>
  error instanceof RunAgain ||
  (error instanceof Error && (['40001', '40P01'].includes(codeOf(error)) || isStalePlan(error)));

/** For `atCommit`: a rival's row that this unique index refuses to stand beside is there to be seen by now. */
export const runAgainOn =
  (index: string) =>
  (error: unknown): unknown =>
    error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === index
      ? new RunAgain(error.message, { cause: error })
      : error;

/** The server's end of a statement that took too long, nearly always one that queued for a row somebody else held. */
export const isTooLong = (error: unknown): boolean => error instanceof Error && codeOf(error) === '57014';

/** Is the database away (rather than the statement wrong)? Then nothing is to be blamed on a message. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return OUTAGE.test(codeOf(error)) || OUTAGE_WORDS.test(error.message);
}
