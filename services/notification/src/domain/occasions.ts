/** What is written about, to whom, and when nothing is: one function an event. Pure; what a letter needs is looked up by its caller. */
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type {
  invoiceIssued,
  invoiceOverdue,
  invoicePaid,
  invoiceVoided,
  paymentFailed,
  paymentRefunded,
  paymentSucceeded,
  subscriptionStarted,
} from '@rollcall/contracts/events/billing';
import type { purchaseActivated } from '@rollcall/contracts/events/enrollment';
import type { passwordResetRequested } from '@rollcall/contracts/events/identity';
import type {
  disputeOpened,
  disputeResolved,
  holdCorrected,
  holdRefunded,
  holdUnderReview,
  sessionSettled,
} from '@rollcall/contracts/events/settlement';
import type {
  bankAccountChanged,
  debtOpened,
  debtRepaid,
  withdrawalRequested,
} from '@rollcall/contracts/events/wallet';
import type { Content, Lesson } from './letter.js';

/** A letter to be: the rest of it is what its reader and its lessons are called. */
export interface Plan {
  /** The same news said by two events has the same name, and is one letter. */
  readonly about: string;
  /** A user's id, or the teacher of a session. */
  readonly to: string | { readonly teacherOf: string };
  readonly sessionIds: readonly string[];
  /** Of a hold, the purchase it is of: by subscription, a lesson comes back and no money. */
  readonly purchaseId?: string;
  /** Given the lessons of `sessionIds`, in that order, and whether `purchaseId` was paid for by subscription. */
  readonly content: (lessons: readonly Lesson[], bySubscription: boolean) => Content;
  /** Where the event names the reader itself: he may have an address that nothing else was sent to yet. */
  readonly address?: { readonly email: string; readonly name: string; readonly locale: string };
  /** ISO 8601: of no use after this. */
  readonly expiresAt?: string;
}

type Heard<Type> = Envelope<DataOf<Type>>;
type Purchased = Heard<typeof purchaseActivated>;
type Secret = Heard<typeof passwordResetRequested>;

/** A list of at least the one lesson that was asked for. */
const only = (lessons: readonly Lesson[]): Lesson => lessons[0] as Lesson;

export const secretLetter =
  (kind: 'email-verification' | 'password-reset') =>
  ({ id, data: { userId, email, displayName, locale, token, expiresAt } }: Secret): Plan[] => [
    {
      about: `${kind}/${id}`,
      to: userId,
      sessionIds: [],
      content: () => ({ kind, facts: { token, expiresAt } }),
      address: { email, name: displayName, locale },
      expiresAt,
    },
  ];

/** A purchase may be given up in parts, so what was cancelled is told by version. */
const aboutPurchase = ({ data: { purchaseId, version } }: Purchased, what: string): string =>
  `purchase/${purchaseId}/${what}${what === 'cancelled' ? `/${version}` : ''}`;

const purchaseLetter =
  (what: string, contentOf: (lessons: readonly Lesson[], data: Purchased['data']) => Content) =>
  (event: Purchased): Plan[] => [
    {
      about: aboutPurchase(event, what),
      to: event.data.studentId,
      sessionIds: event.data.sessionIds,
      content: (lessons) => contentOf(lessons, event.data),
    },
  ];

export const purchaseMade = purchaseLetter('activated', (lessons, { purchaseId, total, fundedBy }) => ({
  kind: 'purchase-activated',
  facts: { purchaseId, lessons, total, fundedBy },
}));
export const purchaseRefused = purchaseLetter(
  'declined',
  (lessons, { purchaseId, total, fundedBy, reason }) => ({
    kind: 'purchase-declined',
    facts: { purchaseId, lessons, total, fundedBy, reason },
  }),
);
export const purchaseGivenUp = purchaseLetter('expired', (lessons, { purchaseId, total, fundedBy }) => ({
  kind: 'purchase-expired',
  facts: { purchaseId, lessons, total, fundedBy },
}));
export const purchaseUndone = purchaseLetter(
  'cancelled',
  (lessons, { purchaseId, total, fundedBy, refunded }) => ({
    kind: 'purchase-cancelled',
    facts: { purchaseId, lessons, total, fundedBy, refunded },
  }),
);

/**
 * To the student, of a refund and of the part of a split that comes back. What the student cancelled is told in one letter
 * for the whole cancellation, and of nothing there is nothing to tell, but that a free lesson will not take place.
 */
export function refunded({ data }: Heard<typeof holdRefunded>): Plan[] {
  const { holdId, decisionVersion, sessionId, studentId, purchaseId } = data;
  const { refund, amount, reason, attendance } = data;
  if (reason === 'cancelled' || (refund.amount === 0 && reason !== 'session-cancelled')) return [];
  const attended = reason === 'below-threshold' ? (attendance?.percentBasisPoints ?? null) : null;
  return [
    {
      about: `hold/${holdId}/${decisionVersion}`,
      to: studentId,
      ...{ sessionIds: [sessionId], purchaseId },
      content: (lessons, bySubscription) => ({
        kind: 'refund',
        facts: { lesson: only(lessons), refund, paid: amount, reason, attended, bySubscription },
      }),
    },
  ];
}

/** Each time anew: an amendment of its attendance may bring a hold that has ended, or was reviewed before, to a person again. */
export const inDoubt = ({
  id,
  data: { holdId, sessionId, studentId },
}: Heard<typeof holdUnderReview>): Plan[] => [
  {
    about: `hold/${holdId}/review/${id}`,
    to: studentId,
    sessionIds: [sessionId],
    content: (lessons) => ({ kind: 'under-review', facts: { lesson: only(lessons) } }),
  },
];

/** To each of the two whose part has changed. */
export function corrected({ data }: Heard<typeof holdCorrected>): Plan[] {
  const { holdId, decisionVersion, sessionId, studentId, teacherId, purchaseId, from, to } = data;
  const price = data.amount;
  const parts = [
    { of: 'student', user: studentId, before: from.refund, after: to.refund },
    { of: 'teacher', user: teacherId, before: from.teacher, after: to.teacher },
  ] as const;
  return parts
    .filter(({ before, after }) => before.amount !== after.amount)
    .map(({ of, user, before, after }) => ({
      about: `hold/${holdId}/${decisionVersion}`,
      to: user,
      ...{ sessionIds: [sessionId], purchaseId },
      content: (lessons, bySubscription) => ({
        kind: 'correction',
        facts: { lesson: only(lessons), of, before, after, price, bySubscription },
      }),
    }));
}

/** To the other one: who opened it was told at once. */
export const disputed = ({ data }: Heard<typeof disputeOpened>): Plan[] => [
  {
    about: `dispute/${data.disputeId}`,
    to: data.openedBy === 'student' ? data.teacherId : data.studentId,
    sessionIds: [data.sessionId],
    content: (lessons) => ({ kind: 'dispute-opened', facts: { lesson: only(lessons), by: data.openedBy } }),
  },
];

/** To both, each with his part of what stands now. */
export const disputeDecided = ({ data }: Heard<typeof disputeResolved>): Plan[] =>
  (
    [
      { of: 'student', user: data.studentId, part: data.refund },
      { of: 'teacher', user: data.teacherId, part: data.teacher },
    ] as const
  ).map(({ of, user, part }) => ({
    about: `dispute/${data.disputeId}`,
    to: user,
    ...{ sessionIds: [data.sessionId], purchaseId: data.purchaseId },
    content: (lessons, bySubscription) => ({
      kind: 'dispute-resolved',
      facts: { lesson: only(lessons), of, part, price: data.amount, anew: data.decidedAnew, bySubscription },
    }),
  }));

/** To the teacher: one letter a lesson and change of it, not one a student. Of a lesson nobody bought there is none. */
export function settled({ id, aggregateversion, data }: Heard<typeof sessionSettled>): Plan[] {
  const { sessionId, counts, totals } = data;
  if (counts.released + counts.refunded + counts.review === 0) return [];
  const earned = totals.map(({ teacher }) => teacher).filter(({ amount }) => amount > 0);
  return [
    {
      about: `session/${sessionId}/settled/${aggregateversion ?? id}`,
      to: { teacherOf: sessionId },
      sessionIds: [sessionId],
      content: (lessons) => ({ kind: 'settled', facts: { lesson: only(lessons), counts, earned } }),
    },
  ];
}

export const withdrawalLetter =
  (what: Extract<Content['kind'], `withdrawal-${string}`>) =>
  ({ data: { withdrawalId, teacherId, amount, reason } }: Heard<typeof withdrawalRequested>): Plan[] => [
    {
      about: `withdrawal/${withdrawalId}`,
      to: teacherId,
      sessionIds: [],
      content: () => ({ kind: what, facts: { withdrawalId, amount, reason } }),
    },
  ];

export const bankChanged = ({ id, data }: Heard<typeof bankAccountChanged>): Plan[] => [
  {
    about: `bank-account/${id}`,
    to: data.teacherId,
    sessionIds: [],
    content: () => ({ kind: 'bank-account-changed', facts: { last4: data.last4 } }),
  },
];

export const debtLetter =
  (kind: 'debt-opened' | 'debt-repaid') =>
  ({ id, data: { userId, amount, cause } }: Heard<typeof debtOpened> | Heard<typeof debtRepaid>): Plan[] => [
    { about: `debt/${id}`, to: userId, sessionIds: [], content: () => ({ kind, facts: { amount, cause } }) },
  ];

export const paid = ({
  data: { paymentId, userId, amount, purpose },
}: Heard<typeof paymentSucceeded>): Plan[] => [
  {
    ...{ about: `payment/${paymentId}/received`, to: userId, sessionIds: [] },
    content: () => ({ kind: 'payment-received', facts: { paymentId, amount, purpose } }),
  },
];

/** Once a payment, however often it was tried in vain: who pays sees each try himself. */
export const notPaid = ({ data: { paymentId, userId, amount } }: Heard<typeof paymentFailed>): Plan[] => [
  {
    ...{ about: `payment/${paymentId}/failed`, to: userId, sessionIds: [] },
    content: () => ({ kind: 'payment-failed', facts: { paymentId, amount } }),
  },
];

export const cardRefund =
  (kind: 'payment-refunded' | 'payment-refund-failed') =>
  ({ data: { refundId, paymentId, userId, amount } }: Heard<typeof paymentRefunded>): Plan[] => [
    {
      ...{ about: `card-refund/${refundId}`, to: userId, sessionIds: [] },
      content: () => ({ kind, facts: { paymentId, amount } }),
    },
  ];

type InvoiceNews = Omit<DataOf<typeof invoiceOverdue>, 'dueAt'> & { readonly dueAt?: string | null };

/** Unique by the letter's kind: of one invoice each piece of news is told once. */
const aboutInvoice = (
  kind: 'invoice-issued' | 'invoice-paid' | 'invoice-overdue' | 'invoice-voided',
  { invoiceId, kind: document, userId, number, total, dueAt = null }: InvoiceNews,
): Plan[] => [
  {
    ...{ about: `invoice/${invoiceId}`, to: userId, sessionIds: [] },
    content: () => ({ kind, facts: { invoiceId, kind: document, number, total, dueAt } }),
  },
];

/** Of a period once each, and of its end once: a period that is paid late has both, and the receipt is the news. */
export const subscriptionLetter =
  (kind: Extract<Content['kind'], `subscription-${string}`>) =>
  ({ data: { subscriptionId, userId, amount, period } }: Heard<typeof subscriptionStarted>): Plan[] => [
    {
      ...{ about: `subscription/${subscriptionId}/${period.startsAt}`, to: userId, sessionIds: [] },
      content: () => ({ kind, facts: { subscriptionId, amount, ...period } }),
    },
  ];
export const invoiced = ({ data }: Heard<typeof invoiceIssued>): Plan[] =>
  aboutInvoice('invoice-issued', data);
export const invoiceLate = ({ data }: Heard<typeof invoiceOverdue>): Plan[] =>
  aboutInvoice('invoice-overdue', data);
export const invoiceCalledBack = ({ data }: Heard<typeof invoiceVoided>): Plan[] =>
  aboutInvoice('invoice-voided', data);

/** What was paid by card has its receipt, and its invoice says so. */
export const invoiceSettled = ({ data }: Heard<typeof invoicePaid>): Plan[] =>
  data.byHand ? aboutInvoice('invoice-paid', data) : [];
