/** Reading a stream of the broker from where a reader's own database says, for as long as it is wanted. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Broker } from './broker.js';
import type { Logger } from './log.js';
import { streamName } from './topology.js';

export interface StreamReader {
  readonly broker: Broker;
  readonly log: Logger;
  /** Without the prefix. */
  readonly stream: string;
  /**
   * What was on the stream by then need not come; undefined: from its beginning. A moment rather than an offset: in a stream
   * that was deleted and published anew an offset means something else, and a moment the same. It is asked at each opening.
   */
  readonly since: () => Promise<Date | undefined>;
  /** Takes what has come, in order. It has seen some of it before. What it throws has all of it come again. */
  readonly take: (messages: readonly ConsumeMessage[]) => Promise<void>;
  /** Nothing has come since this moment, while it would have: the end of the stream is reached. */
  readonly quiet: (since: Date) => Promise<void>;
}

/** Messages unacknowledged at most, and taken at once. */
const AT_ONCE = 500;
/** Milliseconds: without a message for so long the end is reached; the pause after a failure. */
const QUIET = 2_000;
const PAUSE = 1_000;

export function readStream(reader: StreamReader): { stop(): Promise<void> } {
  const { broker, log } = reader;
  let waiting: ConsumeMessage[] = [];
  let current: Channel | undefined;
  let taking: Promise<void> | undefined;
  let lastAt = Date.now();

  const takeAll = async (channel: Channel) => {
    while (waiting.length > 0 && current === channel) {
      const batch = waiting.splice(0, AT_ONCE);
      await reader.take(batch);
      // Its channel may have gone meanwhile, and with it all that was not acknowledged: it comes again.
      if (current === channel) channel.ack(batch.at(-1)!, true);
    }
  };
  const start = (channel: Channel) => {
    taking ??= takeAll(channel)
      .catch(async (error: unknown) => {
        log.warn(
          { err: error, stream: reader.stream },
          'what came by a stream was not taken; it comes again',
        );
        waiting = [];
        current = undefined;
        await sleep(PAUSE);
        await kept.reopen();
      })
      .finally(() => {
        taking = undefined;
        lastAt = Date.now();
        if (waiting.length > 0 && current !== undefined) start(current);
      });
  };
  const kept = broker.keep('plain', async (channel) => {
    waiting = [];
    const since = await reader.since();
    await channel.prefetch(AT_ONCE);
    channel.once('close', () => {
      if (current === channel) current = undefined;
    });
    await channel.consume(
      streamName(broker.topology.prefix, reader.stream),
      (message) => {
        if (message === null) return void kept.reopen(); // the stream was deleted: whoever publishes to it makes it anew
        lastAt = Date.now();
        waiting.push(message);
        start(channel);
      },
      { arguments: { 'x-stream-offset': since === undefined ? 'first' : atMoment(since) } },
    );
    lastAt = Date.now();
    current = channel;
  });
  const ticking = setInterval(() => {
    if (current === undefined || taking !== undefined || Date.now() - lastAt < QUIET) return;
    reader
      .quiet(new Date(lastAt))
      .catch((error: unknown) =>
        log.warn({ err: error, stream: reader.stream }, 'the end of a stream was not noted'),
      );
    lastAt = Date.now();
  }, QUIET / 2);
  return {
    stop: async () => {
      clearInterval(ticking);
      current = undefined;
      waiting = [];
      await taking;
      await kept.stop();
    },
  };
}

/** An AMQP timestamp, in whole seconds; the broker begins with what it was given about then. */
const atMoment = (moment: Date) => ({ '!': 'timestamp', value: Math.floor(moment.getTime() / 1000) });
