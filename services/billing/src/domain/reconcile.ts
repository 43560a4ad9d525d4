/** What is compared of the provider's books and the ledger, and what differs. Amounts are minor units. */
import type { Money } from '@rollcall/contracts/money';
import { DAY, ladder, MINUTE } from './ladder.js';

/** One object of the provider as it stands there. */
export interface BookObject {
  readonly ref: string;
  readonly kind: 'charge' | 'refund' | 'dispute';
  /** The provider's ids of its payment and, of a charge, of who paid. */
  readonly paymentRef: string | null;
  readonly customer: string | null;
  /** What it moved in the end, below 0 where money went back; 0: it came to nothing. */
  readonly amount: number;
  readonly currency: string;
}

export type DifferenceKind = 'missing-here' | 'missing-there' | 'amount' | 'currency';

/** What one thing moved there and here; null: it is not known at that end. */
export interface Pair {
  readonly there: Money | null;
  readonly here: Money | null;
}

/**
 * How the two differ; undefined: they do not. What came to nothing at one end need not be at the other: a refund that the
 * provider refused was taken of the ledger and put back.
 */
export function differenceOf({ there, here }: Pair): DifferenceKind | undefined {
  const [left, right] = [there?.amount ?? 0, here?.amount ?? 0];
  if (left === 0 && right === 0) return undefined;
  if (here === null) return 'missing-here';
  if (there === null) return 'missing-there';
  if (left !== right) return 'amount';
  return there.currency === here.currency ? undefined : 'currency';
}

/**
 * Does a movement of the provider's balance contradict its object? One of another amount than the object's is wrong; where
 * it was exchanged, nothing can be said.
 */
export function contradicts(
  movement: { readonly amount: number; readonly currency: string },
  { kind, amount, currency }: BookObject,
): boolean {
  if (kind === 'dispute' || movement.currency !== currency) return false; // a dispute may be taken in parts
  return amount !== 0 && Math.abs(movement.amount) !== Math.abs(amount);
}

/** When a period is read again after a try that came to nothing, given those right before that one that did too: ten times in a day and a half. */
export const nextTry = ladder([1, 5, 15, 60, 60, 60, 180, 180, 360, 720].map((minutes) => minutes * MINUTE));

/** Days for which a period that differs is compared again each day: what was late has come by then. */
const WATCHED = 14;

/** When a period is compared again after it was; null where all is equal, or it is long over. */
export function nextLook({ to, open, now }: { to: Date; open: boolean; now: Date }): Date | null {
  const next = new Date(now.getTime() + DAY);
  return open && next.getTime() - to.getTime() < WATCHED * DAY ? next : null;
}

/** Days a daily comparison goes back for what was missed. */
const BACK = 7;

/**
 * The days (UTC) that are to be compared by now, oldest first: those that ended and have settled, of the last seven, from
 * the first on of which anything is known, the last one in any case.
 */
export function daysDue(
  now: Date,
  settleSeconds: number,
  first: Date | undefined,
): { from: Date; to: Date }[] {
  const settled = new Date(now.getTime() - settleSeconds * 1000);
  const end = Math.floor(settled.getTime() / DAY) * DAY;
  const days = Array.from({ length: BACK }, (_, n) => end - (BACK - 1 - n) * DAY);
  return days
    .filter((to) => to === end || (first !== undefined && to > first.getTime()))
    .map((to) => ({ from: new Date(to - DAY), to: new Date(to) }));
}
