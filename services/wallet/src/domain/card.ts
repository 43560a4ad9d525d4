/** Money of payments by card: paid in, given back, taken back by the payer's bank. Source: domain.md, 'Billing'. */
import { debtOf } from './debt.js';
import { type AccountKey, type Book, balanceIn, type EntryRow, type Move, post } from './ledger.js';

export type CardKind = 'deposit' | 'refund' | 'refund-reversal' | 'dispute' | 'dispute-return';

/** A movement as billing asks for it. */
export interface CardMove {
  readonly kind: CardKind;
  /** Of the payment, refund or dispute: with the kind, what is done once. */
  readonly id: string;
  readonly paymentId: string;
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  /** What is not there becomes debt: the provider has taken it already, and asked nobody. */
  readonly owed: boolean;
}

/** A movement that was made, or refused: then `entryId` is null and `possible` says what credits there were. */
export interface CardMoved extends CardMove {
  readonly entryId: string | null;
  readonly possible: number | null;
}

const credits = ({ userId: owner, currency }: CardMove): AccountKey => ({ owner, kind: 'credits', currency });
const clearing = ({ currency }: CardMove): AccountKey => ({ owner: null, kind: 'card-clearing', currency });

export const accountsToMove = (move: CardMove): AccountKey[] => [
  credits(move),
  clearing(move),
  ...(move.owed ? [debtOf(credits(move))] : []),
];

type Seen = 'deposit' | 'refund' | 'chargeback';
const SEEN: Readonly<Record<CardKind, Seen>> = {
  deposit: 'deposit',
  refund: 'refund',
  'refund-reversal': 'refund',
  dispute: 'chargeback',
  'dispute-return': 'chargeback',
};
const REFERENCE: Readonly<Record<CardKind, EntryRow['referenceType']>> = {
  deposit: 'payment',
  refund: 'card-refund',
  'refund-reversal': 'card-refund',
  dispute: 'dispute',
  'dispute-return': 'dispute',
};
const TAKES: readonly CardKind[] = ['refund', 'dispute'];

/**
 * Posts it. A refund that was asked for here takes back only what is still there: all of it or nothing. What the
 * provider took already is taken of the credits as far as they go, and the rest is owed.
 */
export function moveCardMoney(book: Book, move: CardMove, entryId: string): CardMoved {
  const { amount, owed } = move;
  const takes = TAKES.includes(move.kind);
  const there = balanceIn(book, credits(move));
  if (takes && !owed && there < amount) return { ...move, entryId: null, possible: there };
  const type = SEEN[move.kind];
  const entry = { id: entryId, type, referenceType: REFERENCE[move.kind], referenceId: move.id };
  const taken = Math.min(there, amount);
  const [own, platform] = [credits(move), clearing(move)];
  const moves: Move[] = takes
    ? [
        { from: own, to: platform, amount: taken, type, holdId: null },
        { from: debtOf(own), to: platform, amount: amount - taken, type, holdId: null },
      ].filter((one) => one.amount > 0)
    : [{ from: platform, to: own, amount, type, holdId: null }];
  post(book, { ...entry, description: null, actorId: null }, moves);
  return { ...move, entryId, possible: null };
}
