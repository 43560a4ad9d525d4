/** Who does for a database what one alone may do: whoever holds its lock, on a connection that does the work itself. */
import pg from 'pg';
import { connectionOf } from './database.js';
import type { Logger } from './log.js';

/** What is led, and how much its writes matter. */
export interface Office {
  readonly name: string;
  /** Key of the advisory lock. */
  readonly lock: number;
  /** What the leader listens to. */
  readonly channel?: string;
  /** false: a write that a power cut takes back does no harm. */
  readonly durable: boolean;
}

export interface LeaderOptions {
  /** Publishing, when none is named. */
  readonly office?: Office;
  readonly databaseUrl: string;
  readonly log: Logger;
  /** Milliseconds; shorter in tests of the fail-over. */
  readonly ping?: number;
  readonly idleTimeout?: number;
  /** Called when the lead is lost, and when another replica has committed something. */
  readonly wake: () => void;
}

/** The lead, for as long as its connection lives. */
export interface Lead {
  /** One statement at a time on the leader's connection. */
  query<Result extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<Result>>;
  lost(): boolean;
  end(): Promise<void>;
}

export const CHANNEL = 'outbox';
/** A mark need not survive a power cut: without it the event goes out once more, and is claimed once. */
const RELAY: Office = { name: 'relay', lock: 7_250_002, channel: CHANNEL, durable: false };

/**
 * Tries for the leader's lock; undefined when another replica has it. The server ends that session after 15 s without a
 * ping, so a frozen leader loses it; one that hears nothing from the server for as long gives it up itself. The reads
 * and marks ride the same connection, so one that lost it can mark nothing.
 */
export async function lead(options: LeaderOptions): Promise<Lead | undefined> {
  const { office = RELAY, databaseUrl, log, ping = 3_000, idleTimeout = 15_000, wake } = options;
  const client = new pg.Client({ ...connectionOf(databaseUrl, office.name), query_timeout: idleTimeout });
  let lost = false;
  const lose = (reason: string) => {
    if (!lost) log.warn({ reason }, `${office.name} lost its leader connection`);
    lost = true;
    wake();
  };
  client.on('error', (error) => lose(error.message));
  client.on('end', () => lose('it ended'));
  const end = () =>
    client.end().catch((error: unknown) => log.debug({ err: error }, 'leader connection was gone already'));

  try {
    await client.connect();
    if (!(await takeLock(client, office, idleTimeout))) {
      lost = true;
      await end();
      return undefined;
    }
  } catch (error) {
    lost = true;
    await end();
    throw error;
  }
  client.on('notification', wake);
  const query = oneAtATime(client);
  const pinging = setInterval(() => {
    query({ text: 'select 1' }).catch((error: Error) => lose(error.message));
  }, ping);
  return {
    query,
    lost: () => lost,
    end: async () => {
      clearInterval(pinging);
      lost = true;
      await end();
    },
  };
}

async function takeLock(client: pg.Client, office: Office, idleTimeout: number): Promise<boolean> {
  await client.query(
    `set synchronous_commit = ${office.durable ? 'on' : 'off'}; set idle_session_timeout = ${Number(idleTimeout)}; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`,
  );
  const { rows } = await client.query('select pg_try_advisory_lock($1) as mine', [office.lock]);
  if (rows[0]?.mine !== true) return false;
  if (office.channel !== undefined) await client.query(`listen ${office.channel}`);
  return true;
}

/** pg's client takes one statement at a time; the next waits here for the one before, whatever became of it. */
function oneAtATime(client: pg.Client): Lead['query'] {
  let last: Promise<unknown> = Promise.resolve();
  return <Result extends pg.QueryResultRow>(statement: pg.QueryConfig) => {
    const result = last.then(() => client.query<Result>(statement));
    last = result.catch(() => undefined);
    return result;
  };
}
