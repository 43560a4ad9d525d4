/** The card provider in memory, for what its real ways cannot show on demand: answers that are lost, and being away. */
import { createHmac, randomBytes } from 'node:crypto';
import type { RefundFact } from '../src/domain/facts.js';
import { NoAnswer, type Opened, type Provider, Refused } from '../src/provider.js';

interface KeptIntent {
  ref: string;
  paymentId: string;
  amount: number;
  currency: string;
  state: Opened['state'];
  failureCode: string | null;
}

const opened = (intent: KeptIntent): Opened => ({ ...intent, clientSecret: `${intent.ref}_secret` });
const idOf = (kind: string): string => `${kind}_${randomBytes(8).toString('hex')}`;

export interface FakeProvider extends Provider {
  /** It does what it is asked, and its answer is lost: of so many calls, after so many that are answered. */
  loseAnswers(count: number, after?: number): void;
  setAway(away: boolean): void;
  /** Our key is another account's: nothing that was made is known. */
  setStrange(strange: boolean): void;
  /** A day has passed: no key of ours is known any more. */
  forgetKeys(): void;
  /** Of every intent: how often it was paid. */
  readonly charges: Map<string, number>;
  intentOf(ref: string): KeptIntent;
  /** The payer confirms in his browser. */
  payInBrowser(ref: string): void;
  refundThere(paymentRef: string, amount: number): RefundFact;
  failRefund(ref: string): RefundFact;
  readonly refunds: Map<string, RefundFact>;
  /** Cards it was asked to forget, and did. */
  readonly detached: string[];
}

export function fakeProvider(): FakeProvider {
  const intents = new Map<string, KeptIntent>();
  const refunds = new Map<string, RefundFact>();
  const charges = new Map<string, number>();
  const answers = new Map<string, unknown>();
  const detached: string[] = [];
  let [lost, answered, away, strange] = [0, 0, false, false];

  /** What a key asked for is done once. */
  async function ask<Answer>(act: () => Answer, key?: string): Promise<Answer> {
    if (away) throw new NoAnswer('away');
    const known = key === undefined ? undefined : (answers.get(key) as Answer | undefined);
    const answer = known ?? act();
    if (key !== undefined) answers.set(key, answer);
    if (answered > 0) answered -= 1;
    else if (lost > 0) {
      lost -= 1;
      throw new NoAnswer('lost');
    }
    return answer;
  }
  const read = (ref: string): KeptIntent => {
    const intent = intents.get(ref);
    if (intent === undefined || strange) throw new Refused('resource_missing', ref);
    return intent;
  };
  const pay = (intent: KeptIntent): void => {
    if (intent.state === 'succeeded') throw new Refused('payment_intent_unexpected_state', intent.ref);
    Object.assign(intent, { state: 'succeeded', failureCode: null });
    charges.set(intent.ref, (charges.get(intent.ref) ?? 0) + 1);
  };
  const addRefund = (paymentRef: string, amount: number, refundId: string | null): RefundFact => {
    const { amount: paid, currency } = read(paymentRef);
    const back = [...refunds.values()].filter(
      (one) => one.paymentRef === paymentRef && one.state !== 'failed',
    );
    if (back.reduce((sum, one) => sum + one.amount, 0) + amount > paid)
      throw new Refused('charge_already_refunded', 'more than there is');
    const refund: RefundFact = {
      ref: idOf('re'),
      paymentRef,
      refundId,
      amount,
      currency,
      state: 'succeeded',
    };
    refunds.set(refund.ref, refund);
    return refund;
  };

  return {
    charges,
    refunds,
    detached,
    loseAnswers: (count, after = 0) => {
      [lost, answered] = [count, after];
    },
    setStrange: (value) => {
      strange = value;
    },
    forgetKeys: () => answers.clear(),
    setAway: (value) => {
      away = value;
    },
    intentOf: read,
    payInBrowser: (ref) => pay(read(ref)),
    refundThere: (paymentRef, amount) => addRefund(paymentRef, amount, null),
    failRefund: (ref) => {
      const failed = { ...refunds.get(ref)!, state: 'failed' as const };
      refunds.set(ref, failed);
      return failed;
    },
    createCustomer: (userId) => ask(() => idOf('cus'), `customer-${userId}`),
    attach: ({ id, given }) =>
      ask(() => {
        if (given === 'pm_card_refused') throw new Refused('card_declined', 'no');
        const test = given === 'pm_card_declines' ? `pm_declines_${id}` : idOf('pm');
        const providerId = given.startsWith('pm_card_') ? test : given;
        return { providerId, brand: 'visa', last4: '4242', expMonth: 12, expYear: 2031 };
      }, `method-${id}`),
    detach: (providerId) =>
      ask(() => {
        if (strange) throw new Refused('resource_missing', providerId);
        detached.push(providerId);
        return undefined;
      }),
    openIntent: ({ id, amount, currency }) =>
      ask(() => {
        if (amount === 666) throw new Refused('amount_too_large', 'no');
        const intent: KeptIntent = {
          ...{ ref: idOf('pi'), paymentId: id, amount, currency, state: 'open', failureCode: null },
        };
        intents.set(intent.ref, intent);
        return opened(intent);
      }, `payment-${id}`),
    readIntent: (ref) => ask(() => opened(read(ref))),
    confirm: ({ ref, method, key }) =>
      ask(() => {
        const intent = read(ref);
        if (method.startsWith('pm_declines')) {
          intent.failureCode = 'insufficient_funds';
          throw new Refused('insufficient_funds', 'Your card has insufficient funds.');
        }
        pay(intent);
        return opened(intent);
      }, key),
    cancelIntent: (ref) =>
      ask(() => {
        const intent = read(ref);
        intent.state = 'cancelled';
        return opened(intent);
      }),
    refund: ({ id, paymentRef, amount }) => ask(() => addRefund(paymentRef, amount, id), `refund-${id}`),
    refundsOf: (paymentRef) =>
      ask(() => {
        read(paymentRef);
        return [...refunds.values()].filter((refund) => refund.paymentRef === paymentRef).reverse();
      }),
    disputesOf: () => ask(() => []),
    ...notHere,
    get books(): Provider['books'] {
      throw new Error('its books are read of the stand-in');
    },
    close: () => undefined,
  };
}

/** Subscriptions are tried against the stand-in of the provider's API, in subscription-stage.ts. */
const away = () => Promise.reject(new NoAnswer('subscriptions are not played here'));
const notHere = {
  ...{ tellOfPlan: away, subscribe: away, findSubscription: away, readSubscription: away },
  ...{ endAtPeriodEnd: away, endNow: away, openInvoicesOf: away, voidInvoice: away },
};

export const SECRET = 'whsec_test';

/** A webhook's signature header, as the provider makes it. `at` in milliseconds. */
export function sign(body: string, { at = Date.now(), secret = SECRET } = {}): string {
  const seconds = Math.floor(at / 1000);
  const hash = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${hash}`;
}

/** Bodies of webhooks, with the fields that are read. */
export const bodies = {
  event: (type: string, object: object, id = idOf('evt')): string =>
    JSON.stringify({ id, object: 'event', type, data: { object } }),
  intent: (intent: KeptIntent, status: string, error?: string): object => ({
    ...{ id: intent.ref, object: 'payment_intent', amount: intent.amount, status },
    ...{ currency: intent.currency.toLowerCase(), metadata: { paymentId: intent.paymentId } },
    last_payment_error:
      error === undefined ? null : { type: 'card_error', code: 'card_declined', decline_code: error },
  }),
  charge: (paymentRef: string): object => ({ id: idOf('ch'), object: 'charge', payment_intent: paymentRef }),
  refund: (fact: RefundFact): object => ({
    ...{ id: fact.ref, object: 'refund', payment_intent: fact.paymentRef, amount: fact.amount },
    ...{ currency: fact.currency.toLowerCase(), status: fact.state },
    metadata: fact.refundId === null ? {} : { refundId: fact.refundId },
  }),
  dispute: (ref: string, paymentRef: string, amount: number, status: string): object => ({
    ...{ id: ref, object: 'dispute', payment_intent: paymentRef, amount, currency: 'usd', status },
  }),
};
