/** Outbox → broker. One leader a database; a standby in every replica. Nothing else publishes. Source: events.md. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import pg from 'pg';
import { type Broker, namesOf, writeMessage } from './broker.js';
import { connectionOf, type Database } from './database.js';
import type { Logger } from './log.js';
import { counter, gauge, histogram } from './metrics.js';
import { inSpan, SpanKind } from './tracing.js';
import { onCommit } from './work.js';

export interface RelayOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly broker: Broker;
  readonly log: Logger;
  /** Is this type bound by somebody? Then an unroutable publish is an alarm and the event stays. */
  readonly mustRoute: (type: string) => boolean;
  /** Milliseconds; shorter in tests of the fail-over. */
  readonly ping?: number;
  readonly idleTimeout?: number;
}

export interface Relay {
  leads(): boolean;
  stop(): Promise<void>;
}

const LEADER_LOCK = 7_250_002;
const CHANNEL = 'outbox';
/** Rows read at once, rows in one message, bytes in one message, batches being confirmed while the next is read. */
const BATCH = 1_000;
const PACK = 100;
const PACK_BYTES = 1_000_000;
const IN_FLIGHT = 4;
/** Milliseconds: the backstop poll, a standby's try for the lock, a silent confirm, the pause after a failed batch, a hint. */
const POLL = 500;
const STANDBY = 1_000;
const CONFIRM_TIMEOUT = 10_000;
const PAUSE = 500;
const HINT_EVERY = 5;

const published = counter('outbox_published_total', 'Events confirmed by the broker');
const returned = counter('outbox_returned_total', 'Events the broker could not route: an alarm');
const confirmSeconds = histogram('publish_confirm_seconds', 'From publish to confirm of a batch');
const leader = gauge('relay_leader', '1 where this replica publishes');

interface Row {
  readonly seq: number;
  readonly type: string;
  readonly body: string;
}

/** Starts the relay: leads when it can, stands by otherwise, until stopped. */
export function startRelay(options: RelayOptions): Relay {
  const { db, broker, log } = options;
  const bell = createBell();
  const stopping = new AbortController();
  const publishers: { channel: ConfirmChannel | undefined } = { channel: undefined };
  let leads = false;

  const kept = broker.keep('confirm', async (channel) => {
    publishers.channel = channel;
    channel.once('close', () => {
      if (publishers.channel === channel) publishers.channel = undefined;
    });
    bell.ring();
  });
  const hint = hinter(db, log);
  const forget = onCommit(db, () => (leads ? bell.ring() : hint()));

  const life = (async () => {
    while (!stopping.signal.aborted) {
      const session = await lead(options, bell).catch((error: unknown) => {
        log.warn({ err: error }, 'relay cannot reach its database');
        return undefined;
      });
      if (session !== undefined) {
        leads = true;
        leader.set(1);
        await publishWhileLeading(options, { session, bell, publishers, stopping: stopping.signal, kept });
        leads = false;
        leader.set(0);
        await session.end();
      }
      await sleep(STANDBY, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    leads: () => leads,
    stop: async () => {
      stopping.abort();
      bell.ring();
      forget();
      await life;
      await kept.stop();
    },
  };
}

/** Wakes the loop: by a commit here, a hint from another replica, or the backstop poll. */
function createBell() {
  let wake: (() => void) | undefined;
  let rung = false;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (atMost: number) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMost);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      rung = false;
    },
  };
}
type Bell = ReturnType<typeof createBell>;

/** Tells the leader in another replica, after the commit and outside it: inside, NOTIFY cut commits from 11,800/s to 4,260/s. */
function hinter(db: Database, log: Logger): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      db.raw(`notify ${CHANNEL}`).catch((error: unknown) =>
        log.debug({ err: error }, 'hint not sent; the poll will find it'),
      );
    }, HINT_EVERY).unref();
  };
}

interface Session {
  /** One statement at a time on the leader's connection. */
  query<Result extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<Result>>;
  lost(): boolean;
  end(): Promise<void>;
}

/**
 * Tries for the leader's lock on a connection of its own. The server ends that session after 15 s without a ping, so a
 * frozen leader loses it; the reads and marks ride the same connection, so one that lost it can mark nothing.
 */
async function lead(
  { databaseUrl, log, ping = 3_000, idleTimeout = 15_000 }: RelayOptions,
  bell: Bell,
): Promise<Session | undefined> {
  const client = new pg.Client({ ...connectionOf(databaseUrl, 'relay'), keepAliveInitialDelayMillis: 5_000 });
  let lost = false;
  client.on('error', (error) => {
    lost = true;
    log.warn({ reason: error.message }, 'relay lost its leader connection');
    bell.ring();
  });
  client.on('end', () => {
    lost = true;
    bell.ring();
  });
  try {
    await client.connect();
    await client.query(
      `set idle_session_timeout = ${Number(idleTimeout)}; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`,
    );
    const { rows } = await client.query('select pg_try_advisory_lock($1) as mine', [LEADER_LOCK]);
    if (rows[0]?.mine !== true) {
      await client.end();
      return undefined;
    }
    await client.query(`listen ${CHANNEL}`);
  } catch (error) {
    await client
      .end()
      .catch((cause: unknown) => log.debug({ err: cause }, 'leader connection was gone already'));
    throw error;
  }
  client.on('notification', () => bell.ring());
  const query = oneAtATime(client);
  const pinging = setInterval(() => {
    query({ text: 'select 1' }).catch(() => {
      lost = true;
      bell.ring();
    });
  }, ping);
  return {
    query,
    lost: () => lost,
    end: async () => {
      clearInterval(pinging);
      await client
        .end()
        .catch((error: unknown) => log.debug({ err: error }, 'leader connection was gone already'));
    },
  };
}

/** pg's client takes one statement at a time; the next waits here for the one before, whatever became of it. */
function oneAtATime(client: pg.Client): Session['query'] {
  let last: Promise<unknown> = Promise.resolve();
  return <Result extends pg.QueryResultRow>(statement: pg.QueryConfig) => {
    const result = last.then(() => client.query<Result>(statement));
    last = result.catch(() => undefined);
    return result;
  };
}

interface Leading {
  readonly session: Session;
  readonly bell: Bell;
  readonly publishers: { readonly channel: ConfirmChannel | undefined };
  readonly stopping: AbortSignal;
  readonly kept: { reopen(): Promise<void> };
}

async function publishWhileLeading(options: RelayOptions, leading: Leading): Promise<void> {
  const { session, bell, publishers, stopping } = leading;
  const inFlight = new Set<number>();
  const running = new Set<Promise<void>>();
  let pauseUntil = 0;

  while (!session.lost() && !stopping.aborted) {
    const channel = publishers.channel;
    const mayRead = channel !== undefined && !options.broker.blocked() && Date.now() >= pauseUntil;
    const rows = mayRead ? await read(session, inFlight, options.log) : [];
    if (channel === undefined || rows.length === 0) {
      await bell.wait(POLL);
      continue;
    }
    for (const row of rows) inFlight.add(row.seq);
    const batch = publishAndMark(options, leading, channel, rows)
      .catch((error: unknown) => {
        options.log.warn({ err: error }, 'a batch was not confirmed; its events stay for the next round');
        pauseUntil = Date.now() + PAUSE;
      })
      .finally(() => {
        for (const row of rows) inFlight.delete(row.seq);
        running.delete(batch);
        bell.ring();
      });
    running.add(batch);
    if (running.size >= IN_FLIGHT) await Promise.race(running);
  }
  await Promise.allSettled(running);
}

async function read({ query }: Session, inFlight: ReadonlySet<number>, log: Logger): Promise<Row[]> {
  try {
    const { rows } = await query<Row>({
      name: 'outbox-read',
      text: 'select seq, type, body from outbox where published_at is null and seq <> all($1::bigint[]) order by seq limit $2',
      values: [[...inFlight], BATCH],
    });
    return rows;
  } catch (error) {
    log.warn({ err: error }, 'outbox could not be read');
    return [];
  }
}

/** Publishes rows packed by type, awaits every confirm, marks those confirmed and routed. Throws when some were not. */
async function publishAndMark(
  options: RelayOptions,
  { session, kept }: Leading,
  channel: ConfirmChannel,
  rows: Row[],
): Promise<void> {
  const stop = confirmSeconds.startTimer();
  const unroutable = new Set<string>();
  const onReturn = (message: { properties: { messageId: string } }) =>
    unroutable.add(message.properties.messageId);
  channel.on('return', onReturn);
  try {
    const packs = pack(rows);
    const outcome = Promise.allSettled(packs.map((one) => publish(options, channel, one)));
    const settled = await within(CONFIRM_TIMEOUT, outcome);
    if (settled === undefined) {
      await kept.reopen();
      throw new Error(`no confirm within ${CONFIRM_TIMEOUT} ms`);
    }
    const confirmed = packs.filter(
      (one, index) => settled[index]?.status === 'fulfilled' && !unroutable.has(one.messageId),
    );
    await mark(
      session,
      confirmed.flatMap((one) => one.rows.map((row) => row.seq)),
    );
    stop();
    if (unroutable.size > 0) await redeclare(options, unroutable.size);
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (unroutable.size > 0) throw new Error(`${unroutable.size} messages found no queue`);
  } finally {
    channel.off('return', onReturn);
  }
}

async function redeclare({ broker, log }: RelayOptions, count: number): Promise<void> {
  returned.inc(count);
  log.error({ count }, 'events found no queue: declaring the topology again');
  await broker.declare();
}

async function mark({ query }: Session, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  await query({
    name: 'outbox-mark',
    text: 'update outbox set published_at = now() where seq = any($1::bigint[])',
    values: [seqs],
  });
  published.inc(seqs.length);
}

interface Pack {
  readonly messageId: string;
  readonly type: string;
  readonly rows: readonly Row[];
}

/** Waiting rows of one type share a message: up to 100, up to 1 MB. An event stays an event with its own id. */
function pack(rows: readonly Row[]): Pack[] {
  const packs: Pack[] = [];
  const open = new Map<string, { rows: Row[]; bytes: number }>();
  for (const row of rows) {
    const last = open.get(row.type);
    if (last !== undefined && last.rows.length < PACK && last.bytes + row.body.length <= PACK_BYTES) {
      last.rows.push(row);
      last.bytes += row.body.length;
      continue;
    }
    const fresh = { rows: [row], bytes: row.body.length };
    open.set(row.type, fresh);
    packs.push({ messageId: String(row.seq), type: row.type, rows: fresh.rows });
  }
  return packs;
}

async function publish(
  { broker, mustRoute }: RelayOptions,
  channel: ConfirmChannel,
  one: Pack,
): Promise<void> {
  const { content, contentType } = writeMessage(one.rows.map((row) => row.body));
  const parent = one.rows.length === 1 ? traceparentOf(one.rows[0]?.body) : undefined;
  await inSpan(
    `publish ${one.type}`,
    { kind: SpanKind.PRODUCER, parent, attributes: { events: one.rows.length } },
    () => {
      return new Promise<void>((resolve, reject) => {
        const { events } = namesOf(broker.topology.prefix);
        const properties = {
          persistent: true,
          contentType,
          messageId: one.messageId,
          mandatory: mustRoute(one.type),
        };
        channel.publish(events, one.type, content, properties, (error: unknown) =>
          error ? reject(error) : resolve(),
        );
      });
    },
  );
}

const traceparentOf = (body: string | undefined): string | undefined =>
  body === undefined ? undefined : /"traceparent":"([^"]{55})"/.exec(body)?.[1];

/** The promise's value, or undefined after `ms`. */
async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
