/** A connection that dies or falls silent at the worst moment: what stood on it comes back, and nobody waits for ever. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Broker, connectBroker } from '../src/broker.js';
import { on } from '../src/consumer.js';
import { newId } from '../src/id.js';
import { startInbox } from '../src/inbox.js';
import { startRelay } from '../src/relay.js';
import { amqpUrl, quietLog, type TestDatabase, testDatabase, testPrefix, workOf } from '../src/testing.js';
import { startProxy, type TcpProxy } from './proxy.js';
import { bindings, otherDone, thingDone, until } from './things.js';

let alpha: TestDatabase;
let proxy: TcpProxy;
let broker: Broker;
let remove: () => Promise<void>;

beforeAll(async () => {
  alpha = await testDatabase();
});
afterAll(() => alpha.close());
beforeEach(async () => {
  const { prefix, ...made } = testPrefix(bindings);
  remove = made.remove;
  const url = new URL(amqpUrl());
  proxy = await startProxy(Number(url.port || 5672));
  url.port = String(proxy.port);
  broker = await connectBroker(url.toString(), { prefix, bindings }, { log: quietLog });
});
afterEach(async () => {
  proxy.heal();
  await broker.close();
  await proxy.close();
  await remove();
  for (const table of ['outbox', 'outbox_unpublished', 'inbox']) await alpha.db(table).delete();
});

const relayOf = () =>
  startRelay({
    db: alpha.db,
    databaseUrl: alpha.url,
    broker,
    log: quietLog,
    mustRoute: () => true,
    confirmTimeout: 300,
  });
const emit = () => workOf(alpha.db, async (work) => work.emit(thingDone, { thingId: newId(), n: 1 }));

test('a channel whose closing is never answered is waited for no longer than its connection lives', async () => {
  let opened = 0;
  const kept = broker.keep('plain', async () => {
    opened += 1;
  });
  await until('a channel', () => opened === 1);
  proxy.holdClients();
  const closing = kept.reopen();
  proxy.cut();
  await closing;
  proxy.heal();
  await until('another channel', () => opened === 2);
  await kept.stop();
});

test('a broker that falls silent is told again what it did not confirm', async () => {
  const relay = relayOf();
  const published = async () => (await alpha.db('outbox_unpublished')).length === 0;
  await emit();
  await until('the first event', published);
  proxy.holdClients();
  await emit();
  await new Promise((resolve) => setTimeout(resolve, 600)); // the confirm is given up, the channel's closing is not heard
  proxy.cut();
  proxy.heal();
  await until('the second event', published);
  await relay.stop();
});

test('a consumer that loses its database and its broker together takes up its work again', async () => {
  let calls = 0;
  const acts = on(thingDone, async () => {
    calls += 1;
    if (calls > 1) return;
    proxy.holdClients(); // that the messages are given back is not heard
    throw Object.assign(new Error('terminating connection'), { code: '57P01' });
  });
  const consumers = [acts, on(otherDone, async () => {})];
  const inbox = startInbox({ db: alpha.db, broker, service: 'beta', consumers, log: quietLog });
  const relay = relayOf();
  await emit();
  await until('the database fails', () => calls === 1);
  proxy.cut();
  proxy.heal();
  await until(
    'the event is acted on',
    async () => (await alpha.db('inbox').where({ status: 'done' })).length === 1,
  );
  await inbox.stop();
  await relay.stop();
});

test('a connection that is silent when it is to be closed does not hold up the end', async () => {
  proxy.holdClients();
  const started = Date.now();
  await broker.close();
  expect(Date.now() - started).toBeLessThan(5_000);
});
