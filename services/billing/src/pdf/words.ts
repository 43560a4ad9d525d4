/** What a document says in words, amounts and days. */
import { format, money } from '@rollcall/contracts/money';
import type { Printed } from '../store/invoice-files.js';

export const TITLES: Readonly<Record<Printed['kind'], string>> = {
  invoice: 'Invoice',
  credit_note: 'Credit note',
  correction: 'Correction',
};

/** `5 November 2026`, as the seller's calendar has it. */
export const dayOf = (at: Date, { timeZone }: Printed): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone }).format(at);

export const amountOf = (amount: number, { currency }: Printed): string =>
  format(money(amount, currency), 'en');

/** Basis points as percent: `23 %`, `8.1 %`. */
export const percentOf = (rate: number): string => `${Number((rate / 100).toFixed(2))} %`;

/** What the rows beside the address say. */
export function factsOf(printed: Printed): [name: string, value: string][] {
  const { kind, number, issuedAt, dueAt, correctsNumber } = printed;
  return [
    ['Number', number],
    ['Date', dayOf(issuedAt, printed)],
    ...(correctsNumber === null ? [] : [['Corrects', correctsNumber] as [string, string]]),
    ...(kind === 'invoice' && !isPaid(printed) ? [['Due', dayOf(dueAt, printed)] as [string, string]] : []),
  ];
}

/** What follows from a payment was paid when it was issued; that stays so whatever becomes of the document. */
const isPaid = ({ paymentId, subscriptionId }: Printed): boolean =>
  paymentId !== null || subscriptionId !== null;

/** What is to be done about it. */
export function closingOf(printed: Printed): string {
  const { kind, total, dueAt, happenedAt, number, subscriptionId } = printed;
  const amount = amountOf(total, printed);
  if (kind === 'credit_note') return `${amount} were paid back to the card. Nothing is to be done.`;
  if (kind === 'correction')
    return subscriptionId === null
      ? `${amount} are in your credits again. Nothing is to be paid.`
      : `Your bank has sent ${amount} back, and your subscription is paid again. Nothing is to be paid.`;
  if (isPaid(printed)) return `Paid by card on ${dayOf(happenedAt, printed)}. Nothing is left to pay.`;
  return `Please pay ${amount} by ${dayOf(dueAt, printed)} and name ${number}.`;
}
