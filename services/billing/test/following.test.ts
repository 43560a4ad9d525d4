/** The ledger's stream, followed on a real broker: each entry once, whoever dies, and never past a hole. */
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { LEDGER_STREAM } from '@rollcall/contracts/events/ledger';
import { type Broker, connectBroker } from '@rollcall/kit/broker';
import { newId } from '@rollcall/kit/id';
import { amqpUrl, quietLog, type TestDatabase, testDatabase, testPrefix } from '@rollcall/kit/testing';
import { streamName } from '@rollcall/kit/topology';
import { followLedger } from '../src/follow-ledger.js';
import { readPlace } from '../src/store/ledger.js';
import { takeEntries } from '../src/use-cases/take-entries.js';
import { ledgerOf } from './books.js';

const { prefix, remove } = testPrefix({});
const stream = streamName(prefix, LEDGER_STREAM);
let database: TestDatabase;
let broker: Broker;
let ledger: ReturnType<typeof ledgerOf>;
beforeEach(async () => {
  database = await testDatabase(new URL('../migrations/', import.meta.url));
  broker = await connectBroker(
    amqpUrl(),
    { prefix, bindings: {}, streams: [LEDGER_STREAM] },
    { log: quietLog },
  );
  ledger = ledgerOf();
});
afterEach(async () => {
  await broker.close();
  await remove();
  await database.close();
});
afterAll(remove);

const follow = () => followLedger({ db: database.db, databaseUrl: database.url, broker, log: quietLog });
const place = () => readPlace(database.db);
const movements = () => database.db('ledger_card_movements').orderBy('seq');
const entries = (count: number) =>
  Array.from({ length: count }, () => ledger.next({ reference: `payment:${newId()}`, amount: 100 }));

/** Published as the wallet does, and confirmed. */
async function publish(...bodies: Buffer[]): Promise<void> {
  await new Promise<void>((done, fail) => {
    const kept = broker.keep('confirm', async (channel) => {
      for (const body of bodies) channel.sendToQueue(stream, body);
      await channel.waitForConfirms().then(done, fail);
      void kept.stop();
    });
  });
}
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${what}: not within 20 s`);
}
const readTo = (seq: number) => until(`seal ${seq}`, async () => (await place()).seq === seq);

test('each entry is taken once by two replicas, and by one that goes on for it', async () => {
  const replicas = [follow(), follow()];
  const [first, ...rest] = entries(40);
  await publish(first!, ...rest.slice(0, 19), first!); // a repeat
  await readTo(20);
  await replicas[0]!.stop();
  await replicas[1]!.stop();
  const other = follow();
  await publish(...rest.slice(19));
  await readTo(40);
  await other.stop();
  expect((await movements()).map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
}, 60_000);

test('the end of the stream is noted, so that quiet is no ignorance', async () => {
  const follower = follow();
  await publish(...entries(3));
  const began = Date.now();
  await until('the end', async () => ((await place()).knownUntil?.getTime() ?? 0) > began + 1_000);
  await follower.stop();
  expect(await place()).toMatchObject({ seq: 3, fault: null });
}, 60_000);

test('a stream that was deleted and published anew is read on by itself', async () => {
  const follower = follow();
  const all = entries(6);
  await publish(...all.slice(0, 4));
  await readTo(4);
  await remove();
  await broker.declare();
  await publish(...all);
  await readTo(6);
  await follower.stop();
  expect(await movements()).toHaveLength(6);
}, 60_000);

test('past a hole nothing is read and nothing counts as known, until the missing one comes', async () => {
  const follower = follow();
  const [one, two, three] = entries(3) as [Buffer, Buffer, Buffer];
  await publish(one, three);
  await until('the fault', async () => (await place()).fault !== null);
  const { knownUntil } = await place();
  await new Promise((done) => setTimeout(done, 3_500)); // longer than quiet takes
  expect(await place()).toMatchObject({ seq: 1, fault: 'seal 2 has not come', knownUntil });
  await publish(two, three);
  await readTo(3);
  await follower.stop();
  expect(await place()).toMatchObject({ fault: null });
}, 60_000);

test('an entry that was changed is not taken, one in its place that fits is', async () => {
  const [one, two] = entries(2) as [Buffer, Buffer];
  const forged = Buffer.from(String(two).replace('"amount":100', '"amount":900'));
  expect(await takeEntries(database.db, [one, forged])).toMatch(/seal 2: its hash/);
  expect(await place()).toMatchObject({ seq: 1, fault: expect.stringMatching(/seal 2/) });
  expect(await takeEntries(database.db, [Buffer.from('?'), forged, two])).toBeUndefined();
  expect((await movements()).map(({ amount }) => amount)).toEqual([100, 100]);
});

test('what moves nothing by card, or nothing in sum, leaves no movement', async () => {
  const body = JSON.parse(String(entries(1)[0]));
  const { cardMovementsOf } = await import('../src/domain/ledger.js');
  const [transfer] = body.data.transfers;
  const back = { ...transfer, from: transfer.to, to: transfer.from };
  const euro = { ...back, amount: 7, currency: 'EUR' };
  const moved = (...transfers: object[]) => cardMovementsOf({ ...body.data, transfers });
  expect(moved({ ...transfer, from: 'escrow' })).toEqual([]);
  expect(moved(transfer, back)).toEqual([]);
  expect(moved(transfer, euro).map(({ amount, currency }) => [amount, currency])).toEqual([
    [100, 'USD'],
    [-7, 'EUR'],
  ]);
});
