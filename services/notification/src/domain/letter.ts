/** What letters there are, and the facts each is made of. Amounts are minor units, times ISO 8601 in UTC. */
import type { Money } from '@rollcall/contracts/money';

/** Who reads it, and how he wants it. `locale` and `timeZone` are as the user set them, not yet known to be good. */
export interface Reader {
  readonly name: string;
  readonly locale: string;
  readonly timeZone: string;
}

export interface Lesson {
  readonly title: string;
  readonly startsAt: string;
}

/** The token stays sealed until the letter is composed. */
interface Secret {
  readonly token: string;
  readonly expiresAt: string;
}

interface Purchase {
  /** credits, card or subscription. */
  readonly fundedBy: string;
  readonly purchaseId: string;
  readonly lessons: readonly Lesson[];
  readonly total: Money;
}

interface Withdrawal {
  readonly withdrawalId: string;
  readonly amount: Money;
  /** The admin's words, where there are any. */
  readonly reason: string | null;
}

interface Payment {
  readonly paymentId: string;
  readonly amount: Money;
}

interface Subscribed {
  readonly subscriptionId: string;
  /** What was paid for the period; of one that is past due, what is due for it. */
  readonly amount: Money;
  readonly startsAt: string;
  readonly endsAt: string;
}

interface Debt {
  readonly amount: Money;
  readonly cause: string;
}

interface Invoice {
  readonly invoiceId: string;
  readonly kind: 'invoice' | 'credit_note' | 'correction';
  readonly number: string;
  readonly total: Money;
  /** When it is to be paid by; null where nothing is. */
  readonly dueAt: string | null;
}

/** The one list of letters: a new kind is a row here, its words in each language, and what it answers in occasions.ts. */
export interface FactsOf {
  'email-verification': Secret;
  'password-reset': Secret;
  /** A purchase that went through; also the receipt for the credits it took. */
  'purchase-activated': Purchase;
  'purchase-declined': Purchase & { readonly reason: string | null };
  'purchase-expired': Purchase;
  'purchase-cancelled': Purchase & { readonly refunded: Money };
  refund: {
    readonly lesson: Lesson;
    readonly refund: Money;
    readonly paid: Money;
    readonly reason: string;
    /** Percent of the lesson attended, in basis points; null where attendance was not the reason. */
    readonly attended: number | null;
    /** A lesson comes back, where all of it does, and no money. */
    readonly bySubscription: boolean;
  };
  'under-review': { readonly lesson: Lesson };
  /** What the student got back, or the teacher earned. */
  correction: {
    readonly lesson: Lesson;
    readonly of: 'student' | 'teacher';
    readonly before: Money;
    readonly after: Money;
    readonly price: Money;
    readonly bySubscription: boolean;
  };
  /** To the other party: who it was that opened it. */
  'dispute-opened': { readonly lesson: Lesson; readonly by: 'student' | 'teacher' };
  /** What the student gets back, or the teacher earned, by the decision that stands. */
  'dispute-resolved': {
    readonly lesson: Lesson;
    readonly of: 'student' | 'teacher';
    readonly part: Money;
    readonly price: Money;
    /** Whether an admin decided anew; false where all stays as it was. */
    readonly anew: boolean;
    readonly bySubscription: boolean;
  };
  settled: {
    readonly lesson: Lesson;
    readonly counts: { readonly released: number; readonly refunded: number; readonly review: number };
    readonly earned: readonly Money[];
  };
  reminder: { readonly lesson: Lesson; readonly durationMinutes: number };
  'withdrawal-requested': Withdrawal;
  'withdrawal-approved': Withdrawal;
  'withdrawal-processing': Withdrawal;
  'withdrawal-completed': Withdrawal;
  'withdrawal-returned': Withdrawal;
  'withdrawal-failed': Withdrawal;
  'withdrawal-rejected': Withdrawal;
  'withdrawal-cancelled': Withdrawal;
  /** The receipt for a payment by card. */
  'payment-received': Payment & { readonly purpose: string };
  'payment-failed': Payment;
  'payment-refunded': Payment;
  /** The money is credits again. */
  'payment-refund-failed': Payment;
  /** The receipt for the first period, or the beginning of a trial, of which nothing was paid. */
  'subscription-started': Subscribed;
  'subscription-renewed': Subscribed;
  'subscription-past-due': Subscribed;
  /** The period is the last that was paid. */
  'subscription-cancelled': Subscribed;
  'subscription-expired': Subscribed;
  'invoice-issued': Invoice;
  'invoice-paid': Invoice;
  'invoice-overdue': Invoice;
  'invoice-voided': Invoice;
  'bank-account-changed': { readonly last4: string | null };
  'debt-opened': Debt;
  'debt-repaid': Debt;
}

export type Kind = keyof FactsOf;

/** A letter's content, as its row keeps it until it is sent. */
export type Content = { [K in Kind]: { readonly kind: K; readonly facts: FactsOf[K] } }[Kind];

/** What the words of a language are given to write amounts, times and shares with, as the reader is used to them. */
export interface Show {
  money(value: Money): string;
  moment(at: string): string;
  /** Of basis points, rounded down to a tenth: 1999 is 19.9 %, never the 20 that it is not. */
  share(basisPoints: number): string;
}

/** A letter before it is text or HTML. Everything in it is plain text. */
export interface Draft {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Things named with their value, such as lessons with their times. */
  readonly rows?: readonly (readonly [name: string, value: string])[];
  /** A link to this place of the web app. */
  readonly action?: { readonly label: string; readonly path: string };
  readonly closing?: readonly string[];
}

/** Every letter in one language: what is missing here does not compile. */
export interface Words {
  /** null: a letter that names nobody. */
  readonly greeting: (name: string | null) => string;
  readonly farewell: string;
  readonly letters: { readonly [K in Kind]: (facts: FactsOf[K], show: Show) => Draft };
}

/** Whether a lesson by subscription is the student's again, or was used: of a part that came back its teacher was paid the rest. */
export const standingOf = (back: Money, price: Money): 'back' | 'used' =>
  back.amount === price.amount ? 'back' : 'used';
