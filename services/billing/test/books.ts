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
