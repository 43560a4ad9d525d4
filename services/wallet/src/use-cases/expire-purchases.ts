import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { expiryRequested } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { lockAccountsOf } from '../store/accounts.js';
import { addTombstones, answersIn, answersQuery } from '../store/purchases.js';
import { answer } from './answer.js';

/**
 * The last word on purchases that waited too long: the answer each already has, or 'expired' for good. The students'
 * accounts are locked first, as placing locks them, so that a purchase being placed meanwhile counts as asked in time.
 */
export async function expirePurchases(
  work: Work,
  events: readonly Envelope<DataOf<typeof expiryRequested>>[],
): Promise<void> {
  const asked = events.map(({ data }) => data);
  await lockAccountsOf(
    work.tx,
    asked.map(({ studentId }) => studentId),
  );
  await addTombstones(work.tx, asked, work.now);
  const ids = asked.map(({ purchaseId }) => purchaseId);
  const answers = answersIn((await answersQuery(work.tx, ids)).rows);
  for (const event of events) answer(work, answers.get(event.data.purchaseId), event);
}
