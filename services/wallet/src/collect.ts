/** The two gauges that must be 0. They are sums over the whole ledger, so a scrape takes new ones once a minute at most. */
import type { Database } from '@rollcall/kit/database';
import { gauge } from '@rollcall/kit/metrics';
import { ledgerTotals } from './queries.js';

const imbalance = gauge(
  'ledger_imbalance',
  'Minor units by which balances differ from their transfers: must be 0',
);
const escrow = gauge(
  'escrow_minus_open_holds',
  'Minor units in escrow that belong to no open hold: must be 0',
);

/** Milliseconds. A million transfers are summed in 0.4 s. */
const EVERY = 60_000;

interface Scrape {
  readonly db: Database;
  readonly clock: () => Date;
}

export function watchLedger(): (scrape: Scrape) => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async ({ db, clock }) => {
    const now = clock().getTime();
    if (now - last < EVERY) return;
    last = now;
    const totals = await ledgerTotals(db);
    imbalance.set(totals.imbalance);
    escrow.set(totals.escrowMinusOpenHolds);
  };
}
