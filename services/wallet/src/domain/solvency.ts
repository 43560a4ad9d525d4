/** Whether what is owed is there. Pure: figures of one currency, as of one seal. Source: docs/ledger.md. */
import { sum } from '@rollcall/contracts/money';

/** What all accounts of a kind hold together. */
export interface Balance {
  readonly account: string;
  readonly currency: string;
  readonly balance: number;
}

/** Owed to users, for their holds, and to subscribers. */
const OWED = ['credits', 'promo', 'earnings', 'withdrawing', 'escrow', 'subscription-deferred'];
/** Money outside: what came in by card is below 0 on card-clearing, what was paid out above 0 on payout-clearing. */
const HELD = ['card-clearing', 'payout-clearing'];

type Figures = Record<string, number>;

export interface Standing {
  readonly owed: { readonly total: number; readonly figures: Figures };
  readonly held: { readonly total: number; readonly figures: Figures };
  readonly surplus: number;
  readonly explainedBy: Figures;
  readonly solvent: boolean;
}

/**
 * Since all accounts add up to 0, what is held beyond what is owed is exactly what the rest of them hold: commission and
 * revenue that stayed in, what users owe and what was given away taken off.
 */
export function solvencyOf(balances: readonly Balance[]): Standing {
  const figures = (those: (account: string) => boolean, sign: 1 | -1): Figures =>
    Object.fromEntries(
      balances
        .filter(({ account }) => those(account))
        .map(({ account, balance }) => [account, balance === 0 ? 0 : sign * balance]),
    );
  const owed = totalled(figures((account) => OWED.includes(account), 1));
  const held = totalled(figures((account) => HELD.includes(account), -1));
  const surplus = held.total - owed.total;
  const explainedBy = figures((account) => ![...OWED, ...HELD].includes(account), 1);
  return { owed, held, surplus, explainedBy, solvent: surplus >= 0 };
}

/** The standing of each currency that any account has. */
export const solvencyByCurrency = (balances: readonly Balance[]): ({ currency: string } & Standing)[] =>
  currenciesOf(balances).map((currency) => ({
    currency,
    ...solvencyOf(balances.filter((one) => one.currency === currency)),
  }));

export const currenciesOf = (balances: readonly Balance[]): string[] => [
  ...new Set(balances.map(({ currency }) => currency)),
];

const totalled = (figures: Figures) => ({ total: sum(Object.values(figures)), figures });
