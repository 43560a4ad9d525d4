/** The ledger on its stream: all of it, in order, whoever dies; and the sample consumer that follows it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { type EntrySealed, entrySealed, LEDGER_STREAM } from '@rollcall/contracts/events/ledger';
import { faultAmong, GENESIS } from '@rollcall/contracts/ledger';
import { type Broker, connectBroker } from '@rollcall/kit/broker';
import { newId } from '@rollcall/kit/id';
import { lead } from '@rollcall/kit/leader';
import { amqpUrl, quietLog, type TestDatabase, testDatabase, testPrefix } from '@rollcall/kit/testing';
import { type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib';
import { sha256 } from '../src/chain.js';
import { bodyOf, openLedgerStream } from '../src/ledger-stream.js';
import { unpublishedOf } from '../src/queries/ledger.js';
import { readUnpublished } from '../src/store/stream.js';
import { adjust, brokenInvariants, migrations, user } from './fixtures.js';
import { allSealed, seal, sealerOf, until } from './sealing.js';

const children: ChildProcess[] = [];
const { prefix, remove } = testPrefix({});
const stream = `${prefix}${LEDGER_STREAM}`;
let test_: TestDatabase;
let broker: Broker;
beforeEach(async () => {
  test_ = await testDatabase(migrations);
  broker = await connectBroker(
    amqpUrl(),
    { prefix, bindings: {}, streams: [LEDGER_STREAM] },
    { log: quietLog },
  );
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  expect(await brokenInvariants(test_.db)).toEqual({});
  await broker.close();
  await remove();
  await test_.close();
});
afterAll(remove);

const credits = async (count: number) => {
  const userId = await user(test_.db);
  for (let n = 0; n < count; n += 1) await adjust(test_.db, { userId, amount: 5, reason: `no. ${n}\nünd` });
};
const allPublished = () => until('all is published', async () => (await unpublishedOf(test_.db)) === 0);

async function onChannel<Result>(act: (channel: ConfirmChannel) => Promise<Result>) {
  const connection = await connect(amqpUrl());
  const channel = await connection.createConfirmChannel();
  try {
    return await act(channel);
  } finally {
    await connection.close();
  }
}
/** What is on the stream from its beginning, up to the first message that has seal `last`. */
const read = (last: number): Promise<ConsumeMessage[]> =>
  onChannel(async (channel) => {
    const messages: ConsumeMessage[] = [];
    await channel.prefetch(100);
    const take = (message: ConsumeMessage | null) => {
      if (message === null) return;
      messages.push(message);
      channel.ack(message);
    };
    await channel.consume(stream, take, { arguments: { 'x-stream-offset': 'first' } });
    await until('the last one', () => messages.some((one) => one.properties.headers?.seq === last));
    return messages;
  });
const envelope = ({ content }: ConsumeMessage) => JSON.parse(String(content)) as Envelope<EntrySealed>;
const seqs = (messages: ConsumeMessage[]) => messages.map(({ properties }) => properties.headers?.seq);

const send = (...bodies: string[]) =>
  onChannel(async (channel) => {
    for (const body of bodies) channel.sendToQueue(stream, Buffer.from(body));
    await channel.waitForConfirms();
  });

test('every seal is on the stream in order, with bytes from which its hash is computed', async () => {
  const sealer = sealerOf(test_.url, { broker });
  await credits(5);
  await allSealed(test_.db);
  await allPublished();
  await sealer.stop();
  const messages = await read(5);
  expect(seqs(messages)).toEqual([1, 2, 3, 4, 5]);
  const entries = messages.map((one) => entrySealed.schema.parse(envelope(one).data));
  const seals = entries.map(({ seq, hash, ...entry }) => ({ seq, hash, entry }));
  expect(faultAmong(GENESIS, seals, sha256)).toBeUndefined();
  expect(messages[1]?.properties).toMatchObject({
    contentType: 'application/cloudevents+json',
    deliveryMode: 2,
  });
  expect(envelope(messages[1]!)).toMatchObject({ type: entrySealed.type, id: entries[1]?.id });
}, 60_000);

test('sealing goes on without a stream, and publishing catches up once there is one', async () => {
  const sealer = sealerOf(test_.url, { broker });
  await onChannel((channel) => channel.deleteQueue(stream));
  await credits(3);
  await allSealed(test_.db);
  await allPublished(); // a return makes the publisher declare it again
  await sealer.stop();
  expect(new Set(seqs(await read(3)))).toEqual(new Set([1, 2, 3]));

  const nowhere = sealerOf(test_.url);
  await credits(2);
  await allSealed(test_.db);
  await nowhere.stop();
  expect(await unpublishedOf(test_.db)).toBe(2);
  const tx = await test_.db.transaction();
  await tx('ledger_published').update({ seq: 6 });
  expect(Object.keys(await brokenInvariants(tx))).toEqual([
    'nothing is said to be published that is not sealed',
  ]);
  await tx.rollback();
}, 60_000);

test('two publishers at once, as when a frozen leader wakes, make repeats and no gap', async () => {
  await credits(40);
  await seal(test_);
  const life = {
    isStopping: () => false,
    isBehind: () => false,
    pause: (ms: number) => new Promise<void>((go) => setTimeout(go, ms)),
  };
  const two = await Promise.all(
    [91, 92].map(async (lock) => {
      const office = { name: 'rival', lock, durable: true };
      const mine = (await lead({ office, databaseUrl: test_.url, log: quietLog, wake: () => undefined }))!;
      const ledger = openLedgerStream(broker, quietLog);
      return { mine, ledger, done: ledger.publishWhile(mine, life) };
    }),
  );
  await allPublished();
  for (const { mine, ledger, done } of two) {
    await mine.end();
    await done;
    await ledger.stop();
  }
  let known = 0;
  for (const seq of seqs(await read(40))) {
    expect(seq).toBeLessThanOrEqual(known + 1);
    known = Math.max(known, seq);
  }
  expect(known).toBe(40);
}, 60_000);

test('a mark that an operator puts back has the rest published again, with the same bytes', async () => {
  const sealer = sealerOf(test_.url, { broker });
  await credits(4);
  await allSealed(test_.db);
  await allPublished();
  await test_.db('ledger_published').update({ seq: 1 });
  await allPublished();
  await sealer.stop();
  const all = await readAll(7);
  expect(seqs(all)).toEqual([1, 2, 3, 4, 2, 3, 4]);
  expect(all.slice(4).map(({ content }) => String(content))).toEqual(
    all.slice(1, 4).map(({ content }) => String(content)),
  );
}, 60_000);

const readAll = (count: number): Promise<ConsumeMessage[]> =>
  onChannel(async (channel) => {
    const messages: ConsumeMessage[] = [];
    await channel.prefetch(100);
    const take = (message: ConsumeMessage | null) => void (message && messages.push(message));
    await channel.consume(stream, take, { arguments: { 'x-stream-offset': 'first' } });
    await until('all of them', () => messages.length >= count);
    return messages.slice(0, count);
  });

/** The sample consumer with a database of its own. */
function follow(url: string, more: Record<string, string> = {}) {
  const script = new URL('../../../docs/examples/follow-ledger.mjs', import.meta.url).pathname;
  const env = { PATH: process.env.PATH, AMQP_URL: amqpUrl(), DATABASE_URL: url, LEDGER_STREAM: stream };
  const child = spawn(process.execPath, [script], { env: { ...env, GAP_SECONDS: '1', ...more } });
  children.push(child);
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (text) => (said += String(text)));
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('exit', (code) => resolve({ code, said })),
  );
  return { child, ended };
}

test('the sample follows, goes on after a kill, drops repeats, and stops at a gap and at a broken hash', async () => {
  const own = await testDatabase();
  const at = async () =>
    (
      await own
        .db('ledger_place')
        .first('seq')
        .catch(() => undefined)
    )?.seq as number | undefined;
  const balance = async () =>
    Number((await own.db('ledger_balances').where('account', 'adjustments').first())?.balance);
  const reaches = (seq: number) => until(`the sample is at ${seq}`, async () => (await at()) === seq);
  const sealer = sealerOf(test_.url, { broker });
  const first = follow(own.url);
  await credits(20);
  await reaches(20);
  first.child.kill('SIGKILL');
  await first.ended;
  await credits(10);
  await allSealed(test_.db);
  await allPublished();
  await test_.db('ledger_published').update({ seq: 15 }); // repeats
  await allPublished();
  const second = follow(own.url);
  await reaches(30);
  expect(await balance()).toBe(-150);
  second.child.kill('SIGKILL');
  await second.ended;
  await sealer.stop();

  await credits(2);
  await seal(test_);
  const { query, end } = (await lead({
    ...{ office: { name: 'reader', lock: 93, durable: true }, databaseUrl: test_.url, log: quietLog },
    wake: () => undefined,
  }))!;
  const { seals } = await readUnpublished(query, 10);
  await end();
  const [next, after] = seals as [(typeof seals)[number], (typeof seals)[number]];
  expect([next.seq, after.seq]).toEqual([31, 32]);
  await send(bodyOf(after));
  const gap = await follow(own.url).ended;
  expect(gap).toMatchObject({
    code: 1,
    said: expect.stringContaining('stopped at 30: 31 is missing; the next one is 32'),
  });

  // What was left out is filled by a repeat.
  await send(bodyOf(next), bodyOf(after));
  const filled = follow(own.url);
  await reaches(32);
  filled.child.kill('SIGKILL');
  await filled.ended;
  expect(await balance()).toBe(-160);

  const forged = { ...after, seq: 33, previousHash: after.hash, id: newId() };
  await send(bodyOf(forged));
  const broken = await follow(own.url).ended;
  expect(broken).toMatchObject({ code: 1, said: expect.stringContaining('the hash of 33 does not fit') });
  expect([await at(), await balance()]).toEqual([32, -160]);
  await own.close();
}, 120_000);
