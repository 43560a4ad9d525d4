import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { purchaseActivated, purchaseDeclined, purchaseExpired } from '@rollcall/contracts/events/enrollment';
import type { fundsDeclined, fundsHeld } from '@rollcall/contracts/events/wallet';
import { type NotYet, notYet } from '@rollcall/kit/consumer';
import type { Work } from '@rollcall/kit/work';
import type { PurchaseStatus } from '../domain/purchase.js';
import { activate, type PurchaseRow, refuse, statusesOf } from '../store/purchases.js';

type FundsHeld = Envelope<DataOf<typeof fundsHeld>>;

/** The money of these purchases is in escrow: their students have access. Answers before their question wait. */
export async function activatePurchases(work: Work, answers: readonly FundsHeld[]): Promise<Envelope[]> {
  const causes = new Map(answers.map((answer) => [answer.data.purchaseId, answer]));
  const activated = await activate(work.tx, [...causes.keys()]);
  for (const purchase of activated) {
    const because = causes.get(purchase.id);
    work.emit(purchaseActivated, outcomeOf(purchase), { version: purchase.version, because });
    work.tell(purchase);
    causes.delete(purchase.id);
  }
  if (causes.size === 0) return [];
  const known = await statusesAfter(work, [...causes.keys()], ['declined', 'expired'], 'held');
  return answers.filter(({ data }) => causes.has(data.purchaseId) && !known.has(data.purchaseId));
}

/** There will be no purchase: its seats are free again. */
export async function declinePurchase(
  work: Work,
  { purchaseId, reason, shortfall }: DataOf<typeof fundsDeclined>,
): Promise<NotYet | undefined> {
  const status = reason === 'expired' ? 'expired' : 'declined';
  const missing = status === 'declined' ? (shortfall?.amount ?? null) : null;
  const refused = await refuse(work.tx, { purchaseId, status, reason, shortfall: missing });
  if (refused !== undefined) {
    const type = status === 'expired' ? purchaseExpired : purchaseDeclined;
    work.emit(type, { ...outcomeOf(refused), reason }, { version: refused.version });
    return undefined;
  }
  const bought: PurchaseStatus[] = ['active', 'attended', 'missed', 'refunded', 'completed', 'cancelled'];
  const known = await statusesAfter(work, [purchaseId], bought, 'declined');
  return known.has(purchaseId) ? undefined : notYet('the purchase is not known here');
}

/** Which of these are known. The wallet gives one answer to a purchase: two different ones are for a person to look at. */
async function statusesAfter(
  work: Work,
  purchaseIds: readonly string[],
  contradicting: readonly PurchaseStatus[],
  answer: string,
): Promise<Set<string>> {
  const rows = await statusesOf(work.tx, purchaseIds);
  const wrong = rows.find(({ status }) => contradicting.includes(status));
  if (wrong !== undefined)
    throw new Error(`the wallet says ${answer} of purchase ${wrong.id}, which is ${wrong.status}`);
  return new Set(rows.map(({ id }) => id));
}

/** A purchase as its events tell of it, with all of its sessions and nothing given back. */
export const outcomeOf = (purchase: PurchaseRow) => ({
  purchaseId: purchase.id,
  kind: purchase.kind,
  studentId: purchase.student_id,
  teacherId: purchase.teacher_id,
  courseId: purchase.course_id,
  sessionIds: purchase.session_ids,
  fundedBy: purchase.funded_by,
  total: { amount: purchase.total, currency: purchase.currency },
  reason: null,
  refunded: { amount: 0, currency: purchase.currency },
  version: purchase.version,
});
