import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { sum } from '@rollcall/contracts/money';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { openBook } from '../domain/ledger.js';
import { type Asked, accountsToPlace, placePurchase } from '../domain/place.js';
import { lockAccountsAndRead } from '../store/accounts.js';
import { addJournal } from '../store/ledger.js';
import { type Answer, addAnswers, answersIn, answersQuery } from '../store/purchases.js';
import { answer } from './answer.js';

type Requested = Envelope<DataOf<typeof purchaseRequested>>;

/**
 * Places the holds of a whole micro-batch, each purchase all or none, in arrival order over running balances. A
 * purchase that was answered before, here or in an earlier batch, gets that answer again. Source: domain.md, 'Buying'.
 */
export async function placeHolds(work: Work, events: readonly Requested[]): Promise<void> {
  const mine = events.filter(({ data }) => data.fundedBy !== 'subscription'); // those are billing's to reserve first
  if (mine.length === 0) return;
  const asked = new Map<string, Asked>();
  for (const { data } of mine) if (!asked.has(data.purchaseId)) asked.set(data.purchaseId, askedBy(data));

  const { accounts, rows } = await lockAccountsAndRead(
    work.tx,
    [...asked.values()].flatMap(accountsToPlace),
    answersQuery(work.tx, [...asked.keys()]),
  );
  const known = answersIn(rows);

  const book = openBook(accounts, newId);
  const fresh = [...asked.values()].filter(({ purchaseId }) => !known.has(purchaseId));
  const placed = fresh.map((one) => placePurchase(book, one));

  addAnswers(work, placed);
  addJournal(work, book.journal);

  for (const one of placed) known.set(one.asked.purchaseId, keptAs(one));
  for (const event of mine) answer(work, known.get(event.data.purchaseId), event);
}

/** What is asked for, by a purchase or for lessons. Throws for one that does not add up. */
export function askedBy(data: Omit<Requested['data'], 'fundedBy'>): Asked {
  const { purchaseId, studentId, teacherId, courseId, requestedAt, total } = data;
  const holds = data.holds.map(({ holdId, sessionId, amount }) => {
    if (amount.currency !== total.currency) throw new Error(`purchase ${purchaseId} mixes currencies`);
    return { holdId, sessionId, amount: amount.amount };
  });
  if (sum(holds.map(({ amount }) => amount)) !== total.amount)
    throw new Error(`purchase ${purchaseId} does not add up: its holds are not its total`);
  return { purchaseId, studentId, teacherId, courseId, requestedAt, currency: total.currency, holds };
}

/** A fresh answer in the shape in which it is read back. */
export function keptAs(placed: ReturnType<typeof placePurchase>): Answer {
  const { purchaseId, studentId, teacherId, courseId, requestedAt, currency } = placed.asked;
  const held = placed.outcome === 'held';
  return {
    purchaseId,
    studentId,
    teacherId,
    courseId,
    currency,
    outcome: placed.outcome,
    requestedAt: new Date(requestedAt),
    reason: held ? null : placed.reason,
    shortfall: held ? null : placed.shortfall,
    holds: held ? placed.holds : [],
  };
}
