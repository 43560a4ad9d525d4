/** Plans, and subscriptions to them: billed by the card provider a month or a year in advance. */
import { z } from 'zod';
import { Problem } from '../problem.js';
import { route } from '../route.js';
import { Currency, Id, Instant, Money, PositiveAmount, text } from '../shapes.js';
import { listOf, page } from './lists.js';

const PlanInterval = z.enum(['month', 'year']);

export const Plan = z
  .object({
    id: Id,
    name: z.string(),
    /** A name for addresses, such as `four-a-month`. */
    slug: z.string(),
    /** Of one interval. */
    price: Money,
    interval: PlanInterval,
    /** Of a yearly plan too: it has a quota for each of its twelve months. */
    lessonsPerMonth: z.int(),
    /** A dearer lesson cannot be booked by this plan. */
    maxLessonPrice: Money,
    /** Of a student's first subscription; later ones have no trial. */
    trialDays: z.int(),
    features: z.array(z.string()),
    active: z.boolean(),
    createdAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'Plan' });
export type Plan = z.infer<typeof Plan>;

const AdminPlan = Plan.extend({
  /** The provider's id of its price; null until the provider has answered: it is offered from then on. */
  providerPriceId: z.string().nullable(),
}).meta({ id: 'AdminPlan' });
export type AdminPlan = z.infer<typeof AdminPlan>;

export const SubscriptionStatus = z.enum([
  'pending',
  'refused',
  'trialing',
  'active',
  'past_due',
  'cancelled',
  'expired',
]);

export const Subscription = z
  .object({
    id: Id,
    userId: Id,
    planId: Id,
    methodId: Id,
    /** `pending`: the provider has not said yet, or the first payment is to be confirmed; `refused`: it never began. */
    status: SubscriptionStatus,
    /** As subscribed to: what the plan costs by now holds for others. */
    price: Money,
    interval: PlanInterval,
    lessonsPerMonth: z.int(),
    maxLessonPrice: Money,
    /** The newest period that is paid, or the trial; null until there is one. */
    currentPeriodStart: Instant.nullable(),
    currentPeriodEnd: Instant.nullable(),
    trialEnd: Instant.nullable(),
    cancelAtPeriodEnd: z.boolean(),
    endedAt: Instant.nullable(),
    /** The provider's code, of one that is refused. */
    failureCode: z.string().nullable(),
    createdAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof Subscription>;

/** `clientSecret`: what the payer's browser confirms the first payment by; null where there is nothing to confirm. */
const BegunSubscription = Subscription.extend({ clientSecret: z.string().nullable() }).meta({
  id: 'BegunSubscription',
});
export type BegunSubscription = z.infer<typeof BegunSubscription>;

const student = ['student'] as const;
/** A state that forbids what was asked is named beside the problem. */
const inState = Problem.extend({ subscriptionStatus: SubscriptionStatus.optional() });

export const listPlans = route({
  method: 'get',
  path: '/subscriptions/plans',
  who: 'public',
  summary: 'Plans that may be subscribed to, the cheapest first',
  query: z.strictObject(page),
  status: 200,
  answer: listOf(Plan),
});

export const subscribe = route({
  method: 'post',
  path: '/subscriptions',
  who: student,
  summary:
    'Subscribe to a plan with a kept card: 202 while the provider, or the payer in the browser, has to answer',
  body: z.strictObject({ planId: Id, methodId: Id }),
  status: 201,
  answer: BegunSubscription,
  alsoAnswers: [202],
  problems: [402, 404, 409, 422, 503],
  problemShapes: { 402: Problem.extend({ failureCode: z.string().optional() }), 409: inState },
  idempotent: true,
});

export const readCurrentSubscription = route({
  method: 'get',
  path: '/subscriptions/current',
  who: student,
  summary: 'Your subscription; without one, the last there was',
  status: 200,
  answer: Subscription,
  problems: [404],
});

export const cancelSubscription = route({
  method: 'post',
  path: '/subscriptions/cancel',
  who: student,
  summary: 'End it with the period that is paid, or now; nothing is paid back',
  body: z.strictObject({ when: z.enum(['period-end', 'now']).default('period-end') }).optional(),
  status: 200,
  answer: Subscription,
  alsoAnswers: [202],
  problems: [404, 409],
  problemShapes: { 409: inState },
  idempotent: true,
});

export const reactivateSubscription = route({
  method: 'post',
  path: '/subscriptions/reactivate',
  who: student,
  summary: 'Go on after all, before the period is over at whose end it was to end',
  status: 200,
  answer: Subscription,
  alsoAnswers: [202],
  problems: [404, 409],
  problemShapes: { 409: inState },
  idempotent: true,
});

const admin = ['admin'] as const;
const planParams = z.strictObject({ planId: Id });
const reason = text(500).optional();

/** Of a price: it is above zero, and what a card can be charged. */
const Price = z.strictObject({ amount: PositiveAmount, currency: Currency });
const planFields = {
  name: text(200),
  slug: z
    .string()
    .max(100, 'must have at most 100 characters')
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters and digits, with single hyphens between'),
  price: Price,
  interval: PlanInterval,
  lessonsPerMonth: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(1000, 'must be at most 1000'),
};
const trialDays = z
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(730, 'must be at most 730');
const features = z.array(text(200)).max(50);
const active = z.boolean();

export const createPlan = route({
  method: 'post',
  path: '/admin/plans',
  who: admin,
  summary: 'A plan; it is offered once the provider knows its price',
  body: z.strictObject({
    ...planFields,
    maxLessonPrice: PositiveAmount.optional(),
    trialDays: trialDays.optional(),
    features: features.optional(),
    active: active.optional(),
    reason,
  }),
  status: 201,
  answer: AdminPlan,
  problems: [409, 422],
  idempotent: true,
  conditional: true,
});

export const updatePlan = route({
  method: 'patch',
  path: '/admin/plans/:planId',
  who: admin,
  summary: 'Change a plan for who subscribes from now on; maxLessonPrice null is the price per lesson again',
  params: planParams,
  body: z.strictObject({
    ...z.object({ ...planFields, trialDays, features, active }).partial().shape,
    maxLessonPrice: PositiveAmount.nullable().optional(),
    reason,
  }),
  status: 200,
  answer: AdminPlan,
  problems: [404, 409, 422],
  conditional: true,
});

export const listAdminPlans = route({
  method: 'get',
  path: '/admin/plans',
  who: admin,
  summary: 'All plans, newest first, also those that are not offered',
  query: z.strictObject({ ...page, active: z.enum(['true', 'false']).optional() }),
  status: 200,
  answer: listOf(AdminPlan),
});

export const readAdminPlan = route({
  method: 'get',
  path: '/admin/plans/:planId',
  who: admin,
  summary: 'One plan',
  params: planParams,
  status: 200,
  answer: AdminPlan,
  problems: [404],
  conditional: true,
});
