/** Gives committed entries their place in the ledger. One leader a database; a standby in every replica. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '@rollcall/kit/broker';
import { type Lead, lead, type Office } from '@rollcall/kit/leader';
import type { Logger } from '@rollcall/kit/log';
import { counter, gauge } from '@rollcall/kit/metrics';
import { chain } from './chain.js';
import { type Life, openLedgerStream } from './ledger-stream.js';
import { addCheckpoint, addSeals, type Place, readPlace, readUnsealed, readWaiting } from './store/seals.js';
import type { Sealed } from './store/stream.js';

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
/**
 * Milliseconds: between two looks for what is new; how long nothing new must have come, so that money moves before it is sealed;
 * and how long an entry waits at most for that. Measured in docs/decisions/0019.
 */
const POLL = 100;
const QUIET = 150;
const LATEST = 400;
/** Milliseconds: a standby's try for the lock. */
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
  const stream = options.broker && openLedgerStream(options.broker, log);
  const seen = (seals: readonly Sealed[]) => {
    behind = seals.length === BATCH;
    stream?.give(seals);
  };
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
  seen: (seals: readonly Sealed[]) => void,
): Promise<void> {
  let place = await readPlace(lead.query);
  let more = false;
  while (!lead.lost() && !isStopping()) {
    if (!more && !(await isDue(lead.query))) {
      await pause(POLL);
      continue;
    }
    const { next, seals } = await sealBatch(lead.query, place, new Date());
    seen(seals);
    place = next;
    more = seals.length === BATCH;
  }
}

async function isDue(query: Lead['query']): Promise<boolean> {
  const waiting = await readWaiting(query);
  return waiting !== undefined && (waiting.newest >= QUIET || waiting.oldest >= LATEST);
}

/** Seals what is new and committed, a batch at most. Returns it, and where the next one goes on: `place` itself when nothing was. */
export async function sealBatch(
  query: Lead['query'],
  place: Place,
  now: Date,
): Promise<{ readonly next: Place; readonly seals: readonly Sealed[] }> {
  const unsealed = await readUnsealed(query, BATCH);
  // Later than the batch before, whatever the clocks of two leaders say: 'as of' then means the same batches for ever.
  const sealedAt = new Date(Math.max(now.getTime(), place.sealedAt + 1));
  const seals = chain(
    place,
    unsealed.map(({ entry }) => entry),
  ).map((seal) => ({ ...seal, sealedAt: sealedAt.toISOString() }));
  const last = seals.at(-1);
  if (last === undefined) return { next: place, seals };
  await addSeals(query, seals, { sealedAt, entryNos: unsealed.map(({ entryNo }) => entryNo) });
  sealed.inc(seals.length);
  const { seq, hash } = last;
  const isDue = seq - place.checkpoint >= CHECKPOINT;
  if (isDue) await addCheckpoint(query, seq);
  const checkpoint = isDue ? seq : place.checkpoint;
  return { next: { seq, hash, sealedAt: sealedAt.getTime(), checkpoint }, seals };
}
