/** Disputes: https://docs.stripe.com/api/disputes. Opened by the dispute cards, or on demand; closed on demand. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { expand, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, newId, now, put, type World } from '../world.js';
import { move } from './balance.js';

/** What a dispute costs, in the smallest unit, whoever wins it. */
const FEE = 1_500;
const ANSWER_WITHIN = 9 * 86_400;

const UNUSED_EVIDENCE = Object.fromEntries(
  `access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal
  customer_communication customer_email_address customer_name customer_purchase_ip customer_signature
  duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt
  refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation
  shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number
  uncategorized_file uncategorized_text`
    .split(/\s+/)
    .map((name) => [name, null]),
) as unknown as Stripe.Dispute.Evidence;

export interface Opening {
  /** In the charge's currency; may be more than the charge, after a bank has added its costs. */
  readonly amount: number;
  readonly reason: string;
  /** Asks only, and moves no money. */
  readonly inquiry: boolean;
}

export function openDispute(world: World, charge: Stripe.Charge, opening: Opening): Stripe.Dispute {
  if (!charge.paid) throw invalid('The charge took no money', { param: 'charge' });
  const dispute = put(world.disputes, newDispute(world, charge, opening));
  charge.disputed = true;
  const { id } = dispute;
  if (!opening.inquiry)
    dispute.balance_transactions.push(
      move(world, {
        type: 'adjustment',
        amount: -opening.amount,
        fee: FEE,
        currency: charge.currency,
        source: id,
      }),
    );
  emit(world, 'charge.dispute.created', dispute);
  if (!opening.inquiry) emit(world, 'charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

const newDispute = (world: World, charge: Stripe.Charge, opening: Opening): Stripe.Dispute => ({
  id: newId('dp'),
  object: 'dispute',
  amount: opening.amount,
  balance_transactions: [],
  charge: charge.id,
  created: now(world),
  currency: charge.currency,
  enhanced_eligibility_types: [],
  evidence: { ...UNUSED_EVIDENCE, enhanced_evidence: {} },
  evidence_details: {
    due_by: now(world) + ANSWER_WITHIN,
    enhanced_eligibility: {},
    has_evidence: false,
    past_due: false,
    submission_count: 0,
    submission_method: 'not_submitted',
  },
  intended_submission_method: null,
  is_charge_refundable: opening.inquiry,
  livemode: false,
  metadata: {},
  network_reason_code: null,
  payment_intent: charge.payment_intent,
  reason: opening.reason,
  status: opening.inquiry ? 'warning_needs_response' : 'needs_response',
});

/** Won: the money comes back, the fee does not. Lost: nothing moves, it went when the dispute was opened. */
export function closeDispute(world: World, id: string, won: boolean): Stripe.Dispute {
  const dispute = get(world.disputes, id);
  const { status, amount, currency } = dispute;
  if (!/needs_response|under_review/.test(status)) throw invalid(`The dispute is ${status}: it is closed`);
  const inquiry = status.startsWith('warning_');
  dispute.status = inquiry ? 'warning_closed' : won ? 'won' : 'lost';
  if (won && !inquiry) {
    dispute.balance_transactions.push(move(world, { type: 'adjustment', amount, currency, source: id }));
    emit(world, 'charge.dispute.funds_reinstated', dispute);
  }
  emit(world, 'charge.dispute.closed', dispute, { status });
  return dispute;
}

const listParams = z.strictObject({
  ...paging,
  charge: text.optional(),
  created: when.optional(),
  payment_intent: text.optional(),
});

export const disputeCalls = [
  call('GET', '/v1/disputes/:id', z.strictObject(expand), (world, _given, id) => get(world.disputes, id)),
  call('GET', '/v1/disputes', listParams, (world, given) =>
    page(
      all(world, world.disputes).filter(
        (one) =>
          within(one.created, given.created) &&
          matches(given.charge, one.charge) &&
          matches(given.payment_intent, one.payment_intent),
      ),
      '/v1/disputes',
      given,
    ),
  ),
];
