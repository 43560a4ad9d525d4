/** Amounts as people type them, and back: text, never a float. */
import { exponentOf, type Money, toDecimal } from '@rollcall/contracts/money';

/** `12.5` of USD is 1250; undefined for what is no amount of the currency, such as a tenth of a cent. */
export function minorOf(typed: string | number, currency: string): number | undefined {
  const exponent = exponentOf(currency);
  const [, whole, part = ''] = /^(\d{1,13})(?:\.(\d*))?$/.exec(String(typed).trim()) ?? [];
  if (whole === undefined || part.length > exponent) return undefined;
  const minor = Number(whole + part.padEnd(exponent, '0'));
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** What stands in a field of amounts: `12.50`. */
export const typedOf = (value: Money): string => toDecimal(value);
