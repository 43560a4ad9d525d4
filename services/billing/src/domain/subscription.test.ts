import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkWish,
  nextAsk,
  type Subscription,
  type SubscriptionStatus,
  standingBy,
  stepThere,
  type Wish,
} from './subscription.js';
import type { SubscriptionFact } from './subscription-fact.js';

const now = new Date('2026-11-20T10:00:00Z');
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const FINAL = ['refused', 'cancelled', 'expired'];

const subscription = (status: SubscriptionStatus, more: Partial<Subscription> = {}): Subscription => ({
  ...{ id: 's', userId: 'u', planId: 'p', methodId: 'm', status, providerRef: 'sub', price: 4000 },
  ...{ currency: 'USD', trialDays: 0, providerPriceId: 'price', trialEnd: null },
  ...{ cancelAtPeriodEnd: false, pastDueSince: status === 'past_due' ? ago(1) : null, failureCode: null },
  ...{ endedAt: null, wish: null, looks: 0, version: 1, createdAt: ago(0.1) },
  ...more,
});
const fact = (state: SubscriptionFact['state'], more: Partial<SubscriptionFact> = {}): SubscriptionFact => ({
  ...{ ref: 'sub', subscriptionId: 's', state, isAsked: false, endedAt: null, trialEnd: null },
  ...{ cancelAtPeriodEnd: false, declined: null, clientSecret: null, due: null, hasOpenInvoice: false },
  ...{ periods: [], ...more },
});

describe('how it stands', () => {
  test.each<[string, Subscription, SubscriptionFact, boolean, SubscriptionStatus]>([
    ['paid for the first time it is active', subscription('pending'), fact('active'), true, 'active'],
    [
      'called active, but without a paid period, it is pending',
      subscription('pending'),
      fact('active'),
      false,
      'pending',
    ],
    ['in its trial it is trialing', subscription('pending'), fact('trialing'), true, 'trialing'],
    [
      'waiting for its first payment it is pending',
      subscription('pending'),
      fact('incomplete'),
      false,
      'pending',
    ],
    ['whose first payment never came is refused', subscription('pending'), fact('never'), false, 'refused'],
    ['ended before it began is refused', subscription('pending'), fact('over'), false, 'refused'],
    [
      'a renewal that is not paid makes it past due',
      subscription('active'),
      fact('past_due'),
      true,
      'past_due',
    ],
    [
      'a trial’s end that is not paid does so too',
      subscription('trialing'),
      fact('past_due'),
      true,
      'past_due',
    ],
    ['paid later it is active again', subscription('past_due'), fact('active'), true, 'active'],
    [
      'ended because somebody asked it is cancelled',
      subscription('active'),
      fact('over', { isAsked: true }),
      true,
      'cancelled',
    ],
    ['also out of past due', subscription('past_due'), fact('over', { isAsked: true }), true, 'cancelled'],
    ['ended for want of payment it is expired', subscription('past_due'), fact('over'), true, 'expired'],
    [
      'given up here after a month it is expired, though it was we who asked',
      subscription('past_due', { pastDueSince: ago(30) }),
      fact('over', { isAsked: true }),
      true,
      'expired',
    ],
    [
      'begun, paid and ended before we looked it is cancelled',
      subscription('pending'),
      fact('over', { isAsked: true }),
      true,
      'cancelled',
    ],
  ])('%s', (_rule, before, said, hasBegun, status) => {
    expect(standingBy(before, said, { hasBegun, now }).status).toBe(status);
  });

  test('since when it is past due is kept, and is forgotten once it is paid', () => {
    const since = (said: SubscriptionFact, before: Subscription) =>
      standingBy(before, said, { hasBegun: true, now }).pastDueSince;
    expect(since(fact('past_due'), subscription('active'))).toEqual(now);
    expect(since(fact('past_due'), subscription('past_due'))).toEqual(ago(1));
    expect(since(fact('active'), subscription('past_due'))).toBeNull();
  });

  test('why it was refused is the card’s reason, the student’s wish, or that nobody confirmed', () => {
    const why = (said: SubscriptionFact, before: Subscription) =>
      standingBy(before, said, { hasBegun: false, now }).failureCode;
    expect(why(fact('over', { declined: 'lost_card' }), subscription('pending'))).toBe('lost_card');
    expect(why(fact('over'), subscription('pending', { wish: 'end-now' }))).toBe('cancelled');
    expect(why(fact('never'), subscription('pending'))).toBe('not-confirmed');
  });

  const states = fc.constantFrom<SubscriptionFact['state']>(
    ...(['incomplete', 'never', 'trialing', 'active', 'past_due', 'over'] as const),
  );
  test('whatever is said in whatever order: what is over stays over, and nothing lives unpaid', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(states, fc.boolean(), fc.boolean())), (words) => {
        let one = subscription('pending');
        let hasBegun = false;
        for (const [state, isAsked, isPaid] of words) {
          hasBegun ||= isPaid && state !== 'incomplete' && state !== 'never' && !FINAL.includes(one.status);
          const after = standingBy(one, fact(state, { isAsked }), { hasBegun, now });
          if (FINAL.includes(one.status)) expect(after.status).toBe(one.status);
          if (['trialing', 'active', 'past_due', 'cancelled', 'expired'].includes(after.status))
            expect(hasBegun).toBe(true);
          expect(after.endedAt !== null).toBe(['cancelled', 'expired'].includes(after.status));
          expect(after.pastDueSince !== null).toBe(after.status === 'past_due');
          one = { ...one, ...after };
        }
      }),
    );
  });
});

describe('what is to be done at the provider', () => {
  test.each<[string, Subscription, SubscriptionFact, Wish | undefined]>([
    ['nothing of what goes on', subscription('active'), fact('active'), undefined],
    ['nothing of what waits for its payer', subscription('pending'), fact('incomplete'), undefined],
    [
      'a declined beginning is ended',
      subscription('pending'),
      fact('incomplete', { declined: 'x' }),
      'end-now',
    ],
    [
      'one not confirmed within 23 hours is ended',
      subscription('pending', { createdAt: ago(0.96) }),
      fact('incomplete'),
      'end-now',
    ],
    [
      'one past due for a month is ended',
      subscription('past_due', { pastDueSince: ago(30) }),
      fact('past_due'),
      'end-now',
    ],
    [
      'one past due for less is not',
      subscription('past_due', { pastDueSince: ago(29.9) }),
      fact('past_due'),
      undefined,
    ],
    ['what is over here is ended there', subscription('refused'), fact('active'), 'end-now'],
    [
      'what is over there needs nothing',
      subscription('active', { wish: 'end-now' }),
      fact('over'),
      undefined,
    ],
    ['a wish to end is carried out', subscription('active', { wish: 'end-now' }), fact('active'), 'end-now'],
    [
      'so is one to end with the period',
      subscription('active', { wish: 'end-at-period-end' }),
      fact('active'),
      'end-at-period-end',
    ],
    [
      'unless it is so already',
      subscription('active', { wish: 'end-at-period-end' }),
      fact('active', { cancelAtPeriodEnd: true }),
      undefined,
    ],
    [
      'and one to go on',
      subscription('active', { wish: 'go-on' }),
      fact('active', { cancelAtPeriodEnd: true }),
      'go-on',
    ],
  ])('%s', (_rule, one, said, step) => {
    expect(stepThere(one, said, now)).toBe(step);
  });
});

test.each<[SubscriptionStatus, Wish, Partial<Subscription>, boolean | string]>([
  ['active', 'end-now', {}, false],
  ['active', 'end-now', { wish: 'end-now' }, true],
  ['active', 'end-at-period-end', {}, false],
  ['trialing', 'end-at-period-end', {}, false],
  ['active', 'end-at-period-end', { cancelAtPeriodEnd: true }, true],
  ['active', 'end-at-period-end', { cancelAtPeriodEnd: true, wish: 'go-on' }, false],
  ['active', 'go-on', {}, 'subscription-not-cancelled'],
  ['active', 'go-on', { cancelAtPeriodEnd: true }, false],
  ['active', 'go-on', { wish: 'end-at-period-end' }, false],
  ['active', 'go-on', { wish: 'end-now', cancelAtPeriodEnd: true }, 'subscription-ending'],
  ['past_due', 'end-now', {}, false],
  ['past_due', 'end-at-period-end', {}, 'subscription-past-due'],
  ['past_due', 'go-on', {}, 'subscription-past-due'],
  ['pending', 'end-now', {}, false],
  ['pending', 'end-now', { providerRef: null }, 'subscription-pending'],
  ['pending', 'end-at-period-end', {}, 'subscription-pending'],
  ['cancelled', 'go-on', { cancelAtPeriodEnd: true }, 'subscription-over'],
  ['expired', 'end-now', {}, 'subscription-over'],
  ['refused', 'end-now', {}, 'subscription-over'],
])('of one that is %s the wish %s %j: %s', (status, wish, more, outcome) => {
  const check = () => checkWish(subscription(status, more), wish);
  if (typeof outcome === 'boolean') expect(check()).toBe(outcome);
  else expect(check).toThrow(outcome);
});

test('the provider is asked again after 1 and 5 minutes, half an hour, and then hourly', () => {
  const minutes = [0, 1, 2, 3, 40].map((looks) => (nextAsk(looks, now).getTime() - now.getTime()) / 60_000);
  expect(minutes).toEqual([1, 5, 30, 60, 60]);
});
