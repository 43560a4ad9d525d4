/** How events come to share messages and transactions when there are many, and how a lone one does not wait. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Broker, connectBroker } from '../src/broker.js';
import { type Consumer, onBatch } from '../src/consumer.js';
import { newId } from '../src/id.js';
import { createLane } from '../src/lane.js';
import { readMessage } from '../src/message.js';
import { startRelay } from '../src/relay.js';
import {
  amqpUrl,
  envelope,
  quietLog,
  type TestDatabase,
  testDatabase,
  testPrefix,
  workOf,
} from '../src/testing.js';
import { bindings, thingDone, until } from './things.js';

const { prefix, remove } = testPrefix(bindings);
const thing = (n: number) => ({ thingId: newId(), n });

let at: TestDatabase;
let broker: Broker;
beforeAll(async () => {
  at = await testDatabase();
  broker = await connectBroker(amqpUrl(), { prefix, bindings }, { log: quietLog });
});
afterAll(async () => {
  await broker.close();
  await remove();
  await at.close();
});

/** The broker, its confirms held back until they are let go; and how many events each message had. */
function slowBroker() {
  const messages: number[] = [];
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const keep: Broker['keep'] = (kind, use) =>
    broker.keep(kind, (channel) => {
      const publish = channel.publish.bind(channel) as (...given: unknown[]) => boolean;
      const publishSlowly = (
        exchange: string,
        key: string,
        content: Buffer,
        options: object,
        done: unknown,
      ) => {
        const { contentType } = options as { contentType: string };
        messages.push(readMessage(content, contentType).length);
        const confirmed = (error: unknown) => void gate.then(() => (done as (error: unknown) => void)(error));
        return publish(exchange, key, content, options, confirmed);
      };
      Object.assign(channel, { publish: publishSlowly });
      return use(channel);
    });
  return { broker: { ...broker, keep }, messages, letGo };
}

test('what is committed while a small message waits for its confirm leaves together', async () => {
  const { broker: slow, messages, letGo } = slowBroker();
  const relay = startRelay({
    ...{ db: at.db, databaseUrl: at.url, broker: slow, log: quietLog, mustRoute: () => true },
  });
  await until('a leader', () => relay.leads());
  const commit = (n: number) => workOf(at.db, async (work) => work.emit(thingDone, thing(n)));
  await commit(1);
  await until('the first message', () => messages.length === 1);
  for (let n = 2; n <= 6; n += 1) {
    await commit(n);
    await new Promise((resolve) => setTimeout(resolve, 20)); // long enough for a message of its own
  }
  letGo();
  await until('all events', async () => (await at.db('outbox_unpublished')).length === 0);
  await relay.stop();
  expect(messages).toEqual([1, 5]);
});

test('a batch gathers when the one before it had several events, and only then', async () => {
  const batches: number[] = [];
  const slow: Consumer = onBatch(thingDone, async (_work, events) => {
    batches.push(events.length);
    await new Promise((resolve) => setTimeout(resolve, 40));
  });
  const lane = createLane({ db: at.db, log: quietLog, giveBack: async () => {} }, slow);
  let left = 0;
  const push = (count: number) => {
    left += count;
    const events = Array.from({ length: count }, (_, n) => envelope(thingDone, thing(n)));
    const ack = () => {
      left -= count;
    };
    lane.push({ events, ack });
  };
  const drained = () => until('the batch', () => left === 0);
  const oneByOne = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      push(1);
      await new Promise(setImmediate);
    }
    await drained();
  };
  push(2);
  await drained();
  await oneByOne(5);
  expect(batches).toEqual([2, 5]);

  push(1);
  await drained();
  await oneByOne(2);
  expect(batches.slice(2)).toEqual([1, 1, 1]);
});
