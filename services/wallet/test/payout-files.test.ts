/** What a bank is given: pain.001 by the rules of its schema, a table no spreadsheet runs, and the same file each time. */
import { describe, expect, test } from '@jest/globals';
import type { BankAccount } from '@rollcall/contracts/api/withdrawals';
import { sum } from '@rollcall/contracts/money';
import fc from 'fast-check';
import { latin } from '../src/payouts/latin.js';
import { manual } from '../src/payouts/manual.js';
import type { Order, Payment } from '../src/payouts/provider.js';
import { element, leaf } from '../src/payouts/xml.js';
import { all, faultsOf, parseXml } from './pain-rules.js';

const IBANS = ['DE89370400440532013000', 'FR1420041010050500013M02606', 'NL91 ABNA 0417 1643 00'];
const debtor = { name: 'Lessons & Söhne GmbH', account: 'DE75512108001245126199', bic: 'SOGEDEFF' };
const to = (more: Partial<BankAccount> = {}): BankAccount => ({
  ...{ bankName: 'A Bank', accountNumber: IBANS[0]!, accountName: 'Tea Cher' },
  ...more,
});
let made = 0;
const id = () => `0199f3b1-0000-7000-8000-${String(++made).padStart(12, '0')}`;
const payment = (more: Partial<BankAccount> = {}, amount = 123_456, currency = 'EUR'): Payment => ({
  ...{ id: id(), amount, currency, to: to(more) },
});
const order = (payments: readonly Payment[], more: Partial<Order> = {}): Order => ({
  ...{ id: id(), createdAt: new Date('2026-11-27T06:00:00.123Z'), currency: payments[0]!.currency, debtor },
  ...{ total: sum(payments.map(({ amount }) => amount)), payments },
  ...more,
});
const pain = (of: Order): string => manual.file(of, 'pain.001').text;
const textOf = (file: string, name: string) => all(parseXml(file), name).map(({ text }) => text);

const accounts = fc.record(
  {
    bankName: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
    accountNumber: fc.oneof(
      fc.constantFrom(...IBANS),
      fc.string({ minLength: 4, maxLength: 40 }),
      fc.stringMatching(/^[0-9 -]{4,34}$/),
    ),
    accountName: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 }),
      fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ž'. &<>"-]{1,140}$/),
    ),
    branch: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
    swiftCode: fc.constantFrom('COBADEFF', 'COBADEFFXXX', 'cobadeff'),
  },
  { requiredKeys: ['bankName', 'accountNumber', 'accountName'] },
);

describe('pain.001', () => {
  test('follows the schema and its rules whatever people named their accounts, or the payment is refused before', () => {
    const payments = fc.array(fc.tuple(accounts, fc.integer({ min: 1, max: 1_000_000_000_000 })), {
      ...{ minLength: 1, maxLength: 20 },
    });
    let written = 0;
    fc.assert(
      fc.property(payments, fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'), (drawn, currency) => {
        const payable = drawn
          .map(([account, amount]) => payment(account, amount, currency))
          .filter((one) => manual.refusal(one, debtor) === undefined);
        if (payable.length === 0) return;
        written += payable.length;
        expect(faultsOf(pain(order(payable)))).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(written).toBeGreaterThan(300);
  });

  test('has no number that is meant as an IBAN and is none: such a payment is refused', () => {
    expect(manual.refusal(payment({ accountNumber: 'lT0  0 ' }), debtor)).toMatch(/IBAN/);
  });

  test('says who pays whom, how much, and by which ids', () => {
    const one = payment({ swiftCode: 'cobadeffxxx' });
    const file = pain(order([one, payment({}, 1)], { id: '0199f3b1-0000-7000-8000-00000000abcd' }));
    expect(textOf(file, 'MsgId')).toEqual(['0199f3b1000070008000' + '00000000abcd']);
    expect(textOf(file, 'PmtInfId')).toEqual(['0199f3b1000070008000' + '00000000abcd-1']);
    expect(textOf(file, 'EndToEndId')[0]).toBe(one.id.replaceAll('-', ''));
    expect(textOf(file, 'CtrlSum')).toEqual(['1234.57', '1234.57']);
    expect(textOf(file, 'NbOfTxs')).toEqual(['2', '2']);
    expect(all(parseXml(file), 'InstdAmt').map(({ text, attributes }) => [text, attributes.Ccy])).toEqual([
      ...[
        ['1234.56', 'EUR'],
        ['0.01', 'EUR'],
      ],
    ]);
    expect(textOf(file, 'IBAN')).toEqual([debtor.account, IBANS[0], IBANS[0]]);
    expect(textOf(file, 'BICFI')).toEqual(['SOGEDEFF', 'COBADEFFXXX']);
    expect(textOf(file, 'Nm')).toEqual([
      ...['Lessons + Sohne GmbH', 'Lessons + Sohne GmbH', 'Tea Cher', 'Tea Cher'],
    ]);
    expect([textOf(file, 'CreDtTm'), textOf(file, 'Dt')]).toEqual([
      ['2026-11-27T06:00:00.123Z'],
      ['2026-11-27'],
    ]);
  });

  test.each<[string, Payment[], string[]]>([
    ['euros between IBANs of its countries are SEPA', [payment()], ['SEPA', 'SLEV']],
    ['another currency is not', [payment({}, 100, 'USD')], ['SHAR']],
    [
      'an account elsewhere is not',
      [payment(), payment({ accountNumber: 'SA0380000000608010167519' })],
      ['SHAR'],
    ],
    ['a number that is no IBAN is not', [payment({ accountNumber: '0001-23456789' })], ['SHAR']],
  ])('%s', (_rule, payments, kinds) => {
    const file = pain(order(payments));
    expect([...textOf(file, 'Cd'), ...textOf(file, 'ChrgBr')]).toEqual(kinds);
    expect(faultsOf(file)).toEqual([]);
  });

  test('an account without IBAN stands under its number and its bank', () => {
    const other = payment(
      { accountNumber: '0001-23456789', bankName: 'Bäñk <1>', branch: 'Main St.' },
      100,
      'USD',
    );
    const file = pain(order([other], { debtor: { ...debtor, account: '99-1', bic: null } }));
    expect(textOf(file, 'Id').filter((text) => text.trim() !== '')).toEqual([
      ...['99-1', 'NOTPROVIDED', '0001-23456789'],
    ]);
    expect(textOf(file, 'Nm')).toEqual(expect.arrayContaining(['Bank .1.', 'Main St.']));
    expect(faultsOf(file)).toEqual([]);
  });

  test('what breaks a rule of the schema would be found', () => {
    const good = pain(order([payment(), payment()]));
    const wrong: [string, (file: string) => string][] = [
      ['a sum', (file) => file.replace('<CtrlSum>2469.12', '<CtrlSum>2469.13')],
      ['a count', (file) => file.replace('<NbOfTxs>2', '<NbOfTxs>3')],
      ['an order', (file) => file.replace(/( *<Dbtr>.*?<\/Dbtr>\n)( *<DbtrAcct>.*?<\/DbtrAcct>\n)/s, '$2$1')],
      ['an element less', (file) => file.replace(/ *<PmtMtd>TRF<\/PmtMtd>\n/, '')],
      ['an element more', (file) => file.replace('<PmtMtd>', '<Zzz>1</Zzz><PmtMtd>')],
      ['an IBAN', (file) => file.replace(IBANS[0]!, 'DE89370400440532013001')],
      ['a length', (file) => file.replace('<MsgId>', `<MsgId>${'x'.repeat(35)}`)],
      ['a sign', (file) => file.replace('Tea Cher', 'Tea Chér')],
      ['a decimal', (file) => file.replaceAll('1234.56', '1234.560')],
      ['a currency', (file) => file.replace('Ccy="EUR"', 'Ccy="EURO"')],
      ['a version', (file) => file.replace('001.09', '001.03')],
      ['an id twice', (file) => file.replaceAll(/(<EndToEndId>)\w+/g, '$1same')],
      ['a date', (file) => file.replace('<Dt>2026-11-27', '<Dt>27.11.2026')],
    ];
    for (const [what, spoil] of wrong) {
      expect([what, spoil(good) !== good]).toEqual([what, true]);
      expect([what, faultsOf(spoil(good)).length > 0]).toEqual([what, true]);
    }
    expect(() => faultsOf(good.replace('</Document>', ''))).toThrow();
  });
});

test('whatever text is written as XML is read back as it was', () => {
  const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 50 });
  fc.assert(
    fc.property(printable, printable, (text, attribute) => {
      const { children } = parseXml(element('A', [undefined, [leaf('B', text, { c: attribute })]]));
      expect(children).toEqual([{ name: 'B', text, attributes: { c: attribute }, children: [] }]);
    }),
  );
});

describe('a payment', () => {
  test.each<[string, Partial<BankAccount>, RegExp]>([
    ['to a name in other letters', { accountName: '田中 太郎' }, /Latin/],
    ['to a name that is none', { accountName: '***' }, /Latin/],
    ['to a number longer than banks take', { accountNumber: '1'.repeat(35) }, /34/],
    ['to a number with other signs', { accountNumber: '1234#5' }, /signs/],
  ])('%s is refused while a pain.001 may be asked for, and its account is not said', (_what, more, words) => {
    const said = manual.refusal(payment(more), debtor);
    expect(said).toMatch(words);
    for (const secret of Object.values(more)) expect(said).not.toContain(secret);
    expect(manual.refusal(payment(more), null)).toBeUndefined();
  });
});

test.each<[string, string | undefined]>([
  ['Łukasz Żółć-Straße', 'Lukasz Zolc-Strasse'],
  ['Ærøskøbing', 'AEroskobing'],
  ['  Tom\t&  Jerry ', 'Tom + Jerry'],
  ['O’Brien <b>', "O'Brien .b."],
  ['Ｔｅａ', 'Tea'],
  ['😀 Ann', '. Ann'],
  ['Иван', undefined],
  ['😀', undefined],
  ['', undefined],
])('%j is %j in the letters of banks', (text, plain) => {
  expect(latin(text, 70)).toBe(plain);
});

describe('CSV', () => {
  test('has a row a payment, amounts in major units, and no cell a spreadsheet would run', () => {
    const risky = payment({ accountName: '=1+1', bankName: 'A, "B"' }, 100_000, 'USD');
    const { name, type, text } = manual.file(order([risky]), 'csv');
    expect([name, type]).toEqual([expect.stringMatching(/^payouts-.*\.csv$/), 'text/csv']);
    expect(text).toBe(
      'withdrawal,amount,currency,account_name,account_number,bank_name,branch,swift_code\r\n' +
        `${risky.id},1000.00,USD,'=1+1,${IBANS[0]},"A, ""B""",,\r\n`,
    );
  });
});

test.each(['csv', 'pain.001'] as const)('a file asked for again as %s is the same to the byte', (format) => {
  const one = order([payment(), payment({ branch: 'X' })]);
  expect(manual.file(structuredClone(one), format)).toEqual(manual.file(one, format));
});
