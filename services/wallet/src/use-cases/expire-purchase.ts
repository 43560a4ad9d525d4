import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { expiryRequested } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { lockAccountsOf } from '../store/accounts.js';
import { addTombstone, answersTo } from '../store/purchases.js';
import { answer } from './answer.js';

type ExpiryRequested = DataOf<typeof expiryRequested>;

/**
 * The last word on a purchase that waited too long: the answer it already has, or 'expired' for good. The student's
 * accounts are locked first, as placing locks them, so that a purchase being placed meanwhile counts as asked in time.
 */
export async function expirePurchase(work: Work, data: ExpiryRequested, event: Envelope): Promise<void> {
  await lockAccountsOf(work.tx, data.studentId);
  await addTombstone(work.tx, data, work.now);
  const answers = await answersTo(work.tx, [data.purchaseId]);
  answer(work, answers.get(data.purchaseId), event);
}
