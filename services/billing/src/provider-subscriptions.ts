/** The card provider's plans and subscriptions, as billing uses them. Calls go through the provider's one breaker. */
import type Stripe from 'stripe';
import type { SubscriptionFact } from './domain/subscription-fact.js';
import { EXPANDED, subscriptionFact } from './facts-subscriptions.js';

/** Asks through the breaker; throws Refused or NoAnswer. */
export type Ask = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

export interface PricedPlan {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly currency: string;
  readonly interval: 'month' | 'year';
  /** Which of its prices this is. */
  readonly prices: number;
}

export interface WantedSubscription {
  readonly id: string;
  readonly customer: string;
  readonly price: string;
  /** The provider's id of the card. */
  readonly method: string;
  readonly trialDays: number;
}

/** Invoices that are read of a subscription, the newest: eight years of months. */
const INVOICES = 100;
/** Subscriptions of one payer among which one is looked for. */
const OWN = 100;

export const subscriptionCalls = (stripe: Stripe, ask: Ask) => ({
  /** The plan's product, and the id of its price, made where they are not there. Their names are ours, and never lapse. */
  tellOfPlan: (plan: PricedPlan) => ask(() => putPrice(stripe, plan)),

  /**
   * Subscribes, at once where the card pays, else incomplete: then the payer has to confirm, or was declined. Returns the
   * provider's id alone: under a key the first answer is told again, which may be old.
   */
  subscribe: ({ id, customer, price, method, trialDays }: WantedSubscription) =>
    ask(async () => {
      const { id: ref } = await stripe.subscriptions.create(
        {
          ...{
            customer,
            items: [{ price }],
            default_payment_method: method,
            metadata: { subscriptionId: id },
          },
          payment_behavior: 'allow_incomplete',
          ...(trialDays > 0 && { trial_period_days: trialDays }),
        },
        { idempotencyKey: `subscription-${id}` },
      );
      return ref;
    }),

  /** The provider's id of the payer's subscription that carries this id of ours; undefined where there is none. */
  findSubscription: ({ id, customer }: { id: string; customer: string }) =>
    ask(async () => {
      const { data } = await stripe.subscriptions.list({ customer, status: 'all', limit: OWN });
      return data.find(({ metadata }) => metadata.subscriptionId === id)?.id;
    }),

  /** How it stands now. */
  readSubscription: (ref: string): Promise<SubscriptionFact> =>
    ask(async () => {
      const subscription = await stripe.subscriptions.retrieve(ref, { expand: EXPANDED });
      const { data } = await stripe.invoices.list({
        ...{ subscription: ref, status: 'paid', limit: INVOICES },
        expand: ['data.payments'],
      });
      return subscriptionFact(subscription, data);
    }),

  /** Ends it with the period that is paid, or takes that back. */
  endAtPeriodEnd: (ref: string, isEnd: boolean) =>
    ask(async () => void (await stripe.subscriptions.update(ref, { cancel_at_period_end: isEnd }))),

  endNow: (ref: string) => ask(async () => void (await stripe.subscriptions.cancel(ref))),

  /** Its invoices that wait to be paid, oldest first. */
  openInvoicesOf: (ref: string): Promise<string[]> =>
    ask(async () => {
      const { data } = await stripe.invoices.list({ subscription: ref, status: 'open', limit: INVOICES });
      return data.map(({ id }) => id).reverse();
    }),

  /** Nobody can pay it any more. Refused of one that is paid or void already. */
  voidInvoice: (ref: string) => ask(async () => void (await stripe.invoices.voidInvoice(ref))),
});

async function putPrice(stripe: Stripe, plan: PricedPlan): Promise<string> {
  const { id, name, prices } = plan;
  const product = `rollcall-${id}`;
  await stripe.products.create({ id: product, name, metadata: { planId: id } }).catch(async (error) => {
    if (error.code !== 'resource_already_exists') throw error;
    await stripe.products.update(product, { name });
  });
  const key = `rollcall-${id}-${prices}`;
  const { data } = await stripe.prices.list({ lookup_keys: [key], limit: 1 });
  const [known] = data;
  if (known !== undefined && isPriceOf(known, plan)) return known.id;
  return makePrice(stripe, plan, { product, key, replaced: known?.id });
}

/** The name alone does not say what it charges: somebody may have given it to another one, or archived it. */
const isPriceOf = (known: Stripe.Price, { price, currency, interval }: PricedPlan): boolean =>
  known.active &&
  known.unit_amount === price &&
  known.currency === currency.toLowerCase() &&
  known.recurring?.interval === interval &&
  known.recurring.interval_count === 1;

interface Naming {
  readonly product: string;
  readonly key: string;
  /** The price that had this name. */
  readonly replaced: string | undefined;
}

async function makePrice(
  stripe: Stripe,
  { id, price, currency, interval }: PricedPlan,
  { product, key, replaced = 'none' }: Naming,
): Promise<string> {
  const made = await stripe.prices.create(
    {
      ...{ product, currency: currency.toLowerCase(), unit_amount: price, recurring: { interval } },
      ...{ lookup_key: key, transfer_lookup_key: true, metadata: { planId: id } },
    },
    // By what it charges and takes the name from: under one key the first answer is told again, though it was archived since.
    { idempotencyKey: [key, price, currency, interval, replaced].join('-') },
  );
  return made.id;
}
