import { expect, test } from '@jest/globals';
import type { IntentFact } from './facts.js';
import {
  afterIntent,
  isAbandoned,
  nextLook,
  type Payment,
  type PaymentStatus,
  refundOf,
  standingOf,
} from './payment.js';

const now = new Date('2026-11-20T10:00:00Z');
const payment = (status: PaymentStatus, more: Partial<Payment> = {}): Payment => ({
  ...{
    id: 'p',
    userId: 'u',
    purpose: 'topup',
    courseId: null,
    sessionId: null,
    amount: 1000,
    currency: 'USD',
  },
  ...{ status, methodId: null, providerRef: 'pi', attempts: 0, refunded: 0, createdAt: now, looks: 0 },
  succeededAt: ['succeeded', 'refunded', 'partially_refunded', 'disputed'].includes(status) ? now : null,
  ...more,
});
const intent = (state: IntentFact['state'], failureCode: string | null = null): IntentFact => ({
  ...{ ref: 'pi', paymentId: 'p', amount: 1000, currency: 'USD', state, failureCode },
});

test.each<[string, PaymentStatus, IntentFact, PaymentStatus | 'as it is']>([
  ['a success makes a pending payment succeed', 'pending', intent('succeeded'), 'succeeded'],
  ['a success makes one succeed whose try had failed', 'failed', intent('succeeded'), 'succeeded'],
  ['a success again changes nothing', 'refunded', intent('succeeded'), 'as it is'],
  ['a failure heard late takes no success back', 'succeeded', intent('open', 'card_declined'), 'as it is'],
  ['a cancellation heard late takes no success back', 'disputed', intent('cancelled'), 'as it is'],
  ['a failure ends a try', 'processing', intent('open', 'card_declined'), 'failed'],
  ['a failure again changes nothing', 'failed', intent('open', 'card_declined'), 'as it is'],
  ['a payer who has to authenticate has not failed', 'processing', intent('open'), 'pending'],
  ['what the provider works on is processing', 'pending', intent('processing'), 'processing'],
  ['what is cancelled there is cancelled here', 'failed', intent('cancelled'), 'cancelled'],
  ['what was given up here and paid there was paid', 'cancelled', intent('succeeded'), 'succeeded'],
  ['what is cancelled stays so', 'cancelled', intent('open', 'card_declined'), 'as it is'],
])('%s', (_rule, before, fact, after) => {
  expect(afterIntent(payment(before), fact)?.status ?? 'as it is').toBe(after);
});

test.each([{ amount: 999 }, { currency: 'EUR' }])('a success of other money is for a person: %j', (other) => {
  expect(() => afterIntent(payment('pending'), { ...intent('succeeded'), ...other })).toThrow(
    'was paid with',
  );
});

test.each<[number, boolean, PaymentStatus]>([
  [0, false, 'succeeded'],
  [1, false, 'partially_refunded'],
  [999, false, 'partially_refunded'],
  [1000, false, 'refunded'],
  [1000, true, 'disputed'],
])('paid 1000, given back %i, disputed %s: %s', (refunded, disputed, status) => {
  expect(standingOf({ amount: 1000, refunded, disputed })).toBe(status);
});

test('the provider is asked again after 5 minutes, an hour, and then daily', () => {
  const minutes = [0, 1, 2, 3, 40].map((looks) => (nextLook(looks, now).getTime() - now.getTime()) / 60_000);
  expect(minutes).toEqual([5, 60, 1440, 1440, 1440]);
});

test.each<[PaymentStatus, number, boolean]>([
  ['pending', 7, true],
  ['failed', 7, true],
  ['pending', 6.99, false],
  ['processing', 90, false],
  ['succeeded', 90, false],
])('a %s payment of %d days is abandoned: %s', (status, days, abandoned) => {
  expect(isAbandoned(payment(status), new Date(now.getTime() + days * 86_400_000))).toBe(abandoned);
});

test.each<[string, PaymentStatus, number | undefined, number, number | string]>([
  ['all of it', 'succeeded', undefined, 0, 1000],
  ['the rest', 'partially_refunded', undefined, 300, 700],
  ['exactly the rest', 'partially_refunded', 700, 300, 700],
  ['one more than the rest', 'partially_refunded', 701, 300, 'refund-too-large'],
  ['what is on its way already', 'succeeded', undefined, 1000, 'already-refunded'],
  ['what the bank took back', 'disputed', 1, 0, 'payment-disputed'],
  ['what was never paid', 'processing', 1, 0, 'not-paid'],
])('a refund of %s', (_what, status, amount, live, outcome) => {
  const ask = () => refundOf(payment(status), { amount, live });
  if (typeof outcome === 'number') expect(ask()).toBe(outcome);
  else expect(ask).toThrow(outcome);
});
