/** A subscription as it is answered: what it has become, or the problem that its outcome is. */
import type { BegunSubscription, Subscription } from '@rollcall/contracts/api/subscriptions';
import type { Database } from '@rollcall/kit/database';
import { conflict, paymentRequired, unprocessable } from '@rollcall/kit/errors';
import { type Reply, reply } from '@rollcall/kit/http';
import { isFinal, type Wish } from './domain/subscription.js';
import { readSubscription, wasMadeThere } from './queries/subscriptions.js';

const location = { Location: '/api/v1/subscriptions/current' };

/**
 * 201 once it has begun, 202 while the provider, or the payer with `clientSecret`, has to answer. Throws 402 with the
 * provider's code where the payment came to nothing, 422 where the provider would not have it at all.
 */
export async function answerBegun(
  db: Database,
  id: string,
  clientSecret: string | null,
): Promise<Reply<BegunSubscription>> {
  const subscription = await readSubscription(db, id);
  const { status } = subscription;
  if (status === 'refused') throw await refusal(db, subscription);
  if (status !== 'pending') return reply(201, { ...subscription, clientSecret }, location);
  return reply(202, { ...subscription, clientSecret }, { ...location, 'Retry-After': '5' });
}

/** Without an id there the provider would not have it at all: a card that is declined leaves one that has ended. */
async function refusal(db: Database, { id, failureCode }: Subscription) {
  const code = failureCode ?? 'unknown';
  if (code === 'not-confirmed' || (await wasMadeThere(db, id)))
    return paymentRequired(
      'subscription-not-paid',
      `The first payment came to nothing (${code}). You are not subscribed. Try again, or take another card.`,
      { members: { failureCode: code } },
    );
  return unprocessable(
    'subscription-refused',
    'The card provider does not take this subscription. Take another plan or another card.',
  );
}

/** 200 once the provider has done what was wished, 202 while it has not answered. Throws 409 where it has not done it. */
export async function answerWish(
  db: Database,
  id: string,
  { isDone, wish }: { isDone: boolean; wish: Wish },
): Promise<Reply<Subscription>> {
  const subscription = await readSubscription(db, id);
  if (!isDone) return reply(202, subscription, { ...location, 'Retry-After': '5' });
  if (wish === 'go-on' && subscription.endedAt !== null)
    throw conflict('subscription-over', 'It was over before it could go on. Subscribe anew.', {
      members: { subscriptionStatus: subscription.status },
    });
  if (!isAsWished(subscription, wish))
    throw conflict(
      'subscription-step-refused',
      'It was not done, and the subscription is as it was. Ask again; if that does not help, tell us.',
      { members: { subscriptionStatus: subscription.status } },
    );
  return reply(200, subscription);
}

function isAsWished(subscription: Subscription, wish: Wish): boolean {
  if (wish === 'go-on') return !subscription.cancelAtPeriodEnd;
  return isFinal(subscription) || (wish === 'end-at-period-end' && subscription.cancelAtPeriodEnd);
}
