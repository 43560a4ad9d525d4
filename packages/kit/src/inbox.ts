/** Queue → handlers: micro-batches, the retry ladder in SQL, the dead queue drained. Source: events.md, 'Inbox'. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@rollcall/contracts/event';
import type { Channel, ConsumeMessage } from 'amqplib';
import { park, parse, typesOf } from './arrival.js';
import type { Broker } from './broker.js';
import type { Consumer } from './consumer.js';
import type { Database } from './database.js';
import { createLane, type Lane } from './lane.js';
import type { Logger } from './log.js';
import { keepFailed, keepFirstFailure, kept, retryUntilStopped } from './retry.js';
import { namesOf } from './topology.js';
import { createWaitingRoom, type Take } from './waiting-room.js';

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

/** Messages unacknowledged at most, of each queue. */
const PREFETCH = 200;
/** Milliseconds between tries to reach a database that is away. */
const HEALTH_POLL = 500;

/** Starts consuming until stopped: `stop` lets the batches in hand commit and acknowledges them. */
export function startInbox(options: InboxOptions): Inbox {
  const { broker, service, log } = options;
  const names = namesOf(broker.topology.prefix);
  const stopping = new AbortController();
  const door: Door = { open: undefined, cancelled: false };
  const giveBack = async () => {
    if (door.open === undefined) return;
    door.open = undefined;
    await channel.reopen();
  };
  const lanes = createLanes(options, giveBack);
  const receive = receiver(door, { giveBack, stopping: stopping.signal, log });
  const room = createWaitingRoom(options.consumers, taker(options, lanes));
  const takeDead = deadTaker(options);

  const channel = broker.keep('plain', async (fresh) => {
    room.clear();
    lanes.clear();
    await databaseAnswers(options, stopping.signal);
    if (door.cancelled) await broker.declare();
    door.cancelled = false;
    door.open = fresh;
    fresh.once('close', () => {
      if (door.open === fresh) door.open = undefined;
    });
    await fresh.prefetch(PREFETCH);
    await fresh.consume(names.queue(service), receive(fresh, room.take));
    await fresh.consume(names.deadQueue(service), receive(fresh, takeDead));
  });
  const retries = retryUntilStopped(options, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      room.clear();
      await lanes.drain();
      await channel.stop();
      await retries;
    },
  };
}

/** By what messages come in. */
interface Door {
  /** The channel they are taken from and acknowledged on; undefined while none may be. */
  open: Channel | undefined;
  /** The broker ended our consumer: a queue was deleted or moved. */
  cancelled: boolean;
}

const receiver =
  (
    door: Door,
    { giveBack, stopping, log }: { giveBack: () => Promise<void>; stopping: AbortSignal; log: Logger },
  ) =>
  (from: Channel, take: Take) =>
  (message: ConsumeMessage | null): void => {
    if (message === null) {
      door.cancelled = true;
      return void giveBack();
    }
    // Left unacknowledged it goes back to the queue when the channel closes.
    if (stopping.aborted) return;
    // Only on the channel that delivered: on another one the same tag is another message.
    const ack = () => {
      if (from === door.open) from.ack(message);
    };
    take(message, ack).catch((error: unknown) => {
      log.error({ err: error }, 'a message could not be kept');
      return giveBack();
    });
  };

const taker = (options: InboxOptions, lanes: Lanes): Take => {
  const types = typesOf(options.consumers);
  return async (message, ack) => {
    const arrival = parse(message, types);
    if (arrival.failure !== undefined) {
      await park(options, message, arrival.failure);
      return ack();
    }
    for (const { event, error } of arrival.unfit) await keepFirstFailure(options, event, error);
    lanes.push(arrival.events, ack);
  };
};

/** What died of the delivery limit goes back into the inbox, to be tried with the ladder's patience. */
const deadTaker = (options: InboxOptions): Take => {
  const types = typesOf(options.consumers);
  return async (message, ack) => {
    const arrival = parse(message, types);
    if (arrival.failure !== undefined) await park(options, message, arrival.failure);
    else {
      const died = new Error('delivery limit reached');
      for (const event of [...arrival.events, ...arrival.unfit.map(({ event }) => event)])
        await keepFailed(options.db, kept(event), 1, died);
    }
    ack();
  };
};

interface Lanes {
  /** Each event to the lane of its type, whatever way its message came; the last lane acknowledges. */
  push(events: readonly Envelope[], ack: () => void): void;
  clear(): void;
  drain(): Promise<void>;
}

function createLanes({ db, log, consumers }: InboxOptions, giveBack: () => Promise<void>): Lanes {
  const lanes = consumers.map((consumer) => ({
    types: consumer.types.map(({ type }) => type),
    lane: createLane({ db, log, giveBack }, consumer),
  }));
  const laneOf = new Map(lanes.flatMap(({ types, lane }) => types.map((type) => [type, lane])));
  return {
    push: (events, ack) => {
      const parts = new Map<Lane, Envelope[]>();
      for (const event of events) {
        const lane = laneOf.get(event.type);
        if (lane === undefined) continue; // not of a checked event
        const part = parts.get(lane);
        if (part === undefined) parts.set(lane, [event]);
        else part.push(event);
      }
      let left = parts.size;
      if (left === 0) return ack();
      const done = () => {
        left -= 1;
        if (left === 0) ack();
      };
      for (const [lane, part] of parts) lane.push({ events: part, ack: done });
    },
    clear: () => {
      for (const { lane } of lanes) lane.clear();
    },
    drain: async () => {
      await Promise.all(lanes.map(({ lane }) => lane.drain()));
    },
  };
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
