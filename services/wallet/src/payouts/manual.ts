/** Payouts by hand: a person takes the file to the bank, and says of each withdrawal what became of it. */
import { toDecimal } from '@rollcall/contracts/money';
import { csvText } from '@rollcall/kit/csv';
import { painOf, refusalOf } from './pain001.js';
import type { Order, Payment, PayoutProvider } from './provider.js';

export const manual: PayoutProvider = {
  name: 'manual',
  formats: (debtor) => (debtor === null ? ['csv'] : ['csv', 'pain.001']),
  refusal: (payment, debtor) => tableRefusal(payment) ?? (debtor === null ? undefined : refusalOf(payment)),
  file: (order, format) =>
    format === 'csv'
      ? { name: `payouts-${order.id}.csv`, type: 'text/csv', text: tableOf(order) }
      : { name: `payouts-${order.id}.xml`, type: 'application/xml', text: painOf(order) },
};

/** The table is made safe for spreadsheets, which would change such a number: nobody is paid at another one than his. */
const tableRefusal = ({ to: { accountNumber } }: Payment): string | undefined =>
  /^\s*[=+\-@]/.test(accountNumber)
    ? 'The account number begins with a sign that spreadsheets take for a formula.'
    : undefined;

const COLUMNS = [
  ...[
    'withdrawal',
    'amount',
    'currency',
    'account_name',
    'account_number',
    'bank_name',
    'branch',
    'swift_code',
  ],
];

const tableOf = ({ payments }: Order): string =>
  csvText(
    COLUMNS,
    payments.map(({ id, amount, currency, to }) => [
      ...[id, toDecimal({ amount, currency }), currency, to.accountName, to.accountNumber, to.bankName],
      ...[to.branch ?? null, to.swiftCode ?? null],
    ]),
  );
