/** The tax that is contained in a price. Prices are gross: the payer pays what was shown. Rates are basis points. */
import { BASIS_POINTS, safe } from '@rollcall/contracts/money';

/** By ISO 3166 country; `*` is everywhere else. */
export type TaxRates = Readonly<Record<string, number>>;

export const rateOf = (rates: TaxRates, country: string): number =>
  (Object.hasOwn(rates, country) ? rates[country] : rates['*']) ?? 0;

/** The country a locale names, `pl-PL`; undefined of one that names none, as `pl` does, or that nobody can read. */
export function countryOf(locale: string): string | undefined {
  try {
    const { region } = new Intl.Locale(locale);
    return region !== undefined && /^[A-Z]{2}$/.test(region) ? region : undefined;
  } catch {
    return undefined;
  }
}

/** What of `gross` is tax, half up: 23 % of 123.00 is 23.00. Net and tax always add up to the gross. */
export function includedTax(gross: number, rate: number): number {
  if (safe(gross) < 0 || safe(rate) < 0) throw new RangeError('there is no tax in what is below 0');
  const [divisor, part] = [BigInt(BASIS_POINTS + rate), BigInt(gross) * BigInt(rate)];
  return Number((2n * part + divisor) / (2n * divisor));
}

export interface Credited {
  /** What was taken back of the invoice before, and the tax in it. */
  readonly total: number;
  readonly tax: number;
}

/**
 * What is tax of the next `amount` that is taken back of an invoice: of all that is taken back by then, less what was told
 * before, so that an invoice taken back in parts has exactly its own tax taken back.
 */
export function creditedTax(amount: number, rate: number, before: Credited): number {
  const tax = includedTax(before.total + amount, rate) - before.tax;
  return Math.min(Math.max(tax, 0), amount);
}
