import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { periodGivenBack, periodTakenBack } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { openBook } from '../domain/ledger.js';
import {
  accountsToTake,
  giveBackToPeriod,
  type Taken,
  type Taking,
  takeOfPeriod,
  undoneBy,
} from '../domain/taking.js';
import { lockAccounts } from '../store/accounts.js';
import { lockPurses } from '../store/subscriptions.js';
import { addTakings, takingKey, takingsOf } from '../store/takings.js';
import { record } from './record.js';

type Heard = Envelope<DataOf<typeof periodTakenBack>>;

/**
 * What went back of the money that periods were paid with, and what of that came again, a whole micro-batch in arrival order,
 * each once. Returns the events that came before their period, or before what they undo.
 */
export async function takeOfPeriods(work: Work, events: readonly Heard[]): Promise<readonly Envelope[]> {
  const asked = events.map((event) => ({ event, taking: takingOf(event) }));
  const accounts = await lockAccounts(
    work.tx,
    asked.flatMap(({ taking }) => accountsToTake(taking)),
  );
  const purses = await lockPurses(
    work.tx,
    asked.map(({ taking }) => taking.subscriptionId),
  );
  const known = await takingsOf(work.tx, [...new Set(asked.map(({ taking }) => taking.id))]);
  const book = openBook(accounts, newId);
  const fresh: Taken[] = [];
  const early: Envelope[] = [];
  const causes = new Map<string, Envelope>();
  for (const { event, taking } of asked) {
    if (known.has(takingKey(taking))) continue;
    const purse = purses.get(taking.subscriptionId);
    const undone = undoneBy(taking.kind);
    const before = undone && known.get(takingKey({ kind: undone, id: taking.id }));
    if (!purse?.periods.has(taking.startsAt.getTime()) || (undone && before === undefined)) {
      early.push(event);
      continue;
    }
    const taken = before
      ? giveBackToPeriod(book, purse, { taking, before })
      : takeOfPeriod(book, purse, taking);
    fresh.push(taken);
    known.set(takingKey(taken), taken);
    causes.set(taken.entryId, event);
  }
  record(work, book, (entryId) => causes.get(entryId));
  addTakings(work, fresh);
  return early;
}

function takingOf({ type, data }: Heard): Taking {
  const { takingId: id, by, subscriptionId, userId, period, amount } = data;
  const kinds =
    by === 'refund' ? (['refund', 'refund-reversal'] as const) : (['dispute', 'dispute-return'] as const);
  return {
    ...{ kind: kinds[type === periodGivenBack.type ? 1 : 0], id, subscriptionId, userId },
    ...{ startsAt: new Date(period.startsAt), amount: amount.amount, currency: amount.currency },
  };
}

export const takings = [periodTakenBack, periodGivenBack] as const;
