/** The stand-in, the real SDK and a ledger of the test's own making, whose entries are taken as the stream's are. */
import { createHash } from 'node:crypto';
import { canonicalOf, GENESIS, type LedgerTransfer, type Tip } from '@rollcall/contracts/ledger';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { quietLog, testDatabase } from '@rollcall/kit/testing';
import { startStripeStandIn } from '@rollcall/stripe-stand-in';
import Stripe from 'stripe';
import { createProvider } from '../src/provider.js';
import type { Auditor } from '../src/use-cases/auditor.js';
import { endReached, takeEntries } from '../src/use-cases/take-entries.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const DAY = 86_400_000;

export interface Written {
  readonly reference: string;
  readonly type?: string;
  /** Above 0: into our hands by card. */
  readonly amount: number;
  readonly currency?: string;
  readonly at?: Date;
}

/** Messages of the stream, chained. */
export function ledgerOf(tip: Tip = GENESIS) {
  let { seq, hash } = tip;
  return {
    next: ({ reference, type = 'deposit', amount, currency = 'USD', at = new Date() }: Written): Buffer => {
      const [card, user] = ['card-clearing', `credits:${newId()}`];
      const transfers: LedgerTransfer[] =
        amount > 0
          ? [{ from: card, to: user, amount, currency }]
          : [{ from: user, to: card, amount: -amount, currency }];
      const facts = {
        id: newId(),
        type,
        at: at.toISOString(),
        reference,
        actorId: null,
        description: null,
        transfers,
      };
      const previousHash = hash;
      seq += 1;
      hash = sha256(canonicalOf(previousHash, seq, facts));
      return Buffer.from(
        JSON.stringify({ data: { seq, ...facts, previousHash, hash, sealedAt: at.toISOString() } }),
      );
    },
  };
}

/** One database, the stand-in and a clock that is ahead of what it does by as much as a test says. */
export async function openBooks() {
  const { db, close } = await testDatabase(new URL('../migrations/', import.meta.url));
  const cards = await startStripeStandIn();
  const access = { STRIPE_SECRET_KEY: 'sk_test_books', STRIPE_API_BASE: cards.url };
  const provider = createProvider(access, { timeout: 500 });
  const { hostname: host, port } = new URL(cards.url);
  const stripe = new Stripe('sk_test_books', { host, port, protocol: 'http', telemetry: false });
  let ahead = 3_600_000;
  const clock = () => new Date(Date.now() + ahead);
  const auditor: Auditor = {
    db,
    books: provider.books,
    log: quietLog,
    clock,
    settleSeconds: 900,
    patience: 0,
  };
  const ledger = ledgerOf();
  const write = (...entries: Written[]) =>
    takeEntries(
      db,
      entries.map((one) => ledger.next(one)),
    );

  /** A payment that succeeded, at both ends unless the ledger is to know nothing of it. */
  const paid = async (amount = 2500, { known = true } = {}) => {
    const id = newId();
    const intent = await stripe.paymentIntents.create({
      ...{ amount, currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
      allowed_payment_method_types: ['card'],
    });
    const charge = String(intent.latest_charge);
    await addPayment(db, { id, amount, ref: intent.id });
    if (known) await write({ reference: `payment:${id}`, amount });
    return { id, ref: intent.id, charge, reference: `payment:${id}` };
  };
  return {
    ...{ db, cards, stripe, auditor, clock, ledger, write, paid },
    /** A refund that we know of. */
    refunded: async (payment: { id: string; ref: string }, amount: number) => {
      const { id: ref } = await stripe.refunds.create({ payment_intent: payment.ref, amount });
      const id = newId();
      await addRefund(db, { id, payment: payment.id, amount, ref });
      await write({ reference: `card-refund:${id}`, type: 'refund', amount: -amount });
      return { id, ref, reference: `card-refund:${id}` };
    },
    /** A dispute that we know of. */
    disputed: async (payment: { id: string; ref: string }, amount: number) => {
      const { id: ref } = cards.control.dispute({ paymentIntent: payment.ref, amount });
      const id = newId();
      const row = {
        id,
        payment_id: payment.id,
        provider_ref: ref,
        amount,
        status: 'open',
        opened_at: new Date(),
      };
      await db('disputes').insert(row);
      await write({ reference: `dispute:${id}`, type: 'chargeback', amount: -amount });
      return { id, ref, reference: `dispute:${id}` };
    },
    /**
     * A subscription whose first period is paid at both ends, unless the ledger is to know nothing of it, and as many more before it as
     * are said, which the provider never charged.
     */
    subscribed: async (amount = 4000, { known = true, uncharged = 0 } = {}) => {
      const there = await subscribeThere(stripe, amount);
      const id = newId();
      await addSubscription(db, { id, amount });
      const startsAt = new Date();
      const period = { subscription_id: id, paid: amount };
      await db('subscription_periods').insert([
        {
          ...{ ...period, starts_at: startsAt, ends_at: new Date(startsAt.getTime() + 30 * DAY) },
          ...{ provider_ref: there.invoice, payment_ref: there.payment },
        },
        ...Array.from({ length: uncharged }, (_, n) => ({
          ...{ ...period, starts_at: new Date(startsAt.getTime() - (n + 1) * DAY) },
          ...{ ends_at: new Date(startsAt.getTime() - n * DAY), provider_ref: `in_none_${id}_${n}` },
        })),
      ]);
      const reference = `subscription:${id}`;
      if (known) await write({ reference, type: 'subscription', amount });
      return { id, ...there, startsAt, reference };
    },
    /** What went back of a period and we know of: the provider's object and its row here. */
    takenBack: async (
      kind: 'refund' | 'dispute',
      { id: subscription_id, payment, startsAt }: { id: string; payment: string; startsAt: Date },
      { amount, known = true, at = new Date() }: { amount: number; known?: boolean; at?: Date },
    ) => {
      const { id: ref } = cards.control[kind]({ paymentIntent: payment, amount });
      const row = { id: newId(), subscription_id, period_start: startsAt, provider_ref: ref, amount };
      if (kind === 'refund')
        await db('refunds').insert({ ...row, status: 'succeeded', requested_here: false, created_at: at });
      else await db('disputes').insert({ ...row, status: 'open', opened_at: at });
      const reference = `${kind === 'refund' ? 'card-refund' : 'dispute'}:${row.id}`;
      if (known) await write({ reference, type: 'refund', amount: -amount, at });
      return { id: row.id, ref, reference };
    },
    /** The end of the stream was reached. */
    read: (until = clock()) => endReached(db, until),
    setAhead: (milliseconds: number) => {
      ahead = milliseconds;
    },
    close: async () => {
      provider.close();
      await cards.stop();
      await close();
    },
  };
}

export type Books = Awaited<ReturnType<typeof openBooks>>;

async function addPayment(db: Database, { id, amount, ref }: { id: string; amount: number; ref: string }) {
  await db('payments').insert({
    ...{ id, user_id: newId(), purpose: 'topup', amount, currency: 'USD', status: 'succeeded' },
    ...{ provider_ref: ref, succeeded_at: new Date(), created_at: new Date() },
  });
}

async function addRefund(
  db: Database,
  { id, payment, amount, ref }: { id: string; payment: string; amount: number; ref: string },
) {
  await db('refunds').insert({
    ...{ id, payment_id: payment, amount, status: 'succeeded', requested_here: true },
    ...{ provider_ref: ref, created_at: new Date() },
  });
}

/** A subscription at the provider, its first period paid. */
async function subscribeThere(stripe: Stripe, amount: number) {
  const customer = await stripe.customers.create();
  const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
  const product = await stripe.products.create({ name: 'Four lessons' });
  const price = await stripe.prices.create({
    ...{ product: product.id, currency: 'usd', unit_amount: amount, recurring: { interval: 'month' } },
  });
  const { id: subscription, latest_invoice: latest } = await stripe.subscriptions.create({
    ...{ customer: customer.id, items: [{ price: price.id }], default_payment_method: card.id },
    expand: ['latest_invoice.payments'],
  });
  const { id: invoice, payments } = latest as Stripe.Invoice;
  const payment = String(payments?.data[0]?.payment.payment_intent);
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(payment);
  return { subscription, invoice: String(invoice), payment, charge: String(charge) };
}

async function addSubscription(db: Database, { id, amount }: { id: string; amount: number }) {
  const [planId, methodId, userId, now] = [newId(), newId(), newId(), new Date()];
  await db('payment_methods').insert({
    id: methodId,
    user_id: userId,
    given: 'pm_card_visa',
    created_at: now,
  });
  await db('plans').insert({
    ...{ id: planId, name: 'Four lessons', slug: `four-${planId}`, price: amount, currency: 'USD' },
    ...{ interval: 'month', lessons_per_month: 4, provider_price_id: `price_${planId}`, created_at: now },
  });
  await db('subscriptions').insert({
    ...{
      id,
      user_id: userId,
      plan_id: planId,
      method_id: methodId,
      status: 'active',
      provider_ref: `sub_${id}`,
    },
    ...{ lessons_per_month: 4, max_lesson_price: 1000, price: amount, currency: 'USD', interval: 'month' },
    ...{ provider_price_id: `price_${planId}`, created_at: now },
    ...{ current_period_start: now, current_period_end: new Date(now.getTime() + 30 * DAY) },
  });
}
