import type { RosterEntry } from '@rollcall/contracts/api/teaching';
import { type Money, sum } from '@rollcall/contracts/money';

type Entry = Pick<RosterEntry, 'hold'>;

/** Those whose money nobody has decided about: a cancelled session gives all of it back. */
const UNDECIDED: readonly Entry['hold']['status'][] = ['pending', 'held', 'review', 'disputed'];

/** How many get how much back when a session is cancelled. */
export function heldOf(entries: readonly Entry[]): { count: number; sums: Money[] } {
  const held = entries.map(({ hold }) => hold).filter(({ status }) => UNDECIDED.includes(status));
  const currencies = [...new Set(held.map(({ currency }) => currency))];
  const amountIn = (currency: string) =>
    sum(held.filter((one) => one.currency === currency).map(({ amount }) => amount));
  return {
    count: held.length,
    sums: currencies.map((currency) => ({ amount: amountIn(currency), currency })),
  };
}
