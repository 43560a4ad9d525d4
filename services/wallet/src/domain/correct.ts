/** An ended hold shared out anew: one entry that moves the difference. Source: domain.md, 'Settling' and 'Money'. */
import { type Decided, type Ending, endingOf, type Hold } from './end.js';
import { type AccountKey, type Book, balanceIn, type EntryRow, keyOf, type Move, post } from './ledger.js';
import { accountsOfLessons, movesOfParts, type Part } from './lesson-money.js';
import { escrow } from './place.js';

/** What a hold came to, by the decision that ended it or by a correction. */
export interface Standing {
  readonly decisionVersion: number;
  readonly teacher: number;
  readonly commission: number;
  readonly referral: number;
  readonly refund: number;
  readonly toPromo: number;
  readonly toCredits: number;
  readonly toSubscription: number;
}

export interface Correction {
  readonly from: Standing;
  /** The whole of what it comes to now. */
  readonly to: Ending;
}

/** Throws for a correction of another standing than the one there is, or one that does not share out exactly the hold. */
export function correctionOf(
  hold: Hold,
  from: Standing,
  { expected, decided, entryId }: { expected: Decided; decided: Decided; entryId: string },
): Correction {
  const shares = ['teacher', 'commission', 'referral', 'refund'] as const;
  if (shares.some((share) => from[share] !== expected[share]))
    throw new Error(
      `the correction of hold ${hold.id} corrects another standing than decision ${from.decisionVersion}`,
    );
  if (from.referral > 0 && (decided.referrerId === null || decided.referralAccount === null))
    throw new Error(`the correction of hold ${hold.id} does not say whose the referrer's share was`);
  return { from, to: endingOf(hold, decided, entryId) };
}

/** The accounts a correction touches. What is to be taken back and is not there becomes its owner's debt. */
export function accountsToCorrect(correction: Correction): AccountKey[] {
  const { hold } = correction.to;
  const changes = changesOf(correction);
  const debts = changes.flatMap(({ account, amount }) => (amount < 0 ? debtOf(account) : []));
  const told = keptMore(correction) === 0 ? [] : [earningsOf(hold)];
  const lesson = backToSubscription(correction) === 0 ? [] : accountsOfLessons(hold.currency);
  return [escrow(hold.currency), ...changes.map(({ account }) => account), ...debts, ...told, ...lesson];
}

/** How much more goes back to a subscription than before; below 0 where it is taken again. */
export const backToSubscription = ({ from, to }: Correction): number =>
  to.toSubscription - from.toSubscription;

/**
 * Posts a correction: everything taken back goes through escrow to those it is for, and escrow keeps nothing of it.
 * `lesson` says which money of a subscription that is.
 */
export function postCorrection(book: Book, correction: Correction, lesson: readonly Part[] = []): void {
  const { hold, entryId } = correction.to;
  const entry: EntryRow = {
    id: entryId,
    type: 'correction',
    referenceType: 'hold',
    referenceId: hold.id,
    description: null,
    actorId: null,
  };
  const changes = changesOf(correction);
  const taken = changes.filter(({ amount }) => amount < 0).flatMap((change) => takeBack(book, change, hold));
  const given = changes.filter(({ amount }) => amount > 0).map((change) => give(change, hold));
  const kept = keptMore(correction);
  const told = kept === 0 ? [] : [{ account: earningsOf(hold), amount: -kept, holdId: hold.id }];
  const again = movesOfParts(
    lesson.filter(({ amount }) => amount > 0),
    hold.id,
    hold.currency,
  );
  const back = movesOfParts(
    lesson.filter(({ amount }) => amount < 0),
    hold.id,
    hold.currency,
  );
  post(book, entry, [...taken, ...again, ...given, ...back], told);
}

interface Change {
  readonly account: AccountKey;
  /** Signed; not 0. */
  readonly amount: number;
  readonly type: Move['type'];
}

/** What each account gains or loses, once an account: who is both student and referrer is not indebted to himself. */
function changesOf({ from, to }: Correction): Change[] {
  const { hold, decided } = to;
  const { currency } = hold;
  const of = (owner: string | null, kind: AccountKey['kind']): AccountKey => ({ owner, kind, currency });
  const referrer = of(decided.referrerId, decided.referralAccount ?? 'promo');
  const all: Change[] = [
    { account: earningsOf(hold), amount: decided.teacher - from.teacher, type: 'payment_release' },
    { account: of(null, 'commission'), amount: decided.commission - from.commission, type: 'commission' },
    { account: referrer, amount: decided.referral - from.referral, type: 'referral' },
    { account: of(hold.studentId, 'credits'), amount: to.toCredits - from.toCredits, type: 'refund' },
    { account: of(hold.studentId, 'promo'), amount: to.toPromo - from.toPromo, type: 'refund' },
  ];
  const byAccount = new Map<string, Change>();
  for (const change of all.filter(({ amount }) => amount !== 0)) {
    const before = byAccount.get(keyOf(change.account));
    byAccount.set(keyOf(change.account), { ...change, amount: change.amount + (before?.amount ?? 0) });
  }
  return [...byAccount.values()].filter(({ amount }) => amount !== 0);
}

function takeBack(book: Book, { account, amount, type }: Change, { id: holdId, currency }: Hold): Move[] {
  const to = escrow(currency);
  const [debt] = debtOf(account);
  if (debt === undefined) return [{ from: account, to, amount: -amount, type, holdId }];
  const there = Math.min(balanceIn(book, account), -amount);
  return [
    { from: account, to, amount: there, type, holdId },
    { from: debt, to, amount: -amount - there, type, holdId },
  ];
}

const give = ({ account, amount, type }: Change, { id: holdId, currency }: Hold): Move => ({
  from: escrow(currency),
  to: account,
  amount,
  type,
  holdId,
});

/** The platform owes itself nothing. */
const debtOf = ({ owner, currency }: AccountKey): AccountKey[] =>
  owner === null ? [] : [{ owner, kind: 'debt', currency }];

const earningsOf = ({ teacherId, currency }: Hold): AccountKey => ({
  owner: teacherId,
  kind: 'earnings',
  currency,
});

/** By how much more is kept of the release than before, the referrer's share included; negative when less is. */
const keptMore = ({ from, to: { decided } }: Correction): number =>
  decided.commission + decided.referral - from.commission - from.referral;
