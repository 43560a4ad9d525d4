/** What is owed, and how it is repaid. Source: domain.md, 'Money'. */
import type { AccountKey, EntryRow, Move } from './ledger.js';

/** A debt that grew or shrank. */
export interface DebtChange {
  readonly userId: string;
  /** Signed: below 0 where it grew. */
  readonly amount: number;
  readonly currency: string;
  /** The entry that made it grow, or whose credit repaid it. */
  readonly because: EntryRow;
  /** How the owner saw that money. */
  readonly seenAs: Move['type'];
}

/** A user's debt of a currency. */
export const debtOf = ({ owner, currency }: Pick<AccountKey, 'owner' | 'currency'>): AccountKey => ({
  owner,
  kind: 'debt',
  currency,
});

/**
 * What an entry's credits repay, each after the one before it: every credit to credits or earnings goes to what its owner
 * owes, as far as it goes. Promo is the platform's gift, to be spent here: it repays nothing.
 */
export function repaymentsOf(
  moves: readonly Move[],
  owedBy: (account: AccountKey) => number,
): { move: Move; seenAs: Move['type'] }[] {
  const repaid = new Map<string, number>();
  return moves.filter(isCredit).flatMap(({ to: from, amount, type, holdId }) => {
    const debtor = `${from.owner}/${from.currency}`;
    const before = repaid.get(debtor) ?? 0;
    const now = Math.min(owedBy(from) - before, amount);
    if (now === 0) return [];
    repaid.set(debtor, before + now);
    const move: Move = { from, to: debtOf(from), amount: now, type: 'debt_repayment', holdId };
    return [{ move, seenAs: type }];
  });
}

const isCredit = ({ to: { owner, kind }, amount }: Move): boolean =>
  amount > 0 && owner !== null && (kind === 'credits' || kind === 'earnings');

/** The debts among what a move changes. */
export const debtChangesOf = (
  { from, to, amount }: Move,
  why: Pick<DebtChange, 'because' | 'seenAs'>,
): DebtChange[] => [...changed(from, -amount, why), ...changed(to, amount, why)];

const changed = (
  { owner, kind, currency }: AccountKey,
  amount: number,
  why: Pick<DebtChange, 'because' | 'seenAs'>,
): DebtChange[] => (kind === 'debt' && owner !== null ? [{ userId: owner, amount, currency, ...why }] : []);
