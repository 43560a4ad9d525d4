/** Queue → handlers: micro-batches, the retry ladder in SQL, the dead queue drained. Source: events.md, 'Inbox'. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope, EventType } from '@rollcall/contracts/event';
import type { Channel, ConsumeMessage } from 'amqplib';
import { type Broker, namesOf, readMessage } from './broker.js';
import { attempt, type Consumer, claimAgain } from './consumer.js';
import { type Database, isOutage } from './database.js';
import { isWorthRetry } from './errors.js';
import type { Logger } from './log.js';
import { counter, histogram } from './metrics.js';
import { inSpan, SpanKind } from './tracing.js';
import { inWork } from './work.js';

export interface InboxOptions {
  readonly db: Database;
  readonly broker: Broker;
  readonly service: string;
  readonly consumers: readonly Consumer[];
  readonly log: Logger;
}

export interface Inbox {
  stop(): Promise<void>;
}

/** Messages taken at once and unacknowledged at most; events in one transaction at most. */
const PREFETCH = 200;
const BATCH_EVENTS = 2_000;
/** Seconds. After the last of them the event is dead and waits for a person. */
const LADDER = [1, 5, 30, 120, 600, 3_600, 21_600, 43_200];
/** Milliseconds between looks for what is due, and rows taken at one look. */
const RETRY_POLL = 250;
const RETRY_BATCH = 200;
/** Milliseconds between tries to reach a database that is away. */
const HEALTH_POLL = 500;

const handled = counter('inbox_handled_total', 'Events by outcome', ['type', 'outcome']);
const handleSeconds = histogram('inbox_handle_seconds', 'One transaction of a micro-batch', ['type']);

interface Delivery {
  readonly events: readonly Envelope[];
  /** Acknowledges on the channel that delivered: on another one the same tag is another message. */
  readonly ack: () => void;
}

/** Starts consuming until stopped: `stop` lets the batch in hand commit and acknowledges it. */
export function startInbox(options: InboxOptions): Inbox {
  const { broker, service, consumers, log } = options;
  const names = namesOf(broker.topology.prefix);
  const stopping = new AbortController();
  const types = typesOf(consumers);
  const lanes = new Map(
    consumers.map((consumer) => [consumer, createLane(options, consumer, () => pauseForDatabase())]),
  );
  const laneOf = new Map(
    consumers.flatMap((consumer) => consumer.types.map((type) => [type.type, lanes.get(consumer)])),
  );
  let open: Channel | undefined;

  const take = async (channel: Channel, message: ConsumeMessage | null) => {
    if (message === null) return void kept.reopen(); // the broker cancelled us: the queue was deleted or moved
    const ack = () => acknowledge(channel, open, message);
    const parsed = parse(message, types);
    if (parsed.failure !== undefined) return park(options, message, parsed.failure).then(ack);
    laneOf.get(message.fields.routingKey)?.push({ events: parsed.events, ack });
  };

  const kept = broker.keep('plain', async (channel) => {
    for (const lane of lanes.values()) lane.clear();
    await databaseAnswers(options, stopping.signal);
    open = channel;
    await channel.prefetch(PREFETCH);
    const receive = (message: ConsumeMessage | null) =>
      void take(channel, message).catch((error: unknown) => {
        log.error({ err: error }, 'a message could not be parked');
        return pauseForDatabase();
      });
    await channel.consume(names.queue(service), receive);
    await channel.consume(names.deadQueue(service), (message) => {
      if (message === null) return;
      void takeDead(options, channel, message).catch((error: unknown) => {
        log.error({ err: error }, 'a dead letter stays');
        return pauseForDatabase();
      });
    });
  });

  /** The database is away: give every message back instead of blaming it. The next channel waits for health first. */
  const pauseForDatabase = async (): Promise<void> => {
    if (open === undefined) return;
    open = undefined;
    await kept.reopen();
  };

  const retries = retryUntilStopped(options, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      for (const lane of lanes.values()) await lane.drain();
      await kept.stop();
      await retries;
    },
  };
}

/** Acks go to the delivering channel alone; when it has closed, the broker delivers again and the claim stops it. */
function acknowledge(channel: Channel, open: Channel | undefined, message: ConsumeMessage): void {
  if (channel === open) channel.ack(message);
}

type Parsed =
  | { readonly events: readonly Envelope[]; readonly failure?: undefined }
  | { readonly failure: string };

/** Envelopes with data checked by each type's schema; unknown fields are ignored, unknown types are nobody's. */
function parse(message: ConsumeMessage, types: Types): Parsed {
  try {
    const envelopes = readMessage(message.content, message.properties.contentType);
    return { events: envelopes.map((envelope) => checked(envelope, types)) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message.slice(0, 2_000) : String(error) };
  }
}

type Types = ReadonlyMap<string, EventType>;

const typesOf = (consumers: readonly Consumer[]): Types =>
  new Map(consumers.flatMap((consumer) => consumer.types.map((type) => [type.type, type])));

function checked(envelope: Envelope, types: Types): Envelope {
  const type = types.get(envelope.type);
  if (type === undefined) throw new TypeError(`nobody here handles ${envelope.type}`);
  envelope.data = type.schema.parse(envelope.data);
  return envelope;
}

async function databaseAnswers({ db, log }: InboxOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const answers = await db.raw('select 1').then(
      () => true,
      () => false,
    );
    if (answers) return;
    log.warn('the database is away; messages wait in the queue');
    await sleep(HEALTH_POLL);
  }
}

async function park({ db, log }: InboxOptions, message: ConsumeMessage, reason: string): Promise<void> {
  const routingKey = message.fields.routingKey;
  log.error({ routingKey, reason }, 'a message nobody can read was parked');
  await db('parked').insert({ routing_key: routingKey, body: message.content, reason });
  handled.inc({ type: routingKey, outcome: 'parked' });
}

/** What died of the delivery limit goes back into the inbox, to be tried with the ladder's patience. */
async function takeDead(options: InboxOptions, channel: Channel, message: ConsumeMessage): Promise<void> {
  const parsed = parse(message, typesOf(options.consumers));
  if (parsed.failure !== undefined) await park(options, message, parsed.failure);
  else
    for (const event of parsed.events)
      await keepFailed(options.db, event, 1, new Error('delivery limit reached'));
  channel.ack(message);
}

interface Lane {
  push(delivery: Delivery): void;
  clear(): void;
  drain(): Promise<void>;
}

/**
 * One consumer's deliveries, one transaction at a time. While one commits the next batch gathers, so the batch grows
 * with the load by itself and a lone event waits for nobody.
 */
function createLane(options: InboxOptions, consumer: Consumer, databaseAway: () => Promise<void>): Lane {
  let waiting: Delivery[] = [];
  let running: Promise<void> | undefined;

  const work = async () => {
    await (consumer.linger === undefined ? new Promise(setImmediate) : sleep(consumer.linger)); // what the same read of the socket brought belongs to the same batch
    while (waiting.length > 0) {
      const batch = takeBatch(waiting);
      try {
        await handle(
          options,
          consumer,
          batch.flatMap((delivery) => delivery.events),
        );
        for (const delivery of batch) delivery.ack();
      } catch (error) {
        options.log.error({ err: error }, 'a batch could neither be handled nor kept');
        waiting = [];
        await databaseAway();
      }
    }
  };
  const start = () => {
    running ??= work().finally(() => {
      running = undefined;
      if (waiting.length > 0) start();
    });
  };
  return {
    push: (delivery) => {
      waiting.push(delivery);
      start();
    },
    clear: () => {
      waiting = [];
    },
    drain: async () => {
      waiting = [];
      await running;
    },
  };
}

function takeBatch(waiting: Delivery[]): Delivery[] {
  let events = 0;
  const end = waiting.findIndex((delivery) => {
    events += delivery.events.length;
    return events > BATCH_EVENTS;
  });
  return waiting.splice(0, end === -1 ? PREFETCH : Math.max(end, 1));
}

/** All in one transaction; when that throws, each alone, and the one at fault is kept for its ladder. */
async function handle(options: InboxOptions, consumer: Consumer, events: readonly Envelope[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const stop = handleSeconds.startTimer({ type: first.type });
  const name = `consume ${first.type}`;
  const span = { kind: SpanKind.CONSUMER, parent: first.traceparent, attributes: { events: events.length } };
  await inSpan(name, span, async (traceparent) => {
    const cause = { correlationId: first.correlationid, causationId: first.id, traceparent };
    try {
      count(await attempt(options.db, consumer, events, { cause }), events);
    } catch (error) {
      if (isOutage(error)) throw error;
      if (events.length > 1)
        options.log.warn({ err: error, events: events.length }, 'a batch failed, each alone now');
      for (const event of events)
        await handleAlone(options, consumer, event, events.length === 1 ? error : undefined);
    }
  });
  stop();
}

async function handleAlone(
  options: InboxOptions,
  consumer: Consumer,
  event: Envelope,
  failed: unknown,
): Promise<void> {
  try {
    if (failed !== undefined) throw failed;
    count(await attempt(options.db, consumer, [event]), [event]);
  } catch (error) {
    if (isOutage(error)) throw error;
    options.log.error(
      { err: error, eventId: event.id, type: event.type },
      'an event failed and will be tried again',
    );
    await keepFailed(options.db, event, 1, error);
    handled.inc({ type: event.type, outcome: 'error' });
  }
}

function count(
  outcome: { early: readonly Envelope[]; duplicates: number },
  events: readonly Envelope[],
): void {
  const type = events[0]?.type ?? 'none';
  handled.inc({ type, outcome: 'done' }, events.length - outcome.duplicates - outcome.early.length);
  if (outcome.duplicates > 0) handled.inc({ type, outcome: 'duplicate' }, outcome.duplicates);
  if (outcome.early.length > 0) handled.inc({ type, outcome: 'notYet' }, outcome.early.length);
}

/** Keeps a failed event with its next attempt, or as dead after the last rung or an error no retry can cure. */
async function keepFailed(db: Database, event: Envelope, attempts: number, error: unknown): Promise<void> {
  const seconds = isWorthRetry(error) ? LADDER[attempts - 1] : undefined;
  const next = seconds === undefined ? null : new Date(Date.now() + seconds * 1000);
  const words = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 2_000) : String(error);
  await db.raw(
    `insert into inbox as i (event_id, type, status, body, attempts, next_attempt_at, last_error)
       values (:id, :type, :status, :body, :attempts, :next, :words)
     on conflict (event_id) do update
       set status = excluded.status, attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at,
           last_error = excluded.last_error
       where i.status in ('waiting', 'retrying')`,
    {
      id: event.id,
      type: event.type,
      status: next === null ? 'dead' : 'retrying',
      body: JSON.stringify(event),
      attempts,
      next,
      words,
    },
  );
}

interface DueRow {
  readonly event_id: string;
  readonly type: string;
  readonly status: 'waiting' | 'retrying';
  readonly body: string;
  readonly attempts: number;
}

async function retryUntilStopped(options: InboxOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    await retryDue(options).catch((error: unknown) => options.log.warn({ err: error }, 'retries wait'));
    await sleep(RETRY_POLL, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** One look: what is due, those of one consumer that only waited as a batch, those that failed each alone. */
export async function retryDue(options: InboxOptions): Promise<number> {
  const { rows } = await options.db.raw(
    `select event_id, type, status, body, attempts from inbox
      where status in ('waiting', 'retrying') and next_attempt_at <= now()
      order by next_attempt_at limit ?`,
    [RETRY_BATCH],
  );
  for (const consumer of options.consumers) {
    const mine = (rows as DueRow[]).filter((row) => consumer.types.some(({ type }) => type === row.type));
    for (const attempts of new Set(mine.map((row) => row.attempts))) {
      await retry(
        options,
        consumer,
        mine.filter((row) => row.attempts === attempts && row.status === 'waiting'),
      );
    }
    for (const row of mine) if (row.status === 'retrying') await retry(options, consumer, [row]);
  }
  return rows.length;
}

async function retry(options: InboxOptions, consumer: Consumer, rows: readonly DueRow[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const { attempts } = first;
  const events = rows.map((row) => checked(JSON.parse(row.body) as Envelope, typesOf([consumer])));
  try {
    count(await attempt(options.db, consumer, events, { claim: claimAgain, attempts }), events);
  } catch (error) {
    if (isOutage(error)) throw error;
    if (rows.length > 1) {
      for (const row of rows) await retry(options, consumer, [row]);
      return;
    }
    options.log.error(
      { err: error, eventId: first.event_id, type: first.type, attempts },
      'an event failed again',
    );
    await inWork(options.db, { correlationId: first.event_id }, async (work) => {
      for (const event of events) await keepFailed(work.tx, event, attempts + 1, error);
    });
  }
}
