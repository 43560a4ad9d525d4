/** What goes back to the card of the money that periods were paid with. Source: domain.md, 'Billing'; docs/decisions/0017. */
import { debtOf } from './debt.js';
import { type AccountKey, type Book, balanceIn, type EntryRow, type Move, post } from './ledger.js';
import type { Period, Purse } from './lesson-money.js';
import { accountsOfPeriods } from './period.js';

export type TakingKind = 'refund' | 'refund-reversal' | 'dispute' | 'dispute-return';

export interface Taking {
  readonly kind: TakingKind;
  /** Of the refund or dispute: with the kind, what is done once. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly startsAt: Date;
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
}

/** One that was made. What is neither of the period nor of its revenue is of the student. */
export interface Taken extends Taking {
  readonly ofPeriod: number;
  readonly ofRevenue: number;
  readonly entryId: string;
}

const credits = ({ userId: owner, currency }: Taking): AccountKey => ({ owner, kind: 'credits', currency });
const platform = (kind: AccountKey['kind'], { currency }: Taking): AccountKey => ({
  owner: null,
  kind,
  currency,
});

export const accountsToTake = (taking: Taking): AccountKey[] => [
  ...accountsOfPeriods(taking.currency),
  credits(taking),
  debtOf(credits(taking)),
];

/** What a movement undoes; undefined of one that undoes none. */
export const undoneBy = (kind: TakingKind): TakingKind | undefined =>
  kind === 'refund-reversal' ? 'refund' : kind === 'dispute-return' ? 'dispute' : undefined;

/**
 * The provider has taken it already, and asked nobody. What was not spent on lessons the student has not had: that is given
 * up, deferred or earned. What was spent went to teachers: it is taken of the student's credits as far as they go, and owed.
 */
export function takeOfPeriod(book: Book, purse: Purse, taking: Taking): Taken {
  const period = periodIn(purse, taking);
  const ours = Math.min(taking.amount, period.isOpen ? period.rest : period.earned);
  const theirs = taking.amount - ours;
  const there = Math.min(theirs, balanceIn(book, credits(taking)));
  const clearing = platform('card-clearing', taking);
  return move(book, purse, { taking, ours: -ours }, [
    { from: potOf(period, taking), to: clearing, amount: ours },
    { from: credits(taking), to: clearing, amount: there },
    { from: debtOf(credits(taking)), to: clearing, amount: theirs - there },
  ]);
}

/** Undoes `before`: what was the student's is credits, or repays his debt; the rest is the period's, or earned where it is over. */
export function giveBackToPeriod(book: Book, purse: Purse, { taking, before }: Undoing): Taken {
  const period = periodIn(purse, taking);
  const ours = before.ofPeriod + before.ofRevenue;
  const clearing = platform('card-clearing', taking);
  return move(book, purse, { taking, ours }, [
    { from: clearing, to: potOf(period, taking), amount: ours },
    { from: clearing, to: credits(taking), amount: before.amount - ours },
  ]);
}

interface Undoing {
  readonly taking: Taking;
  readonly before: Taken;
}

const potOf = ({ isOpen }: Period, taking: Taking): AccountKey =>
  platform(isOpen ? 'subscription-deferred' : 'revenue', taking);

function periodIn({ periods }: Purse, { startsAt, subscriptionId }: Taking): Period {
  const period = periods.get(startsAt.getTime());
  if (period === undefined) throw new Error(`subscription ${subscriptionId} has no such period`);
  return period;
}

/** `ours`: what the period has more by, or less. */
function move(
  book: Book,
  purse: Purse,
  { taking, ours }: { readonly taking: Taking; readonly ours: number },
  moves: readonly Pick<Move, 'from' | 'to' | 'amount'>[],
): Taken {
  const period = periodIn(purse, taking);
  const isRefund = taking.kind === 'refund' || taking.kind === 'refund-reversal';
  const type = isRefund ? 'refund' : 'chargeback';
  const entry: EntryRow = {
    ...{
      id: book.newId(),
      type,
      referenceType: isRefund ? 'card-refund' : 'dispute',
      referenceId: taking.id,
    },
    ...{ description: null, actorId: null },
  };
  const moved = moves.filter(({ amount }) => amount > 0);
  post(
    book,
    entry,
    moved.map((one) => ({ ...one, type, holdId: null })),
  );
  const { isOpen, rest, earned } = period;
  const after = isOpen ? { rest: rest + ours } : { earned: earned + ours };
  purse.periods.set(period.startsAt.getTime(), { ...period, ...after });
  const parts = { ofPeriod: isOpen ? Math.abs(ours) : 0, ofRevenue: isOpen ? 0 : Math.abs(ours) };
  return { ...taking, ...parts, entryId: entry.id };
}
