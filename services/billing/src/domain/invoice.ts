/** What is frozen when an invoice is issued, and what may be done with it when. Source: domain.md, 'Billing'. */
import { sum } from '@rollcall/contracts/money';
import { conflict, unprocessable } from '@rollcall/kit/errors';
import { DAY } from './ladder.js';
import { type Credited, countryOf, creditedTax, includedTax, rateOf, type TaxRates } from './tax.js';

export type InvoiceKind = 'invoice' | 'credit_note' | 'correction';
export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void';

export interface Invoice {
  readonly id: string;
  readonly kind: InvoiceKind;
  readonly status: InvoiceStatus;
  readonly userId: string;
  readonly currency: string;
  readonly total: number;
  readonly country: string | null;
  readonly dueDays: number;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly subscriptionId: string | null;
  readonly corrects: string | null;
  /** When the money moved that it is about; null of one made by hand. */
  readonly happenedAt: Date | null;
  readonly number: string | null;
  readonly dueAt: Date | null;
  readonly version: number;
}

export interface Item {
  readonly description: string;
  readonly quantity: number;
  /** Gross, minor units. */
  readonly unitPrice: number;
}

/** Who sells, as it stands on every document. */
export interface Seller {
  readonly name: string;
  /** Lines, one below the other. */
  readonly address: string;
  readonly taxId: string;
  readonly country: string;
  /** IANA; its days are those on documents, and its years those of numbers. */
  readonly timeZone: string;
  readonly taxRates: TaxRates;
}

export interface Buyer {
  readonly name: string;
  readonly locale: string;
}

/** What the document that is corrected said, and what was taken back of it before. */
export interface Corrected {
  readonly taxCountry: string;
  readonly taxRate: number;
  readonly tax: number;
  readonly credited: Credited;
}

export interface PaidPeriod {
  readonly subscriptionId: string;
  readonly userId: string;
  readonly planName: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** Minor units; of a trial 0, which has no invoice. */
  readonly paid: number;
  readonly currency: string;
  /** null where it is not known: then it was paid when it was heard of. */
  readonly paidAt: Date | null;
}

/** Numbers run without a gap in each series and year: invoices and corrections in one, credit notes in their own. */
export const seriesOf = (kind: InvoiceKind): 'RC' | 'CN' => (kind === 'credit_note' ? 'CN' : 'RC');

/** `RC-2026-000017` */
export const numberOf = (series: string, year: number, sequence: number): string =>
  `${series}-${year}-${String(sequence).padStart(6, '0')}`;

/** The year of a moment, as the calendar on the wall of `timeZone` has it. */
export const yearIn = (timeZone: string, at: Date): number =>
  Number(new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone, year: 'numeric' }).format(at));

/** What the items and the discount come to. Throws 422 where nothing is left to pay, or more than can be counted. */
export function totalsOf(items: readonly Item[], discount: number): { subtotal: number; total: number } {
  const subtotal = sum(items.map(({ quantity, unitPrice }) => priceOf(quantity, unitPrice)));
  if (discount >= subtotal)
    throw unprocessable(
      'nothing-to-invoice',
      'An invoice is over more than 0. Lower the discount or add an item.',
      [{ path: 'discount', message: `must be less than ${subtotal}` }],
    );
  return { subtotal, total: subtotal - discount };
}

/** 500 items at the most still add up to a safe integer. */
const MOST = 1_000_000_000_000;

function priceOf(quantity: number, unitPrice: number): number {
  if (quantity * unitPrice <= MOST) return quantity * unitPrice;
  throw unprocessable('invoice-too-large', `An item comes to ${MOST} minor units at the most. Split it.`);
}

export interface Taxed {
  readonly taxCountry: string;
  readonly taxRate: number;
  readonly tax: number;
}

/**
 * The tax of an invoice is that of the country given by hand, of the one the buyer's locale names, or of the seller's. A
 * document that corrects another keeps that one's country and rate, whatever they have become since.
 */
export function taxedBy(invoice: Invoice, { buyer, seller, corrected }: Parties): Taxed {
  const { kind, total } = invoice;
  if (corrected === undefined) {
    const taxCountry = invoice.country ?? countryOf(buyer.locale) ?? seller.country;
    const taxRate = rateOf(seller.taxRates, taxCountry);
    return { taxCountry, taxRate, tax: includedTax(total, taxRate) };
  }
  const { taxCountry, taxRate, credited } = corrected;
  const tax = kind === 'correction' ? corrected.tax : creditedTax(total, taxRate, credited);
  return { taxCountry, taxRate, tax };
}

interface Parties {
  readonly buyer: Buyer;
  readonly seller: Seller;
  readonly corrected: Corrected | undefined;
}

/** What follows from a payment, a paid period or a refund is paid at once; a draft made by hand is to be paid. */
export const isPaidAtOnce = ({ paymentId, subscriptionId, refundId }: Invoice): boolean =>
  paymentId !== null || subscriptionId !== null || refundId !== null;

/** The last moment of the day until which it is to be paid, days being those on the wall of `timeZone`. */
export function dueAfter({ dueDays }: Invoice, timeZone: string, at: Date): Date {
  const today = Math.floor(wallOf(timeZone, at.getTime()) / DAY) * DAY;
  return new Date(whenWallShows(timeZone, today + (dueDays + 1) * DAY) - 1);
}

/** What a clock on the wall of `timeZone` shows at a moment, as milliseconds of UTC would show the same; whole seconds. */
const wallOf = (timeZone: string, at: number): number =>
  Date.parse(`${new Date(at).toLocaleString('sv-SE', { timeZone }).replace(' ', 'T')}Z`);

/**
 * The moment at which it shows that. The difference to UTC is asked for twice: the first guess may lie on the other side of a
 * change of clocks. A time that a change leaves out is the moment of the change.
 */
function whenWallShows(timeZone: string, wall: number): number {
  const ahead = (at: number) => wallOf(timeZone, at) - at;
  const guess = wall - ahead(wall);
  const moment = wall - ahead(guess);
  return wallOf(timeZone, moment) === wall ? moment : Math.max(guess, moment);
}

/** Throws 409 for what is no draft made by hand. */
export function mayEdit(invoice: Invoice): void {
  if (isPaidAtOnce(invoice))
    throw conflict('invoice-of-payment', 'This one follows from a payment and is issued by itself.');
  if (invoice.status !== 'draft')
    throw conflict(
      'invoice-issued',
      'It is issued and says for ever what it says. Void it and draft another.',
    );
}

const CLOSED: Readonly<Record<Exclude<InvoiceStatus, 'open'>, string>> = {
  draft: 'It is a draft. Finalise it first, or throw it away.',
  paid: 'It is paid. Where money goes back, the refund of its payment makes a credit note.',
  void: 'It was called back. Draft another.',
};

/** Throws 409 for what is not open: only that may be paid or voided. */
export function mayStep({ status }: Invoice): void {
  if (status !== 'open') throw conflict(`invoice-${status}`, CLOSED[status]);
}
