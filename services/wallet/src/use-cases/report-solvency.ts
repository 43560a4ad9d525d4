import type { Work } from '@rollcall/kit/work';
import { solvencyByCurrency } from '../domain/solvency.js';
import { addReport, balancesBy, daysWithout } from '../store/solvency-reports.js';

/** Days made up for in one turn at most; the next turn goes on. */
const MOST_DAYS = 31;
const DAY = 86_400_000;

/**
 * Stores the solvency of each day that has ended, as of its last seal. A day that was missed is made up for: seals keep
 * their time for ever, so the answer is what it would have been. Returns the days. Source: docs/ledger.md.
 */
export async function reportSolvency(work: Work): Promise<string[]> {
  const days = await daysWithout(work.tx, work.now, MOST_DAYS);
  for (const day of days) {
    const asOf = new Date(Date.parse(`${day}T00:00:00.000Z`) + DAY);
    const { seq, balances } = await balancesBy(work.tx, asOf);
    await addReport(work.tx, { day, asOf, seq, currencies: solvencyByCurrency(balances) }, work.now);
  }
  return days;
}
