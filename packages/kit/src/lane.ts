/** One consumer's deliveries, one transaction at a time. */
import type { Envelope } from '@rollcall/contracts/event';
import { attempt, attemptNew, type Consumer } from './consumer.js';
import { type Database, isOutage } from './database.js';
import { countHandled, handleSeconds } from './handled.js';
import type { Logger } from './log.js';
import { createPause } from './pause.js';
import { keepFirstFailure } from './retry.js';
import { inSpan, SpanKind } from './tracing.js';

export interface Delivery {
  readonly events: readonly Envelope[];
  readonly ack: () => void;
}

export interface Lane {
  push(delivery: Delivery): void;
  /** Forgets what was not begun: it comes again. */
  clear(): void;
  /** Resolves when what was begun has ended. */
  drain(): Promise<void>;
}

export interface LaneOptions {
  readonly db: Database;
  readonly log: Logger;
  /** Gives every message back to the broker: the database is away, and nothing is to be blamed on a message. */
  readonly giveBack: () => Promise<void>;
}

/** Messages and events in one transaction at most. */
const BATCH_MESSAGES = 200;
const BATCH_EVENTS = 2_000;

/** Milliseconds at most that a batch gathers under load, and events that wait for nothing more. */
const GATHER = 50;
const ENOUGH = 50;

/**
 * While one batch commits the next gathers, so it grows with the load by itself and a lone event waits for nobody. Under
 * load, which is when the batch before had several events, it gathers for twice as long as that one took: fewer
 * transactions and messages for the same events (docs/decisions/0019).
 */
export function createLane({ db, log, giveBack }: LaneOptions, consumer: Consumer): Lane {
  let waiting: Delivery[] = [];
  let running: Promise<void> | undefined;
  const pause = createPause(() => countOf(waiting) < ENOUGH);
  let gather = 0;

  const work = async () => {
    do {
      // What the same read of the socket brought belongs to the same batch: it is dispatched in one go, before any promise.
      await pause.take(gather);
      const batch = takeBatch(waiting);
      const events = eventsOf(batch);
      const began = performance.now();
      try {
        await handle({ db, log }, consumer, events);
      } catch (error) {
        log.error({ err: error }, 'a batch could neither be handled nor kept');
        waiting = [];
        return giveBack();
      }
      for (const { ack } of batch) ack();
      gather = events.length > 1 ? Math.min(2 * (performance.now() - began), GATHER) : 0;
    } while (waiting.length > 0);
  };
  const start = () => {
    running ??= work().finally(() => {
      running = undefined;
      if (waiting.length > 0) start();
    });
  };
  const clear = () => {
    waiting = [];
  };
  return {
    push: (delivery) => {
      waiting.push(delivery);
      pause.look();
      start();
    },
    clear,
    drain: async () => {
      clear();
      await running;
    },
  };
}

const countOf = (batch: readonly Delivery[]): number =>
  batch.reduce((sum, { events }) => sum + events.length, 0);
const eventsOf = (batch: readonly Delivery[]): readonly Envelope[] => batch.flatMap(({ events }) => events);

function takeBatch(waiting: Delivery[]): Delivery[] {
  let events = 0;
  const end = waiting.findIndex((delivery) => {
    events += delivery.events.length;
    return events > BATCH_EVENTS;
  });
  return waiting.splice(0, end === -1 ? BATCH_MESSAGES : Math.max(end, 1));
}

type Handling = Pick<LaneOptions, 'db' | 'log'>;

/** All in one transaction; when that throws, each alone, and the one at fault is kept for its ladder. */
async function handle(options: Handling, consumer: Consumer, events: readonly Envelope[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const stop = handleSeconds.startTimer({ type: first.type });
  const name = `consume ${first.type}`;
  const span = { kind: SpanKind.CONSUMER, parent: first.traceparent, attributes: { events: events.length } };
  await inSpan(name, span, async (traceparent) => {
    const cause = { correlationId: first.correlationid, causationId: first.id, traceparent };
    try {
      countHandled(events, await attemptNew(options.db, consumer, events, { cause }));
    } catch (error) {
      if (isOutage(error)) throw error;
      if (events.length === 1) return keepFirstFailure(options, first, error);
      options.log.warn({ err: error, events: events.length }, 'a batch failed, each alone now');
      for (const event of events) await handleAlone(options, consumer, event);
    }
  });
  stop();
}

async function handleAlone(options: Handling, consumer: Consumer, event: Envelope): Promise<void> {
  try {
    countHandled([event], await attempt(options.db, consumer, [event]));
  } catch (error) {
    if (isOutage(error)) throw error;
    await keepFirstFailure(options, event, error);
  }
}
