import type { DataOf } from '@rollcall/contracts/event';
import type { holdPaid } from '@rollcall/contracts/events/wallet';
import { money } from '@rollcall/contracts/money';
import type { Ending, Hold } from '../domain/end.js';
import type { Kept } from '../store/holds.js';

/** A fresh ending or correction in the shape in which it is read back. */
export const keptAs = (
  { hold, entryId, decided, toPromo, toCredits, toSubscription }: Ending,
  at: Date,
): Kept => ({
  holdId: hold.id,
  entryId,
  decisionVersion: decided.decisionVersion,
  teacher: decided.teacher,
  commission: decided.commission,
  referral: decided.referral,
  refund: decided.refund,
  toPromo,
  toCredits,
  toSubscription,
  at,
});

/** Says where a hold's money is by one decision, the same words each time. */
export function paidBy(hold: Hold, kept: Kept | undefined): DataOf<typeof holdPaid> {
  if (kept === undefined) throw new Error(`hold ${hold.id} was left without an ending`);
  const { id: holdId, purchaseId, sessionId, studentId, teacherId, currency } = hold;
  return {
    ...{ holdId, purchaseId, sessionId, studentId, teacherId },
    teacher: money(kept.teacher, currency),
    commission: money(kept.commission, currency),
    referral: money(kept.referral, currency),
    refund: money(kept.refund, currency),
    decisionVersion: kept.decisionVersion,
    entryId: kept.entryId,
    paidAt: kept.at.toISOString(),
  };
}
