/** What may be charged on a card. */
import { unprocessable } from '@rollcall/kit/errors';

/** The least the provider takes in each currency we take, in minor units. None of these has another exponent there. */
const LEAST: Readonly<Record<string, number>> = {
  ...{
    AED: 200,
    AUD: 50,
    BGN: 100,
    BRL: 50,
    CAD: 50,
    CHF: 50,
    CZK: 1500,
    DKK: 250,
    EUR: 50,
    GBP: 30,
    HKD: 400,
  },
  ...{ INR: 50, JPY: 50, MXN: 1000, MYR: 200, NOK: 300, NZD: 50, PLN: 200, RON: 200, SEK: 300, SGD: 50 },
  ...{ THB: 1000, USD: 50 },
};
/** Eight digits: more the provider does not take. */
const MOST = 99_999_999;

/**
 * Throws 422 for a currency no card is charged in here, or an amount too small or too large for it. `within`: the field
 * of the request that holds both, where there is one.
 */
export function checkCharge(
  { amount, currency }: { readonly amount: number; readonly currency: string },
  within?: string,
): void {
  const at = (field: string): string => (within === undefined ? field : `${within}.${field}`);
  const least = Object.hasOwn(LEAST, currency) ? LEAST[currency] : undefined;
  if (least === undefined)
    throw unprocessable(
      'currency-not-supported',
      'Cards are not charged in this currency. Take another one.',
      [{ path: at('currency'), message: `must be one of ${Object.keys(LEAST).sort().join(', ')}` }],
    );
  if (amount < least)
    throw unprocessable(
      'amount-too-small',
      `The least a card is charged is ${least} minor units of ${currency}.`,
      [{ path: at('amount'), message: `must be at least ${least}` }],
    );
  if (amount > MOST)
    throw unprocessable(
      'amount-too-large',
      `The most a card is charged is ${MOST} minor units. Pay in parts.`,
      [{ path: at('amount'), message: `must be at most ${MOST}` }],
    );
}
