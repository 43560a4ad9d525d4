/** An admin gives or takes money by hand, against the platform's `adjustments`. */
import { conflict, unprocessable } from '@rollcall/kit/errors';
import { type AccountKey, type Book, balanceIn, type EntryRow, post } from './ledger.js';

/** 10^15 minor units. A thousand of the largest amounts a wall lets in, and far inside the safe integers. */
export const MAX_BALANCE = 1_000_000_000_000_000;

export interface Adjustment {
  readonly direction: 'credit' | 'debit';
  readonly userId: string;
  readonly account: 'credits' | 'promo' | 'earnings';
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
  /** The admin; null for the platform itself. */
  readonly actorId: string | null;
}

const adjusted = ({ userId, account, currency }: Adjustment): AccountKey => ({
  owner: userId,
  kind: account,
  currency,
});
const adjustments = (currency: string): AccountKey => ({ owner: null, kind: 'adjustments', currency });

export const accountsToAdjust = (adjustment: Adjustment): AccountKey[] => [
  adjusted(adjustment),
  adjustments(adjustment.currency),
];

/** Posts the adjustment. Throws 409 for a debit of more than there is, 422 for a credit past every sensible balance. */
export function postAdjustment(
  book: Book,
  adjustment: Adjustment,
  entry: Pick<EntryRow, 'id' | 'referenceType' | 'referenceId'>,
): void {
  const { direction, amount, account, currency, reason, actorId } = adjustment;
  const balance = balanceIn(book, adjusted(adjustment));
  const credit = direction === 'credit';
  if (!credit && balance < amount) {
    throw conflict(
      'insufficient-funds',
      `There are ${balance} minor units of ${currency} on ${account}. Take that much or less.`,
    );
  }
  if (credit && balance + amount > MAX_BALANCE) {
    throw unprocessable('balance-too-large', `No balance may pass ${MAX_BALANCE} minor units. Give less.`, [
      { path: 'amount', message: `must leave a balance of at most ${MAX_BALANCE}` },
    ]);
  }
  const type = credit ? 'admin_credit' : 'admin_debit';
  const user = adjusted(adjustment);
  const own = adjustments(currency);
  const [from, to] = credit ? [own, user] : [user, own];
  post(book, { ...entry, type, description: reason, actorId }, [{ from, to, amount, type, holdId: null }]);
}
