/** Promise 2 of events.md: whatever is killed, every committed event arrives and each effect is applied exactly once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Channel, type ChannelModel, connect as connectAmqp } from 'amqplib';
import { newId } from '../src/id.js';
import { amqpUrl, type TestDatabase, testDatabase, testPrefix, workOf } from '../src/testing.js';
import { declareTopology, namesOf } from '../src/topology.js';
import type { MortalSettings } from './mortal.js';
import { startProxy, type TcpProxy } from './proxy.js';
import { bindings, thingDone, until } from './things.js';

interface Mortal {
  readonly said: string[];
  readonly child: ChildProcess;
  kill(): Promise<void>;
}

let alpha: TestDatabase;
let beta: TestDatabase;
let connection: ChannelModel;
let channel: Channel;
let proxy: TcpProxy;
let prefix: string;
let remove: () => Promise<void>;
const living = new Set<Mortal>();

beforeAll(async () => {
  [alpha, beta] = await Promise.all([testDatabase(), testDatabase()]);
  await beta.db.raw('create table effects (n integer not null)');
  connection = await connectAmqp(amqpUrl());
});
afterAll(async () => {
  await connection.close();
  await Promise.all([alpha.close(), beta.close()]);
});
beforeEach(async () => {
  ({ prefix, remove } = testPrefix(bindings));
  channel = await connection.createChannel();
  await declareTopology(channel, { prefix, bindings });
  proxy = await startProxy(Number(new URL(amqpUrl()).port || 5672));
});
afterEach(async () => {
  for (const mortal of living) await mortal.kill();
  for (const table of ['outbox', 'outbox_unpublished']) await alpha.db(table).delete();
  for (const table of ['inbox', 'effects']) await beta.db(table).delete();
  await proxy.close();
  await channel.close();
  await remove();
});

async function give(role: 'relay' | 'consume', settings: Partial<MortalSettings> = {}): Promise<Mortal> {
  const url = role === 'relay' ? alpha.url : beta.url;
  const json = JSON.stringify({ url, amqp: amqpUrl(), prefix, ...settings });
  const script = new URL('mortal.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', '--conditions=source', script, role, json];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said: string[] = [];
  child.stdout.on('data', (bytes) => said.push(...String(bytes).trim().split('\n')));
  const dead = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const mortal: Mortal = {
    said,
    child,
    kill: async () => {
      living.delete(mortal);
      child.kill('SIGKILL');
      await dead;
    },
  };
  living.add(mortal);
  await until(`${role} is up`, () => said.includes('up'));
  return mortal;
}

const through = (): Partial<MortalSettings> => {
  const url = new URL(amqpUrl());
  url.port = String(proxy.port);
  return { amqp: url.toString() };
};
const heard = (mortal: Mortal, word: string, seconds = 15) =>
  until(`"${word}"`, () => mortal.said.includes(word), seconds);
const commit = (mortal: Mortal, n: number) => {
  mortal.child.stdin?.write(`${n}\n`);
  return heard(mortal, `committed ${n}`);
};
const effects = (): Promise<number[]> => beta.db('effects').orderBy('n').pluck('n');
const unpublished = async () => (await alpha.db('outbox_unpublished').pluck('seq')).length;

describe('killed', () => {
  test('between commit and publish, the event is published by the next process', async () => {
    const first = await give('relay', through());
    await heard(first, 'leads');
    proxy.cut();
    await commit(first, 1);
    await first.kill();
    expect(await unpublished()).toBe(1);
    await give('consume');
    await give('relay');
    await until('the effect', async () => (await effects()).length === 1);
    await until('the mark', async () => (await unpublished()) === 0);
  });

  test('between confirm and mark, the event is published twice and acted on once', async () => {
    const spy = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(spy.queue, namesOf(prefix).events, '#');
    const ids: string[] = [];
    await channel.consume(spy.queue, (message) => ids.push(JSON.parse(String(message?.content)).id), {
      noAck: true,
    });
    await give('consume');
    const first = await give('relay');
    await heard(first, 'leads');
    await commit(first, 1);
    await until('the effect', async () => (await effects()).length === 1);
    await until('the first mark', async () => (await unpublished()) === 0);
    await alpha.db.raw('insert into outbox_unpublished select seq from outbox');
    const lock = await alpha.db.transaction();
    await lock('outbox_unpublished').forUpdate();
    await until('a second publication while the mark waits', () => ids.length >= 2);
    await first.kill();
    // A killed client's statement would still run once the lock is gone: its backend dies with it, as on a lost host.
    await lock.raw(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay' and datname = current_database()",
    );
    await lock.rollback();
    expect(await unpublished()).toBe(1);
    await give('relay');
    await until('the mark', async () => (await unpublished()) === 0);
    expect(new Set(ids).size).toBe(1);
    await until('the claim of the last copy', async () => ids.length >= 3);
    expect(await effects()).toEqual([1]);
  });

  test('between commit and ack, the event comes again and finds its claim', async () => {
    const first = await give('consume', { ...through(), hold: 300 });
    await give('relay');
    await workOf(alpha.db, async (work) => work.emit(thingDone, { thingId: newId(), n: 7 }));
    await heard(first, 'acts');
    proxy.holdClients(); // the transaction commits; its ack never leaves
    await until('the commit', async () => (await effects()).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await first.kill();
    const { queue } = namesOf(prefix);
    await until(
      'the message is back',
      async () => (await channel.checkQueue(queue('beta'))).messageCount === 1,
    );
    await give('consume');
    await until(
      'the queue is empty',
      async () => (await channel.checkQueue(queue('beta'))).messageCount === 0,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await effects()).toEqual([7]);
  });
});

describe('leadership', () => {
  test('a frozen leader loses it to the standby, and thawed does not publish beside it', async () => {
    const quick = { ping: 200, idleTimeout: 1_000 };
    await give('consume');
    const leader = await give('relay', quick);
    await heard(leader, 'leads');
    const standby = await give('relay', quick);
    expect(standby.said).not.toContain('leads');
    leader.child.kill('SIGSTOP');
    await commit(standby, 1);
    await heard(standby, 'leads', 10);
    await until('the effect', async () => (await effects()).length === 1);
    leader.child.kill('SIGCONT');
    await heard(leader, 'stands by');
    await commit(leader, 2); // hinted to the leader in the other process
    await until('both effects', async () => (await effects()).length === 2);
    expect(await effects()).toEqual([1, 2]);
  });
});

describe('a broker away', () => {
  test('for seconds, while events go on being committed, loses and doubles nothing', async () => {
    const consumer = await give('consume', through());
    const relay = await give('relay', through());
    await heard(relay, 'leads');
    await commit(relay, 1);
    await until('the first effect', async () => (await effects()).length === 1);
    proxy.cut();
    for (let n = 2; n <= 20; n += 1) await commit(relay, n);
    expect(await effects()).toEqual([1]);
    proxy.heal();
    await until('the others', async () => (await effects()).length === 20);
    expect(await effects()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(consumer.child.exitCode).toBeNull();
  });
});
