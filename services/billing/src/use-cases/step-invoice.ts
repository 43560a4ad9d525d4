/** The steps of an invoice made by hand: finalised, then paid or void; and what the clock finds unpaid. */
import { invoiceOverdue, invoicePaid, invoiceVoided } from '@rollcall/contracts/events/billing';
import { conflict } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { mayEdit, mayStep, type Seller } from '../domain/invoice.js';
import { changeIssued, lockInvoice, takeOverdue } from '../store/invoices.js';
import { auditInvoice } from './edit-invoice.js';
import { issueInvoice, saidOf } from './issue-invoice.js';

interface Asked {
  readonly invoiceId: string;
  readonly actorId: string;
  readonly ifMatch: string | undefined;
  readonly reason?: string;
}

/** Throws 404; 412 when decided by another state; 409 for what is no draft made by hand, or whose buyer has no name yet. */
export async function finalizeInvoice(work: Work, asked: Asked, seller: Seller): Promise<{ id: string }> {
  const { invoiceId: id, actorId, ifMatch, reason } = asked;
  const invoice = await lockInvoice(work.tx, id);
  checkMatch(ifMatch, etag(invoice.version));
  mayEdit(invoice);
  if (!(await issueInvoice(work, invoice, seller)))
    throw conflict(
      'buyer-not-known',
      'Nobody of this id was heard of yet. Try again, or draft it for another user.',
      {
        retryAfter: 5,
      },
    );
  auditInvoice(work, { id, action: 'finalize', actorId, reason });
  return { id };
}

/** Throws 404; 412 when decided by another state; 409 for what is not open. Of two at once the second finds the first's. */
export async function stepInvoice(
  work: Work,
  asked: Asked & { readonly step: 'void' | 'mark-paid' },
): Promise<{ id: string }> {
  const { invoiceId: id, actorId, ifMatch, reason, step } = asked;
  const invoice = await lockInvoice(work.tx, id);
  checkMatch(ifMatch, etag(invoice.version));
  mayStep(invoice);
  if (step === 'void') {
    await changeIssued(work.tx, id, { status: 'void', voided_at: work.now });
    work.emit(invoiceVoided, saidOf(invoice));
  } else {
    await changeIssued(work.tx, id, { status: 'paid', paid_at: work.now });
    work.emit(invoicePaid, { ...saidOf(invoice), byHand: true });
  }
  auditInvoice(work, { id, action: step, actorId, reason });
  return { id };
}

/** Invoices of one turn; the next one takes the rest. */
const LIMIT = 100;

/** Says of invoices that their day has passed, once each. Returns of how many. */
export async function findOverdue(work: Work): Promise<number> {
  const overdue = await takeOverdue(work.tx, work.now, LIMIT);
  for (const invoice of overdue) {
    await changeIssued(work.tx, invoice.id, { overdue_at: work.now });
    work.emit(invoiceOverdue, { ...saidOf(invoice), dueAt: invoice.dueAt.toISOString() });
  }
  return overdue.length;
}
