/** One supervised connection to RabbitMQ, the channels kept open on it, and the topology as data. */
import { BATCH_CONTENT_TYPE, CONTENT_TYPE, type Envelope, EnvelopeSchema } from '@rollcall/contracts/event';
import {
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  connect,
  type RecoveringChannelModel,
} from 'amqplib';
import type { Logger } from './log.js';
import { gauge } from './metrics.js';

/** Which service's queue is bound to which event types. */
export type Bindings = Readonly<Record<string, readonly string[]>>;

export interface Topology {
  readonly prefix: string;
  readonly bindings: Bindings;
}

/** Deliveries of one message before it dies: positive, since a negative limit means 'discard' on RabbitMQ 3.x. */
const DELIVERY_LIMIT = 20;

export const namesOf = (prefix: string) => ({
  events: `${prefix}events`,
  dead: `${prefix}dead`,
  queue: (service: string) => `${prefix}${service}`,
  deadQueue: (service: string) => `${prefix}${service}.dead`,
});

/**
 * Declares everything, whoever starts first: an event emitted before its hearer's first start must find the queue.
 * Idempotent; the broker refuses (406) where a queue of that name is something else.
 */
export async function declareTopology(channel: Channel, { prefix, bindings }: Topology): Promise<void> {
  const names = namesOf(prefix);
  await channel.assertExchange(names.events, 'topic', { durable: true });
  await channel.assertExchange(names.dead, 'direct', { durable: true });
  for (const [service, types] of Object.entries(bindings)) {
    await channel.assertQueue(names.deadQueue(service), {
      durable: true,
      arguments: { 'x-queue-type': 'quorum' },
    });
    await channel.bindQueue(names.deadQueue(service), names.dead, service);
    await channel.assertQueue(names.queue(service), {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': DELIVERY_LIMIT,
        'x-dead-letter-exchange': names.dead,
        'x-dead-letter-routing-key': service,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    });
    for (const type of types) await channel.bindQueue(names.queue(service), names.events, type);
  }
}

/** Removes everything of one prefix: what a test run or `npm run reset` made. */
export async function deleteTopology(channel: Channel, { prefix, bindings }: Topology): Promise<void> {
  const names = namesOf(prefix);
  for (const service of Object.keys(bindings)) {
    await channel.deleteQueue(names.queue(service));
    await channel.deleteQueue(names.deadQueue(service));
  }
  await channel.deleteExchange(names.events);
  await channel.deleteExchange(names.dead);
}

type Kind = 'confirm' | 'plain';
type ChannelOf<K extends Kind> = K extends 'confirm' ? ConfirmChannel : Channel;

/** A channel that is opened again whenever it closes: after a reconnection, an error of the broker, a cancelled consumer. */
export interface KeptChannel {
  /** Closes the channel of now; it opens again after the pause. */
  reopen(): Promise<void>;
  stop(): Promise<void>;
}

export interface Broker {
  readonly topology: Topology;
  connected(): boolean;
  /** The broker refuses publishers for lack of memory or disk: wait. */
  blocked(): boolean;
  /** Declares the topology again: what an unroutable event asks for. */
  declare(): Promise<void>;
  keep<K extends Kind>(kind: K, use: (channel: ChannelOf<K>) => Promise<void>): KeptChannel;
  close(): Promise<void>;
}

/** Milliseconds. */
const FIRST_DELAY = 100;
const LONGEST_DELAY = 5_000;
/** Seconds without a sign of life before a connection counts as dead. */
const HEARTBEAT = 15;

const connectedGauge = gauge('broker_connected', '1 while the connection to RabbitMQ is up');

/**
 * Connects and stays connected. Rejects when the broker cannot be reached within the first `tries` attempts; once it
 * was reached, tries for ever, with pauses from 0.1 s up to 5 s.
 */
export async function connectBroker(
  url: string,
  topology: Topology,
  { log, tries = 30 }: { log: Logger; tries?: number },
): Promise<Broker> {
  const kept = new Set<{ open(): void }>();
  let up = false;
  let blocked = false;
  const model = await connect(withHeartbeat(url), {
    recovery: {
      initialDelay: FIRST_DELAY,
      maxDelay: LONGEST_DELAY,
      initialMaxRetries: tries,
      setup: (connection: ChannelModel) => declareOn(connection, topology),
      waitForConnect: false,
    },
  });
  const change = (now: boolean) => {
    up = now;
    blocked = false;
    connectedGauge.set(now ? 1 : 0);
  };
  model.on('connect', () => {
    change(true);
    for (const one of kept) one.open();
  });
  model.on('disconnect', (error: Error) => {
    change(false);
    log.warn({ reason: error?.message }, 'broker lost, reconnecting');
  });
  model.on('error', (error: Error) => log.warn({ reason: error.message }, 'broker connection error'));
  model.on('blocked', (reason: string) => {
    blocked = true;
    log.error({ reason }, 'broker blocks publishers');
  });
  model.on('unblocked', () => {
    blocked = false;
  });
  await model.waitForConnect();
  return {
    topology,
    connected: () => up,
    blocked: () => blocked,
    declare: () => declareOn(model, topology),
    keep: (kind, use) => keepChannel(model, kind, use, { kept, up: () => up, log }),
    close: async () => {
      change(false);
      await model.close();
    },
  };
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set('heartbeat', String(HEARTBEAT));
  return parsed.toString();
}

async function declareOn(
  connection: ChannelModel | RecoveringChannelModel,
  topology: Topology,
): Promise<void> {
  const channel = await connection.createChannel();
  // The refused operation rejects with the reason; without a listener the same error would end the process.
  channel.on('error', () => {});
  await declareTopology(channel, topology);
  await channel.close();
}

function keepChannel<K extends Kind>(
  model: RecoveringChannelModel,
  kind: K,
  use: (channel: ChannelOf<K>) => Promise<void>,
  { kept, up, log }: { kept: Set<{ open(): void }>; up: () => boolean; log: Logger },
): KeptChannel {
  let current: Channel | undefined;
  let stopped = false;
  let opening = false;
  let pause = FIRST_DELAY;
  let timer: NodeJS.Timeout | undefined;

  const again = () => {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      self.open();
    }, pause);
    pause = Math.min(pause * 2, LONGEST_DELAY);
  };
  const attempt = async () => {
    const channel = (kind === 'confirm'
      ? await model.createConfirmChannel()
      : await model.createChannel()) as unknown as ChannelOf<K>;
    current = channel;
    channel.on('error', (error: Error) => log.warn({ reason: error.message }, 'channel error'));
    channel.on('close', () => {
      if (current === channel) current = undefined;
      again();
    });
    await use(channel);
    pause = FIRST_DELAY;
  };
  const self = {
    open: () => {
      if (stopped || opening || current !== undefined || !up()) return;
      opening = true;
      attempt()
        .catch((error: unknown) => {
          log.warn({ err: error }, 'channel could not be set up');
          void closeQuietly(current, log);
          again();
        })
        .finally(() => {
          opening = false;
        });
    },
  };
  kept.add(self);
  self.open();
  return {
    reopen: () => closeQuietly(current, log),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      kept.delete(self);
      await closeQuietly(current, log);
    },
  };
}

/** Closing what the broker has closed already throws; that it is closed is all we want. */
async function closeQuietly(channel: Channel | undefined, log: Logger): Promise<void> {
  try {
    await channel?.close();
  } catch (error) {
    log.debug({ err: error }, 'channel was closed already');
  }
}

/** The events of a message: one in structured mode, several in batched mode. Throws when nobody can read it. */
export function readMessage(content: Buffer, contentType: string | undefined): Envelope[] {
  const parsed: unknown = JSON.parse(content.toString('utf8'));
  if (contentType === BATCH_CONTENT_TYPE) {
    if (!Array.isArray(parsed)) throw new SyntaxError('a batch is an array');
    return parsed.map((one) => EnvelopeSchema.parse(one));
  }
  return [EnvelopeSchema.parse(parsed)];
}

/** The message of several outbox bodies of one type, byte for byte: a lone one goes structured. */
export function writeMessage(bodies: readonly string[]): { content: Buffer; contentType: string } {
  const [first] = bodies;
  if (bodies.length === 1 && first !== undefined)
    return { content: Buffer.from(first), contentType: CONTENT_TYPE };
  return { content: Buffer.from(`[${bodies.join(',')}]`), contentType: BATCH_CONTENT_TYPE };
}
