import { notFound } from '@rollcall/kit/errors';
import type { Work } from '@rollcall/kit/work';
import { refusal } from '../domain/purchase.js';
import { lockOffers } from '../store/offers.js';
import { type Buyer, checkBuyer, offerOf, placePurchase, refuse } from './place-purchase.js';

/** A pending purchase of one session, its seat taken and the wallet asked. Throws 403, 404, 409 with the reason, 422. */
export async function buySession(
  work: Work,
  { sessionId, ...buyer }: Buyer & { readonly sessionId: string },
): Promise<{ id: string }> {
  const { studentId } = buyer;
  const found = await lockOffers(work.tx, { sessionId }, studentId);
  checkBuyer(found);
  const [row] = found;
  const hidden = row?.course_status === 'draft' && row.teacher_id !== studentId;
  if (row === undefined || hidden) throw notFound('session');
  const session = offerOf(row);
  const error = refusal(session, studentId, work.now);
  if (error !== undefined) await refuse(work, error, [session], studentId);

  return placePurchase(work, {
    kind: 'session',
    buyer,
    teacherId: row.teacher_id,
    courseId: row.course_id,
    currency: row.currency,
    shares: [{ session, amount: row.price }],
  });
}
