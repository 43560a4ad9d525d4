/** What can be asked of invoices: https://docs.stripe.com/api/invoices. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { invalid, Refusal } from '../errors.js';
import { bool, expand, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, type World } from '../world.js';
import { attempt, defaultMethod, markPaid, openIntent, voidInvoice } from './invoices.js';

const payParams = z.strictObject({
  ...expand,
  off_session: bool.optional(),
  paid_out_of_band: bool.optional(),
  payment_method: text.optional(),
});

/** @throws Refusal 402 when the card says no, 400 when there is nothing to pay or nothing to pay with. */
function pay(world: World, given: z.output<typeof payParams>, id: string): Stripe.Invoice {
  const invoice = get(world.invoices, id);
  if (invoice.status !== 'open') throw invalid(`The invoice is ${invoice.status}, so it can not be paid`);
  if (given.paid_out_of_band) {
    markPaid(world, invoice, invoice.amount_due);
    return invoice;
  }
  if (
    given.payment_method &&
    get(world.methods, given.payment_method, 'payment_method').customer !== invoice.customer
  )
    throw invalid("The payment method is not the customer's", { param: 'payment_method' });
  const method = given.payment_method ?? defaultMethod(world, invoice);
  if (method === undefined)
    throw invalid('The customer has no default payment method', { code: 'resource_missing' });
  attempt(world, invoice, { method, offSession: given.off_session ?? true });
  if ((invoice.status as string) === 'paid') return invoice;
  const intent = openIntent(world, invoice);
  const { type: _type, ...why } = intent.last_payment_error ?? { type: '' };
  throw new Refusal(402, {
    type: 'card_error',
    code: why.code ?? 'invoice_payment_intent_requires_action',
    ...(why.decline_code && { decline_code: why.decline_code }),
    message: why.message ?? 'The card holder has to authenticate.',
    payment_intent: structuredClone(intent),
  });
}

const listParams = z.strictObject({
  ...paging,
  created: when.optional(),
  customer: text.optional(),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']).optional(),
  subscription: text.optional(),
});

export const invoiceCalls = [
  call('GET', '/v1/invoices/:id', z.strictObject(expand), (world, _given, id) => get(world.invoices, id)),
  call('POST', '/v1/invoices/:id/pay', payParams, pay),
  call('POST', '/v1/invoices/:id/void', z.strictObject(expand), (world, _given, id) =>
    voidInvoice(world, get(world.invoices, id)),
  ),
  call('GET', '/v1/invoices', listParams, (world, given) =>
    page(
      all(world, world.invoices).filter(
        (one) =>
          within(one.created, given.created) &&
          matches(given.customer, one.customer) &&
          matches(given.status, one.status) &&
          matches(given.subscription, one.parent?.subscription_details?.subscription),
      ),
      '/v1/invoices',
      given,
    ),
  ),
];
