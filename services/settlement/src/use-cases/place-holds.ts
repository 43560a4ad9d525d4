import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { fundsHeld } from '@rollcall/contracts/events/wallet';
import type { Work } from '@rollcall/kit/work';
import { addHolds, type NewHold } from '../store/holds.js';
import { type DatedPolicy, policies } from '../store/policies.js';
import { lockSessions } from '../store/sessions.js';
import { freezeTerms } from './freeze-terms.js';
import { judgeHolds } from './judge-holds.js';

type FundsHeld = Envelope<DataOf<typeof fundsHeld>>;

/**
 * Stores the holds of a whole micro-batch with their terms, and judges at once those whose session is already over or
 * cancelled. Locks users, then sessions, then holds, as everything here does.
 */
export async function placeHolds(work: Work, events: readonly FundsHeld[]): Promise<void> {
  const inForce = policyAt(await policies(work.tx));
  const placed = new Map(events.flatMap((event) => holdsOf(event, inForce)).map((one) => [one.hold.id, one]));
  const holds = [...placed.values()].map((one) => one.hold);
  const terms = await freezeTerms(
    work.tx,
    [...placed.values()].map(({ hold, policy }) => ({ id: hold.id, parties: hold, policy })),
  );

  const over = await lockSessions(
    work.tx,
    holds.map((hold) => hold.sessionId),
  );
  const added = await addHolds(work.tx, holds, terms, work.now);

  if (added === 0) return;
  const byPurchase = new Map(events.map((event) => [event.data.purchaseId, event]));
  await judgeHolds(work, over, { byPurchase });
}

function holdsOf(
  event: FundsHeld,
  inForce: (at: Date) => DatedPolicy,
): { hold: NewHold; policy: DatedPolicy }[] {
  const { purchaseId, courseId, studentId, teacherId, requestedAt } = event.data;
  const policy = inForce(new Date(requestedAt));
  return event.data.holds.map(({ holdId, sessionId, amount: { amount, currency } }) => ({
    policy,
    hold: {
      ...{ id: holdId, purchaseId, courseId, sessionId, studentId, teacherId, amount, currency, requestedAt },
      heldAt: event.time,
      policyVersion: policy.version,
    },
  }));
}

/** The policy in force at a moment; the first one also before it, when somebody's clock ran behind. */
const policyAt =
  (newestFirst: readonly DatedPolicy[]) =>
  (at: Date): DatedPolicy => {
    const found = newestFirst.find((policy) => policy.effectiveFrom <= at) ?? newestFirst.at(-1);
    if (found === undefined) throw new Error('no settlement policy: version 1 is made at start');
    return found;
  };
