/**
 * What was paid or given back by card has its document: drafted in the transaction of that fact, once, and issued by the
 * clock within a second or two. The number's lock and a name not heard of yet so hold up no money.
 */
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import type { PaidPeriod } from '../domain/invoice.js';
import type { Payment } from '../domain/payment.js';
import { addInvoice, documentOf, type NewInvoice } from '../store/invoices.js';

const BOUGHT: Readonly<Record<Payment['purpose'], string>> = {
  topup: 'Credits for lessons',
  course: 'Credits for a course',
  session: 'Credits for a lesson',
};

type Paid = Pick<Payment, 'id' | 'userId' | 'purpose' | 'amount' | 'currency' | 'succeededAt'>;

/** The invoice of a payment that has succeeded; there is one, however often this is called. */
export async function invoicePayment(work: Work, payment: Paid): Promise<void> {
  const { id: paymentId, userId, currency, amount, purpose } = payment;
  await draft(work, {
    ...{ kind: 'invoice', userId, currency, amount, paymentId },
    ...{ description: BOUGHT[purpose], happenedAt: payment.succeededAt },
  });
}

/** The invoice of a paid period of a subscription; there is one, however often this is called. */
export async function invoicePeriod(work: Work, period: PaidPeriod): Promise<void> {
  const { subscriptionId, userId, planName, startsAt, endsAt, paid: amount, currency } = period;
  if (amount === 0) return;
  const day = (at: Date) => at.toISOString().slice(0, 10);
  await draft(work, {
    ...{ kind: 'invoice', userId, currency, amount, subscriptionId, periodStart: startsAt },
    ...{ description: `${planName}, ${day(startsAt)} to ${day(endsAt)}`, happenedAt: period.paidAt },
  });
}

interface Given {
  readonly id: string;
  readonly amount: number;
}

/** The credit note of a refund that was made. A payment of before there were invoices gets its invoice first. */
export async function creditRefund(work: Work, payment: Paid, refund: Given): Promise<void> {
  await invoicePayment(work, payment);
  const invoice = await documentOf(work.tx, { payment_id: payment.id });
  await draftCorrecting(work, payment, {
    ...{ kind: 'credit_note', refund, corrects: invoice?.id, description: 'Money back to your card' },
  });
}

/** A refund that was made and came to nothing after all: its credit note is taken back, the money being credits again. */
export async function correctRefund(work: Work, payment: Paid, refund: Given): Promise<void> {
  await creditRefund(work, payment, refund);
  const note = await documentOf(work.tx, { refund_id: refund.id });
  await draftCorrecting(work, payment, {
    ...{ kind: 'correction', refund, corrects: note?.id },
    description: 'A refund that your bank sent back: it is credits again',
  });
}

type Billed = Pick<PaidPeriod, 'subscriptionId' | 'userId' | 'startsAt' | 'currency'>;

/** The credit note of what was refunded of a period. */
export async function creditPeriod(work: Work, period: Billed, refund: Given): Promise<void> {
  const { subscriptionId: subscription_id, startsAt: period_start } = period;
  const invoice = await documentOf(work.tx, { subscription_id, period_start });
  await draftCorrecting(work, period, {
    ...{ kind: 'credit_note', refund, corrects: invoice?.id, description: 'Money back to your card' },
  });
}

/** The refund of a period came to nothing after all: its credit note is taken back, the period being paid again. */
export async function correctPeriod(work: Work, period: Billed, refund: Given): Promise<void> {
  const note = await documentOf(work.tx, { refund_id: refund.id });
  await draftCorrecting(work, period, {
    ...{ kind: 'correction', refund, corrects: note?.id, description: 'A refund that your bank sent back' },
  });
}

interface Correcting {
  readonly kind: 'credit_note' | 'correction';
  readonly refund: Given;
  readonly corrects: string | undefined;
  readonly description: string;
}

async function draftCorrecting(
  work: Work,
  billed: Paid | Billed,
  { kind, refund, corrects, description }: Correcting,
): Promise<void> {
  if (corrects === undefined) throw new Error(`refund ${refund.id} has nothing to correct`);
  const { userId, currency } = billed;
  const about =
    'id' in billed
      ? { paymentId: billed.id }
      : { subscriptionId: billed.subscriptionId, periodStart: billed.startsAt };
  await draft(work, {
    ...{ kind, userId, currency, ...about },
    ...{ amount: refund.amount, refundId: refund.id, corrects, description, happenedAt: null },
  });
}

interface Draft
  extends Pick<NewInvoice, 'kind' | 'userId' | 'currency' | 'paymentId' | 'refundId' | 'corrects'> {
  readonly subscriptionId?: string;
  readonly periodStart?: Date;
  readonly amount: number;
  readonly description: string;
  /** null: now. */
  readonly happenedAt: Date | null;
}

async function draft(work: Work, { amount, description, happenedAt, ...what }: Draft): Promise<void> {
  await addInvoice(work.tx, {
    ...what,
    ...{ id: newId(), subtotal: amount, discount: 0, total: amount, note: null, country: null, dueDays: 0 },
    ...{ items: [{ description, quantity: 1, unitPrice: amount }], at: work.now, issueAt: work.now },
    happenedAt: happenedAt ?? work.now,
  });
}
