/** One supervised connection to RabbitMQ and the channels kept open on it. */
import type { Socket } from 'node:net';
import { type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import {
  type ChannelOf,
  CLOSE_WAIT,
  closeQuietly,
  type Followed,
  type KeptChannel,
  type Kind,
  keepChannel,
} from './channel.js';
import { gatherWrites } from './gather-writes.js';
import type { Logger } from './log.js';
import { gauge } from './metrics.js';
import { declareStreams, declareTopology, type Topology } from './topology.js';
import { within } from './within.js';

export interface Broker {
  readonly topology: Topology;
  connected(): boolean;
  /** The broker refuses publishers for lack of memory or disk: wait. */
  blocked(): boolean;
  /** Declares the topology again: what an unroutable event asks for. */
  declare(): Promise<void>;
  keep<K extends Kind>(kind: K, use: (channel: ChannelOf<K>) => Promise<void>): KeptChannel;
  close(): Promise<void>;
}

/** Milliseconds between two tries to connect. */
const FIRST_DELAY = 100;
const LONGEST_DELAY = 5_000;
/** Seconds without a sign of life before a connection counts as dead. */
const HEARTBEAT = 15;

const connectedGauge = gauge('broker_connected', '1 while the connection to RabbitMQ is up');

/** What is known of the connection, and who wants to know. */
interface State {
  up: boolean;
  blocked: boolean;
  readonly kept: Set<Followed>;
}

/**
 * Connects and stays connected. Rejects when the broker cannot be reached within the first `tries` attempts; once it
 * was reached, tries for ever, with pauses from 0.1 s up to 5 s.
 */
export async function connectBroker(
  url: string,
  topology: Topology,
  { log, tries = 30 }: { log: Logger; tries?: number },
): Promise<Broker> {
  const state: State = { up: false, blocked: false, kept: new Set() };
  const model = await connect(withHeartbeat(url), {
    // A message is several small writes: with Nagle's algorithm each waited 40 ms for the delayed ACK of the one before.
    noDelay: true,
    recovery: {
      initialDelay: FIRST_DELAY,
      maxDelay: LONGEST_DELAY,
      initialMaxRetries: tries,
      setup: async (connection: ChannelModel) => {
        gatherWrites(socketOf(connection));
        await declareOn(connection, topology, log);
      },
      waitForConnect: false,
    },
  });
  follow(model, state, log);
  await model.waitForConnect();
  return {
    topology,
    connected: () => state.up,
    blocked: () => state.blocked,
    declare: () => declareOn(model, topology, log),
    keep: (kind, use) => keep(model, state, { kind, use, log }),
    close: async () => {
      change(state, false);
      await within(CLOSE_WAIT, model.close());
    },
  };
}

/** The library keeps its socket to itself. */
const socketOf = ({ connection }: ChannelModel): Socket =>
  (connection as unknown as { stream: Socket }).stream;

function follow(model: RecoveringChannelModel, state: State, log: Logger): void {
  model.on('connect', () => {
    change(state, true);
    for (const one of state.kept) one.connected();
  });
  model.on('disconnect', (error: Error) => {
    change(state, false);
    for (const one of state.kept) one.disconnected();
    log.warn({ reason: error?.message }, 'broker lost, reconnecting');
  });
  model.on('connect-failed', (error: Error) =>
    log.warn({ reason: error.message }, 'broker cannot be reached, or refuses the topology'),
  );
  model.on('error', (error: Error) => log.warn({ reason: error.message }, 'broker connection error'));
  model.on('blocked', (reason: string) => {
    state.blocked = true;
    log.error({ reason }, 'broker blocks publishers');
  });
  model.on('unblocked', () => {
    state.blocked = false;
  });
}

function change(state: State, up: boolean): void {
  state.up = up;
  state.blocked = false;
  connectedGauge.set(up ? 1 : 0);
}

function keep<K extends Kind>(
  model: RecoveringChannelModel,
  state: State,
  { kind, use, log }: { kind: K; use: (channel: ChannelOf<K>) => Promise<void>; log: Logger },
): KeptChannel {
  const create = () =>
    (kind === 'confirm'
      ? model.createConfirmChannel()
      : model.createChannel()) as Promise<unknown> as Promise<ChannelOf<K>>;
  const one = keepChannel({ create, isConnected: () => state.up, use, log });
  state.kept.add(one);
  one.connected();
  return {
    reopen: one.reopen,
    stop: () => {
      state.kept.delete(one);
      return one.stop();
    },
  };
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set('heartbeat', String(HEARTBEAT));
  return parsed.toString();
}

async function declareOn(
  connection: ChannelModel | RecoveringChannelModel,
  topology: Topology,
  log: Logger,
): Promise<void> {
  const channel = await connection.createChannel();
  // The refused operation rejects with the reason; without a listener the same error would end the process.
  channel.on('error', () => {});
  try {
    await declareTopology(channel, topology);
  } finally {
    await closeQuietly(channel, log);
  }
  await declareStreamsOn(connection, topology, log);
}

/** What is published to a stream waits in its database, so a broker without streams only keeps it waiting. */
async function declareStreamsOn(
  connection: ChannelModel | RecoveringChannelModel,
  topology: Topology,
  log: Logger,
): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    await declareStreams(channel, topology);
  } catch (error) {
    log.error({ err: error }, 'the broker refuses a stream: it is not published to');
  } finally {
    await closeQuietly(channel, log);
  }
}
