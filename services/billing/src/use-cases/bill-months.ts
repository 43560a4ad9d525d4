/**
 * The monthly invoices: what was paid or given back in months that are over and has no document yet gets it. In the usual
 * course that is nothing, since each is drafted with its payment; it finds what was paid before there were invoices, and
 * it is what proves that none is missing. What has a document gets no second one: the database refuses it.
 */
import { newId } from '@rollcall/kit/id';
import { inWork } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import { unbilledPayments, unbilledPeriods, uncreditedRefunds } from '../store/unbilled.js';
import { creditRefund, invoicePayment, invoicePeriod } from './draft-document.js';

/** Rows of one transaction, and transactions of one turn: the next month's turn takes the rest of a million. */
const LIMIT = 500;
const MOST = 2_000;

/** Returns how many documents were missing. */
export async function billMonths({ db, clock }: Pick<Desk, 'db' | 'clock'>): Promise<number> {
  const now = clock();
  const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
  let found = 0;
  for (let turn = 0; turn < MOST; turn += 1) {
    const more = await inWork(
      db,
      { correlationId: newId() },
      async (work) => {
        const asked = { before, limit: LIMIT };
        const payments = await unbilledPayments(work.tx, asked);
        for (const payment of payments) await invoicePayment(work, payment);
        const periods = await unbilledPeriods(work.tx, asked);
        for (const period of periods) await invoicePeriod(work, period);
        const refunds = await uncreditedRefunds(work.tx, asked);
        for (const { payment, refund } of refunds) await creditRefund(work, payment, refund);
        return payments.length + periods.length + refunds.length;
      },
      clock,
    );
    if (more === 0) return found;
    found += more;
  }
  return found;
}
