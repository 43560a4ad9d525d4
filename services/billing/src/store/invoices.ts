/** SQL that writes or locks invoices. A payment is locked before its invoices, an invoice before its series' number. */
import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import type { Buyer, Corrected, Invoice, InvoiceKind, Item, Seller, Taxed } from '../domain/invoice.js';

type Tx = Knex.Transaction;

const COLUMNS = `
  id, kind, status, user_id as "userId", currency, total, country, due_days as "dueDays", payment_id as "paymentId",
  refund_id as "refundId", subscription_id as "subscriptionId", corrects,
  happened_at as "happenedAt", number, due_at as "dueAt", version`;

export interface NewInvoice {
  readonly id: string;
  readonly kind: InvoiceKind;
  readonly userId: string;
  readonly currency: string;
  readonly subtotal: number;
  readonly discount: number;
  readonly total: number;
  readonly items: readonly Item[];
  readonly note: string | null;
  readonly country: string | null;
  readonly dueDays: number;
  readonly paymentId?: string;
  readonly refundId?: string;
  readonly subscriptionId?: string;
  readonly periodStart?: Date;
  readonly corrects?: string;
  readonly at: Date;
  /** When the money moved that it is about. */
  readonly happenedAt?: Date;
  /** From when on it is issued by itself; undefined: an admin finalises it. */
  readonly issueAt?: Date;
}

/** Adds a draft. False where there is one of this payment, period or refund already. */
export async function addInvoice(tx: Tx, invoice: NewInvoice): Promise<boolean> {
  const added = await tx('invoices')
    .insert({
      ...{ id: invoice.id, kind: invoice.kind, user_id: invoice.userId, currency: invoice.currency },
      ...{ subtotal: invoice.subtotal, discount: invoice.discount, total: invoice.total },
      ...{ note: invoice.note, country: invoice.country, due_days: invoice.dueDays },
      ...{ payment_id: invoice.paymentId, refund_id: invoice.refundId, corrects: invoice.corrects },
      ...{ subscription_id: invoice.subscriptionId, period_start: invoice.periodStart },
      ...{ issue_at: invoice.issueAt, created_at: invoice.at, happened_at: invoice.happenedAt },
    })
    .onConflict()
    .ignore()
    .returning('id');
  if (added.length > 0) await addItems(tx, invoice.id, invoice.items);
  return added.length > 0;
}

async function addItems(tx: Tx, id: string, items: readonly Item[]): Promise<void> {
  await tx('invoice_items').insert(
    items.map(({ description, quantity, unitPrice }, index) => ({
      ...{ invoice_id: id, n: index + 1, description, quantity, unit_price: unitPrice },
      total: quantity * unitPrice,
    })),
  );
}

export interface Edited {
  readonly items: readonly Item[];
  readonly subtotal: number;
  readonly discount: number;
  readonly total: number;
  readonly note: string | null;
  readonly country: string | null;
  readonly dueDays: number;
}

export async function editDraft(tx: Tx, id: string, edited: Edited): Promise<void> {
  const { subtotal, discount, total, note, country, dueDays } = edited;
  const changed = { subtotal, discount, total, note, country, due_days: dueDays };
  await tx('invoices')
    .where({ id })
    .update({ ...changed, version: tx.raw('version + 1') });
  await tx('invoice_items').where({ invoice_id: id }).delete();
  await addItems(tx, id, edited.items);
}

/** A draft as it would be edited; its caller has locked it. */
export async function draftedOf(tx: Tx, id: string): Promise<Omit<Edited, 'subtotal' | 'total'>> {
  const row = await tx('invoices').where({ id }).first('discount', 'note', 'country', 'due_days as dueDays');
  const items = await tx('invoice_items')
    .where({ invoice_id: id })
    .orderBy('n')
    .select('description', 'quantity', 'unit_price as unitPrice');
  return { ...row, items };
}

export const dropDraft = (tx: Tx, id: string): Promise<unknown> => tx('invoices').where({ id }).delete();

/** An invoice, locked. Throws 404. */
export async function lockInvoice(tx: Tx, id: string): Promise<Invoice> {
  const { rows } = await tx.raw(`select ${COLUMNS} from invoices where id = ? for update`, [id]);
  if (rows.length === 0) throw notFound('invoice');
  return rows[0];
}

/** The invoice of a payment or a period, or the credit note of a refund. */
export async function documentOf(
  tx: Tx,
  about:
    | { readonly payment_id: string }
    | { readonly subscription_id: string; readonly period_start: Date }
    | { readonly refund_id: string },
): Promise<Pick<Invoice, 'id'> | undefined> {
  const kind: InvoiceKind = 'refund_id' in about ? 'credit_note' : 'invoice';
  return tx('invoices')
    .where({ ...about, kind })
    .first('id');
}

/** What a document that is issued said, locked, so that two that take back parts of it know of each other. */
export async function lockCorrected(tx: Tx, id: string): Promise<Corrected | undefined> {
  const { rows } = await tx.raw(
    `select tax_country as "taxCountry", tax_rate as "taxRate", tax from invoices
      where id = ? and status <> 'draft' for update`,
    [id],
  );
  if (rows.length === 0) return undefined;
  const { rows: sums } = await tx.raw(
    `select coalesce(sum(n.total - coalesce(c.total, 0)), 0)::bigint as total,
            coalesce(sum(n.tax - coalesce(c.tax, 0)), 0)::bigint as tax
       from invoices n left join invoices c on c.corrects = n.id and c.status <> 'draft'
      where n.corrects = ? and n.status <> 'draft'`,
    [id],
  );
  return { ...rows[0], credited: { total: Number(sums[0].total), tax: Number(sums[0].tax) } };
}

/** The next number of a series and year, which nobody else gets before this transaction has ended. */
export async function takeNumber(tx: Tx, series: string, year: number): Promise<number> {
  const { rows } = await tx.raw(
    `insert into invoice_series (series, year, last) values (?, ?, 1)
     on conflict (series, year) do update set last = invoice_series.last + 1 returning last`,
    [series, year],
  );
  return rows[0].last;
}

export interface Issued extends Taxed {
  /** null: it is open. */
  readonly paidAt: Date | null;
  readonly series: string;
  readonly year: number;
  readonly sequence: number;
  readonly number: string;
  readonly buyer: Buyer;
  readonly seller: Seller;
  readonly at: Date;
  readonly dueAt: Date;
}

export async function issue(tx: Tx, id: string, issued: Issued): Promise<void> {
  const { paidAt, series, year, sequence, number, buyer, seller, at, dueAt } = issued;
  const status = paidAt === null ? 'open' : 'paid';
  await tx('invoices')
    .where({ id })
    .update({
      ...{ status, series, year, sequence, number, issue_at: null, issued_at: at, due_at: dueAt },
      ...{ tax_country: issued.taxCountry, tax_rate: issued.taxRate, tax: issued.tax },
      ...{ buyer_name: buyer.name, seller_name: seller.name, seller_address: seller.address },
      ...{ seller_tax_id: seller.taxId, time_zone: seller.timeZone },
      ...{ paid_at: paidAt, version: tx.raw('version + 1') },
    });
}

type Afterwards =
  | { status: 'paid'; paid_at: Date }
  | { status: 'void'; voided_at: Date }
  | { overdue_at: Date };

export async function changeIssued(tx: Tx, id: string, changed: Afterwards): Promise<void> {
  await tx('invoices')
    .where({ id })
    .update({ ...changed, version: tx.raw('version + 1') });
}

/**
 * At most `limit` drafts that are due to be issued and can be: their payer's name is known, and what they correct is
 * issued. Each is put off by a rung of the ladder, so that one that fails holds up no other.
 */
export async function takeDueDrafts(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: (attempts: number) => Date },
): Promise<string[]> {
  const { rows } = await tx.raw(
    `select i.id, i.issue_attempts as attempts from invoices i join payers p on p.user_id = i.user_id
      where i.issue_at <= ?
        and not exists (select from invoices c where c.id = i.corrects and c.status = 'draft')
      order by i.issue_at, i.id limit ? for update of i skip locked`,
    [now, limit],
  );
  for (const { id, attempts } of rows as { id: string; attempts: number }[])
    await tx('invoices')
      .where({ id })
      .update({ issue_at: next(attempts), issue_attempts: attempts + 1 });
  return rows.map(({ id }: { id: string }) => id);
}

/** At most `limit` open invoices that are past their day and were not said to be, locked. */
export async function takeOverdue(tx: Tx, now: Date, limit: number): Promise<(Invoice & { dueAt: Date })[]> {
  const { rows } = await tx.raw(
    `select ${COLUMNS} from invoices
      where status = 'open' and overdue_at is null and due_at < ? order by due_at limit ? for update skip locked`,
    [now, limit],
  );
  return rows;
}
