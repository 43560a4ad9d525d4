/** Charges: https://docs.stripe.com/api/charges. Made by payments alone. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { DECLINES, type Decline } from '../cards.js';
import { emit } from '../emit.js';
import { expand, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, type Method, newId, now, put, type World } from '../world.js';
import { feeOf, move } from './balance.js';

/** Takes the money, or keeps a failed charge that says why it could not. */
export function charge(
  world: World,
  intent: Stripe.PaymentIntent,
  method: Method,
  decline: Decline | undefined,
): Stripe.Charge {
  const made: Stripe.Charge = {
    ...plainCharge(intent, method),
    id: newId('ch'),
    created: now(world),
    amount_captured: decline ? 0 : intent.amount,
    captured: !decline,
    failure_code: decline ? DECLINES[decline].code : null,
    failure_message: decline ? DECLINES[decline].message : null,
    outcome: outcomeOf(decline),
    paid: !decline,
    status: decline ? 'failed' : 'succeeded',
  };
  put(world.charges, made);
  if (!decline) {
    const { amount, currency } = intent;
    const fee = feeOf(amount);
    made.balance_transaction = move(world, { type: 'charge', amount, fee, currency, source: made.id }).id;
  }
  emit(world, decline ? 'charge.failed' : 'charge.succeeded', made);
  return made;
}

const plainCharge = (intent: Stripe.PaymentIntent, method: Method) => ({
  object: 'charge' as const,
  amount: intent.amount,
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  billing_details: method.billing_details,
  calculated_statement_descriptor: 'ROLLCALL',
  currency: intent.currency,
  customer: intent.customer,
  description: intent.description,
  disputed: false,
  failure_balance_transaction: null,
  fraud_details: {},
  livemode: false,
  metadata: { ...intent.metadata },
  on_behalf_of: null,
  payment_intent: intent.id,
  payment_method: method.id,
  payment_method_details: { type: 'card', card: paidWith(intent, method) },
  receipt_email: intent.receipt_email,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
});

const paidWith = (
  intent: Stripe.PaymentIntent,
  { card }: Method,
): Stripe.Charge.PaymentMethodDetails['card'] => ({
  amount_authorized: intent.amount,
  authorization_code: null,
  brand: card.brand,
  checks: card.checks,
  country: card.country,
  electronic_commerce_indicator: null,
  exp_month: card.exp_month,
  exp_year: card.exp_year,
  fingerprint: card.fingerprint ?? null,
  funding: card.funding,
  installments: null,
  last4: card.last4,
  mandate: null,
  network: card.brand,
  network_transaction_id: null,
  regulated_status: 'unregulated',
  three_d_secure: null,
  transaction_link_id: null,
  wallet: null,
});

const outcomeOf = (decline: Decline | undefined): Stripe.Charge.Outcome => ({
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: decline ? 'declined_by_network' : 'approved_by_network',
  reason: decline ?? null,
  risk_level: 'normal',
  risk_score: 20,
  seller_message: decline ? 'The bank declined the payment.' : 'Payment complete.',
  type: decline ? 'issuer_declined' : 'authorized',
});

const listParams = z.strictObject({
  ...paging,
  created: when.optional(),
  customer: text.optional(),
  payment_intent: text.optional(),
});

export const chargeCalls = [
  call('GET', '/v1/charges/:id', z.strictObject(expand), (world, _given, id) => get(world.charges, id)),
  call('GET', '/v1/charges', listParams, (world, given) =>
    page(
      all(world, world.charges).filter(
        ({ created, customer, payment_intent: intent }) =>
          within(created, given.created) &&
          matches(given.customer, customer) &&
          matches(given.payment_intent, intent),
      ),
      '/v1/charges',
      given,
    ),
  ),
];
