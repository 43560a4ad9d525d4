/** The file of a document: every name on it, over as many pages as it needs, the same bytes for ever. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { extractText, getDocumentProxy } from 'unpdf';
import { invoicePdf } from '../src/pdf/invoice.js';
import type { Printed } from '../src/store/invoice-files.js';
import { makeDueFiles } from '../src/use-cases/keep-files.js';
import { openStage, type Person, person, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const pagesOf = async (pdf: Buffer): Promise<string[]> =>
  (await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false })).text;
const textOf = async (pdf: Buffer): Promise<string> => (await pagesOf(pdf)).join('\n');

const printed: Printed = {
  ...{ kind: 'invoice', number: 'RC-2026-000017', currency: 'EUR', note: null, buyerName: 'Anna Nowak' },
  ...{ subtotal: 12_300, discount: 0, total: 12_300, tax: 2300, taxRate: 2300, taxCountry: 'PL' },
  ...{
    sellerName: 'Lessons Ltd',
    sellerAddress: '1 Sample Street\n00-001 Warsaw',
    sellerTaxId: 'PL0000000000',
  },
  ...{
    timeZone: 'Europe/Warsaw',
    issuedAt: new Date('2026-11-05T23:30:00Z'),
    happenedAt: new Date('2026-11-05T23:30:00Z'),
    dueAt: new Date('2026-11-19T23:30:00Z'),
  },
  ...{
    userId: '01980000-0000-7000-8000-000000000003',
    paymentId: null,
    subscriptionId: null,
    correctsNumber: null,
  },
  items: [{ description: 'Credits for lessons', quantity: 1, unitPrice: 12_300, total: 12_300 }],
};

test.each([
  ['Polish', 'Zażółć Gęślą Jaźń'],
  ['Vietnamese', 'Nguyễn Thị Hạnh'],
  ['Ukrainian', 'Дмитро Шевченко'],
  ['Russian', 'Евгения Щукина'],
  ['Greek', 'Γιώργος Παπαδόπουλος'],
  ['Japanese', '山田 太郎'],
  ['kana', 'さくら タロウ'],
  ['mixed scripts', 'Taro 太郎 Ялта Żółw'],
])('a name in %s is on it, as text and in an embedded font', async (_script, buyerName) => {
  const pdf = await invoicePdf({ ...printed, buyerName });
  expect((await textOf(pdf)).replace(/\s+/g, ' ')).toContain(buyerName);
  expect(pdf.toString('latin1')).not.toMatch(/\/Type1\b|Helvetica/);
});

test('a name typed with marks apart from their letters is the same name', async () => {
  const pdf = await invoicePdf({ ...printed, buyerName: 'Nguyễn'.normalize('NFD') });
  expect(await textOf(pdf)).toContain('Nguyễn'.normalize('NFC'));
});

test('two hundred items take several pages, each with its head, number and every item once', async () => {
  const items = Array.from({ length: 200 }, (_, n) => ({
    ...{ description: `Lesson ${n + 1}, ${'word '.repeat(n % 30)}`, quantity: 2, unitPrice: 150, total: 300 },
  }));
  const total = { subtotal: 60_000, discount: 100, total: 59_900, tax: 11_201 };
  const pages = await pagesOf(await invoicePdf({ ...printed, ...total, items }));
  expect(pages.length).toBeGreaterThan(4);
  const withItems = pages.filter((page) => /Lesson \d+,/.test(page));
  for (const page of withItems) expect(page).toMatch(/DESCRIPTION[\s\S]*QUANTITY[\s\S]*PRICE[\s\S]*TOTAL/);
  for (const [n, page] of pages.entries())
    expect(page).toContain(`RC-2026-000017 · page ${n + 1} of ${pages.length}`);
  const found = [...pages.join('\n').matchAll(/Lesson (\d+),/g)].map(([, n]) => Number(n));
  expect(found).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  const last = pages.at(-1)!.replace(/\s+/g, ' ');
  expect(last).toMatch(
    /Sum €600.00 Discount -€1.00 Net €486.99 Tax 23 % \(PL\), included €112.01 Total €599.00/,
  );
});

test('what is long is broken, and nothing goes over the edge of the page', async () => {
  const long = 'https://example.com/'.padEnd(400, 'x');
  const items = [
    { description: `${'数学の授業。'.repeat(40)} ${long}`, quantity: 1, unitPrice: 1, total: 1 },
  ];
  const pdf = await invoicePdf({
    ...printed,
    buyerName: long,
    sellerName: 'W'.repeat(150),
    note: long,
    items,
  });
  const document = await getDocumentProxy(new Uint8Array(pdf));
  for (let n = 1; n <= document.numPages; n += 1) {
    const page = await document.getPage(n);
    const { items: texts } = await page.getTextContent();
    for (const text of texts)
      if ('transform' in text) expect(text.transform[4] + text.width).toBeLessThanOrEqual(595.28 - 50);
  }
});

test.each<[string, Partial<Printed>, RegExp]>([
  [
    'to be paid names the day in the seller’s zone',
    {},
    /6 November 2026[\s\S]*Please pay €123.00 by 20 November 2026/,
  ],
  [
    'paid by card says when, in the seller’s zone',
    { paymentId: 'p', happenedAt: new Date('2026-11-01T23:30:00Z') },
    /6 November 2026[\s\S]*Paid by card on 2 November 2026\. Nothing is left to pay/,
  ],
  [
    'that takes money back says of what',
    { kind: 'credit_note', paymentId: 'p', correctsNumber: 'RC-2026-000003' },
    /Credit note[\s\S]*Corrects RC-2026-000003[\s\S]*€123.00 were paid back/,
  ],
  [
    'that takes a credit note back says where the money is',
    { kind: 'correction', paymentId: 'p', correctsNumber: 'CN-2026-000001' },
    /€123.00 are in your credits again/,
  ],
  [
    'that takes one of a subscription back says that it is paid',
    { kind: 'correction', subscriptionId: 's', correctsNumber: 'CN-2026-000001' },
    /sent €123.00 back, and your subscription is paid again/,
  ],
  ['in a currency without minor units shows none', { currency: 'JPY' }, /Total ¥12,300/],
  ['in one with three shows three', { currency: 'KWD' }, /Total KWD.12\.300/],
])('a document %s', async (_what, change, words) => {
  expect((await textOf(await invoicePdf({ ...printed, ...change }))).replace(/ +/g, ' ')).toMatch(words);
});

test('the same document makes the same bytes', async () => {
  const one = { ...printed, buyerName: 'Taro 太郎 Ялта' };
  expect((await invoicePdf(one)).equals(await invoicePdf({ ...one }))).toBe(true);
  expect((await invoicePdf(one)).equals(await invoicePdf({ ...one, number: 'RC-2026-000018' }))).toBe(false);
});

describe('the stored file', () => {
  const pdfOf = async (who: Person, id: string): Promise<Buffer> => {
    const { body, headers } = await stage.send('get', `/invoices/${id}/pdf`, who).buffer(true).expect(200);
    expect([headers['content-type'], headers['cache-control']]).toEqual(['application/pdf', 'no-store']);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="RC-\d{4}-\d{6}\.pdf"$/);
    return body;
  };
  const issued = async (): Promise<{ who: Person; id: string }> => {
    const who = await person('student');
    await stage.register(who, '山田 太郎');
    await stage.paid(who, 1000);
    await stage.issue();
    const { body } = await stage.send('get', '/invoices', who).expect(200);
    return { who, id: body.data[0].id };
  };
  const stored = async (id: string): Promise<Buffer> =>
    (await stage.db('invoice_files').where({ invoice_id: id }).first('pdf')).pdf;

  test('is made by the clock, and is what its owner gets', async () => {
    const { who, id } = await issued();
    expect(await makeDueFiles(stage.desk)).toBeGreaterThanOrEqual(1);
    expect(await makeDueFiles(stage.desk)).toBe(0);
    expect((await pdfOf(who, id)).equals(await stored(id))).toBe(true);
  });

  test('is made once, when its owner asks many times and two clocks come at the same moment', async () => {
    const { who, id } = await issued();
    const asked = Array.from({ length: 6 }, () => pdfOf(who, id));
    const [files] = await Promise.all([
      Promise.all(asked),
      makeDueFiles(stage.desk),
      makeDueFiles(stage.desk),
    ]);
    for (const file of files) expect(file.equals(await stored(id))).toBe(true);
    expect(await stage.db('invoice_files_due').where({ invoice_id: id })).toEqual([]);
  });

  test('is served as it was stored, whatever the program would make of the document today', async () => {
    const { who, id } = await issued();
    const other = Buffer.from('%PDF-1.7 as an earlier release made it');
    await stage.db('invoice_files').insert({ invoice_id: id, pdf: other, made_at: new Date() });
    expect((await pdfOf(who, id)).equals(other)).toBe(true);
    await makeDueFiles(stage.desk);
    expect((await stored(id)).equals(other)).toBe(true);
  });
});
