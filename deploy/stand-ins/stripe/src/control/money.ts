/** What card holders, banks and people in the dashboard do, and differences made on purpose. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { cardByName } from '../cards.js';
import { advance } from '../clock.js';
import { noSuch, Refusal } from '../errors.js';
import { whole } from '../lists.js';
import { payOut } from '../resources/balance.js';
import { authenticate } from '../resources/confirm.js';
import { closeDispute, openDispute } from '../resources/disputes.js';
import { cardOf } from '../resources/methods.js';
import { endRefund, refund } from '../resources/refunds.js';
import { get, type World } from '../world.js';
import { control } from './control.js';

/** Five years. */
const MOST_SECONDS = 5 * 366 * 86_400;
const MOST_HIDDEN = 1_000;
const amount = z.number().int().min(1).optional();
/** Either names the charge; of a payment it is the latest. */
const charged = { charge: z.string().optional(), paymentIntent: z.string().optional() };

function chargeOf(world: World, given: { charge?: string | undefined; paymentIntent?: string | undefined }) {
  if (given.charge !== undefined) return get(world.charges, given.charge);
  return get(world.charges, String(get(world.intents, given.paymentIntent ?? '').latest_charge));
}

export const moneyControls = {
  /** The holder disputes a charge, for any amount. */
  dispute: control(
    z.strictObject({
      ...charged,
      amount,
      reason: z.string().default('fraudulent'),
      inquiry: z.boolean().default(false),
    }),
    ({ world }, given) => {
      const charge = chargeOf(world, given);
      return openDispute(world, charge, { ...given, amount: given.amount ?? charge.amount });
    },
  ),
  'close-dispute': control(
    z.strictObject({ dispute: z.string(), outcome: z.enum(['won', 'lost']) }),
    ({ world }, { dispute, outcome }) => closeDispute(world, dispute, outcome === 'won'),
  ),
  /** Somebody refunds in Stripe's dashboard; no amount: the rest. */
  refund: control(z.strictObject({ ...charged, amount }), ({ world }, given) =>
    refund(world, { charge: chargeOf(world, given).id, amount: given.amount }),
  ),
  /** The bank sends a refund back, or one that was pending has arrived. */
  'end-refund': control(
    z.strictObject({
      refund: z.string(),
      status: z.enum(['failed', 'succeeded']),
      reason: z.string().default('unknown'),
    }),
    ({ world }, given) => endRefund(world, given.refund, given.status, given.reason),
  ),
  /** What the card holder does on the bank's page; a card that is then declined is no error here. */
  authenticate: control(
    z.strictObject({ paymentIntent: z.string(), passed: z.boolean() }),
    ({ world }, { paymentIntent, passed }) => {
      try {
        return authenticate(world, paymentIntent, passed);
      } catch (error) {
        if (error instanceof Refusal && error.status === 402) return get(world.intents, paymentIntent);
        throw error;
      }
    },
  ),
  /** A saved card behaves like another test card from now on: it has run out of money, say. */
  card: control(
    z.strictObject({ paymentMethod: z.string(), behavesLike: z.string() }),
    ({ world }, { paymentMethod, behavesLike }) => {
      const card = cardByName(behavesLike);
      if (card === undefined) throw noSuch('test card', behavesLike);
      cardOf(world, paymentMethod).card = card;
      return { paymentMethod, behavesLike };
    },
  ),
  /** Time passes: trials end, subscriptions renew, unpaid invoices are tried again, keys of idempotency are forgotten. */
  clock: control(
    z.strictObject({ seconds: z.number().int().min(0).max(MOST_SECONDS) }),
    ({ world }, { seconds }) => advance(world, seconds),
  ),
  payout: control(z.strictObject({ currency: z.string() }), ({ world }, { currency }) =>
    payOut(world, currency.toLowerCase()),
  ),
};

export const differenceControls = {
  /** Lists leave the object out, as if it had never been; told again, they show it. */
  hide: control(
    z.strictObject({ id: z.string(), hidden: z.boolean().default(true) }),
    ({ world }, { id, hidden }) => {
      if (hidden && world.hidden.size < MOST_HIDDEN) world.hidden.add(id);
      if (!hidden) world.hidden.delete(id);
      return { id, hidden: world.hidden.has(id) };
    },
  ),
  /** Changes a charge or its balance transaction without a word, so that books differ. */
  alter: control(
    z.strictObject({
      id: z.string(),
      amount: z.number().int().optional(),
      currency: z.string().optional(),
      status: z.string().optional(),
    }),
    ({ world }, { id, ...fields }) => {
      const shelf = id.startsWith('ch_') ? world.charges : world.transactions;
      const told = Object.entries(fields).filter(([, value]) => value !== undefined);
      return Object.assign(
        get<Stripe.Charge | Stripe.BalanceTransaction>(shelf, id),
        Object.fromEntries(told),
      );
    },
  ),
  /** Everything that was made, newest last, for a look from outside. */
  payments: control(z.strictObject({}), ({ world }) =>
    whole([...world.intents.things.values()], '/_control/payments'),
  ),
};
