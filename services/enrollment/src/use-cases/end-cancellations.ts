import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { purchaseCancelled } from '@rollcall/contracts/events/enrollment';
import type { cancellationDecided } from '@rollcall/contracts/events/settlement';
import { money, sum } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import { saveAnswers } from '../store/cancellations.js';
import { takeVersions } from '../store/purchases.js';
import { outcomeOf } from './answer-purchases.js';
import { endHolds, type Told } from './settle-holds.js';

type Decided = Envelope<DataOf<typeof cancellationDecided>>;

/**
 * What settlement gave back is given back here at once, with its seats, as the hold-refunded that says the same would do
 * a second later; then what was given up is said, once a cancellation. An answer before its question waits.
 */
export async function endCancellations(work: Work, events: readonly Decided[]): Promise<Envelope[]> {
  const byKey = new Map(events.map((event) => [keyOf(event.data), event]));
  const distinct = [...byKey.values()];
  const early = await endHolds(work, distinct.flatMap(toldBy));
  const ready = distinct.filter(({ data }) => !data.refunded.some(({ holdId }) => early.has(holdId)));

  const known = await saveAnswers(work.tx, ready.map(answerOf), work.now);
  const fresh = known.filter((row) => row.fresh).map((row) => byKey.get(keyOf(row)) as Decided);
  await sayCancelled(
    work,
    fresh.filter(({ data }) => data.refunded.length > 0),
  );
  const done = new Set(known.map(keyOf));
  return events.filter(({ data }) => !done.has(keyOf(data)));
}

async function sayCancelled(work: Work, answers: readonly Decided[]): Promise<void> {
  if (answers.length === 0) return;
  const ids = answers.map(({ data }) => data.purchaseId);
  const purchases = new Map((await takeVersions(work.tx, ids)).map((row) => [row.id, row]));
  for (const because of answers) {
    const { purchaseId, refunded } = because.data;
    const purchase = purchases.get(purchaseId);
    if (purchase === undefined) throw new Error(`purchase ${purchaseId} was cancelled and is not known`);
    const data = {
      ...outcomeOf(purchase),
      sessionIds: refunded.map(({ sessionId }) => sessionId),
      reason: 'student-request',
      refunded: money(amountOf(because), purchase.currency),
    };
    work.emit(purchaseCancelled, data, { version: purchase.version, because });
  }
}

/** requestedAt is written in one way alone, that of Date. */
const keyOf = ({ purchaseId, requestedAt }: { purchaseId: string; requestedAt: string | Date }): string =>
  `${purchaseId} ${new Date(requestedAt).toISOString()}`;

const amountOf = ({ data }: Decided): number => sum(data.refunded.map(({ amount }) => amount.amount));

const answerOf = (event: Decided) => ({
  purchaseId: event.data.purchaseId,
  requestedAt: event.data.requestedAt,
  sessionIds: event.data.refunded.map(({ sessionId }) => sessionId),
  refunded: amountOf(event),
});

const toldBy = ({ data: { purchaseId, refunded } }: Decided): Told[] =>
  refunded.map(({ holdId, sessionId, amount, decisionVersion }) => ({
    purchaseId,
    sessionId,
    decision: {
      holdId,
      version: decisionVersion,
      outcome: 'refunded',
      refund: amount.amount,
      reason: 'cancelled',
      seconds: null,
    },
  }));
