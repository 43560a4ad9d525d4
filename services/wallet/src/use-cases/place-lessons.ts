import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { lessonReserved } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { openBook } from '../domain/ledger.js';
import { accountsOfLessons } from '../domain/lesson-money.js';
import { type AskedLessons, placeLessons } from '../domain/place-lesson.js';
import { lockAccountsAndRead } from '../store/accounts.js';
import { addJournal } from '../store/ledger.js';
import { addAnswers, answersIn, answersQuery } from '../store/purchases.js';
import { addLessonMoney, addLessons, lockPurses, openTill } from '../store/subscriptions.js';
import { answer } from './answer.js';
import { askedBy, keptAs } from './place-holds.js';

type Reserved = Envelope<DataOf<typeof lessonReserved>>;

/**
 * Places the holds of purchases whose lessons billing has reserved, out of what their period was paid with. One that was
 * answered before, or given up, gets that answer. Returns those whose period was not heard of yet.
 */
export async function placeReserved(work: Work, events: readonly Reserved[]): Promise<readonly Envelope[]> {
  const asked = new Map(events.map(({ data }) => [data.purchaseId, askedLessons(data)]));
  const currencies = [...new Set([...asked.values()].map(({ currency }) => currency))];
  const { accounts, rows } = await lockAccountsAndRead(
    work.tx,
    currencies.flatMap(accountsOfLessons),
    answersQuery(work.tx, [...asked.keys()]),
  );
  const known = answersIn(rows);
  const unanswered = [...asked.values()].filter(({ purchaseId }) => !known.has(purchaseId));
  const purses = await lockPurses(
    work.tx,
    unanswered.map(({ subscriptionId }) => subscriptionId),
  );
  const isPaid = ({ subscriptionId, period }: AskedLessons) =>
    purses.get(subscriptionId)?.periods.has(period.getTime()) === true;

  const [book, till] = [openBook(accounts, newId), openTill(purses)];
  const placed = unanswered.filter(isPaid).map((one) => placeLessons(book, till, one));
  addAnswers(work, placed);
  addJournal(work, book.journal);
  addLessons(work, [...till.lessons.values()]);
  addLessonMoney(work, till);

  for (const one of placed) known.set(one.asked.purchaseId, keptAs(one));
  const isEarly = ({ data }: Reserved) => !known.has(data.purchaseId);
  for (const event of events) if (!isEarly(event)) answer(work, known.get(event.data.purchaseId), event);
  return events.filter(isEarly);
}

const askedLessons = (data: Reserved['data']): AskedLessons => ({
  ...askedBy(data),
  subscriptionId: data.subscriptionId,
  period: new Date(data.period),
});
