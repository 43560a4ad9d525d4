/** Outbox → broker. One leader a database; a standby in every replica. Nothing else publishes. Source: events.md. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import { type Bell, createBell } from './bell.js';
import type { Broker } from './broker.js';
import type { KeptChannel } from './channel.js';
import type { Database } from './database.js';
import { createHandover, type Handover } from './handover.js';
import { CHANNEL, type Lead, lead } from './leader.js';
import type { Logger } from './log.js';
import { createMarks } from './marks.js';
import { gauge } from './metrics.js';
import { PACK, type Published, publish, type Row } from './publish.js';
import { onCommit } from './work.js';

export interface RelayOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly broker: Broker;
  readonly log: Logger;
  /** Is this type bound by somebody? Then an unroutable publish is an alarm and the event stays. */
  readonly mustRoute: (type: string) => boolean;
  /** Milliseconds; shorter in tests of the fail-over. */
  readonly ping?: number;
  readonly idleTimeout?: number;
  readonly confirmTimeout?: number;
}

export interface Relay {
  leads(): boolean;
  stop(): Promise<void>;
}

/** Rows read at once, batches being confirmed while the next is read. */
const BATCH = 1_000;
const IN_FLIGHT = 4;
/** Milliseconds: the backstop poll, a standby's try for the lock, a silent confirm, the pause after a failed batch, a hint. */
const POLL = 500;
const STANDBY = 1_000;
const CONFIRM_TIMEOUT = 10_000;
const PAUSE = 500;
const HINT_EVERY = 5;

const leader = gauge('relay_leader', '1 where this replica publishes');

/** Starts the relay: leads when it can, stands by otherwise, until stopped. */
export function startRelay(options: RelayOptions): Relay {
  const { db, broker, log } = options;
  const bell = createBell();
  const handover = createHandover();
  const stopping = new AbortController();
  const publisher: Publisher = { channel: undefined };
  let leads = false;

  const kept = broker.keep('confirm', async (channel) => {
    publisher.channel = channel;
    channel.once('close', () => {
      if (publisher.channel === channel) publisher.channel = undefined;
    });
    bell.ring();
  });
  const hint = hinter(db, log);
  const forget = onCommit(db, (written) => {
    if (written.length === 0) return;
    if (!leads) return hint();
    handover.give(written);
    bell.ring();
  });
  const look = () => {
    handover.lookAgain();
    bell.ring();
  };
  const turn = async () => {
    const mine = await lead({ ...options, wake: look }).catch((error: unknown) => {
      log.warn({ err: error }, 'relay cannot reach its database');
      return undefined;
    });
    if (mine === undefined) return;
    leads = true;
    leader.set(1);
    handover.begin();
    await publishWhileLeading(options, {
      lead: mine,
      bell,
      handover,
      publisher,
      stopping: stopping.signal,
      kept,
    });
    leads = false;
    leader.set(0);
    await mine.end();
  };
  const life = (async () => {
    while (!stopping.signal.aborted) {
      await turn();
      await sleep(STANDBY, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    leads: () => leads,
    stop: async () => {
      stopping.abort();
      bell.ring();
      forget();
      await life;
      await kept.stop();
    },
  };
}

/** Tells the leader in another replica, after the commit and outside it: inside, NOTIFY cut commits from 11,800/s to 4,260/s. */
function hinter(db: Database, log: Logger): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      db.raw(`notify ${CHANNEL}`).catch((error: unknown) =>
        log.debug({ err: error }, 'hint not sent; the poll will find it'),
      );
    }, HINT_EVERY).unref();
  };
}

interface Publisher {
  /** The channel of now; undefined while there is none. */
  channel: ConfirmChannel | undefined;
}

interface Leading {
  readonly lead: Lead;
  readonly bell: Bell;
  readonly handover: Handover;
  readonly publisher: Readonly<Publisher>;
  readonly stopping: AbortSignal;
  readonly kept: KeptChannel;
}

async function publishWhileLeading(options: RelayOptions, leading: Leading): Promise<void> {
  const { lead, bell, handover, publisher, stopping, kept } = leading;
  const { broker, log, mustRoute, confirmTimeout = CONFIRM_TIMEOUT } = options;
  const publishing = { broker, log, mustRoute, confirmTimeout, reopen: kept.reopen };
  const running = new Set<Promise<void>>();
  let pauseUntil = 0;
  const failed = (error: unknown) => {
    log.warn({ err: error }, 'events were not confirmed or not marked; they stay for the next round');
    pauseUntil = Date.now() + PAUSE;
    handover.lookAgain();
  };
  const marks = createMarks(lead, { done: handover.done, failed });
  const end = async (taken: readonly Row[], { rows, failure }: Published) => {
    if (failure !== undefined) {
      failed(failure);
      const published = new Set(rows);
      handover.done(taken.filter((row) => !published.has(row)));
    }
    await marks.add(rows);
  };

  while (!lead.lost() && !stopping.aborted) {
    const { channel } = publisher;
    const mayRead = channel !== undefined && !broker.blocked() && Date.now() >= pauseUntil;
    const rows = mayRead ? await handover.take(BATCH, (except) => read(lead, except, log)) : [];
    if (channel === undefined || rows.length === 0) {
      await bell.wait(POLL);
      continue;
    }
    const batch = publish(publishing, channel, rows)
      .catch((error: Error): Published => ({ rows: [], failure: error }))
      .then((outcome) => end(rows, outcome))
      .finally(() => {
        running.delete(batch);
        bell.ring();
      });
    running.add(batch);
    // What fills no message waits for a confirm before more leaves, so that the next one holds more: docs/decisions/0019.
    const most = rows.length < PACK ? 1 : IN_FLIGHT;
    if (running.size >= most) await Promise.race(running);
  }
  await Promise.allSettled(running);
  await marks.settled();
}

async function read({ query }: Lead, except: readonly number[], log: Logger): Promise<Row[] | undefined> {
  try {
    const { rows } = await query<Row>({
      name: 'outbox-read',
      text: `select outbox.seq, type, body from outbox_unpublished as left_over join outbox using (seq)
              where left_over.seq <> all($1::bigint[]) order by left_over.seq limit $2`,
      values: [except, BATCH],
    });
    return rows;
  } catch (error) {
    log.warn({ err: error }, 'outbox could not be read');
    return undefined;
  }
}
