/** expand[]: ids turned into the objects they name, https://docs.stripe.com/api/expanding_objects. */
import type Stripe from 'stripe';
import { invalid } from './errors.js';
import { all, whole } from './lists.js';
import type { Shelf, Thing, World } from './world.js';

/** Stripe's own limit. */
const DEEPEST = 4;

/** Text that may look like an id, and is none to be followed. */
const FIXED = new Set(['id', 'metadata', 'client_secret']);

type Fields = Record<string, unknown>;

/** A copy with every path expanded. @throws Refusal for a path that leads to nothing expandable. */
export function expanded(world: World, object: object, paths: readonly string[] = []): object {
  const copy = structuredClone(object) as Fields;
  for (const path of paths) {
    const keys = path.split('.');
    // The word 'data' of a list does not count as a level.
    if (keys.filter((key) => key !== 'data').length > DEEPEST)
      throw invalid(`No more than ${DEEPEST} levels can be expanded: ${path}`, { param: 'expand' });
    expandInto(world, copy, keys, path);
  }
  return copy;
}

function expandInto(world: World, into: unknown, [key, ...rest]: string[], path: string): void {
  if (key === undefined || into === null) return;
  if (Array.isArray(into)) {
    for (const one of into) expandInto(world, one, [key, ...rest], path);
    return;
  }
  const fields = into as Fields;
  const value = FIXED.has(key) ? undefined : (fields[key] ?? included(world, fields, key));
  if (value === undefined) throw invalid(`This property cannot be expanded: ${path}`, { param: 'expand' });
  const target = typeof value === 'string' ? objectOf(world, value) : value;
  if (target === undefined || (typeof target !== 'object' && target !== null))
    throw invalid(`This property cannot be expanded: ${path}`, { param: 'expand' });
  // One that is a part already, such as `items` of a subscription, is walked through and not copied anew.
  fields[key] = typeof value === 'string' ? structuredClone(target) : target;
  expandInto(world, fields[key], rest, path);
}

function objectOf(world: World, id: string): unknown {
  const prefix = id.slice(0, id.indexOf('_'));
  const shelves: Shelf<unknown>[] = [
    world.customers,
    world.methods,
    world.intents,
    world.charges,
    world.refunds,
    world.disputes,
    world.transactions,
    world.payouts,
    world.products,
    world.prices,
    world.subscriptions,
    world.invoices,
  ];
  return shelves.find((shelf) => shelf.prefix === prefix)?.things.get(id);
}

const intentsOf = (world: World, invoice: string): Stripe.PaymentIntent[] =>
  all(world, world.intents).filter(({ id }) => world.invoiceOf.get(id) === invoice);

/** Null once there is nothing to confirm. */
function secretOf(world: World, invoice: string): Stripe.Invoice.ConfirmationSecret | null {
  const secret = intentsOf(world, invoice).find(({ status }) =>
    status.startsWith('requires_'),
  )?.client_secret;
  return secret ? { client_secret: secret, type: 'payment_intent' } : null;
}

const paymentsOf = (world: World, invoice: string): Stripe.InvoicePayment[] =>
  intentsOf(world, invoice).map((intent) => ({
    id: `inpay_${intent.id.slice(3)}`,
    object: 'invoice_payment',
    amount_paid: intent.status === 'succeeded' ? intent.amount : null,
    amount_requested: intent.amount,
    created: intent.created,
    currency: intent.currency,
    invoice,
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: intent.status === 'succeeded' ? 'paid' : intent.status === 'canceled' ? 'canceled' : 'open',
    status_transitions: {
      canceled_at: intent.canceled_at,
      paid_at: intent.status === 'succeeded' ? intent.created : null,
    },
  }));

/** What an object has only when it is asked for. A null is expandable, and stays null. */
function included(world: World, fields: Fields, key: string): unknown {
  if (key in fields) return fields[key];
  const thing = fields as unknown as Thing;
  switch (`${thing.object}.${key}`) {
    case 'charge.refunds':
      return whole(
        all(world, world.refunds).filter(({ charge }) => charge === thing.id),
        `/v1/charges/${thing.id}/refunds`,
      );
    case 'invoice.payments':
      return whole(paymentsOf(world, thing.id), `/v1/invoices/${thing.id}/payments`);
    case 'invoice.confirmation_secret':
      return secretOf(world, thing.id);
    case 'customer.subscriptions':
      return whole(
        all(world, world.subscriptions).filter(
          ({ customer, status }) => customer === thing.id && status !== 'canceled',
        ),
        `/v1/customers/${thing.id}/subscriptions`,
      );
    default:
      return undefined;
  }
}
