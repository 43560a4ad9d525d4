import { gauge } from '@rollcall/kit/metrics';
import type { Knex } from 'knex';
import { openCounts, settlementLag } from './queries.js';

const holds = gauge('holds', 'Holds not ended yet, by status', ['status']);
const lag = gauge('settlement_lag_seconds', 'Age of the oldest completion unjudged or decision unpaid');

/** Sets settlement's own gauges, at each scrape. Ended holds are not counted: they only ever grow. */
export async function collect({ db }: { db: Knex }): Promise<void> {
  for (const [status, count] of Object.entries(await openCounts(db))) holds.set({ status }, count);
  lag.set(await settlementLag(db));
}
