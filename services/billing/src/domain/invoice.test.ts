import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  dueAfter,
  type Invoice,
  mayEdit,
  mayStep,
  numberOf,
  seriesOf,
  taxedBy,
  totalsOf,
  yearIn,
} from './invoice.js';

const invoice: Invoice = {
  ...{
    id: 'i',
    kind: 'invoice',
    status: 'draft',
    userId: 'u',
    currency: 'PLN',
    total: 12_300,
    country: null,
  },
  ...{ dueDays: 14, paymentId: null, refundId: null, subscriptionId: null, corrects: null, number: null },
  ...{ happenedAt: null, dueAt: null, version: 1 },
};
const seller = {
  ...{ name: 'Lessons Ltd', address: 'x', taxId: 'y', country: 'PL', timeZone: 'Europe/Warsaw' },
  taxRates: { PL: 2300, DE: 1900, '*': 0 },
};
const taxOf = (change: Partial<Invoice>, locale: string) => {
  const { taxCountry, taxRate } = taxedBy(
    { ...invoice, ...change },
    { seller, buyer: { name: 'n', locale }, corrected: undefined },
  );
  return [taxCountry, taxRate];
};

describe('the tax of an invoice', () => {
  test('is of the country given by hand, or the one the buyer’s locale names, or the seller’s', () => {
    expect(taxOf({ country: 'FR' }, 'de-DE')).toEqual(['FR', 0]);
    expect(taxOf({}, 'de-DE')).toEqual(['DE', 1900]);
    expect(taxOf({}, 'en')).toEqual(['PL', 2300]);
  });

  test('of a credit note is by the rate of what it takes back, whatever the rates are now', () => {
    const corrected = { taxCountry: 'DE', taxRate: 1600, tax: 1697, credited: { total: 0, tax: 0 } };
    const buyer = { name: 'n', locale: 'pl-PL' };
    const note = { ...invoice, kind: 'credit_note' as const };
    expect(taxedBy(note, { seller, buyer, corrected })).toEqual({
      taxCountry: 'DE',
      taxRate: 1600,
      tax: 1697,
    });
  });

  test('of a correction is that of the credit note it takes back', () => {
    const corrected = { taxCountry: 'DE', taxRate: 1600, tax: 1696, credited: { total: 0, tax: 0 } };
    const correction = { ...invoice, kind: 'correction' as const };
    expect(taxedBy(correction, { seller, buyer: { name: 'n', locale: 'en' }, corrected }).tax).toBe(1696);
  });
});

describe('an invoice is due', () => {
  const dayOf = (timeZone: string, at: Date) => at.toLocaleDateString('sv-SE', { timeZone });
  const after = (dueDays: number, timeZone: string, at: string) =>
    dueAfter({ ...invoice, dueDays }, timeZone, new Date(at)).toISOString();

  test('until its day is over on the wall of the seller', () => {
    expect(after(0, 'Europe/Warsaw', '2026-11-05T08:00:00Z')).toBe('2026-11-05T22:59:59.999Z');
    expect(after(1, 'Europe/Warsaw', '2026-11-05T23:30:00Z')).toBe('2026-11-07T22:59:59.999Z');
    expect(after(14, 'Europe/Warsaw', '2026-10-20T08:00:00Z')).toBe('2026-11-03T22:59:59.999Z'); // summer, then winter
  });

  /** The last moment of its day, and the next one is of another. */
  const check = (timeZone: string, at: Date, dueDays: number) => {
    const due = dueAfter({ ...invoice, dueDays }, timeZone, at);
    const day = new Date(Date.parse(dayOf(timeZone, at)) + dueDays * 86_400_000).toISOString().slice(0, 10);
    expect(dayOf(timeZone, due)).toBe(day);
    expect(dayOf(timeZone, new Date(due.getTime() + 1)) > day).toBe(true);
    expect(due >= at).toBe(true);
  };

  test('with the last moment of that day, in whatever zone and season', () => {
    const zone = fc.constantFrom('Asia/Beirut', 'America/Havana', 'Pacific/Auckland', 'Asia/Kolkata');
    const [min, max] = [new Date('2026-01-01'), new Date('2030-01-01')];
    fc.assert(fc.property(zone, fc.date({ min, max, noInvalidDate: true }), fc.nat(365), check));
  });

  test.each([
    ['Asia/Beirut', 'forward', '2027-03-27'],
    ['Asia/Beirut', 'back', '2027-10-30'],
    ['America/Havana', 'forward', '2027-03-13'],
    ['America/Havana', 'back', '2027-11-06'],
    ['Atlantic/Azores', 'forward', '2027-03-27'],
    ['Atlantic/Azores', 'back', '2027-10-30'],
  ])('where clocks go at midnight, too: %s, %s', (timeZone, _way, day) => {
    for (const hour of ['03', '12', '20']) check(timeZone, new Date(`${day}T${hour}:30:00Z`), 0);
    for (const days of [1, 2]) check(timeZone, new Date(`${day}T12:00:00Z`), days);
  });
});

test('credit notes are numbered in their own series', () => {
  expect((['invoice', 'correction', 'credit_note'] as const).map(seriesOf)).toEqual(['RC', 'RC', 'CN']);
  expect([numberOf('RC', 2026, 17), numberOf('CN', 2026, 1_234_567)]).toEqual([
    'RC-2026-000017',
    'CN-2026-1234567',
  ]);
});

test('the year of a number is the one on the wall of the seller', () => {
  const eve = new Date('2026-12-31T23:30:00Z');
  expect([yearIn('UTC', eve), yearIn('Europe/Warsaw', eve), yearIn('America/New_York', eve)]).toEqual([
    2026, 2027, 2026,
  ]);
});

test('a total is above 0 and below what cannot be counted', () => {
  const item = { description: 'x', quantity: 3, unitPrice: 100 };
  expect(totalsOf([item, item], 50)).toEqual({ subtotal: 600, total: 550 });
  expect(() => totalsOf([item], 300)).toThrow('nothing-to-invoice');
  expect(() => totalsOf([{ ...item, unitPrice: 0 }], 0)).toThrow('nothing-to-invoice');
  expect(() => totalsOf([{ ...item, quantity: 2, unitPrice: 1_000_000_000_000 }], 0)).toThrow(
    'invoice-too-large',
  );
});

test('only a draft made by hand is edited, and only an open one is paid or voided', () => {
  expect(() => mayEdit(invoice)).not.toThrow();
  expect(() => mayEdit({ ...invoice, paymentId: 'p' })).toThrow('invoice-of-payment');
  expect(() => mayEdit({ ...invoice, status: 'open' })).toThrow('invoice-issued');
  expect(() => mayStep({ ...invoice, status: 'open' })).not.toThrow();
  for (const status of ['draft', 'paid', 'void'] as const)
    expect(() => mayStep({ ...invoice, status })).toThrow(`invoice-${status}`);
});
