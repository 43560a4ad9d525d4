import { notFound } from '@rollcall/kit/errors';
import type { Work } from '@rollcall/kit/work';
import { courseRefusal, sharesOf, stillToCome } from '../domain/course-offer.js';
import { lockCourseOffer, lockOffers } from '../store/offers.js';
import { type Buyer, checkBuyer, offerOf, placePurchase, refuse } from './place-purchase.js';

/**
 * A pending purchase of all that is still to come of a course, a seat taken in each session and the wallet asked once for
 * all. Throws 403, 404, 409 with the reason, 422.
 */
export async function buyCourse(
  work: Work,
  { courseId, ...buyer }: Buyer & { readonly courseId: string },
): Promise<{ id: string }> {
  const { studentId } = buyer;
  const course = await lockCourseOffer(work.tx, courseId);
  const hidden = course?.published_at === null && course.teacher_id !== studentId;
  if (course === undefined || hidden) throw notFound('course');
  const found = await lockOffers(work.tx, { courseId }, studentId);
  checkBuyer(found);
  const offers = found.map(offerOf);
  const toCome = stillToCome(offers, work.now);
  const error = courseRefusal(
    { teacherId: course.teacher_id, courseStatus: course.status },
    toCome,
    studentId,
  );
  if (error !== undefined) await refuse(work, error, toCome, studentId);

  const shares = sharesOf(course.price, offers);
  return placePurchase(work, {
    kind: 'course',
    buyer,
    teacherId: course.teacher_id,
    courseId,
    currency: course.currency,
    shares: toCome.map((session) => ({ session, amount: shares.get(session.id) ?? 0 })),
  });
}
