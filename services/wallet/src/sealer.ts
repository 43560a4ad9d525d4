/** Gives committed entries their place in the ledger. One leader a database; a standby in every replica. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tip } from '@rollcall/contracts/ledger';
import type { Broker } from '@rollcall/kit/broker';
import { type Lead, lead, type Office } from '@rollcall/kit/leader';
import type { Logger } from '@rollcall/kit/log';
import { counter, gauge } from '@rollcall/kit/metrics';
import { chain } from './chain.js';
import { type Life, openLedgerStream } from './ledger-stream.js';
import { addCheckpoint, addSeals, type Place, readPlace, readUnsealed } from './store/seals.js';

export interface SealerOptions {
  readonly databaseUrl: string;
  readonly log: Logger;
  /** Where what is sealed is published; without one it is only sealed. */
  readonly broker?: Broker;
  /** Milliseconds; shorter in tests of the fail-over. */
  readonly ping?: number;
  readonly idleTimeout?: number;
}

/** A seal that finance has seen must not be taken back by a power cut. */
const SEALER: Office = { name: 'sealer', lock: 7_250_004, durable: true };

/** Entries of one batch, and seals between two checkpoints: a trial balance reads at most both. */
const BATCH = 1_000;
const CHECKPOINT = 1_000;
/** Milliseconds: between two looks for what is new, so that entries gather; a standby's try for the lock. */
const POLL = 100;
const STANDBY = 1_000;

const leader = gauge('sealer_leader', '1 where this replica seals the ledger');
const sealed = counter('ledger_sealed_total', 'Entries sealed');

/** Seals while it leads, stands by otherwise, until stopped. */
export function startSealer(options: SealerOptions): { leads(): boolean; stop(): Promise<void> } {
  const { log } = options;
  const stopping = new AbortController();
  const pause = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
  let behind = false;
  const life: Life = { isStopping: () => stopping.signal.aborted, isBehind: () => behind, pause };
  const seen = (seals: number) => {
    behind = seals === BATCH;
  };
  const stream = options.broker && openLedgerStream(options.broker, log);
  let publishing: Promise<void> | undefined;
  let leads = false;

  const turn = async () => {
    const mine = await lead({ ...options, office: SEALER, wake: () => undefined });
    if (mine === undefined) return;
    leads = true;
    leader.set(1);
    // Beside it, on the same connection: who has lost the lead can mark nothing.
    publishing = stream?.publishWhile(mine, life);
    try {
      await sealWhileLeading(mine, life, seen);
    } finally {
      leads = false;
      behind = false;
      leader.set(0);
      await mine.end();
    }
  };
  const turns = (async () => {
    while (!stopping.signal.aborted) {
      await turn().catch((error: unknown) =>
        log.warn({ err: error }, 'sealing was broken off; whoever leads next goes on from the last seal'),
      );
      await pause(STANDBY);
    }
  })();

  return {
    leads: () => leads,
    stop: async () => {
      stopping.abort();
      await turns;
      await stream?.stop(); // what is not confirmed then goes out again
      await publishing;
    },
  };
}

async function sealWhileLeading(
  lead: Lead,
  { isStopping, pause }: Life,
  seen: (seals: number) => void,
): Promise<void> {
  let place = await readPlace(lead.query);
  while (!lead.lost() && !isStopping()) {
    const next = await sealBatch(lead.query, place, new Date());
    seen(next.seq - place.seq);
    if (next.seq - place.seq < BATCH) await pause(POLL);
    place = next;
  }
}

/** Seals what is new and committed, a batch at most. Returns where the next one goes on: `place` itself when nothing was. */
export async function sealBatch(query: Lead['query'], place: Place, now: Date): Promise<Place> {
  const unsealed = await readUnsealed(query, BATCH);
  if (unsealed.length === 0) return place;
  const seals = chain(
    place,
    unsealed.map(({ entry }) => entry),
  );
  // Later than the batch before, whatever the clocks of two leaders say: 'as of' then means the same batches for ever.
  const sealedAt = Math.max(now.getTime(), place.sealedAt + 1);
  await addSeals(query, seals, {
    sealedAt: new Date(sealedAt),
    entryNos: unsealed.map(({ entryNo }) => entryNo),
  });
  sealed.inc(seals.length);
  const { seq, hash } = seals.at(-1) as Tip;
  if (seq - place.checkpoint < CHECKPOINT) return { ...place, seq, hash, sealedAt };
  await addCheckpoint(query, seq);
  return { seq, hash, sealedAt, checkpoint: seq };
}
