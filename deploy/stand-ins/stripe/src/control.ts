/** The control surface: what the stand-in does on demand and Stripe does not offer. Over HTTP it is POST /_control/NAME. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { cardByName } from './cards.js';
import { noSuch, Refusal } from './errors.js';
import { FAULTS, FAULTS_KEPT, type Fault } from './faults.js';
import { whole } from './lists.js';
import { payOut } from './resources/balance.js';
import { authenticate } from './resources/confirm.js';
import { closeDispute, openDispute } from './resources/disputes.js';
import { cardOf } from './resources/methods.js';
import { endRefund, refund } from './resources/refunds.js';
import type { Webhooks } from './webhooks.js';
import { get, runAfterwards, type World } from './world.js';

export interface Controlled {
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly faults: Fault[];
}

interface Control<I, O> {
  readonly schema: z.ZodType<unknown, I>;
  run(controlled: Controlled, input: unknown): O;
}

const control = <S extends z.ZodType, O>(
  schema: S,
  run: (controlled: Controlled, given: z.output<S>) => O,
): Control<z.input<S>, O> => ({
  schema: schema as unknown as z.ZodType<unknown, z.input<S>>,
  run: (controlled, input) => {
    const output = run(controlled, schema.parse(input));
    runAfterwards(controlled.world);
    return output;
  },
});

const milliseconds = z.number().int().min(0).max(60_000);
const amount = z.number().int().min(1).optional();
const copies = z.number().int().min(1).max(10);
/** Either names the charge; of a payment it is the latest. */
const charged = { charge: z.string().optional(), paymentIntent: z.string().optional() };

function chargeOf(world: World, given: { charge?: string | undefined; paymentIntent?: string | undefined }) {
  if (given.charge !== undefined) return get(world.charges, given.charge);
  return get(world.charges, String(get(world.intents, given.paymentIntent ?? '').latest_charge));
}

const webhookControls = {
  /** How events go out from now on. */
  webhooks: control(
    z.strictObject({
      url: z.url().optional(),
      secret: z.string().min(1).optional(),
      types: z.array(z.string()).max(100).optional(),
      holding: z.boolean().optional(),
      copies: copies.optional(),
      delayMilliseconds: milliseconds.optional(),
    }),
    ({ webhooks }, given) => {
      const told = Object.entries(given).filter(([, value]) => value !== undefined);
      return { ...Object.assign(webhooks.endpoint, Object.fromEntries(told)), secret: undefined };
    },
  ),
  /** Posts what was held, all of it or of some types, and in which order; holding goes on. */
  release: control(
    z.strictObject({
      order: z.enum(['as-made', 'reversed']).default('as-made'),
      types: z.array(z.string()).max(100).optional(),
      copies: copies.optional(),
    }),
    ({ webhooks }, { order, types, copies: times }) => {
      const released = webhooks.held.filter(({ type }) => types?.includes(type) ?? true);
      const left = webhooks.held.filter((event) => !released.includes(event));
      webhooks.held.splice(0, webhooks.held.length, ...left);
      if (order === 'reversed') released.reverse();
      for (const event of released) webhooks.post(event, times);
      return { released: released.map(({ id, type }) => ({ id, type })) };
    },
  ),
  /** Posts one event again, whether or not it was taken. */
  resend: control(
    z.strictObject({ event: z.string(), copies: copies.default(1) }),
    ({ world, webhooks }, { event, copies: times }) => {
      webhooks.post(get(world.events, event), times);
      return { event, copies: times };
    },
  ),
  /** Waits until all that was posted is taken or given up. */
  settle: control(
    z.strictObject({ milliseconds: milliseconds.default(10_000) }),
    async ({ webhooks }, given) => ({ settled: await webhooks.settled(given.milliseconds) }),
  ),
  /** What was posted, and what the endpoint said. */
  attempts: control(z.strictObject({}), ({ webhooks }) => ({ attempts: [...webhooks.attempts] })),
};

const moneyControls = {
  /** The next calls go wrong; without a kind, whatever still waits is called off. */
  fault: control(
    z.strictObject({
      kind: z.enum(FAULTS).optional(),
      times: z.number().int().min(1).max(100).default(1),
      method: z.enum(['GET', 'POST', 'DELETE']).optional(),
      path: z.string().optional(),
      milliseconds: milliseconds.default(1_000),
    }),
    ({ faults }, { kind, ...rest }) => {
      if (kind === undefined) faults.length = 0;
      else if (faults.length < FAULTS_KEPT) faults.push({ kind, ...rest });
      return { waiting: faults.length };
    },
  ),
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
  payout: control(z.strictObject({ currency: z.string() }), ({ world }, { currency }) =>
    payOut(world, currency.toLowerCase()),
  ),
};

const differenceControls = {
  /** Lists leave the object out, as if it had never been; told again, they show it. */
  hide: control(
    z.strictObject({ id: z.string(), hidden: z.boolean().default(true) }),
    ({ world }, { id, hidden }) => {
      if (hidden) world.hidden.add(id);
      else world.hidden.delete(id);
      return { id, hidden };
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

export const controls = { ...webhookControls, ...moneyControls, ...differenceControls };

type Controls = typeof controls;
/** The same surface for tests in this process. What is wrong is thrown. */
export type ControlFunctions = {
  readonly [N in keyof Controls]: (
    input: Controls[N] extends Control<infer I, unknown> ? I : never,
  ) => ReturnType<Controls[N]['run']>;
};

export const controlFunctions = (controlled: Controlled): ControlFunctions =>
  Object.fromEntries(
    Object.entries(controls).map(([name, { run }]) => [name, (input: unknown) => run(controlled, input)]),
  ) as unknown as ControlFunctions;
