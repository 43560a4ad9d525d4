import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { amqpUrl, testPrefix } from '@rollcall/kit/testing';
import { declareStreams, declareTopology } from '@rollcall/kit/topology';
import { type Channel, connect } from 'amqplib';
import { applyTopology, checkTopology, topologyOf } from '../src/topology.js';

const { bindings } = topologyOf('');
const { prefix, remove } = testPrefix(bindings);
afterAll(remove);

const troubled = async () =>
  (await checkTopology(amqpUrl(), topologyOf(prefix))).filter(({ trouble }) => trouble !== undefined);

test('check names what is missing, apply makes it, and then there is nothing to say', async () => {
  expect((await troubled()).map(({ name }) => name)).toEqual(
    expect.arrayContaining([`queue ${prefix}wallet`, `queue ${prefix}ledger.entries.v1`]),
  );
  await applyTopology(amqpUrl(), topologyOf(prefix));
  expect(await troubled()).toEqual([]);
  await applyTopology(amqpUrl(), topologyOf(prefix)); // twice is once
  expect(await troubled()).toEqual([]);
}, 60_000);

test('a queue of our name that is something else is refused, not used', async () => {
  const connection = await connect(amqpUrl());
  const channel = await connection.createChannel();
  await channel.deleteQueue(`${prefix}wallet.dead`);
  await channel.assertQueue(`${prefix}wallet.dead`, { durable: false });
  await connection.close();
  expect((await troubled())[0]?.trouble).toMatch(/PRECONDITION_FAILED|inequivalent/);
  await expect(applyTopology(amqpUrl(), topologyOf(prefix))).rejects.toThrow(/refuses the topology/);
}, 60_000);

test('the published document declares the queues that the services declare', async () => {
  const queues: Record<string, unknown> = {};
  const ignore = async () => undefined;
  const recorder = {
    assertExchange: ignore,
    bindQueue: ignore,
    assertQueue: async (name: string, options: { arguments: unknown }) => {
      queues[name] = options.arguments;
    },
  };
  await declareTopology(recorder as unknown as Channel, topologyOf('rollcall.'));
  await declareStreams(recorder as unknown as Channel, topologyOf('rollcall.'));
  const document = readFileSync(
    new URL('../../packages/contracts/schemas/asyncapi.yaml', import.meta.url),
    'utf8',
  );
  const names = [...Object.keys(bindings), 'ledger.entries.v1'];
  const missing = names.flatMap((name) =>
    Object.entries(queues[`rollcall.${name}`] as object)
      .map(([name, value]) => `${name}: ${value}`)
      .filter((line) => !document.includes(line)),
  );
  expect(missing).toEqual([]);
});
