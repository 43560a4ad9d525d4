import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { lessonDeclined } from '@rollcall/contracts/events/billing';
import { purchaseActivated, purchaseDeclined, purchaseExpired } from '@rollcall/contracts/events/enrollment';
import type { fundsDeclined, fundsHeld } from '@rollcall/contracts/events/wallet';
import type { Work } from '@rollcall/kit/work';
import type { PurchaseStatus } from '../domain/purchase.js';
import { activate, type PurchaseRow, type Refusal, refuse, statusesOf } from '../store/purchases.js';

type FundsHeld = Envelope<DataOf<typeof fundsHeld>>;
type FundsDeclined = Envelope<DataOf<typeof fundsDeclined>>;
type LessonDeclined = Envelope<DataOf<typeof lessonDeclined>>;

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

/** There will be no such purchases: their seats are free again. Answers before their question wait. */
export const declinePurchases = (work: Work, answers: readonly FundsDeclined[]): Promise<Envelope[]> =>
  declineAll(work, answers, refusalIn);

/** A subscription does not pay for them. One that was given up meanwhile stays so. */
export const declineLessons = (work: Work, answers: readonly LessonDeclined[]): Promise<Envelope[]> =>
  declineAll(work, answers, ({ data: { purchaseId, reason } }) => ({
    ...{ purchaseId, reason, status: 'declined', shortfall: null },
  }));

async function declineAll<Answer extends FundsDeclined | LessonDeclined>(
  work: Work,
  answers: readonly Answer[],
  refusalOf: (answer: Answer) => Refusal,
): Promise<Envelope[]> {
  const causes = new Map<string, Answer>(answers.map((answer) => [answer.data.purchaseId, answer]));
  for (const purchase of await refuse(work.tx, [...causes.values()].map(refusalOf))) {
    const type = purchase.status === 'expired' ? purchaseExpired : purchaseDeclined;
    const because = causes.get(purchase.id);
    const { decline_reason: reason, version } = purchase;
    work.emit(type, { ...outcomeOf(purchase), reason }, { version, because });
    causes.delete(purchase.id);
  }
  if (causes.size === 0) return [];
  const bought: PurchaseStatus[] = ['active', 'attended', 'missed', 'refunded', 'completed', 'cancelled'];
  const known = await statusesAfter(work, [...causes.keys()], bought, 'declined');
  return answers.filter(({ data }) => causes.has(data.purchaseId) && !known.has(data.purchaseId));
}

function refusalIn({ data: { purchaseId, reason, shortfall } }: FundsDeclined): Refusal {
  const status = reason === 'expired' ? 'expired' : 'declined';
  return {
    purchaseId,
    status,
    reason,
    shortfall: status === 'declined' ? (shortfall?.amount ?? null) : null,
  };
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
  ...(purchase.payment_id !== null && { paymentId: purchase.payment_id }),
  total: { amount: purchase.total, currency: purchase.currency },
  reason: null,
  refunded: { amount: 0, currency: purchase.currency },
  version: purchase.version,
});
