import { awayElsewhere, conflict, notFound } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import type { Desk } from '../../desk.js';
import { dearestLesson, type Plan } from '../../domain/plan.js';
import { alreadySubscribed, nextAsk } from '../../domain/subscription.js';
import { NoAnswer } from '../../provider.js';
import { lockPayer, ownMethod } from '../../store/methods.js';
import { sharePlan } from '../../store/plans.js';
import { addSubscription, askedOf, hadOne, lockNewest } from '../../store/subscriptions.js';
import { askSubscription } from './ask-subscription.js';

interface Wanted {
  readonly userId: string;
  readonly planId: string;
  readonly methodId: string;
}

/**
 * A pending subscription, which the provider has not heard of yet. A trial is for a student's first one. Of two at once
 * one is made. Throws 404 for a plan that is not there, or another's card; 409 for a plan that is not offered, and for who
 * is subscribed.
 */
export async function beginSubscription(work: Work, wanted: Wanted): Promise<{ id: string }> {
  const { tx, now } = work;
  const { userId, planId, methodId } = wanted;
  const plan = offered(await sharePlan(tx, planId));
  await lockPayer(tx, userId);
  await ownMethod(tx, methodId, userId);
  const id = newId();
  const { price, currency, interval, lessonsPerMonth, providerPriceId } = plan;
  const added = {
    ...{ id, ...wanted, price, currency, interval, lessonsPerMonth, providerPriceId, createdAt: now },
    maxLessonPrice: dearestLesson(plan),
    trialDays: (await hadOne(tx, userId)) ? 0 : plan.trialDays,
  };
  if (await addSubscription(tx, added, nextAsk(0, now))) return { id };
  const other = await lockNewest(tx, userId);
  throw alreadySubscribed(other?.status ?? 'pending');
}

function offered(plan: Plan | undefined): Plan & { providerPriceId: string } {
  if (plan === undefined) throw notFound('plan');
  const { providerPriceId } = plan;
  if (!plan.active)
    throw conflict('plan-not-offered', 'This plan is not offered any more. Take another one.');
  if (providerPriceId === null)
    throw awayElsewhere(
      'plan-not-ready',
      'The card provider does not know this plan yet. Try again in a minute.',
      60,
    );
  return { ...plan, providerPriceId };
}

/**
 * Has the provider make it. Returns what the payer's browser has to confirm, null where nothing is. No answer is no
 * failure: it stays pending, and the clock asks again under the same key.
 */
export async function subscribeThere(desk: Desk, id: string): Promise<string | null> {
  try {
    const fact = await askSubscription(desk, await askedOf(desk.db, id));
    return fact?.clientSecret ?? null;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    desk.log.warn(
      { err: error, subscriptionId: id },
      'whether a subscription began is not known; it is asked again',
    );
    return null;
  }
}
