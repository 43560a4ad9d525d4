/** What a plan is, and what may be changed of it. Amounts are minor units. Source: domain.md, 'Billing'. */
import { conflict } from '@rollcall/kit/errors';

export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly price: number;
  readonly currency: string;
  readonly interval: 'month' | 'year';
  readonly lessonsPerMonth: number;
  /** null: the price per lesson. */
  readonly maxLessonPrice: number | null;
  readonly trialDays: number;
  readonly features: readonly string[];
  readonly active: boolean;
  /** It has had so many. */
  readonly prices: number;
  readonly providerPriceId: string | null;
  readonly version: number;
}

/** Months a payment covers. */
const MONTHS = { month: 1, year: 12 } as const;

type Priced = Pick<Plan, 'price' | 'interval' | 'lessonsPerMonth' | 'maxLessonPrice'>;

/**
 * The dearest lesson that can be booked by the plan: as it was set, else the price per lesson, rounded down, so that a
 * period's lessons never cost more than was paid for it. At least one minor unit.
 */
export function dearestLesson({ price, interval, lessonsPerMonth, maxLessonPrice }: Priced): number {
  return maxLessonPrice ?? Math.max(1, Math.floor(price / (lessonsPerMonth * MONTHS[interval])));
}

/** Another price is another one at the provider, and the plan is not offered until it is there. */
export const isOtherPrice = (before: Plan, after: Plan): boolean =>
  before.price !== after.price || before.currency !== after.currency || before.interval !== after.interval;

/** Throws 409 where a plan that was subscribed to would bill at another rhythm or in another currency. */
export function checkChange(before: Plan, after: Plan, { isSubscribed }: { isSubscribed: boolean }): void {
  const fields = [
    ...(before.interval === after.interval ? [] : ['interval']),
    ...(before.currency === after.currency ? [] : ['price.currency']),
  ];
  if (!isSubscribed || fields.length === 0) return;
  throw conflict('plan-in-use', 'This plan was subscribed to. Make another one, and put this out of offer.', {
    errors: fields.map((path) => ({ path, message: 'cannot change once the plan was subscribed to' })),
  });
}
