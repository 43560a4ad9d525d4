import { notFound } from '@rollcall/kit/errors';
import type { Work } from '@rollcall/kit/work';
import type { Desk } from '../../desk.js';
import { checkWish, nextAsk, type Wish } from '../../domain/subscription.js';
import { NoAnswer } from '../../provider.js';
import { askedOf, lockNewest, putWish } from '../../store/subscriptions.js';
import { askSubscription } from './ask-subscription.js';

/** Keeps what a student wishes of the subscription, for the provider to do. Throws 404, 409 naming a state that forbids it. */
export async function wishFor(work: Work, userId: string, wish: Wish): Promise<{ id: string }> {
  const subscription = await lockNewest(work.tx, userId);
  if (subscription === undefined) throw notFound('subscription');
  const { id } = subscription;
  if (!checkWish(subscription, wish)) await putWish(work.tx, id, { wish, lookAt: nextAsk(0, work.now) });
  return { id };
}

/** Has the provider do it. False: there is no answer yet, or it was overtaken by a change, and the clock asks again. */
export async function fulfil(desk: Desk, id: string): Promise<boolean> {
  const asked = await askedOf(desk.db, id);
  if (asked.wish === null) return true;
  try {
    await askSubscription(desk, asked);
    return (await askedOf(desk.db, id)).wish === null;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    desk.log.warn(
      { err: error, subscriptionId: id },
      'what became of a wish is not known; it is asked again',
    );
    return false;
  }
}
