import { exponentOf } from '@rollcall/contracts/money';

/** Minor units of an amount as it is typed, by its text and never as a float: `12.5` of USD is 1250; undefined for what is none. */
export function minorOf(typed: string | number, currency: string): number | undefined {
  const exponent = exponentOf(currency);
  const [, whole, part = ''] = /^(\d{1,13})(?:\.(\d*))?$/.exec(String(typed).trim()) ?? [];
  if (whole === undefined || part.length > exponent) return undefined;
  const minor = Number(whole + part.padEnd(exponent, '0'));
  return Number.isSafeInteger(minor) ? minor : undefined;
}
