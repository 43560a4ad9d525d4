/** A purchase by subscription: billing has reserved its lessons, so its money is held in any case. Source: 'Money'. */
import { safe } from '@rollcall/contracts/money';
import { type Book, type EntryRow, post } from './ledger.js';
import { movesOfParts, payLesson, type Till } from './lesson-money.js';
import type { Asked, Held } from './place.js';

export interface AskedLessons extends Asked {
  readonly subscriptionId: string;
  /** The start of the paid period that bears it. */
  readonly period: Date;
}

export function placeLessons(book: Book, till: Till, asked: AskedLessons): Held {
  const { purchaseId, subscriptionId, period, currency } = asked;
  if (asked.holds.some(({ amount }) => safe(amount) < 0))
    throw new Error(`purchase ${purchaseId} asks for a hold below 0`);
  if (till.purses.get(subscriptionId)?.currency !== currency)
    throw new Error(`purchase ${purchaseId} is in another currency than subscription ${subscriptionId}`);
  const entry: EntryRow = {
    ...{ id: book.newId(), type: 'subscription_lesson', referenceType: 'purchase', referenceId: purchaseId },
    ...{ description: null, actorId: null },
  };
  const moves = asked.holds.flatMap(({ holdId, amount: price }) => {
    const parts = payLesson(till, { holdId, subscriptionId, period }, { price, entryId: entry.id });
    return movesOfParts(parts, holdId, currency);
  });
  post(book, entry, moves);
  const holds = asked.holds.map((hold) => ({ ...hold, promo: 0, credits: 0, subscription: hold.amount }));
  return { outcome: 'held', asked, entryId: entry.id, holds };
}
