/**
 * ISO 20022 CustomerCreditTransferInitiationV09, what banks take transfers as: pain.001.001.09. The version before it
 * that was in wide use, .03, is being given up: SEPA's own guides ask for .09 since March 2024. Elements stand in the
 * order the schema wants, and ids are made of ours, so that a file sent twice is recognised by the bank.
 */
import { toDecimal } from '@rollcall/contracts/money';
import { isBankNumber, isInSepa, isMeantAsIban, plainNumber } from '../bank-account.js';
import { latin } from './latin.js';
import type { Debtor, Order, Payment } from './provider.js';
import { element, leaf } from './xml.js';

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';

/** Characters of a name: ISO allows 140, SEPA 70. Of another account's number, and of a remark. */
const NAME = 70;
const NUMBER = 34;

/** Why a payment cannot stand in the file; undefined: it can. Nothing of the account is said. */
export function refusalOf({ to }: Payment): string | undefined {
  if (latin(to.accountName, NAME) === undefined)
    return 'The name on the account is not in Latin letters, which banks ask for.';
  if (isMeantAsIban(to.accountNumber) && !isBankNumber(to.accountNumber))
    return 'The account number is meant as an IBAN and is none.';
  if (!isMeantAsIban(to.accountNumber) && otherNumber(to) === undefined)
    return 'The account number has signs banks do not take, or more than 34.';
  return undefined;
}

/** The file. Throws where a payment is in it that `refusalOf` refuses: whoever makes an order asks first. */
export function painOf(order: Order): string {
  const { debtor } = order;
  if (debtor === null) throw new Error(`payout batch ${order.id} has no debtor`);
  const initiation = element('CstmrCdtTrfInitn', [headerOf(order, debtor), instructionOf(order, debtor)]);
  const document = element('Document', [initiation], { xmlns: NAMESPACE });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document}\n`;
}

/** 32 of the 35 characters an id may have. */
const idOf = (uuid: string): string => uuid.replaceAll('-', '');

const totals = ({ payments, total, currency }: Order): string[] => [
  leaf('NbOfTxs', String(payments.length)),
  leaf('CtrlSum', toDecimal({ amount: total, currency })),
];

const headerOf = (order: Order, debtor: Debtor): string =>
  element('GrpHdr', [
    leaf('MsgId', idOf(order.id)),
    leaf('CreDtTm', order.createdAt.toISOString()),
    totals(order),
    element('InitgPty', [nameOf(debtor.name)]),
  ]);

function instructionOf(order: Order, debtor: Debtor): string {
  const accounts = [debtor.account, ...order.payments.map(({ to }) => to.accountNumber)];
  const isSepa = order.currency === 'EUR' && accounts.every(isInSepa);
  return element('PmtInf', [
    leaf('PmtInfId', `${idOf(order.id)}-1`),
    leaf('PmtMtd', 'TRF'),
    totals(order),
    isSepa ? element('PmtTpInf', [element('SvcLvl', [leaf('Cd', 'SEPA')])]) : undefined,
    element('ReqdExctnDt', [leaf('Dt', order.createdAt.toISOString().slice(0, 10))]),
    element('Dbtr', [nameOf(debtor.name)]),
    element('DbtrAcct', [accountOf(debtor.account)]),
    element('DbtrAgt', [element('FinInstnId', [agentOf(debtor.bic) ?? NOT_PROVIDED])]),
    // Each side its own charges: in SEPA by that name.
    leaf('ChrgBr', isSepa ? 'SLEV' : 'SHAR'),
    order.payments.map(transferOf),
  ]);
}

/** What stands for a bank the account's number names by itself. */
const NOT_PROVIDED = element('Othr', [leaf('Id', 'NOTPROVIDED')]);

const transferOf = ({ id, amount, currency, to }: Payment): string =>
  element('CdtTrfTxInf', [
    element('PmtId', [leaf('EndToEndId', idOf(id))]),
    element('Amt', [leaf('InstdAmt', toDecimal({ amount, currency }), { Ccy: currency })]),
    bankOf(to),
    element('Cdtr', [nameOf(to.accountName)]),
    element('CdtrAcct', [accountOf(to.accountNumber)]),
    element('RmtInf', [leaf('Ustrd', `Payout ${id}`)]),
  ]);

/** An IBAN without BIC names its bank by itself; of another account the bank's name is the next best. */
function bankOf({ accountNumber, bankName, branch, swiftCode }: Payment['to']): string | undefined {
  const bic = agentOf(swiftCode ?? null);
  if (bic === undefined && isMeantAsIban(accountNumber)) return undefined;
  const known = bic ?? optional('Nm', latin(bankName, NAME)) ?? NOT_PROVIDED;
  const name = branch === undefined ? undefined : optional('Nm', latin(branch, NAME));
  return element('CdtrAgt', [
    element('FinInstnId', [known]),
    name === undefined ? undefined : element('BrnchId', [name]),
  ]);
}

const agentOf = (bic: string | null): string | undefined =>
  bic === null ? undefined : leaf('BICFI', bic.toUpperCase());

const optional = (name: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : leaf(name, text);

function accountOf(number: string): string {
  if (isMeantAsIban(number)) return element('Id', [leaf('IBAN', plainNumber(number))]);
  const other = otherNumber({ accountNumber: number });
  if (other === undefined) throw new Error('an account number that no bank takes came into a payout file');
  return element('Id', [element('Othr', [leaf('Id', other)])]);
}

function otherNumber({ accountNumber }: Pick<Payment['to'], 'accountNumber'>): string | undefined {
  const number = accountNumber.replaceAll(/\s/g, '');
  return number.length <= NUMBER && latin(number, NUMBER) === number ? number : undefined;
}

function nameOf(name: string): string {
  const plain = latin(name, NAME);
  if (plain === undefined) throw new Error('a name that no bank takes came into a payout file');
  return leaf('Nm', plain);
}
