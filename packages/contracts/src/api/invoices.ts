/** Billing's routes about invoices and the documents that correct them: what an owner reads, and what admins do. */
import { z } from 'zod';
import { InvoiceKind } from '../events/billing.js';
import { MAX_AMOUNT } from '../money.js';
import { route } from '../route.js';
import { Currency, Id, Instant, Money, text } from '../shapes.js';
import { format, listOf, page, period, setOf } from './lists.js';

export const InvoiceStatus = z.enum(['draft', 'open', 'paid', 'void']);

/** A document without its items, as lists have it. Prices are gross: total = subtotal − discount, and holds the tax. */
export const InvoiceSummary = z
  .object({
    id: Id,
    /** The amounts of a credit note are above 0 too: it takes that much back. */
    kind: InvoiceKind,
    /** null of a draft: numbers are given when it is issued, `RC-2026-000017`, without a gap in a series and year. */
    number: z.string().nullable(),
    status: InvoiceStatus,
    userId: Id,
    /** As it was when the document was issued; null of a draft. */
    buyerName: z.string().nullable(),
    subtotal: Money,
    discount: Money,
    total: Money,
    /** Of the total, by `taxRate` (basis points) of `taxCountry`; null of a draft. The net is the rest. */
    tax: Money.nullable(),
    taxRate: z.int().nullable(),
    taxCountry: z.string().nullable(),
    note: z.string().nullable(),
    paymentId: Id.nullable(),
    refundId: Id.nullable(),
    subscriptionId: Id.nullable(),
    /** The document this one takes back, all or in part; null of an invoice. */
    correctsId: Id.nullable(),
    issuedAt: Instant.nullable(),
    dueAt: Instant.nullable(),
    paidAt: Instant.nullable(),
    voidedAt: Instant.nullable(),
    /** When it was found unpaid after its day. */
    overdueAt: Instant.nullable(),
    createdAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'InvoiceSummary' });
export type InvoiceSummary = z.infer<typeof InvoiceSummary>;

const InvoiceItem = z
  .object({ description: z.string(), quantity: z.int(), unitPrice: Money, total: Money })
  .meta({ id: 'InvoiceItem' });

export const Invoice = InvoiceSummary.extend({ items: z.array(InvoiceItem) }).meta({ id: 'Invoice' });
export type Invoice = z.infer<typeof Invoice>;

const params = z.strictObject({ invoiceId: Id });
const filters = { ...page, ...format, status: setOf(InvoiceStatus), kind: setOf(InvoiceKind), ...period };
const PDF = { files: ['application/pdf'], status: 200 } as const;

export const listInvoices = route({
  method: 'get',
  path: '/invoices',
  who: 'any',
  summary: 'Your invoices and credit notes, the newest first',
  query: z.strictObject(filters),
  status: 200,
  answer: listOf(InvoiceSummary),
});
export const readInvoice = route({
  method: 'get',
  path: '/invoices/:invoiceId',
  who: 'any',
  summary: 'One of your invoices, with its items',
  params,
  status: 200,
  answer: Invoice,
  problems: [404],
});
export const readInvoicePdf = route({
  method: 'get',
  path: '/invoices/:invoiceId/pdf',
  who: 'any',
  summary: 'One of your invoices as PDF, the same to the byte each time',
  params,
  ...PDF,
  problems: [404],
});

const who = ['admin'] as const;

export const listAdminInvoices = route({
  method: 'get',
  path: '/admin/invoices',
  who,
  summary: "Everybody's invoices, drafts too, the newest first",
  query: z.strictObject({ ...filters, userId: Id.optional() }),
  status: 200,
  answer: listOf(InvoiceSummary),
});
export const readAdminInvoice = route({
  method: 'get',
  path: '/admin/invoices/:invoiceId',
  who,
  summary: 'Any invoice, with its items',
  params,
  status: 200,
  answer: Invoice,
  problems: [404],
  conditional: true,
});
export const readAdminInvoicePdf = route({
  method: 'get',
  path: '/admin/invoices/:invoiceId/pdf',
  who,
  summary: 'Any issued invoice as PDF',
  params,
  ...PDF,
  problems: [404, 409],
});

const amount = z
  .int('must be a whole number of minor units')
  .min(0, 'must not be negative')
  .max(MAX_AMOUNT, `must be at most ${MAX_AMOUNT}`);
const ItemInput = z.strictObject({
  description: text(500),
  quantity: z.int('must be a whole number').min(1, 'must be at least 1').max(10_000).default(1),
  /** Gross, in minor units of the invoice's currency. */
  unitPrice: amount,
});
const drafted = {
  items: z.array(ItemInput).min(1, 'must have an item').max(500, 'must have at most 500 items'),
  /** Off the sum of the items, gross. */
  discount: amount,
  note: text(1000),
  /** Whose tax is in it; the buyer's own unless said. */
  country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code of two letters such as PL'),
  /** Days to pay in. */
  dueDays: z.int('must be a whole number').min(0).max(365),
};

export const draftInvoice = route({
  method: 'post',
  path: '/admin/invoices',
  who,
  summary: 'Draft an invoice over what was not paid by card; it has no number until it is finalised',
  body: z.strictObject({
    userId: Id,
    currency: Currency,
    items: drafted.items,
    discount: drafted.discount.default(0),
    note: drafted.note.optional(),
    country: drafted.country.optional(),
    dueDays: drafted.dueDays.default(14),
  }),
  status: 201,
  answer: Invoice,
  problems: [422],
  idempotent: true,
});
export const editInvoice = route({
  method: 'patch',
  path: '/admin/invoices/:invoiceId',
  who,
  summary: 'Change a draft: what is given replaces what was there, null takes it away',
  params,
  body: z
    .strictObject({
      items: drafted.items.optional(),
      discount: drafted.discount.optional(),
      note: drafted.note.nullable().optional(),
      country: drafted.country.nullable().optional(),
      dueDays: drafted.dueDays.optional(),
    })
    .refine((given) => Object.keys(given).length > 0, { error: 'must change something' }),
  status: 200,
  answer: Invoice,
  problems: [404, 409, 422],
  conditional: true,
});
export const dropInvoice = route({
  method: 'delete',
  path: '/admin/invoices/:invoiceId',
  who,
  summary: 'Throw a draft away; what is issued is voided instead',
  params,
  status: 204,
  problems: [404, 409],
});

const step = <Body extends z.ZodType>(name: string, summary: string, body: Body) =>
  route({
    method: 'post',
    path: `/admin/invoices/:invoiceId/${name}`,
    who,
    summary,
    params,
    body,
    status: 200,
    answer: Invoice,
    problems: [404, 409],
    idempotent: true,
    conditional: true,
  });
const MayGiveReason = z.strictObject({ reason: text(500).optional() }).optional();
const GivesReason = z.strictObject({ reason: text(500) });

export const finalizeInvoice = step(
  'finalize',
  'Give a draft its number and send it: it changes no more',
  MayGiveReason,
);
export const voidInvoice = step('void', 'Call an unpaid invoice back; its number stays taken', GivesReason);
export const markInvoicePaid = step(
  'mark-paid',
  'An open invoice was paid by another way than by card',
  GivesReason,
);
