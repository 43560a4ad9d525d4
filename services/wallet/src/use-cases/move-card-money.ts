import type { DataOf, Envelope } from '@rollcall/contracts/event';
import {
  disputeClosed,
  paymentDisputed,
  paymentRefunded,
  paymentSucceeded,
  refundFailed,
  refundRequested,
} from '@rollcall/contracts/events/billing';
import { creditsDeposited, refundRefused, refundReserved } from '@rollcall/contracts/events/wallet';
import { money } from '@rollcall/contracts/money';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { accountsToMove, type CardMove, type CardMoved, moveCardMoney } from '../domain/card.js';
import { openBook } from '../domain/ledger.js';
import { lockAccountsAndRead } from '../store/accounts.js';
import { addMovements, movementKey, movementsIn, movementsQuery } from '../store/card-movements.js';
import { record } from './record.js';

/** What billing says that moves money, or may. */
export const cardEvents = [
  paymentSucceeded,
  refundRequested,
  paymentRefunded,
  refundFailed,
  paymentDisputed,
  disputeClosed,
] as const;

type CardEvent = Envelope<DataOf<(typeof cardEvents)[number]>>;

/**
 * Moves the money of payments by card, a whole micro-batch in arrival order over running balances, each movement once:
 * one asked again gets its first answer. Returns the events that came before what they undo.
 */
export async function moveCards(work: Work, events: readonly CardEvent[]): Promise<readonly Envelope[]> {
  const asked = events.flatMap((event) => {
    const move = moveOf(event);
    return move === undefined ? [] : [{ event, move }];
  });
  if (asked.length === 0) return [];
  const { accounts, rows } = await lockAccountsAndRead(
    work.tx,
    asked.flatMap(({ move }) => accountsToMove(move)),
    movementsQuery(work.tx, [...new Set(asked.map(({ move }) => move.paymentId))]),
  );
  const known = movementsIn(rows);
  const book = openBook(accounts, newId);
  const fresh: CardMoved[] = [];
  const early: Envelope[] = [];
  const causes = new Map<string, Envelope>();
  for (const { event, move } of asked) {
    const before = known.get(movementKey(move));
    if (before === undefined && isEarly(move, known)) {
      early.push(event);
      continue;
    }
    if (before === undefined && isIdle(move, known)) continue;
    const moved = before ?? moveCardMoney(book, move, newId());
    if (before === undefined) fresh.push(moved);
    known.set(movementKey(moved), moved);
    if (moved.entryId !== null) causes.set(moved.entryId, event);
    answer(work, moved, event);
  }
  record(work, book, (entryId) => causes.get(entryId));
  addMovements(work, fresh);
  return early;
}

/** The movement an event asks for; undefined for one that moves nothing. */
function moveOf({ type, data }: CardEvent): CardMove | undefined {
  const { paymentId, userId } = data;
  const common = { paymentId, userId, amount: data.amount.amount, currency: data.amount.currency };
  const move = (kind: CardMove['kind'], id: string, owed: boolean): CardMove => ({
    kind,
    id,
    ...common,
    owed,
  });
  const refundId = 'refundId' in data ? data.refundId : '';
  const disputeId = 'disputeId' in data ? data.disputeId : '';
  const here = 'requestedHere' in data && data.requestedHere;
  switch (type) {
    case paymentSucceeded.type:
      return move('deposit', paymentId, false);
    case refundRequested.type:
      return move('refund', refundId, false);
    case paymentRefunded.type: // asked for here it was taken back before
      return here ? undefined : move('refund', refundId, true);
    case refundFailed.type:
      return move('refund-reversal', refundId, false);
    case paymentDisputed.type:
      return move('dispute', disputeId, true);
    case disputeClosed.type:
      return 'won' in data && data.won ? move('dispute-return', disputeId, false) : undefined;
    default:
      throw new Error(`${type} moves no money of cards`);
  }
}

/** What undoes something waits for it; what takes back of a payment's credits, for the credits. */
function isEarly({ kind, id, paymentId, owed }: CardMove, known: ReadonlyMap<string, CardMoved>): boolean {
  if (kind === 'refund') return !owed && !known.has(movementKey({ kind: 'deposit', id: paymentId }));
  const undone = undoneBy(kind);
  return undone !== undefined && !known.has(movementKey({ kind: undone, id }));
}

/** A refund that was refused moved nothing: there is nothing to undo. */
function isIdle({ kind, id }: CardMove, known: ReadonlyMap<string, CardMoved>): boolean {
  const undone = undoneBy(kind);
  return undone !== undefined && known.get(movementKey({ kind: undone, id }))?.entryId === null;
}

const undoneBy = (kind: CardMove['kind']): CardMove['kind'] | undefined =>
  kind === 'refund-reversal' ? 'refund' : kind === 'dispute-return' ? 'dispute' : undefined;

function answer(work: Work, moved: CardMoved, because: CardEvent): void {
  const { id: refundId, paymentId, userId, currency } = moved;
  const { data } = because;
  if (moved.kind === 'deposit' && 'purpose' in data) {
    const { purpose, courseId, sessionId } = data;
    const amount = money(moved.amount, currency);
    work.emit(creditsDeposited, { userId, paymentId, amount, purpose, courseId, sessionId }, { because });
  }
  if (moved.kind !== 'refund' || because.type !== refundRequested.type) return;
  if (moved.possible === null)
    work.emit(
      refundReserved,
      { refundId, paymentId, userId, amount: money(moved.amount, currency) },
      { because },
    );
  else
    work.emit(
      refundRefused,
      { refundId, paymentId, userId, possible: money(moved.possible, currency) },
      { because },
    );
}
