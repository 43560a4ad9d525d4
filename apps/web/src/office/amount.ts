import { exponentOf, isCurrency, type Money, toDecimal } from '@rollcall/contracts/money';

/** Minor units of what was typed in major ones: '12.50' USD is 1250. NaN for what is no number. */
export function minorOf(typed: string | number, currency: string): number {
  const text = String(typed).trim();
  if (text === '' || !isCurrency(currency)) return Number.NaN;
  return Math.round(Number(text) * 10 ** exponentOf(currency));
}

/** As it is typed: 1250 USD is '12.50'. */
export const majorOf = (value: Money): string => toDecimal(value);
