/** Periods of subscriptions: paid once, ended once. Source: domain.md, 'Money'. */
import { type AccountKey, type Book, type EntryRow, type Move, post } from './ledger.js';
import type { Period, Purse } from './lesson-money.js';

/** A period that was paid for, or is a trial and `amount` 0. */
export interface Paid {
  readonly subscriptionId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly amount: number;
}

export interface PaidPeriod extends Paid {
  readonly entryId: string | null;
}

export interface EndedPeriod {
  readonly subscriptionId: string;
  readonly startsAt: Date;
  /** What was left of it. */
  readonly revenue: number;
  readonly entryId: string | null;
}

const platform = (kind: AccountKey['kind'], currency: string): AccountKey => ({
  owner: null,
  kind,
  currency,
});

export const accountsOfPeriods = (currency: string): AccountKey[] => [
  platform('card-clearing', currency),
  platform('subscription-deferred', currency),
  platform('revenue', currency),
];

/** Posts what was paid: it is owed until it is spent on lessons or its period ends. Undefined for a period that is known. */
export function payPeriod(book: Book, purse: Purse, paid: Paid): PaidPeriod | undefined {
  const { startsAt, amount } = paid;
  if (purse.periods.has(startsAt.getTime())) return undefined;
  purse.periods.set(startsAt.getTime(), { startsAt, rest: amount, earned: 0, isOpen: true });
  const [from, to] = [
    platform('card-clearing', purse.currency),
    platform('subscription-deferred', purse.currency),
  ];
  return { ...paid, entryId: postMove(book, purse, { from, to, amount }) };
}

/** Ends the periods that a newer one has followed, and all of a subscription that is over: what is left of them is earned. */
export function endPeriods(book: Book, purse: Purse): EndedPeriod[] {
  const newest = Math.max(...purse.periods.keys());
  const over = [...purse.periods.values()].filter(
    ({ isOpen, startsAt }) => isOpen && (purse.isOver || startsAt.getTime() < newest),
  );
  return over.map((period) => end(book, purse, period));
}

function end(book: Book, purse: Purse, period: Period): EndedPeriod {
  const { startsAt, rest: revenue } = period;
  purse.periods.set(startsAt.getTime(), { startsAt, rest: 0, earned: revenue, isOpen: false });
  const [from, to] = [platform('subscription-deferred', purse.currency), platform('revenue', purse.currency)];
  const entryId = postMove(book, purse, { from, to, amount: revenue });
  return { subscriptionId: purse.subscriptionId, startsAt, revenue, entryId };
}

/** Null where nothing is moved. */
function postMove(
  book: Book,
  { subscriptionId: referenceId }: Purse,
  move: Pick<Move, 'from' | 'to' | 'amount'>,
): string | null {
  if (move.amount === 0) return null;
  const entry: EntryRow = {
    ...{ id: book.newId(), type: 'subscription', referenceType: 'subscription', referenceId },
    ...{ description: null, actorId: null },
  };
  post(book, entry, [{ ...move, type: 'subscription', holdId: null }]);
  return entry.id;
}
