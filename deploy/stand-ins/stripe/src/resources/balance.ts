/** The provider's own books, for reconciliation: https://docs.stripe.com/api/balance_transactions and /payouts. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { expand, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, newId, now, put, trim, type World } from '../world.js';

const DAY = 86_400;

/** 2.9 % and 30 of the smallest unit, rounded half up: the published price for cards of the United States. */
export const feeOf = (amount: number): number => Math.floor((amount * 29 + 500) / 1_000) + 30;

export interface Movement {
  readonly type: 'adjustment' | 'charge' | 'payout' | 'refund' | 'refund_failure';
  /** Negative when money leaves. */
  readonly amount: number;
  readonly fee?: number;
  readonly currency: string;
  readonly source: string;
  readonly description?: string;
}

/** Disputes are adjustments, which reports call by their own name. */
const category = ({ type, amount }: Movement): string =>
  type === 'adjustment' ? (amount < 0 ? 'dispute' : 'dispute_reversal') : type;

export function move(world: World, movement: Movement): Stripe.BalanceTransaction {
  const { type, amount, fee = 0, currency, source, description = null } = movement;
  return put(world.transactions, {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: now(world) + (type === 'charge' ? 2 * DAY : 0),
    balance_type: 'payments',
    created: now(world),
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'processing fees', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: category(movement),
    source,
    status: 'available',
    type,
  });
}

/** Sends to the bank all that came in and has not gone out, or says that there is nothing. */
export function payOut(world: World, currency: string): Stripe.Payout {
  const open = [...world.transactions.things.values()].filter(
    (one) => one.currency === currency && one.type !== 'payout' && !world.paidOut.has(one.id),
  );
  const amount = open.reduce((sum, { net }) => sum + net, 0);
  if (amount <= 0)
    throw invalid(`There is nothing to pay out in ${currency}`, { code: 'balance_insufficient' });
  const payout = put(world.payouts, plainPayout(world, amount, currency));
  payout.balance_transaction = move(world, {
    type: 'payout',
    amount: -amount,
    currency,
    source: payout.id,
  }).id;
  for (const id of [...open.map((one) => one.id), payout.balance_transaction]) {
    world.paidOut.set(id, payout.id);
    trim(world.paidOut);
  }
  emit(world, 'payout.paid', payout);
  return payout;
}

const plainPayout = (world: World, amount: number, currency: string): Stripe.Payout => ({
  id: newId('po'),
  object: 'payout',
  amount,
  application_fee: null,
  application_fee_amount: null,
  arrival_date: now(world) + DAY,
  automatic: true,
  balance_transaction: null,
  created: now(world),
  currency,
  description: 'STRIPE PAYOUT',
  destination: null,
  failure_balance_transaction: null,
  failure_code: null,
  failure_message: null,
  livemode: false,
  metadata: {},
  method: 'standard',
  original_payout: null,
  payout_method: null,
  reconciliation_status: 'completed',
  reversed_by: null,
  source_type: 'card',
  statement_descriptor: null,
  status: 'paid',
  trace_id: null,
  type: 'bank_account',
});

const transactionsParams = z.strictObject({
  ...paging,
  created: when.optional(),
  currency: text.optional(),
  payout: text.optional(),
  source: text.optional(),
  type: text.optional(),
});
const payoutsParams = z.strictObject({
  ...paging,
  arrival_date: when.optional(),
  created: when.optional(),
  status: text.optional(),
});

export const balanceCalls = [
  call('GET', '/v1/balance_transactions/:id', z.strictObject(expand), (world, _given, id) =>
    get(world.transactions, id),
  ),
  call('GET', '/v1/balance_transactions', transactionsParams, (world, given) =>
    page(
      all(world, world.transactions).filter(
        (one) =>
          within(one.created, given.created) &&
          matches(given.currency, one.currency) &&
          matches(given.payout, world.paidOut.get(one.id)) &&
          matches(given.source, one.source) &&
          matches(given.type, one.type),
      ),
      '/v1/balance_transactions',
      given,
    ),
  ),
  call('GET', '/v1/payouts/:id', z.strictObject(expand), (world, _given, id) => get(world.payouts, id)),
  call('GET', '/v1/payouts', payoutsParams, (world, given) =>
    page(
      all(world, world.payouts).filter(
        (one) =>
          within(one.created, given.created) &&
          within(one.arrival_date, given.arrival_date) &&
          matches(given.status, one.status),
      ),
      '/v1/payouts',
      given,
    ),
  ),
];
