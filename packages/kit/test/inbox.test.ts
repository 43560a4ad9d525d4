/** What a queue may bring that no relay of ours put there so, and what must not stop the rest. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BATCH_CONTENT_TYPE, type Envelope } from '@rollcall/contracts/event';
import { type Channel, type ChannelModel, connect as connectAmqp } from 'amqplib';
import { type Broker, connectBroker } from '../src/broker.js';
import { type Consumer, on } from '../src/consumer.js';
import { newId } from '../src/id.js';
import { type Inbox, startInbox } from '../src/inbox.js';
import { registry } from '../src/metrics.js';
import { retryDue } from '../src/retry.js';
import { amqpUrl, envelope, quietLog, type TestDatabase, testDatabase, testPrefix } from '../src/testing.js';
import { namesOf } from '../src/topology.js';
import { bindings, otherDone, thingDone, until } from './things.js';

const { prefix, remove } = testPrefix(bindings);
const names = namesOf(prefix);

let beta: TestDatabase;
let broker: Broker;
let connection: ChannelModel;
let channel: Channel;
const running: Inbox[] = [];

beforeAll(async () => {
  beta = await testDatabase();
  await beta.db.raw('create table effects (n integer not null)');
  broker = await connectBroker(amqpUrl(), { prefix, bindings }, { log: quietLog });
  connection = await connectAmqp(amqpUrl());
});
afterAll(async () => {
  await broker.close();
  await connection.close();
  await remove();
  await beta.close();
});
beforeEach(async () => {
  channel = await connection.createChannel();
});
afterEach(async () => {
  for (const inbox of running.splice(0)) await inbox.stop();
  for (const table of ['inbox', 'parked', 'effects']) await beta.db(table).delete();
  await channel.close();
});

const optionsOf = (consumers: readonly Consumer[]) => ({
  db: beta.db,
  broker,
  service: 'beta',
  consumers,
  log: quietLog,
});
function consume(...consumers: Consumer[]): Inbox {
  const inbox = startInbox(optionsOf(consumers));
  running.push(inbox);
  return inbox;
}
const keep = on(thingDone, async (work, { n }) => {
  await work.tx('effects').insert({ n });
});
/** Other things leave a mark of their own. */
const keepOther = on(otherDone, async (work) => {
  await work.tx('effects').insert({ n: -1 });
});
const thing = (n: number, id = newId()) => envelope(thingDone, { thingId: newId(), n }, { id });
const other = () => envelope(otherDone, { thingId: newId() });
const post = (
  content: Buffer | object,
  routingKey: string,
  exchange = names.events,
  contentType?: string,
) => {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  channel.publish(exchange, routingKey, bytes, { persistent: true, contentType });
};
const effects = (): Promise<number[]> => beta.db('effects').orderBy('n').pluck('n');
const has = (...wanted: number[]) =>
  until(`effects ${wanted}`, async () => JSON.stringify(await effects()) === JSON.stringify(wanted));
/** Messages that came back to the queue when their consumer had gone. */
const unacknowledged = async () => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  const probe = await connection.createChannel();
  const { messageCount } = await probe.checkQueue(names.queue('beta'));
  await probe.close();
  return messageCount;
};

describe('a message', () => {
  test('moved back by hand, under the queue’s name instead of its type, is acted on and acknowledged', async () => {
    const inbox = consume(keep, keepOther);
    post(thing(1), names.queue('beta'), '');
    await has(1);
    await inbox.stop();
    expect(await unacknowledged()).toBe(0);
  });

  test('with events of two types brings each to its own handler', async () => {
    const inbox = consume(keep, keepOther);
    post([thing(1), other(), thing(2)], thingDone.type, names.events, BATCH_CONTENT_TYPE);
    await has(-1, 1, 2);
    await inbox.stop();
    expect(await unacknowledged()).toBe(0);
  });

  test('with no event at all is acknowledged', async () => {
    const inbox = consume(keep, keepOther);
    post([], thingDone.type, names.events, BATCH_CONTENT_TYPE);
    post(thing(1), thingDone.type);
    await has(1);
    await inbox.stop();
    expect(await unacknowledged()).toBe(0);
  });

  test('whose id is written in capitals is the same event, and acts once', async () => {
    consume(keep, keepOther);
    const event: Envelope = thing(1);
    post({ ...event, id: event.id.toUpperCase() }, thingDone.type);
    post(event, thingDone.type);
    post(thing(2), thingDone.type);
    await has(1, 2);
  });

  test('of bytes that no text can hold is parked, and the queue goes on', async () => {
    consume(keep, keepOther);
    post(Buffer.from('\0\0{"specversion"'), thingDone.type);
    post(thing(1), thingDone.type);
    await has(1);
    await until('the parked row', async () => (await beta.db('parked')).length === 1);
    const [parked] = await beta.db('parked');
    expect(parked.body.equals(Buffer.from('\0\0{"specversion"'))).toBe(true);
  });

  test('whose handler fails in words that no text can hold is kept for another try', async () => {
    const rude = on(thingDone, async () => {
      throw new Error('no such thing as "\0"');
    });
    consume(rude, keepOther);
    post(thing(1), thingDone.type);
    await until('its row', async () => (await beta.db('inbox').where({ status: 'retrying' })).length === 1);
  });
});

describe('told to stop', () => {
  test('it ends what is in hand, begins nothing more, and leaves the rest in the queue', async () => {
    let begun = 0;
    let release = () => {};
    const slow = on(thingDone, async (work, { n }) => {
      begun += 1;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await work.tx('effects').insert({ n });
    });
    const inbox = consume(slow, keepOther);
    post(thing(1), thingDone.type);
    await until('the first', () => begun === 1);
    const stopped = inbox.stop();
    post(other(), otherDone.type);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await effects()).toEqual([]);
    release();
    await stopped;
    expect([begun, await effects()]).toEqual([1, [1]]);
    consume(keep, keepOther);
    await has(-1, 1);
  });
});

test('a dead queue that was deleted is declared and drained again', async () => {
  consume(keep, keepOther);
  await until(
    'a consumer',
    async () => (await channel.checkQueue(names.deadQueue('beta'))).consumerCount === 1,
  );
  await channel.deleteQueue(names.deadQueue('beta'));
  const isBack = async () => {
    const probe = await connection.createChannel();
    probe.on('error', () => {});
    const count = await probe.checkQueue(names.deadQueue('beta')).then(
      ({ consumerCount }) => consumerCount,
      () => 0,
    );
    await probe.close().catch(() => {});
    return count === 1;
  };
  await until('it is back with its consumer', isBack, 20);
  post(thing(3), 'beta', names.dead);
  await has(3);
});

test('what has died is not dropped, however often it is given back', async () => {
  post(thing(1), 'beta', names.dead);
  let seen = 0;
  for (let turn = 0; turn < 25; turn += 1) {
    const taker = await connection.createChannel();
    await taker.consume(names.deadQueue('beta'), () => {
      seen += 1;
    });
    await until('its delivery', () => seen > turn);
    await taker.close();
  }
  consume(keep, keepOther);
  await has(1);
});

describe('what waits for another try', () => {
  const due = { attempts: 1, next_attempt_at: new Date(0) };
  test('is not held up by types that nobody handles here any more', async () => {
    const old = Array.from({ length: 250 }, () => ({
      ...due,
      event_id: newId(),
      type: 'alpha.gone.v1',
      status: 'retrying',
      body: '{}',
    }));
    const event = thing(4);
    const mine = { event_id: event.id, type: event.type, status: 'waiting', body: JSON.stringify(event) };
    await beta.db('inbox').insert([...old, { ...due, ...mine, next_attempt_at: new Date(1) }]);
    await retryDue(optionsOf([keep]));
    expect(await effects()).toEqual([4]);
  });

  test('is looked for the moment it is due, and once a second where nothing is', async () => {
    expect(await retryDue(optionsOf([keep]))).toBe(1_000);
    const event = thing(7);
    const soon = { ...due, event_id: event.id, type: event.type, status: 'waiting' };
    await beta.db('inbox').insert({
      ...soon,
      body: JSON.stringify(event),
      next_attempt_at: beta.db.raw(`now() + interval '800 ms'`),
    });
    const wait = await retryDue(optionsOf([keep]));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(800);
    expect(await effects()).toEqual([]);
    await beta
      .db('inbox')
      .where({ event_id: event.id })
      .update({ next_attempt_at: new Date(0) });
    expect(await retryDue(optionsOf([keep]))).toBe(250);
    expect(await effects()).toEqual([7]);
  });

  test('is not held up by one that no longer fits its type; that one climbs the ladder', async () => {
    const [broken, event] = [thing(5), thing(6)];
    const rowOf = ({ id, type }: Envelope, body: unknown, at: number) => ({
      ...due,
      event_id: id,
      type,
      status: 'waiting',
      body: JSON.stringify(body),
      next_attempt_at: new Date(at),
    });
    await beta.db('inbox').insert([rowOf(broken, { ...broken, data: {} }, 0), rowOf(event, event, 1)]);
    await retryDue(optionsOf([keep]));
    expect(await effects()).toEqual([6]);
    expect(await beta.db('inbox').where({ event_id: broken.id }).first()).toMatchObject({
      status: 'retrying',
      attempts: 1,
    });
  });
});

test('outcomes are counted by the type of the event, also in a batch of several', async () => {
  const countOf = async (type: string, outcome: string) => {
    const metric = await registry.getSingleMetric('inbox_handled_total')?.get();
    const found = metric?.values.find(({ labels }) => labels.type === type && labels.outcome === outcome);
    return found?.value ?? 0;
  };
  const both: Consumer = { types: [thingDone, otherDone], handle: async () => [] };
  const before = await countOf(otherDone.type, 'done');
  consume(both);
  post([thing(1), other()], thingDone.type, names.events, BATCH_CONTENT_TYPE);
  await until('the count', async () => (await countOf(otherDone.type, 'done')) === before + 1);
});
