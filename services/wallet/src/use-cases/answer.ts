import type { Envelope } from '@rollcall/contracts/event';
import { fundsDeclined, fundsHeld } from '@rollcall/contracts/events/wallet';
import { type Money, money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import type { Answer } from '../store/purchases.js';

/** Says a purchase's answer, the first time or again: the same words each time. */
export function answer(work: Work, given: Answer | undefined, because: Envelope): void {
  if (given === undefined) throw new Error(`the purchase of event ${because.id} was left without an answer`);
  if (given.outcome === 'held') work.emit(fundsHeld, heldBy(given), { because });
  else work.emit(fundsDeclined, declinedBy(given), { because });
}

function declinedBy({ purchaseId, studentId, reason, shortfall, currency }: Answer) {
  const missing = shortfall === null || currency === null ? null : money(shortfall, currency);
  return { purchaseId, studentId, reason: present(reason), shortfall: missing };
}

function heldBy(given: Answer) {
  const currency = present(given.currency);
  return {
    purchaseId: given.purchaseId,
    studentId: given.studentId,
    teacherId: present(given.teacherId),
    courseId: present(given.courseId),
    requestedAt: present(given.requestedAt).toISOString(),
    holds: given.holds.map(({ holdId, sessionId, amount, promo, credits, subscription }) => ({
      holdId,
      sessionId,
      amount: money(amount, currency),
      parts: [
        ...part('promo', promo, currency),
        ...part('credits', credits, currency),
        ...part('subscription', subscription, currency),
      ],
    })),
  };
}

const part = <Name extends 'promo' | 'credits' | 'subscription'>(
  account: Name,
  amount: number,
  currency: string,
): { account: Name; amount: Money }[] => (amount === 0 ? [] : [{ account, amount: money(amount, currency) }]);

/** The table's checks say that it is there. */
function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('an answer without what its outcome needs');
  return value;
}
