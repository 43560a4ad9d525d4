/** One of each letter with made-up facts, for the preview and for tests that ask something of all of them. */
import type { Content, FactsOf, Kind } from './letter.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const at = '2027-01-15T17:30:00.000Z';
const lesson = { title: 'Fractions <b>without</b> fear', startsAt: at };
const purchase = {
  purchaseId: '0193a000-0000-7000-8000-000000000001',
  lessons: [lesson],
  total: eur(123_456),
  fundedBy: 'card',
};
const payment = { paymentId: '0193a000-0000-7000-8000-000000000003', amount: eur(123_456) };
const subscribed = {
  ...{ subscriptionId: '0193a000-0000-7000-8000-000000000004', amount: eur(123_456) },
  ...{ startsAt: at, endsAt: '2027-02-15T17:30:00.000Z' },
};
const withdrawal = {
  withdrawalId: '0193a000-0000-7000-8000-000000000002',
  amount: eur(123_456),
  reason: 'The account is closed',
};
const invoice = {
  ...{ invoiceId: '0193a000-0000-7000-8000-000000000004', kind: 'invoice' as const },
  ...{ number: 'RC-2026-000017', total: eur(123_456), dueAt: at },
};

/** As a table, so that a kind without a sample does not compile. */
const facts: { readonly [K in Kind]: FactsOf[K] } = {
  'email-verification': { token: 'a-sample-token', expiresAt: at },
  'password-reset': { token: 'a-sample-token', expiresAt: at },
  'purchase-activated': purchase,
  'purchase-declined': { ...purchase, reason: 'insufficient-credit' },
  'purchase-expired': purchase,
  'purchase-cancelled': { ...purchase, refunded: eur(123_456) },
  refund: {
    ...{ lesson, refund: eur(123_456), paid: eur(123_456), reason: 'below-threshold', attended: 1_999 },
    bySubscription: false,
  },
  'under-review': { lesson },
  correction: {
    ...{ lesson, of: 'student', before: eur(123_456), after: eur(0), price: eur(123_456) },
    bySubscription: false,
  },
  'dispute-opened': { lesson, by: 'student' },
  'dispute-resolved': {
    ...{ lesson, of: 'student', part: eur(123_456), price: eur(123_456) },
    ...{ anew: true, bySubscription: false },
  },
  settled: { lesson, counts: { released: 2, refunded: 1, review: 0 }, earned: [eur(123_456)] },
  reminder: { lesson, durationMinutes: 60 },
  'withdrawal-requested': withdrawal,
  'withdrawal-approved': withdrawal,
  'withdrawal-processing': withdrawal,
  'withdrawal-completed': withdrawal,
  'withdrawal-returned': withdrawal,
  'withdrawal-failed': withdrawal,
  'withdrawal-rejected': withdrawal,
  'withdrawal-cancelled': withdrawal,
  'payment-received': { ...payment, purpose: 'topup' },
  'payment-failed': payment,
  'payment-refunded': payment,
  'payment-refund-failed': payment,
  'subscription-started': subscribed,
  'subscription-renewed': subscribed,
  'subscription-past-due': subscribed,
  'subscription-cancelled': subscribed,
  'subscription-expired': subscribed,
  'invoice-issued': invoice,
  'invoice-paid': invoice,
  'invoice-overdue': invoice,
  'invoice-voided': invoice,
  'bank-account-changed': { last4: '3000' },
  'debt-opened': { amount: eur(123_456), cause: 'chargeback' },
  'debt-repaid': { amount: eur(123_456), cause: 'refund' },
};

export const samples: readonly Content[] = Object.entries(facts).map(
  ([kind, own]) => ({ kind, facts: own }) as Content,
);
