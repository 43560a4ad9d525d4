/** The card provider, as billing uses it. Its SDK is known to this file and to provider-*.ts, and to no other. */
import { gauge } from '@rollcall/kit/metrics';
import CircuitBreaker from 'opossum';
import Stripe from 'stripe';
import type { Config } from './config.js';
import type { DisputeFact, IntentFact, RefundFact } from './domain/facts.js';
import { disputeFact, intentFact, refundFact } from './facts.js';
import { booksOf } from './provider-books.js';
import { subscriptionCalls } from './provider-subscriptions.js';

/** The provider said no: asked the same again it would say so again. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** It is not known whether the provider did it: no answer, one that says nothing, or we did not ask while it is away. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** A card as it is kept at the provider. */
export interface Card {
  readonly providerId: string;
  readonly brand: string;
  readonly last4: string;
  readonly expMonth: number;
  readonly expYear: number;
}

/** An intent with the secret by which its payer's browser may confirm it. */
export interface Opened extends IntentFact {
  readonly clientSecret: string;
}

/** Milliseconds. The gateway waits 10 s for us, and to confirm is a look, a try and a look: what it costs together. */
export const TIMEOUT = 5_500;
export const LOOK = 2_000;
const BREAKER = {
  volumeThreshold: 5,
  errorThresholdPercentage: 50,
  rollingCountTimeout: 30_000,
  resetTimeout: 5_000,
};
/** Refunds of one payment that are read: pages of a hundred. */
const PAGES = 10;

export type Provider = ReturnType<typeof createProvider>;
type Access = Pick<Config, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>;

/**
 * Every call throws Refused or NoAnswer. Keys are ours and stable: what is asked again under one is done once, for a day
 * at least. Tries again are ours to decide, so the SDK makes none.
 */
export function createProvider(access: Access, { timeout = TIMEOUT, look = LOOK } = {}) {
  const stripe = clientOf(access, timeout);
  const { ask, close } = breakerOf();
  return {
    createCustomer: (userId: string) =>
      ask(async () => {
        const customer = await stripe.customers.create(
          { metadata: { userId } },
          { idempotencyKey: `customer-${userId}`, timeout: look },
        );
        return customer.id;
      }),
    attach: ({ id, given, customer }: { id: string; given: string; customer: string }) =>
      ask(async () =>
        cardOf(await stripe.paymentMethods.attach(given, { customer }, { idempotencyKey: `method-${id}` })),
      ),
    detach: (providerId: string) => ask(async () => void (await stripe.paymentMethods.detach(providerId))),
    openIntent: (asked: { id: string; amount: number; currency: string; customer: string }) =>
      ask(async () => {
        const { id, amount, currency, customer } = asked;
        const intent = await stripe.paymentIntents.create(
          {
            ...{ amount, currency: currency.toLowerCase(), customer },
            allowed_payment_method_types: ['card'],
            metadata: { paymentId: id },
          },
          { idempotencyKey: `payment-${id}` },
        );
        return opened(intent);
      }),
    readIntent: (ref: string) =>
      ask(async () => opened(await stripe.paymentIntents.retrieve(ref, {}, { timeout: look }))),
    confirm: ({ ref, method, key }: { ref: string; method: string; key: string }) =>
      ask(async () =>
        // Should the bank ask its payer, the provider's script in the browser knows how: see handleNextAction there.
        opened(
          await stripe.paymentIntents.confirm(
            ref,
            { payment_method: method, use_stripe_sdk: true },
            { idempotencyKey: key },
          ),
        ),
      ),
    cancelIntent: (ref: string) => ask(async () => opened(await stripe.paymentIntents.cancel(ref))),
    refund: ({ id, paymentRef, amount }: { id: string; paymentRef: string; amount: number }) =>
      ask(async (): Promise<RefundFact> => {
        const refund = await stripe.refunds.create(
          { payment_intent: paymentRef, amount, metadata: { refundId: id } },
          { idempotencyKey: `refund-${id}` },
        );
        return refundFact(refund);
      }),
    refundsOf: (paymentRef: string) => ask(() => refundsOf(stripe, paymentRef)),
    disputesOf: (paymentRef: string): Promise<DisputeFact[]> =>
      ask(async () => {
        const { data } = await stripe.disputes.list({ payment_intent: paymentRef, limit: 100 });
        return data.map((dispute) => disputeFact(dispute));
      }),
    ...subscriptionCalls(stripe, ask),
    /** What it moved, for reconciliation. */
    books: booksOf(stripe, ask),
    close,
  };
}

function clientOf({ STRIPE_SECRET_KEY, STRIPE_API_BASE }: Access, timeout: number): Stripe {
  const { hostname: host, protocol, port } = new URL(STRIPE_API_BASE);
  return new Stripe(STRIPE_SECRET_KEY, {
    ...{ host, timeout, maxNetworkRetries: 0, telemetry: false },
    ...(protocol === 'http:' && { protocol: 'http' as const }),
    ...(port !== '' && { port }),
  });
}

const STATES = { closed: 0, halfOpen: 1, open: 2 } as const;
const circuitState = gauge('circuit_state', 'Breaker by upstream: 0 closed, 1 half open, 2 open', [
  'upstream',
]);

/** A no is an answer: it opens nothing. */
function breakerOf() {
  const breaker = new CircuitBreaker((call: () => Promise<unknown>) => call(), {
    ...BREAKER,
    timeout: false, // the SDK ends the call; this one would leave it running
    errorFilter: (error: unknown) => translated(error) instanceof Refused,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  const show = (state: keyof typeof STATES) => () => circuitState.set({ upstream: 'stripe' }, STATES[state]);
  breaker.on('open', show('open')).on('halfOpen', show('halfOpen')).on('close', show('closed'));
  show('closed')();
  const ask = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    try {
      return (await breaker.fire(call)) as Answer;
    } catch (error) {
      throw translated(error);
    }
  };
  return { ask, close: () => breaker.shutdown() };
}

/** Statuses that judge what was asked; 409 and 429 say "not now", 401 and 403 that our key is wrong. */
const JUDGEMENTS = [400, 402, 404];

function translated(error: unknown): Error {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
  const judged = error instanceof StripeCardError || error instanceof StripeInvalidRequestError;
  if (judged && JUDGEMENTS.includes(error.statusCode ?? 0))
    return new Refused(error.decline_code ?? error.code ?? error.type, error.message);
  return new NoAnswer('no answer of the card provider', { cause: error });
}

function cardOf({ id, card }: Stripe.PaymentMethod): Card {
  if (!card)
    throw new Stripe.errors.StripeCardError({ type: 'card_error', statusCode: 402, message: 'no card' });
  const { brand, last4, exp_month: expMonth, exp_year: expYear } = card;
  return { providerId: id, brand, last4, expMonth, expYear };
}

const opened = (intent: Stripe.PaymentIntent): Opened => ({
  ...intentFact(intent),
  clientSecret: intent.client_secret ?? '',
});

async function refundsOf(stripe: Stripe, paymentRef: string): Promise<RefundFact[]> {
  const found: RefundFact[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { data, has_more: more } = await stripe.refunds.list({
      payment_intent: paymentRef,
      limit: 100,
      ...(after !== undefined && { starting_after: after }),
    });
    found.push(...data.map((refund) => refundFact(refund)));
    after = data.at(-1)?.id;
    if (!more || after === undefined) return found;
  }
  throw new RangeError(`${paymentRef} has more than ${PAGES} pages of refunds`);
}

/** Seconds a signature may be old: what is replayed later is refused. */
const TOLERANCE = 300;

/** Is this body signed by the provider, and lately? */
export function isGenuine(
  { body, signature, secret }: { body: Buffer; signature: string; secret: string },
  now: Date,
): boolean {
  try {
    Stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE, undefined, now.getTime());
    return true;
  } catch {
    return false;
  }
}
