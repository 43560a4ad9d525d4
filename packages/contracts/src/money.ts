/**
 * Money: a whole number of the currency's minor units beside its ISO 4217 code. Nothing here uses a fraction:
 * products that could leave the safe integers go through BigInt and come back checked.
 */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** One hundred percent in basis points; every rate in Rollcall is a whole number of these. */
export const BASIS_POINTS = 10_000;

/** The largest amount a wall lets in: 10^12 minor units. 9,000 of them still add up to a safe integer. */
export const MAX_AMOUNT = 1_000_000_000_000;

const EXPONENTS: Readonly<Record<string, number>> = {
  ...of(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...of(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...of(4, 'CLF UYW'),
  ...of(
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF ' +
      'CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG ' +
      'HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU ' +
      'MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR ' +
      'SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED ' +
      'VES WST XCD XCG YER ZAR ZMW ZWG',
  ),
};

function of(exponent: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, exponent]));
}

/** Is this an ISO 4217 code of a currency in use? */
export const isCurrency = (code: string): boolean => Object.hasOwn(EXPONENTS, code);

/** How many digits the minor unit has: 2 for USD, 0 for JPY, 3 for KWD. Throws RangeError for an unknown code. */
export function exponentOf(currency: string): number {
  const exponent = isCurrency(currency) ? EXPONENTS[currency] : undefined;
  if (exponent === undefined) throw new RangeError(`${currency} is no ISO 4217 currency`);
  return exponent;
}

export const money = (amount: number, currency: string): Money => ({ amount: safe(amount), currency });

/** The sum of whole amounts, exact. Throws RangeError where it leaves the safe integers. */
export function sum(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) total = safe(total + safe(amount));
  return total;
}

/** `basisPoints` of an amount of at least 0, half up: 15 % of 0.10 is 0.02. */
export const percent = (amount: number, basisPoints: number): number =>
  fraction(amount, basisPoints, BigInt(BASIS_POINTS / 2));

/** `basisPoints` of an amount of at least 0, rounded down: the platform never gives a referrer more than his share. */
export const percentDown = (amount: number, basisPoints: number): number => fraction(amount, basisPoints, 0n);

function fraction(amount: number, basisPoints: number, roundUp: bigint): number {
  if (safe(amount) < 0 || safe(basisPoints) < 0) throw new RangeError('a share is taken of nothing below 0');
  return Number((BigInt(amount) * BigInt(basisPoints) + roundUp) / BigInt(BASIS_POINTS));
}

/**
 * Shares of `total` in proportion to `weights` (all ≥ 0), each rounded down, the units left over one by one to the
 * earliest: 100.00 over three equal ones is 33.34 + 33.33 + 33.33. All weights 0: equal shares. Source: 'Buying'.
 */
export function split(total: number, weights: readonly number[]): number[] {
  if (weights.length === 0) throw new RangeError('nothing to split over');
  if (safe(total) < 0 || weights.some((weight) => safe(weight) < 0))
    throw new RangeError('a share is below 0');
  const even = weights.every((weight) => weight === 0);
  const parts = weights.map((weight) => (even ? 1n : BigInt(weight)));
  const whole = parts.reduce((a, b) => a + b, 0n);
  const shares = parts.map((part) => Number((BigInt(total) * part) / whole));
  const left = total - sum(shares);
  return shares.map((share, index) => (index < left ? share + 1 : share));
}

/** Major units as an exact decimal string, for CSV and letters: 1000 USD is "10.00", 1000 JPY is "1000". */
export function toDecimal({ amount, currency }: Money): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(safe(amount))).padStart(exponent + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** For people, in their locale: "$10.00", "10,00 €". Formats the exact decimal, never a float. */
export function format(value: Money, locale = 'en'): string {
  const digits = exponentOf(value.currency); // Intl's own are CLDR's, which shows no minor unit of LBP or IQD
  const formatter = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: value.currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return formatter.format(toDecimal(value) as Intl.StringNumericLiteral);
}

/** The value itself when it is a safe integer. Throws RangeError: a float or an overflow never becomes money. */
export function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`);
  return value;
}
