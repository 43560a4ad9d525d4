/** Where a settled hold's money goes in the ledger. Source: domain.md, 'Settling' and 'Money'. */
import { type AccountKey, type Book, type EntryRow, type Move, post } from './ledger.js';
import { accountsOfLessons, movesOfParts, type Part } from './lesson-money.js';
import { escrow } from './place.js';

/** A hold as it was placed. */
export interface Hold {
  readonly id: string;
  readonly purchaseId: string;
  readonly sessionId: string;
  readonly studentId: string;
  readonly teacherId: string;
  readonly amount: number;
  readonly currency: string;
  readonly promo: number;
  readonly credits: number;
  readonly subscription: number;
}

/** What settlement decided about it. */
export interface Decided {
  readonly holdId: string;
  readonly decisionVersion: number;
  readonly currency: string;
  readonly teacher: number;
  readonly commission: number;
  readonly referral: number;
  readonly refund: number;
  readonly referrerId: string | null;
  readonly referralAccount: 'earnings' | 'promo' | null;
  readonly reason: string;
  /** Basis points. */
  readonly commissionRate: number;
  /** Basis points; null where nobody looked at attendance. */
  readonly attendance: number | null;
}

export interface Ending {
  readonly hold: Hold;
  readonly decided: Decided;
  readonly entryId: string;
  /** The refund by where it came from. */
  readonly toPromo: number;
  readonly toCredits: number;
  readonly toSubscription: number;
}

/**
 * The ending of a hold. Of a split, credits come back before promo: the student's own money first. Throws for a
 * decision that does not share out exactly the hold, or that names no account for a referrer's share.
 */
export function endingOf(hold: Hold, decided: Decided, entryId: string): Ending {
  const { teacher, commission, referral, refund } = decided;
  const shares = [teacher, commission, referral, refund];
  if (shares.some((share) => !Number.isSafeInteger(share) || share < 0)) {
    throw new Error(`the decision on hold ${hold.id} has a share below 0`);
  }
  if (decided.currency !== hold.currency || teacher + commission + referral + refund !== hold.amount) {
    throw new Error(`the decision on hold ${hold.id} does not share out its ${hold.amount} ${hold.currency}`);
  }
  if (referral > 0 && (decided.referrerId === null || decided.referralAccount === null)) {
    throw new Error(`the decision on hold ${hold.id} gives a referrer's share to nobody`);
  }
  const toCredits = Math.min(refund, hold.credits);
  const toPromo = Math.min(refund - toCredits, hold.promo);
  return { hold, decided, entryId, toCredits, toPromo, toSubscription: refund - toCredits - toPromo };
}

/** The accounts an ending touches. */
export function accountsToEnd(ending: Ending): AccountKey[] {
  const { teacher, commission, referral } = ending.decided;
  const { teacherId, currency } = ending.hold;
  const told: AccountKey[] =
    teacher + commission + referral > 0 ? [{ owner: teacherId, kind: 'earnings', currency }] : [];
  const moved = movesOf(ending)
    .filter((move) => move.amount > 0)
    .map((move) => move.to);
  const lesson = ending.toSubscription > 0 ? accountsOfLessons(currency) : [];
  return [escrow(currency), ...told, ...moved, ...lesson];
}

/**
 * Posts an ending to the book; the teacher is also told what was kept, the referrer's share included. `lesson` says where
 * what goes back to a subscription goes.
 */
export function postEnding(book: Book, ending: Ending, lesson: readonly Part[] = []): void {
  const { hold, decided, entryId } = ending;
  const kept = decided.commission + decided.referral;
  const entry: EntryRow = {
    id: entryId,
    type: decided.teacher + kept > 0 ? 'payment_release' : 'refund',
    referenceType: 'hold',
    referenceId: hold.id,
    description: null,
    actorId: null,
  };
  const account: AccountKey = { owner: hold.teacherId, kind: 'earnings', currency: hold.currency };
  const moves = [...movesOf(ending), ...movesOfParts(lesson, hold.id, hold.currency)];
  post(book, entry, moves, kept > 0 ? [{ account, amount: -kept, holdId: hold.id }] : []);
}

function movesOf({ hold, decided, toPromo, toCredits }: Ending): Move[] {
  const { currency, teacherId, studentId, id: holdId } = hold;
  const from = escrow(currency);
  const to = (owner: string | null, kind: AccountKey['kind']): AccountKey => ({ owner, kind, currency });
  const { referrerId, referralAccount } = decided;
  return [
    { from, to: to(teacherId, 'earnings'), amount: decided.teacher, type: 'payment_release', holdId },
    { from, to: to(null, 'commission'), amount: decided.commission, type: 'commission', holdId },
    {
      from,
      to: to(referrerId, referralAccount ?? 'promo'),
      amount: decided.referral,
      type: 'referral',
      holdId,
    },
    { from, to: to(studentId, 'credits'), amount: toCredits, type: 'refund', holdId },
    { from, to: to(studentId, 'promo'), amount: toPromo, type: 'refund', holdId },
  ];
}
