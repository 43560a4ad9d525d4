/** All that the stand-in knows, in memory, and how much of it is kept. */
import { randomInt } from 'node:crypto';
import type Stripe from 'stripe';
import type { Card } from './cards.js';
import { noSuch } from './errors.js';

/** Of each kind of object; the oldest make room. A test system makes a few hundred. */
const KEPT = 10_000;

/** A pm_… with what its card does, and whether it can still be used. */
export interface Method extends Stripe.PaymentMethod {
  card: Stripe.PaymentMethod.Card;
}
export interface CardInHand {
  card: Card;
  /** Used once without a customer, or detached: Stripe takes it no more. */
  spent: boolean;
  /** 3-D Secure was done, and the card was saved for later. */
  authenticated: boolean;
}

/** What an object of the world has in common. */
export interface Thing {
  readonly id: string;
  readonly object: string;
}

/** One kind of object, oldest first. */
export interface Shelf<T> {
  readonly kind: string;
  readonly prefix: string;
  readonly things: Map<string, T>;
}

export interface World {
  /** Where the stand-in listens, such as http://127.0.0.1:3020. */
  origin: string;
  /** Seconds the clock was moved on. */
  moved: number;
  /** The call being answered; none while the stand-in acts of itself. Handlers never wait, so there is one at most. */
  request: { id: string; idempotency_key: string | null } | null;
  readonly customers: Shelf<Stripe.Customer>;
  readonly methods: Shelf<Method>;
  readonly cards: Map<string, CardInHand>;
  readonly intents: Shelf<Stripe.PaymentIntent>;
  readonly charges: Shelf<Stripe.Charge>;
  readonly refunds: Shelf<Stripe.Refund>;
  readonly disputes: Shelf<Stripe.Dispute>;
  readonly transactions: Shelf<Stripe.BalanceTransaction>;
  /** By balance transaction, the payout it went out with. */
  readonly paidOut: Map<string, string>;
  readonly payouts: Shelf<Stripe.Payout>;
  readonly products: Shelf<Stripe.Product>;
  readonly prices: Shelf<Stripe.Price>;
  readonly subscriptions: Shelf<Stripe.Subscription>;
  readonly invoices: Shelf<Stripe.Invoice>;
  readonly events: Shelf<Stripe.Event>;
  /** Ids that lists leave out, though they can be retrieved: a difference made on purpose. */
  readonly hidden: Set<string>;
  /** What happens by itself as soon as the call is answered, such as a refund that its bank sends back. */
  readonly afterwards: (() => void)[];
  /** By payment intent, the invoice it pays. */
  readonly invoiceOf: Map<string, string>;
  /** A payment ended, one way or the other: what is owed for by it hears so. Set once, by the invoices. */
  ended: (intent: Stripe.PaymentIntent, paid: boolean) => void;
  /** Lets happen what is due by now. Set once, by the clock. */
  tick: () => void;
  /** Where events go; set once, by the webhooks. */
  hear: (event: Stripe.Event) => void;
}

const shelf = <T>(kind: string, prefix: string): Shelf<T> => ({ kind, prefix, things: new Map() });

export const createWorld = (): World => ({
  origin: '',
  moved: 0,
  request: null,
  customers: shelf('customer', 'cus'),
  methods: shelf('PaymentMethod', 'pm'),
  cards: new Map(),
  intents: shelf('payment_intent', 'pi'),
  charges: shelf('charge', 'ch'),
  refunds: shelf('refund', 're'),
  disputes: shelf('dispute', 'dp'),
  transactions: shelf('balance transaction', 'txn'),
  paidOut: new Map(),
  payouts: shelf('payout', 'po'),
  products: shelf('product', 'prod'),
  prices: shelf('price', 'price'),
  subscriptions: shelf('subscription', 'sub'),
  invoices: shelf('invoice', 'in'),
  events: shelf('event', 'evt'),
  hidden: new Set(),
  afterwards: [],
  invoiceOf: new Map(),
  ended: () => undefined,
  tick: () => undefined,
  hear: () => undefined,
});

/** Unix seconds by the world's clock. */
export const now = (world: World): number => Math.floor(Date.now() / 1_000) + world.moved;

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const randomLetters = (length: number): string =>
  Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
export const newId = (prefix: string): string => `${prefix}_${randomLetters(24)}`;

export function put<T extends { id: string }>(shelf: Shelf<T>, thing: T): T {
  shelf.things.set(thing.id, thing);
  trim(shelf.things);
  return thing;
}

/** Lets the oldest go. */
export function trim(map: Map<string, unknown>): void {
  const oldest = map.keys().next().value;
  if (map.size > KEPT && oldest !== undefined) map.delete(oldest);
}

/** @param param the parameter that named it; without one, the address did. */
export function get<T>(shelf: Shelf<T>, id: string, param?: string): T {
  const found = shelf.things.get(id);
  if (found === undefined) throw noSuch(shelf.kind, id, param);
  return found;
}

/** Lets happen what was to happen after the answer; it makes nothing more of the kind. */
export function runAfterwards({ afterwards }: World): void {
  for (const happen of afterwards.splice(0)) happen();
}
