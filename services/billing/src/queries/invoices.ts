/** All SQL behind GET of invoices, returning response shapes. */
import type { Invoice, InvoiceSummary } from '@rollcall/contracts/api/invoices';
import { money, toDecimal } from '@rollcall/contracts/money';
import { Id } from '@rollcall/contracts/shapes';
import { type Column, type Csv, listCsv } from '@rollcall/kit/csv';
import type { Database } from '@rollcall/kit/database';
import { conflict, notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';

interface Filter {
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: readonly string[];
  readonly kind?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** Whose: an owner sees what is issued, an admin (of nobody, or of one user) drafts too. */
type Reader = { readonly owner: string } | { readonly admin: true; readonly userId?: string };

/** A page of invoices, newest first. */
export async function invoicesOf(db: Database, reader: Reader, filter: Filter) {
  const [before] = decodeCursor(filter.cursor, Id) ?? [];
  const rows = await db('invoices')
    .where(seenBy(reader))
    .modify((query) => {
      if (!('admin' in reader)) query.whereNot('status', 'draft');
      if (before !== undefined) query.where('id', '<', before);
      if (filter.status !== undefined) query.whereIn('status', [...filter.status]);
      if (filter.kind !== undefined) query.whereIn('kind', [...filter.kind]);
      if (filter.from !== undefined) query.where('created_at', '>=', filter.from);
      if (filter.to !== undefined) query.where('created_at', '<', filter.to);
    })
    .orderBy('id', 'desc')
    .limit(filter.limit + 1);
  return listPage(rows as InvoiceRow[], filter.limit, summaryOf, ({ id }) => [id]);
}

const seenBy = (reader: Reader): { user_id?: string } => {
  if ('owner' in reader) return { user_id: reader.owner };
  return reader.userId === undefined ? {} : { user_id: reader.userId };
};

/** One with its items. Throws 404 for another's, and of an owner's own for a draft. */
export async function readInvoice(db: Database, reader: Reader, id: string): Promise<Invoice> {
  const row: InvoiceRow | undefined = await db('invoices')
    .where({ id, ...seenBy(reader) })
    .first();
  if (row === undefined || ('owner' in reader && row.status === 'draft')) throw notFound('invoice');
  const items = await db('invoice_items').where({ invoice_id: id }).orderBy('n');
  return {
    ...summaryOf(row),
    items: items.map(({ description, quantity, unit_price, total }) => ({
      ...{ description, quantity },
      ...{ unitPrice: money(unit_price, row.currency), total: money(total, row.currency) },
    })),
  };
}

/** The number of a document whose file is asked for. Throws 404 as reading it does, 409 for an admin's draft. */
export async function numberedInvoice(db: Database, reader: Reader, id: string): Promise<string> {
  const row: InvoiceRow | undefined = await db('invoices')
    .where({ id, ...seenBy(reader) })
    .first('number', 'status');
  if (row === undefined || ('owner' in reader && row.number === null)) throw notFound('invoice');
  if (row.number === null) throw conflict('invoice-draft', 'A draft has no file. Finalise it first.');
  return row.number;
}

interface InvoiceRow {
  readonly id: string;
  readonly kind: InvoiceSummary['kind'];
  readonly number: string | null;
  readonly status: InvoiceSummary['status'];
  readonly user_id: string;
  readonly buyer_name: string | null;
  readonly currency: string;
  readonly subtotal: number;
  readonly discount: number;
  readonly total: number;
  readonly tax: number | null;
  readonly tax_rate: number | null;
  readonly tax_country: string | null;
  readonly note: string | null;
  readonly payment_id: string | null;
  readonly refund_id: string | null;
  readonly subscription_id: string | null;
  readonly corrects: string | null;
  readonly issued_at: Date | null;
  readonly due_at: Date | null;
  readonly paid_at: Date | null;
  readonly voided_at: Date | null;
  readonly overdue_at: Date | null;
  readonly created_at: Date;
  readonly version: number;
}

const moment = (at: Date | null): string | null => at?.toISOString() ?? null;

const summaryOf = (row: InvoiceRow): InvoiceSummary => ({
  id: row.id,
  kind: row.kind,
  number: row.number,
  status: row.status,
  userId: row.user_id,
  buyerName: row.buyer_name,
  subtotal: money(row.subtotal, row.currency),
  discount: money(row.discount, row.currency),
  total: money(row.total, row.currency),
  tax: row.tax === null ? null : money(row.tax, row.currency),
  taxRate: row.tax_rate,
  taxCountry: row.tax_country,
  note: row.note,
  paymentId: row.payment_id,
  refundId: row.refund_id,
  subscriptionId: row.subscription_id,
  correctsId: row.corrects,
  issuedAt: moment(row.issued_at),
  dueAt: moment(row.due_at),
  paidAt: moment(row.paid_at),
  voidedAt: moment(row.voided_at),
  overdueAt: moment(row.overdue_at),
  createdAt: row.created_at.toISOString(),
  version: row.version,
});

const COLUMNS: readonly Column<InvoiceSummary>[] = [
  ['id', ({ id }) => id],
  ['kind', ({ kind }) => kind],
  ['number', ({ number }) => number],
  ['status', ({ status }) => status],
  ['userId', ({ userId }) => userId],
  ['buyerName', ({ buyerName }) => buyerName],
  ['subtotal', ({ subtotal }) => toDecimal(subtotal)],
  ['discount', ({ discount }) => toDecimal(discount)],
  ['total', ({ total }) => toDecimal(total)],
  ['tax', ({ tax }) => (tax === null ? null : toDecimal(tax))],
  ['currency', ({ total }) => total.currency],
  ['taxRate', ({ taxRate }) => taxRate],
  ['taxCountry', ({ taxCountry }) => taxCountry],
  ['paymentId', ({ paymentId }) => paymentId],
  ['refundId', ({ refundId }) => refundId],
  ['subscriptionId', ({ subscriptionId }) => subscriptionId],
  ['correctsId', ({ correctsId }) => correctsId],
  ['issuedAt', ({ issuedAt }) => issuedAt],
  ['dueAt', ({ dueAt }) => dueAt],
  ['paidAt', ({ paidAt }) => paidAt],
  ['voidedAt', ({ voidedAt }) => voidedAt],
];

export const invoicesCsv = (db: Database, reader: Reader, filter: Filter): Csv =>
  listCsv('invoices', COLUMNS, (page) => invoicesOf(db, reader, { ...filter, ...page }));
