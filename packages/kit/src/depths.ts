/** How much waits in a service's queues at the broker, asked at each scrape. */
import type { Channel } from 'amqplib';
import type { Broker } from './broker.js';
import { gauge } from './metrics.js';
import { namesOf } from './topology.js';
import { within } from './within.js';

/** Milliseconds a broker may take to say so. */
const PATIENCE = 1_000;

const waiting = gauge('queue_messages', 'Messages that wait in the queues of this service', ['queue']);

export interface Depths {
  collect(): Promise<void>;
  stop(): Promise<void>;
}

export function watchDepths(broker: Broker, service: string): Depths {
  const names = namesOf(broker.topology.prefix);
  let channel: Channel | undefined;
  const kept = broker.keep('plain', async (fresh) => {
    channel = fresh;
    fresh.once('close', () => {
      if (channel === fresh) channel = undefined;
    });
  });
  const depthOf = async (queue: string): Promise<number | undefined> =>
    within(PATIENCE, channel?.checkQueue(queue).then(({ messageCount }) => messageCount) ?? nothing()).catch(
      nothing,
    );
  return {
    collect: async () => {
      const [live, dead] = [await depthOf(names.queue(service)), await depthOf(names.deadQueue(service))];
      waiting.reset(); // a figure of before would pass for one of now
      if (live !== undefined) waiting.set({ queue: 'live' }, live);
      if (dead !== undefined) waiting.set({ queue: 'dead' }, dead);
    },
    stop: () => kept.stop(),
  };
}

const nothing = async (): Promise<undefined> => undefined;
