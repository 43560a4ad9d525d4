/** Refunds: https://docs.stripe.com/api/refunds. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { expand, integer, mergeMetadata, metadata, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, newId, now, put, type World } from '../world.js';
import { move } from './balance.js';
import { cardOf } from './methods.js';

const createParams = z.strictObject({
  ...expand,
  charge: text.optional(),
  payment_intent: text.optional(),
  amount: integer.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.optional(),
});
type Given = z.output<typeof createParams>;

function chargeOf(world: World, given: Given): Stripe.Charge {
  if (given.charge !== undefined) {
    const charge = get(world.charges, given.charge, 'charge');
    if (given.payment_intent !== undefined && charge.payment_intent !== given.payment_intent)
      throw invalid('The charge is of another payment', { param: 'payment_intent' });
    return charge;
  }
  if (given.payment_intent === undefined)
    throw invalid('Either charge or payment_intent is needed', {
      code: 'parameter_missing',
      param: 'charge',
    });
  const intent = get(world.intents, given.payment_intent, 'payment_intent');
  const charge = world.charges.things.get(String(intent.latest_charge));
  if (charge?.paid) return charge;
  throw invalid(`The payment ${intent.id} has no successful charge to refund`, { param: 'payment_intent' });
}

/** @throws Refusal charge_already_refunded, charge_disputed, or an amount above the rest. */
export function refund(world: World, given: Given): Stripe.Refund {
  const charge = chargeOf(world, given);
  if (!charge.paid) throw invalid('The charge took no money', { param: 'charge' });
  const rest = charge.amount - charge.amount_refunded;
  if (rest === 0)
    throw invalid(`The charge ${charge.id} has been refunded`, { code: 'charge_already_refunded' });
  if (charge.disputed && isHeld(world, charge))
    throw invalid(`The charge ${charge.id} is disputed`, { code: 'charge_disputed' });
  const amount = given.amount ?? rest;
  if (amount < 1)
    throw invalid('A refund is a positive whole number', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  if (amount > rest)
    throw invalid(`Of the charge, ${rest} can be refunded, not ${amount}`, { param: 'amount' });
  return give(world, charge, amount, given);
}

/** An inquiry moves no money, and leaves the charge refundable. */
const isHeld = (world: World, { id }: Stripe.Charge): boolean =>
  [...world.disputes.things.values()].some((one) => one.charge === id && !one.is_charge_refundable);

function give(world: World, charge: Stripe.Charge, amount: number, given: Given): Stripe.Refund {
  const { card } = cardOf(world, String(charge.payment_method));
  const { currency } = charge;
  const id = newId('re');
  const made = put(world.refunds, {
    id,
    object: 'refund',
    amount,
    balance_transaction: move(world, { type: 'refund', amount: -amount, currency, source: id }).id,
    charge: charge.id,
    created: now(world),
    currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
    },
    metadata: mergeMetadata({}, given.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: given.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: card.refund === 'pends' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  } satisfies Stripe.Refund);
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  emit(world, 'refund.created', made);
  emit(world, 'charge.refunded', charge, { amount_refunded: charge.amount_refunded - amount });
  if (card.refund === 'fails')
    world.afterwards.push(() => endRefund(world, id, 'failed', 'expired_or_canceled_card'));
  return made;
}

/** What the bank says later of a refund: it came back, or it has arrived. */
export function endRefund(
  world: World,
  id: string,
  status: 'failed' | 'succeeded',
  reason: string,
): Stripe.Refund {
  const made = get(world.refunds, id);
  if (made.status === 'failed' || made.status === status)
    throw invalid(`The refund is ${made.status}, so it can not become ${status}`);
  const previous = { status: made.status };
  made.status = status;
  if (status === 'succeeded') {
    emit(world, 'refund.updated', made, previous);
    return made;
  }
  const { amount, currency } = made;
  made.failure_reason = reason;
  made.failure_balance_transaction = move(world, { type: 'refund_failure', amount, currency, source: id }).id;
  const charge = get(world.charges, String(made.charge));
  charge.amount_refunded -= amount;
  charge.refunded = false;
  emit(world, 'refund.updated', made, previous);
  emit(world, 'refund.failed', made, previous);
  return made;
}

const listParams = z.strictObject({
  ...paging,
  charge: text.optional(),
  created: when.optional(),
  payment_intent: text.optional(),
});

export const refundCalls = [
  call('POST', '/v1/refunds', createParams, refund),
  call('GET', '/v1/refunds/:id', z.strictObject(expand), (world, _given, id) => get(world.refunds, id)),
  call('GET', '/v1/refunds', listParams, (world, given) =>
    page(
      all(world, world.refunds).filter(
        (one) =>
          within(one.created, given.created) &&
          matches(given.charge, one.charge) &&
          matches(given.payment_intent, one.payment_intent),
      ),
      '/v1/refunds',
      given,
    ),
  ),
];
