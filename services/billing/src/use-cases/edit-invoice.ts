/** What admins do about drafts; each act stands in the audit trail. */
import { billingAudited } from '@rollcall/contracts/events/billing';
import { checkMatch, etag } from '@rollcall/kit/etag';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { type Item, mayEdit, totalsOf } from '../domain/invoice.js';
import { addInvoice, draftedOf, dropDraft, editDraft, lockInvoice } from '../store/invoices.js';

interface Drafted {
  readonly userId: string;
  readonly currency: string;
  readonly items: readonly Item[];
  readonly discount: number;
  readonly note?: string;
  readonly country?: string;
  readonly dueDays: number;
}

/** A draft by hand. Throws 422 where its total is not above 0. */
export async function draftInvoice(
  work: Work,
  { actorId, ...drafted }: Drafted & { readonly actorId: string },
): Promise<{ id: string }> {
  const id = newId();
  const { note = null, country = null } = drafted;
  const totals = totalsOf(drafted.items, drafted.discount);
  await addInvoice(work.tx, {
    ...drafted,
    ...totals,
    ...{ id, kind: 'invoice', note, country, at: work.now },
  });
  auditInvoice(work, { id, action: 'draft', actorId });
  return { id };
}

interface Edit {
  readonly invoiceId: string;
  readonly actorId: string;
  readonly ifMatch: string | undefined;
  readonly items?: readonly Item[];
  readonly discount?: number;
  /** null takes it away. */
  readonly note?: string | null;
  readonly country?: string | null;
  readonly dueDays?: number;
}

/** Throws 404; 412 when decided by another state; 409 for what is no draft made by hand; 422 as drafting does. */
export async function editInvoice(work: Work, edit: Edit): Promise<{ id: string }> {
  const { invoiceId: id, actorId, ifMatch, ...given } = edit;
  const invoice = await lockInvoice(work.tx, id);
  checkMatch(ifMatch, etag(invoice.version));
  mayEdit(invoice);
  const edited = { ...(await draftedOf(work.tx, id)), ...given };
  await editDraft(work.tx, id, { ...edited, ...totalsOf(edited.items, edited.discount) });
  auditInvoice(work, { id, action: 'edit', actorId });
  return { id };
}

/** Throws 404, and 409 for what is no draft made by hand. */
export async function dropInvoice(
  work: Work,
  { invoiceId: id, actorId }: { readonly invoiceId: string; readonly actorId: string },
): Promise<{ id: string }> {
  mayEdit(await lockInvoice(work.tx, id));
  await dropDraft(work.tx, id);
  auditInvoice(work, { id, action: 'drop', actorId });
  return { id };
}

interface Act {
  readonly id: string;
  readonly action: 'draft' | 'edit' | 'drop' | 'finalize' | 'void' | 'mark-paid';
  readonly actorId: string;
  readonly reason?: string;
}

export function auditInvoice(work: Work, { id, action, actorId, reason }: Act): void {
  work.emit(billingAudited, {
    ...{ auditId: newId(), actor: actorId, action: `billing.invoice.${action}`, target: id },
    ...{ reason: reason ?? 'No reason was given', at: work.now.toISOString() },
  });
}
