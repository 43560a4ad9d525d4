import { invoiceIssued, invoicePaid } from '@rollcall/contracts/events/billing';
import { money } from '@rollcall/contracts/money';
import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import {
  dueAfter,
  type Invoice,
  isPaidAtOnce,
  numberOf,
  type Seller,
  seriesOf,
  taxedBy,
  yearIn,
} from '../domain/invoice.js';
import { nextTry } from '../domain/ladder.js';
import { wantFile } from '../store/invoice-files.js';
import { issue, lockCorrected, lockInvoice, takeDueDrafts, takeNumber } from '../store/invoices.js';
import { buyerOf } from '../store/payers.js';

/**
 * Gives a locked draft its number and freezes it. The number is taken last, so that its lock is held for a moment only; a
 * rollback gives it back. False, and nothing is changed, where the buyer's name or the document it corrects is not there yet.
 */
export async function issueInvoice(work: Work, invoice: Invoice, seller: Seller): Promise<boolean> {
  const { tx, now: at } = work;
  const { id, kind, corrects } = invoice;
  const buyer = await buyerOf(tx, invoice.userId);
  const corrected = corrects === null ? undefined : await lockCorrected(tx, corrects);
  if (buyer === undefined || (corrects !== null && corrected === undefined)) return false;
  const taxed = taxedBy(invoice, { buyer, seller, corrected });
  const paidAt = isPaidAtOnce(invoice) ? (invoice.happenedAt ?? at) : null;
  const dueAt = dueAfter(invoice, seller.timeZone, at);
  await wantFile(tx, id, at);

  const [series, year] = [seriesOf(kind), yearIn(seller.timeZone, at)];
  const sequence = await takeNumber(tx, series, year);
  const number = numberOf(series, year, sequence);
  const named = { series, year, sequence, number, buyer, seller, at, dueAt };
  await issue(tx, id, { ...taxed, ...named, paidAt });

  const said = saidOf({ ...invoice, number });
  work.emit(invoiceIssued, { ...said, dueAt: paidAt === null ? dueAt.toISOString() : null });
  if (paidAt !== null) work.emit(invoicePaid, { ...said, byHand: false });
  return true;
}

export const saidOf = ({ id: invoiceId, kind, number, userId, total, currency }: Invoice) => ({
  ...{ invoiceId, kind, number: number ?? '', userId, total: money(total, currency) },
});

/** Drafts of one turn; the next one takes the rest. */
const LIMIT = 100;

type Counter = Pick<Desk, 'db' | 'log' | 'clock'>;

/**
 * Issues the drafts that are due, each in a transaction of its own. One that fails is tried again after 1 and 10 minutes, an hour,
 * then daily, and holds up no other. Returns how many were due.
 */
export async function issueDue({ db, log, clock }: Counter, seller: Seller): Promise<number> {
  const now = clock();
  const cause = { correlationId: newId() };
  const due = await inWork(db, cause, ({ tx }) =>
    takeDueDrafts(tx, { now, limit: LIMIT, next: (attempts) => nextTry(attempts, now) }),
  );
  for (const id of due) {
    const issued = inWork(db, cause, (work) => issueDraft(work, id, seller), clock);
    await issued.catch((error: unknown) =>
      log.error({ err: error, invoiceId: id }, 'an invoice could not be issued; it is tried again'),
    );
  }
  return due.length;
}

async function issueDraft(work: Work, id: string, seller: Seller): Promise<void> {
  const invoice = await lockInvoice(work.tx, id);
  if (invoice.status === 'draft') await issueInvoice(work, invoice, seller);
}
