/** What can be charged, and how little: https://docs.stripe.com/currencies, in the smallest unit of each. */
import { invalid } from './errors.js';

const MINIMUM: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

/** Charged too, but with a minimum that follows the day's rate of exchange: here one unit is enough. */
const FLOATING = new Set(
  `afn all amd ang aoa ars awg azn bam bbd bdt bhd bif bmd bnd bob bsd bwp byn bzd cdf clp cny cop crc cve djf
  dop dzd egp etb fjd fkp gel gip gmd gnf gtq gyd hnl htg idr ils isk jmd jod kes kgs khr kmf krw kwd kyd kzt lak lbp
  lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mzn nad ngn nio npr omr pab pen pgk php pkr pyg qar rsd rub rwf
  sar sbd scr shp sle sos srd std szl tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw`.split(
    /\s+/,
  ),
);

/** Three decimals, of which the last must be zero. */
const THREE_DECIMALS = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

const LARGEST = 99_999_999;

export function checkCurrency(currency: string): string {
  const lower = currency.toLowerCase();
  if (!(lower in MINIMUM || FLOATING.has(lower)))
    throw invalid(`Unsupported currency: ${currency}`, { param: 'currency' });
  return lower;
}

/** @throws Refusal amount_too_small, amount_too_large, or an amount no bank can move. */
export function checkCharge(amount: number, currency: string): void {
  if (amount < 1)
    throw invalid('An amount is a positive whole number', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  const minimum = MINIMUM[currency] ?? 1;
  if (amount < minimum)
    throw invalid(`At least ${minimum} of the smallest unit of ${currency} must be charged`, {
      code: 'amount_too_small',
      param: 'amount',
    });
  if (amount > LARGEST)
    throw invalid(`No more than ${LARGEST} can be charged`, { code: 'amount_too_large', param: 'amount' });
  if (THREE_DECIMALS.has(currency) && amount % 10 !== 0)
    throw invalid(`The last digit of an amount in ${currency} is zero`, { param: 'amount' });
}
