/** May a purchase be paid, and from which money? Source: domain.md, 'Buying'. */
import { safe, sum } from '@rollcall/contracts/money';
import { type AccountKey, type Book, balanceIn, type EntryRow, type Move, post } from './ledger.js';

export interface Asked {
  readonly purchaseId: string;
  readonly studentId: string;
  readonly teacherId: string;
  readonly courseId: string;
  readonly requestedAt: string;
  readonly currency: string;
  readonly holds: readonly { readonly holdId: string; readonly sessionId: string; readonly amount: number }[];
}

interface PlacedHold {
  readonly holdId: string;
  readonly sessionId: string;
  readonly amount: number;
  readonly promo: number;
  readonly credits: number;
  readonly subscription: number;
}

export interface Held {
  readonly outcome: 'held';
  readonly asked: Asked;
  readonly entryId: string;
  readonly holds: readonly PlacedHold[];
}

export interface Declined {
  readonly outcome: 'declined';
  readonly asked: Asked;
  readonly reason: 'insufficient-credit';
  /** Above 0. */
  readonly shortfall: number;
}

export const escrow = (currency: string): AccountKey => ({ owner: null, kind: 'escrow', currency });
const promoOf = (owner: string, currency: string): AccountKey => ({ owner, kind: 'promo', currency });
const creditsOf = (owner: string, currency: string): AccountKey => ({ owner, kind: 'credits', currency });

/** The accounts a purchase may touch: only those of the course's currency. */
export const accountsToPlace = ({ studentId, currency }: Asked): AccountKey[] => [
  promoOf(studentId, currency),
  creditsOf(studentId, currency),
  escrow(currency),
];

/** All holds of a purchase or none. Posts to the book, whose balances the next purchase of the batch finds. */
export function placePurchase(book: Book, asked: Asked): Held | Declined {
  if (asked.holds.some(({ amount }) => safe(amount) < 0)) {
    throw new Error(`purchase ${asked.purchaseId} asks for a hold below 0`);
  }
  const promo = balanceIn(book, promoOf(asked.studentId, asked.currency));
  const credits = balanceIn(book, creditsOf(asked.studentId, asked.currency));
  const shortfall = sum(asked.holds.map((hold) => hold.amount)) - promo - credits;
  if (shortfall > 0) return { outcome: 'declined', asked, reason: 'insufficient-credit', shortfall };

  const holds = fromPromoFirst(asked.holds, promo);
  const entry = entryOf(book.newId(), asked.purchaseId);
  post(
    book,
    entry,
    holds.flatMap((hold) => movesOf(asked, hold)),
  );
  return { outcome: 'held', asked, entryId: entry.id, holds };
}

/** Promo cannot be paid out and may lapse, so it is spent before the student's own money. */
function fromPromoFirst(holds: Asked['holds'], available: number): PlacedHold[] {
  let left = available;
  return holds.map((hold) => {
    const promo = Math.min(left, hold.amount);
    left -= promo;
    return { ...hold, promo, credits: hold.amount - promo, subscription: 0 };
  });
}

const entryOf = (id: string, purchaseId: string): EntryRow => ({
  id,
  type: 'purchase',
  referenceType: 'purchase',
  referenceId: purchaseId,
  description: null,
  actorId: null,
});

function movesOf({ studentId, currency }: Asked, { holdId, promo, credits }: PlacedHold): Move[] {
  const to = escrow(currency);
  return [
    { from: promoOf(studentId, currency), to, amount: promo, type: 'purchase', holdId },
    { from: creditsOf(studentId, currency), to, amount: credits, type: 'purchase', holdId },
  ];
}
