/** Exchanges, queues and bindings as data, declared by whoever starts first. Source: events.md, 'RabbitMQ'. */
import type { Channel } from 'amqplib';

/** Which service's queue is bound to which event types. */
export type Bindings = Readonly<Record<string, readonly string[]>>;

export interface Topology {
  readonly prefix: string;
  readonly bindings: Bindings;
  /** Names without the prefix. */
  readonly streams?: readonly string[];
}

/**
 * Kept for ever unless a policy of the broker's limits it, which cuts off whole segments. An argument could never be
 * changed again.
 */
export const STREAM_ARGUMENTS = { 'x-queue-type': 'stream', 'x-stream-max-segment-size-bytes': 100_000_000 };

/** Deliveries of one message before it dies: positive, since a negative limit means 'discard' on RabbitMQ 3.x. */
const DELIVERY_LIMIT = 20;
/** What has died must not die again: RabbitMQ 4 drops after 20 deliveries wherever no limit was asked for. */
const DEAD_DELIVERY_LIMIT = 1_000_000;

export const namesOf = (prefix: string) => ({
  events: `${prefix}events`,
  dead: `${prefix}dead`,
  queue: (service: string) => `${prefix}${service}`,
  deadQueue: (service: string) => `${prefix}${service}.dead`,
});

/** A stream's name on the broker. */
export const streamName = (prefix: string, stream: string): string => `${prefix}${stream}`;

/**
 * Declares exchanges, queues and bindings, whoever starts first: an event emitted before its hearer's first start
 * must find the queue. Idempotent; the broker refuses (406) where a queue of that name is something else.
 */
export async function declareTopology(channel: Channel, { prefix, bindings }: Topology): Promise<void> {
  const names = namesOf(prefix);
  await channel.assertExchange(names.events, 'topic', { durable: true });
  await channel.assertExchange(names.dead, 'direct', { durable: true });
  for (const [service, types] of Object.entries(bindings)) {
    await channel.assertQueue(names.deadQueue(service), {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': DEAD_DELIVERY_LIMIT },
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

/**
 * On a channel of its own: a broker without streams refuses them, and everything else has to run there. Idempotent; 406
 * where a queue of that name is something else.
 */
export async function declareStreams(channel: Channel, { prefix, streams = [] }: Topology): Promise<void> {
  for (const stream of streams)
    await channel.assertQueue(streamName(prefix, stream), { durable: true, arguments: STREAM_ARGUMENTS });
}

/** Removes everything of one prefix: what a test run or `npm run reset` made. */
export async function deleteTopology(
  channel: Channel,
  { prefix, bindings, streams = [] }: Topology,
): Promise<void> {
  const names = namesOf(prefix);
  for (const stream of streams) await channel.deleteQueue(streamName(prefix, stream));
  for (const service of Object.keys(bindings)) {
    await channel.deleteQueue(names.queue(service));
    await channel.deleteQueue(names.deadQueue(service));
  }
  await channel.deleteExchange(names.events);
  await channel.deleteExchange(names.dead);
}
