import { gauge } from '@rollcall/kit/metrics';
import type { Knex } from 'knex';
import { openCounts, openDisputeCount, openReviewCount, reviewAge, settlementLag } from './queries/gauges.js';

const holds = gauge('holds', 'Holds not ended yet, by status', ['status']);
const reviews = gauge('settlement_open_reviews', 'Ended holds that newer attendance would decide otherwise');
const disputes = gauge(
  'settlement_open_disputes',
  'Disputes of students and teachers that wait for an admin',
);
const age = gauge('settlement_review_age_seconds', 'How long the oldest thing has waited for an admin');
const lag = gauge(
  'settlement_lag_seconds',
  'Age of the oldest completion unjudged, decision unpaid or result overdue',
);

/** Sets settlement's own gauges, at each scrape. Ended holds are not counted: they only ever grow. */
export async function collect({ db }: { db: Knex }): Promise<void> {
  for (const [status, count] of Object.entries(await openCounts(db))) holds.set({ status }, count);
  reviews.set(await openReviewCount(db));
  disputes.set(await openDisputeCount(db));
  age.set(await reviewAge(db));
  lag.set(await settlementLag(db));
}
