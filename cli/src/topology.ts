/** `rollcall topology apply|check`: what contracts say a broker has to have, declared or compared. */
import { hearers, streams } from '@rollcall/contracts/topology';
import { declareStreams, declareTopology, namesOf, streamName, type Topology } from '@rollcall/kit/topology';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { reasonOf } from './class/post.js';
import { Refusal } from './refusal.js';

export const topologyOf = (prefix: string): Topology => ({
  prefix,
  streams,
  bindings: Object.fromEntries(
    Object.entries(hearers).map(([service, types]) => [service, types.map(({ type }) => type)]),
  ),
});

export interface Seen {
  readonly name: string;
  /** Why it is not as it should be; undefined when it is. */
  readonly trouble?: string;
  readonly messages?: number;
}

/** Declares everything. Idempotent; refused by the broker where something else has a name of ours. */
export async function applyTopology(url: string, topology: Topology): Promise<void> {
  const trouble = await onChannel(url, (channel) => declareAll(channel, topology));
  if (trouble !== undefined) throw new Refusal(`the broker refuses the topology: ${trouble}`);
}

async function declareAll(channel: Channel, topology: Topology): Promise<void> {
  await declareTopology(channel, topology);
  await declareStreams(channel, topology);
}

/**
 * Names first, then kinds and arguments. AMQP cannot list bindings, so where all else is right they are declared once
 * more, which changes nothing unless one was missing.
 */
export async function checkTopology(url: string, topology: Topology): Promise<Seen[]> {
  const names = namesOf(topology.prefix);
  const seen: Seen[] = [];
  for (const exchange of [names.events, names.dead]) {
    const trouble = await onChannel(url, (channel) => channel.checkExchange(exchange));
    seen.push({ name: `exchange ${exchange}`, trouble });
  }
  const queues = Object.keys(topology.bindings).flatMap((service) => [
    names.queue(service),
    names.deadQueue(service),
  ]);
  const all = [...queues, ...(topology.streams ?? []).map((stream) => streamName(topology.prefix, stream))];
  for (const queue of all) {
    let messages: number | undefined;
    const trouble = await onChannel(url, async (channel) => {
      messages = (await channel.checkQueue(queue)).messageCount;
    });
    seen.push({ name: `queue ${queue}`, trouble, messages });
  }
  if (seen.some(({ trouble }) => trouble !== undefined)) return seen;
  // Everything is there, so declaring makes nothing new; the broker refuses where a kind or an argument differs.
  const trouble = await onChannel(url, (channel) => declareAll(channel, topology));
  return [...seen, { name: 'kinds, arguments and bindings', trouble }];
}

/** What the broker said against it, if anything: an answer of its own closes the channel, so each look has one. */
async function onChannel(
  url: string,
  act: (channel: Channel) => Promise<unknown>,
): Promise<string | undefined> {
  const connection = await open(url);
  try {
    const channel = await connection.createChannel();
    let refusal: string | undefined;
    channel.on('error', (error: Error) => {
      refusal = error.message;
    });
    try {
      await act(channel);
      return undefined;
    } catch (error) {
      return refusal ?? reasonOf(error);
    }
  } finally {
    await connection.close();
  }
}

async function open(url: string): Promise<ChannelModel> {
  try {
    return await connect(url);
  } catch (error) {
    throw new Refusal(`the broker cannot be reached (${reasonOf(error)}): set AMQP_URL, or start the system`);
  }
}
