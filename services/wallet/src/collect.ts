/**
 * The ledger's gauges. Two of them are sums over the whole of it: they are taken once a minute, and a scrape does not wait
 * for them for long.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@rollcall/kit/database';
import type { Logger } from '@rollcall/kit/log';
import { gauge } from '@rollcall/kit/metrics';
import { unpublishedOf, unsealedOf } from './queries/ledger.js';
import { ledgerTotals } from './queries.js';

const imbalance = gauge(
  'ledger_imbalance',
  'Minor units by which balances differ from their transfers: must be 0',
);
const escrow = gauge(
  'escrow_minus_open_holds',
  'Minor units in escrow that belong to no open hold: must be 0',
);

const unsealed = gauge('ledger_unsealed', 'Entries that have no place in the sealed ledger yet');
const behind = gauge(
  'ledger_seal_lag_seconds',
  'How long the first entry without a seal has waited; 0 when there is none',
);

const unpublished = gauge('ledger_unpublished', 'Seals that the stream has not confirmed yet');

/** Milliseconds between two sums, of which a million transfers take 400, and how long a scrape waits for one. */
const [EVERY, PATIENCE] = [60_000, 2_000];

interface Scrape {
  readonly db: Database;
  readonly log: Logger;
  readonly clock: () => Date;
}

export function watchLedger(): (scrape: Scrape) => Promise<void> {
  tell(UNKNOWN);
  let last = Number.NEGATIVE_INFINITY;
  let summing: Promise<void> | undefined;
  return async ({ db, log, clock }) => {
    const waiting = await unsealedOf(db);
    unsealed.set(waiting.count);
    behind.set(waiting.seconds);
    unpublished.set(await unpublishedOf(db));
    const now = clock().getTime();
    if (summing === undefined && now - last >= EVERY) {
      last = now;
      summing = takeTotals(db, log).finally(() => {
        summing = undefined;
      });
    }
    await Promise.race([summing, sleep(PATIENCE, undefined, { ref: false })]);
  };
}

type Totals = Awaited<ReturnType<typeof ledgerTotals>>;

/** Before the first sum and where none can be had: nobody is to rest on 0, nor on an answer of before. */
const UNKNOWN: Totals = { imbalance: Number.NaN, escrowMinusOpenHolds: Number.NaN };

async function takeTotals(db: Database, log: Logger): Promise<void> {
  const totals = await ledgerTotals(db).catch((error: unknown) => {
    log.error({ err: error }, 'the ledger could not be summed');
    return UNKNOWN;
  });
  tell(totals);
}

function tell(totals: Totals): void {
  imbalance.set(totals.imbalance);
  escrow.set(totals.escrowMinusOpenHolds);
}
