import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { subscriptionRenewed, subscriptionStarted } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { openBook } from '../domain/ledger.js';
import type { Purse } from '../domain/lesson-money.js';
import { accountsOfPeriods, endPeriods, type Paid, payPeriod } from '../domain/period.js';
import { lockAccounts } from '../store/accounts.js';
import { addJournal } from '../store/ledger.js';
import { addPeriods, addSubscriptions, lockPurses } from '../store/subscriptions.js';

type Heard = Envelope<DataOf<typeof subscriptionStarted>>;

const PAYS: readonly string[] = [subscriptionStarted.type, subscriptionRenewed.type];

/**
 * Periods of subscriptions: what one was paid with is deferred, once a period; what is left of it is earned when the next one
 * is paid or the subscription is over, in whatever order that is heard.
 */
export async function hearOfPeriods(work: Work, events: readonly Heard[]): Promise<void> {
  const currencies = [...new Set(events.map(({ data }) => data.amount.currency))];
  const book = openBook(await lockAccounts(work.tx, currencies.flatMap(accountsOfPeriods)), newId);
  await addSubscriptions(
    work.tx,
    events.map(({ data: { subscriptionId: id, userId, amount } }) => ({
      id,
      userId,
      currency: amount.currency,
    })),
  );
  const ids = events.map(({ data }) => data.subscriptionId);
  const purses = await lockPurses(work.tx, ids);
  const over = new Set(
    events.filter(({ type }) => !PAYS.includes(type)).map(({ data }) => data.subscriptionId),
  );

  const paid = events
    .filter(({ type }) => PAYS.includes(type))
    .flatMap(({ data }) => payPeriod(book, purseOf(purses, data), paidBy(data)) ?? []);
  const ended = [...purses.values()].flatMap((purse) =>
    endPeriods(book, { ...purse, isOver: purse.isOver || over.has(purse.subscriptionId) }),
  );
  addJournal(work, book.journal);
  addPeriods(work, { paid, over: [...over], ended });
}

function purseOf(purses: ReadonlyMap<string, Purse>, { subscriptionId, amount }: Heard['data']): Purse {
  const purse = purses.get(subscriptionId);
  if (purse?.currency !== amount.currency)
    throw new Error(`subscription ${subscriptionId} is paid in another currency than before`);
  return purse;
}

const paidBy = ({ subscriptionId, period, amount }: Heard['data']): Paid => ({
  subscriptionId,
  startsAt: new Date(period.startsAt),
  endsAt: new Date(period.endsAt),
  amount: amount.amount,
});
