import { conflict, notFound } from '@rollcall/kit/errors';
import { checkMatch } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import type { Ending } from '../domain/decide.js';
import { closeReview, type ReviewToClose, reviewToClose, sessionOfReview } from '../store/reviews.js';
import { lockSessions } from '../store/sessions.js';
import { holdToDecide } from '../store/to-judge.js';
import { reviewTag } from '../tags.js';
import { correctHold } from './end-by-hand.js';
import { type ByAdmin, sayByHand } from './say-by-hand.js';

export interface Closing extends ByAdmin {
  readonly reviewId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Corrects an ended hold as its open review proposes. A dispute of it stays open: what the newer facts say is not what
 * somebody asked. Throws 404; 412 when the admin decided by another state; 409 when the review is closed, when the newer
 * facts do not decide either, or while the wallet has not yet paid what is to be corrected.
 */
export async function applyReview(work: Work, asked: Closing): Promise<{ reviewId: string }> {
  const review = await openReview(work, asked);
  const hold = await holdToDecide(work.tx, review.holdId);
  if (hold === undefined) throw notFound('hold');
  const decision = endingIn(review);

  const by = { actor: asked.admin, notes: asked.reason };
  await closeReview(work.tx, { id: review.id, status: 'applied', by, now: work.now });
  await correctHold(work, { hold, decision, by });
  sayByHand(work, asked, { action: 'review.apply', target: review.id });
  return { reviewId: review.id };
}

/** Leaves an ended hold as it is, whatever the newer result says; the same proposal is not made again. */
export async function dismissReview(work: Work, asked: Closing): Promise<{ reviewId: string }> {
  const review = await openReview(work, asked);
  const by = { actor: asked.admin, notes: asked.reason };
  await closeReview(work.tx, { id: review.id, status: 'dismissed', by, now: work.now });
  sayByHand(work, asked, { action: 'review.dismiss', target: review.id });
  return { reviewId: review.id };
}

/** The review, open, its session locked. */
async function openReview(work: Work, { reviewId, ifMatch }: Closing): Promise<ReviewToClose> {
  const sessionId = await sessionOfReview(work.tx, reviewId);
  if (sessionId === undefined) throw notFound('review');
  await lockSessions(work.tx, [sessionId]);
  const review = await reviewToClose(work.tx, reviewId);
  if (review === undefined) throw notFound('review');
  checkMatch(ifMatch, reviewTag(review));
  if (review.status !== 'open')
    throw conflict('review-closed', `This review is ${review.status} already. See the hold for what stands.`);
  return review;
}

function endingIn({ proposed }: ReviewToClose): Ending {
  if (proposed.outcome === 'review')
    throw conflict(
      'review-in-doubt',
      'The newer attendance does not decide either. Correct the attendance of the session by hand, or dismiss this review.',
    );
  return proposed;
}
