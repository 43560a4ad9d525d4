/** The ledger's stream as billing follows it: one replica at a time, for reconciliation. Source: docs/ledger.md, 'The stream'. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LEDGER_STREAM } from '@rollcall/contracts/events/ledger';
import type { Broker } from '@rollcall/kit/broker';
import type { Database } from '@rollcall/kit/database';
import { lead, type Office } from '@rollcall/kit/leader';
import type { Logger } from '@rollcall/kit/log';
import { readStream } from '@rollcall/kit/stream';
import { readPlace } from './store/ledger.js';
import { endReached, takeEntries } from './use-cases/take-entries.js';

const FOLLOWER: Office = { name: 'ledger follower', lock: 7_250_005, durable: true };
/** Milliseconds: a standby's try for the lock; between two looks whether the lead is lost. */
const STANDBY = 1_000;
const LOOK = 250;
/** What was published about the last seal is read again: the broker's clock and the wallet's may be apart. */
const AGAIN = 3_600_000;

export interface FollowerOptions {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly broker: Broker;
  readonly log: Logger;
}

/** Follows while it leads, stands by otherwise. Two at once would do no harm: an entry is taken once, by its number. */
export function followLedger({ db, databaseUrl, broker, log }: FollowerOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pause = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);

  const turn = async () => {
    const mine = await lead({ office: FOLLOWER, databaseUrl, log, wake: () => undefined });
    if (mine === undefined) return;
    const reading = readStream({
      ...{ broker, log, stream: LEDGER_STREAM },
      since: async () => {
        const { sealedAt } = await readPlace(db);
        return sealedAt === null ? undefined : new Date(sealedAt.getTime() - AGAIN);
      },
      take: async (messages) => {
        const fault = await takeEntries(
          db,
          messages.map(({ content }) => content),
        );
        if (fault !== undefined)
          log.error({ fault }, 'the ledger cannot be read on: rollcall ledger republish');
      },
      quiet: (since) => endReached(db, since),
    });
    while (!mine.lost() && !stopping.signal.aborted) await pause(LOOK);
    await reading.stop();
    await mine.end();
  };
  const turns = (async () => {
    while (!stopping.signal.aborted) {
      await turn().catch((error: unknown) =>
        log.warn({ err: error }, 'the ledger is not followed; again soon'),
      );
      await pause(STANDBY);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await turns;
    },
  };
}
