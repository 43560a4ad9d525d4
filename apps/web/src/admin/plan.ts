import type { AdminPlan } from '@rollcall/contracts/api/subscriptions';
import { majorOf, minorOf } from '../office/amount.js';

/** A plan as it is typed in. */
export interface TypedPlan extends Record<string, unknown> {
  readonly name: string;
  readonly slug: string;
  readonly interval: AdminPlan['interval'];
  /** In major units. */
  readonly price: number | string;
  readonly currency: string;
  readonly lessonsPerMonth: number | string;
  readonly trialDays: number | string;
  /** One a line. */
  readonly features: string;
  readonly active: boolean;
  readonly reason: string;
}

export const typedPlan = (plan: AdminPlan | undefined): TypedPlan => ({
  name: plan?.name ?? '',
  slug: plan?.slug ?? '',
  interval: plan?.interval ?? 'month',
  price: plan === undefined ? '' : majorOf(plan.price),
  currency: plan?.price.currency ?? 'USD',
  lessonsPerMonth: plan?.lessonsPerMonth ?? 4,
  trialDays: plan?.trialDays ?? 0,
  features: plan?.features.join('\n') ?? '',
  active: plan?.active ?? true,
  reason: '',
});

/** As it is sent. What is no number is sent as one that the API refuses at its field. */
export function planOf(typed: TypedPlan) {
  const currency = typed.currency.toUpperCase();
  const amount = minorOf(typed.price, currency);
  const lines = typed.features.split('\n').map((line) => line.trim());
  return {
    ...{ name: typed.name.trim(), slug: typed.slug.trim(), interval: typed.interval, active: typed.active },
    price: { amount: Number.isNaN(amount) ? 0 : amount, currency },
    lessonsPerMonth: Number(typed.lessonsPerMonth),
    trialDays: Number(typed.trialDays),
    features: lines.filter((line) => line !== ''),
    ...(typed.reason.trim() !== '' && { reason: typed.reason.trim() }),
  };
}
