/** The ledger's gauges. Two of them are sums over the whole of it: a scrape takes new ones once a minute at most. */
import type { Database } from '@rollcall/kit/database';
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

/** Milliseconds. A million transfers are summed in 0.4 s. */
const EVERY = 60_000;

interface Scrape {
  readonly db: Database;
  readonly clock: () => Date;
}

export function watchLedger(): (scrape: Scrape) => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async ({ db, clock }) => {
    const waiting = await unsealedOf(db);
    unsealed.set(waiting.count);
    behind.set(waiting.seconds);
    unpublished.set(await unpublishedOf(db));
    const now = clock().getTime();
    if (now - last < EVERY) return;
    last = now;
    const totals = await ledgerTotals(db);
    imbalance.set(totals.imbalance);
    escrow.set(totals.escrowMinusOpenHolds);
  };
}
