/** A subscription's states, and what the provider's word makes of them. Pure. Source: domain.md, 'Billing'. */
import { conflict, type DomainError } from '@rollcall/kit/errors';
import { DAY, HOUR, ladder, MINUTE } from './ladder.js';
import type { PaidPeriod, SubscriptionFact } from './subscription-fact.js';

export type SubscriptionStatus =
  | 'pending'
  | 'refused'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'cancelled'
  | 'expired';

/** What a student asked for and the provider has to do. */
export type Wish = 'end-now' | 'end-at-period-end' | 'go-on';

/** What the provider's word may change. */
export interface Standing {
  readonly status: SubscriptionStatus;
  readonly cancelAtPeriodEnd: boolean;
  readonly trialEnd: Date | null;
  readonly pastDueSince: Date | null;
  readonly endedAt: Date | null;
  readonly failureCode: string | null;
}

export interface Subscription extends Standing {
  readonly id: string;
  readonly userId: string;
  readonly planId: string;
  readonly methodId: string;
  readonly providerRef: string | null;
  readonly price: number;
  readonly currency: string;
  readonly trialDays: number;
  readonly providerPriceId: string;
  readonly wish: Wish | null;
  readonly looks: number;
  readonly version: number;
  readonly createdAt: Date;
}

/** The provider lets a first payment wait for 23 hours, and so do we: later nobody is charged by surprise. */
const FIRST_PAYMENT_WITHIN = 23 * HOUR;
/** After this we look for what was asked for before asking again: the provider forgets keys after a day. */
const KEY_IS_FRESH = HOUR;
/** The provider tries for two weeks, or as its dashboard says; whatever it says, a month on it is over. */
const PAST_DUE_FOR = 30 * DAY;

/** Until the provider is asked again while it gives no answer: 1 and 5 minutes, half an hour, then hourly. */
export const nextAsk = ladder([MINUTE, 5 * MINUTE, 30 * MINUTE], HOUR);

const FINAL: readonly SubscriptionStatus[] = ['refused', 'cancelled', 'expired'];
const LIVE: readonly SubscriptionStatus[] = ['trialing', 'active', 'past_due'];

export const isFinal = ({ status }: Pick<Subscription, 'status'>): boolean => FINAL.includes(status);

/** Is the key under which it was asked for still one that the provider remembers for sure? */
export const isKeyFresh = ({ createdAt }: Pick<Subscription, 'createdAt'>, now: Date): boolean =>
  now.getTime() - createdAt.getTime() < KEY_IS_FRESH;

/** Has it waited too long for its first payment? */
const isTooLate = ({ createdAt }: Pick<Subscription, 'createdAt'>, now: Date): boolean =>
  now.getTime() - createdAt.getTime() >= FIRST_PAYMENT_WITHIN;

/** May it be made at the provider, if it is not there? What is over may not, nor what has waited too long. */
export const mayBeMade = (subscription: Subscription, now: Date): boolean =>
  !isFinal(subscription) && !isTooLate(subscription, now);

/** Over there: what is due of it could still be paid, and would buy nothing. */
export const isPayableInVain = ({ state, hasOpenInvoice }: SubscriptionFact): boolean =>
  (state === 'over' || state === 'never') && hasOpenInvoice;

/** Was a period that is heard of now paid after the end? Then nobody can have anything of it. */
export const isPaidTooLate = (
  subscription: Subscription,
  { endedAt }: SubscriptionFact,
  { paidAt }: PaidPeriod,
): boolean => isFinal(subscription) || (endedAt !== null && paidAt !== null && paidAt > endedAt);

/** What has been past due since then is over. */
export const pastDueTooLong = (now: Date): Date => new Date(now.getTime() - PAST_DUE_FOR);

const isGivenUp = ({ status, pastDueSince }: Subscription, now: Date): boolean =>
  status === 'past_due' && pastDueSince !== null && pastDueSince <= pastDueTooLong(now);

/**
 * What is to be done at the provider, given how it stands there: what the student wished, and the end of what was
 * declined at its beginning, not confirmed in time, or past due for a month. undefined: nothing.
 */
export function stepThere(subscription: Subscription, fact: SubscriptionFact, now: Date): Wish | undefined {
  const { wish } = subscription;
  if (fact.state === 'over' || fact.state === 'never') return undefined;
  const isOver =
    wish === 'end-now' ||
    isFinal(subscription) ||
    isGivenUp(subscription, now) ||
    (fact.state === 'incomplete' && (fact.declined !== null || isTooLate(subscription, now)));
  if (isOver) return 'end-now';
  if (wish === 'end-at-period-end' && !fact.cancelAtPeriodEnd) return wish;
  if (wish === 'go-on' && fact.cancelAtPeriodEnd) return wish;
  return undefined;
}

/**
 * How it stands by the provider's word. What is over stays over. It has begun once a period is paid, which a trial is:
 * until then it is pending, whatever the provider calls it, because nothing may be booked by it.
 */
export function standingBy(
  subscription: Subscription,
  fact: SubscriptionFact,
  { hasBegun, now }: { readonly hasBegun: boolean; readonly now: Date },
): Standing {
  const { trialEnd, cancelAtPeriodEnd } = fact;
  const none = { trialEnd, cancelAtPeriodEnd, pastDueSince: null, endedAt: null, failureCode: null };
  if (isFinal(subscription)) return subscription;
  if (fact.state === 'never' || (fact.state === 'over' && !hasBegun))
    return { ...none, status: 'refused', failureCode: fact.declined ?? whyNever(subscription) };
  if (fact.state === 'over') {
    const expired = isGivenUp(subscription, now) || !fact.isAsked;
    return { ...none, status: expired ? 'expired' : 'cancelled', endedAt: fact.endedAt ?? now };
  }
  if (fact.state === 'incomplete' || !hasBegun) return { ...none, status: 'pending' };
  if (fact.state !== 'past_due') return { ...none, status: fact.state };
  return { ...none, status: 'past_due', pastDueSince: subscription.pastDueSince ?? now };
}

const whyNever = ({ wish }: Subscription): string => (wish === 'end-now' ? 'cancelled' : 'not-confirmed');

/**
 * Throws 409 naming the state in which this cannot be wished. True: it is so already, or was wished before; a wish the
 * provider has not answered counts.
 */
export function checkWish(subscription: Subscription, wish: Wish): boolean {
  const { status, cancelAtPeriodEnd, providerRef, wish: before } = subscription;
  if (isFinal(subscription)) throw isOver(status);
  if (before === 'end-now' && wish !== before)
    throw forbidden('subscription-ending', status, 'It is being ended. Ask again in a minute.');
  if (status === 'pending' && (wish !== 'end-now' || providerRef === null))
    throw forbidden('subscription-pending', status, 'It has not begun yet. Ask again in a minute.');
  if (wish === 'end-now') return before === wish;
  if (status === 'past_due')
    throw forbidden('subscription-past-due', status, 'Its period is not paid. It can only be cancelled now.');
  const ends = before === null ? cancelAtPeriodEnd : before === 'end-at-period-end';
  if (wish === 'end-at-period-end') return ends;
  if (!ends)
    throw forbidden(
      'subscription-not-cancelled',
      status,
      'It goes on anyway: there is nothing to take back.',
    );
  return false;
}

/** It was over when the wish came to the provider. */
export const isOver = (status: SubscriptionStatus): DomainError =>
  forbidden('subscription-over', status, 'It is over. Subscribe anew.');

/** A student has one that lives at a time. */
export const alreadySubscribed = (status: SubscriptionStatus): DomainError =>
  forbidden(
    'already-subscribed',
    status,
    LIVE.includes(status)
      ? 'You have a subscription. Cancel it first.'
      : 'You are subscribing already. Wait for its outcome, or cancel it.',
  );

const forbidden = (code: string, subscriptionStatus: SubscriptionStatus, detail: string): DomainError =>
  conflict(code, `${detail} The subscription is ${subscriptionStatus}.`, { members: { subscriptionStatus } });
