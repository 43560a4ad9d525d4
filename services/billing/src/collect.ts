/** Billing's gauges, set at each scrape. */
import type { Database } from '@rollcall/kit/database';
import { gauge } from '@rollcall/kit/metrics';
import { reconciliationStanding } from './queries/reconciliation.js';

const differences = gauge(
  'reconciliation_differences',
  'Differences between the card provider and the ledger that stand: should be 0',
);
const failed = gauge('reconciliation_failed', 'Periods whose comparison came to nothing and that wait');
const compared = gauge(
  'reconciliation_last_success_timestamp_seconds',
  'When a period was last compared to its end; 0: never',
);
const known = gauge(
  'reconciliation_ledger_known_timestamp_seconds',
  'Until when the ledger is known to billing; 0: not at all',
);

const seconds = (moment: Date | null): number => (moment === null ? 0 : moment.getTime() / 1000);

export async function collect({ db }: { readonly db: Database }): Promise<void> {
  const standing = await reconciliationStanding(db);
  differences.set(standing.open);
  failed.set(standing.failed);
  compared.set(seconds(standing.comparedAt));
  known.set(seconds(standing.knownUntil));
}
