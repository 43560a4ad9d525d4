/** The sealed ledger on its stream: each seal at least once, in order. Source: docs/ledger.md, 'The stream'. */
import { CONTENT_TYPE } from '@rollcall/contracts/event';
import { entrySealed, LEDGER_STREAM } from '@rollcall/contracts/events/ledger';
import { createBell } from '@rollcall/kit/bell';
import type { Broker } from '@rollcall/kit/broker';
import type { Lead } from '@rollcall/kit/leader';
import type { Logger } from '@rollcall/kit/log';
import { counter } from '@rollcall/kit/metrics';
import { streamName } from '@rollcall/kit/topology';
import { within } from '@rollcall/kit/within';
import type { ConfirmChannel } from 'amqplib';
import { createFreshSeals } from './fresh-seals.js';
import { markPublished, readUnpublished, type Sealed } from './store/stream.js';

/** Seals published at once, all of which are confirmed before the next: what is in flight at most, about 1 MB. */
const BATCH = 1_000;
/** Milliseconds: between two looks for what nobody gave; the pause after a failure, a silent confirm. */
const POLL = 250;
const PAUSE = 1_000;
const CONFIRM_TIMEOUT = 10_000;

const published = counter('ledger_published_total', 'Seals that the stream confirmed, repeats counted');

export interface LedgerStream {
  /** Seals that were just written under the lead that publishes: they need not be read again. */
  give(seals: readonly Sealed[]): void;
  /** Publishes what is sealed for as long as the lead lasts. Never throws: sealing does not depend on it. */
  publishWhile(lead: Lead, life: Life): Promise<void>;
  stop(): Promise<void>;
}

export interface Life {
  isStopping(): boolean;
  /** More than a batch waits for its seal. */
  isBehind(): boolean;
  pause(milliseconds: number): Promise<void>;
}

export function openLedgerStream(broker: Broker, log: Logger): LedgerStream {
  let current: ConfirmChannel | undefined;
  const kept = broker.keep('confirm', async (channel) => {
    current = channel;
    channel.once('close', () => {
      if (current === channel) current = undefined;
    });
  });
  const stream = streamName(broker.topology.prefix, LEDGER_STREAM);
  const fresh = createFreshSeals();
  const bell = createBell();

  /** Whether more waits. */
  const round = async ({ query }: Lead): Promise<boolean> => {
    if (current === undefined || broker.blocked()) return false;
    const { mark, seals } = await fresh.take(BATCH, () => readUnpublished(query, BATCH));
    const last = seals.at(-1);
    const channel: ConfirmChannel | undefined = current;
    if (last === undefined || channel === undefined) return false;
    await publishSeals(channel, stream, seals);
    if (await markPublished(query, { from: mark, to: last.seq })) fresh.moved(last.seq);
    else fresh.lookAgain();
    published.inc(seals.length);
    return seals.length === BATCH;
  };
  return {
    give: (seals) => {
      fresh.give(seals);
      if (seals.length > 0) bell.ring();
    },
    publishWhile: async (lead, { isStopping, isBehind, pause }) => {
      fresh.lookAgain();
      while (!lead.lost() && !isStopping()) {
        try {
          // Sealing first: both ride the one connection, and nothing may wait for the stream.
          if (isBehind() || !(await round(lead))) await bell.wait(POLL);
        } catch (error) {
          if (lead.lost()) return;
          fresh.lookAgain();
          log.warn({ err: error }, 'the ledger was not published; it is tried again from the last mark');
          // A fresh channel: what was in flight on the old one is out before its repeats, so that order holds.
          await kept.reopen();
          if (error instanceof Unroutable) await redeclare(broker, log);
          await pause(PAUSE);
        }
      }
    },
    stop: async () => {
      bell.ring();
      await kept.stop();
    },
  };
}

/** There is no stream: it was deleted, or this broker has none. */
class Unroutable extends Error {}

const redeclare = (broker: Broker, log: Logger) =>
  broker.declare().catch((error: unknown) => log.warn({ err: error }, 'the stream could not be declared'));

/** Sends them in order and awaits every confirm. Throws when one is refused, returned, or not confirmed within 10 s. */
export async function publishSeals(
  channel: ConfirmChannel,
  stream: string,
  seals: readonly Sealed[],
): Promise<void> {
  let returned = 0;
  const onReturn = () => {
    returned += 1;
  };
  channel.on('return', onReturn);
  try {
    const confirms = Promise.all(seals.map((one) => send(channel, stream, one)));
    if ((await within(CONFIRM_TIMEOUT, confirms)) === undefined)
      throw new Error(`the stream did not confirm within ${CONFIRM_TIMEOUT} ms`);
    if (returned > 0) throw new Unroutable(`there is no stream ${stream}`);
  } finally {
    channel.off('return', onReturn);
  }
}

/** To the stream itself by the default exchange: `mandatory` then says when it is not there. */
const send = (channel: ConfirmChannel, stream: string, sealed: Sealed): Promise<void> =>
  new Promise((resolve, reject) => {
    const { seq, id } = sealed;
    const properties = {
      ...{ persistent: true, mandatory: true, contentType: CONTENT_TYPE, messageId: id },
      headers: { seq },
    };
    channel.publish('', stream, Buffer.from(bodyOf(sealed)), properties, (error: unknown) =>
      error ? reject(error) : resolve(),
    );
  });

/** The envelope. Everything in it is the seal's own, so that a repeat has the same bytes. */
export function bodyOf(sealed: Sealed): string {
  const { id, sealedAt } = sealed;
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: `/rollcall/${entrySealed.source}`,
    type: entrySealed.type,
    subject: id,
    time: sealedAt,
    datacontenttype: 'application/json',
    correlationid: id, // an entry does not keep what caused it: `reference` says
    data: sealed,
  });
}
