/** What the provider says, in our words. Amounts are minor units, currencies ISO 4217. */

export interface IntentFact {
  readonly ref: string;
  /** Ours, as we gave it along; null of an intent that is not ours. */
  readonly paymentId: string | null;
  readonly amount: number;
  readonly currency: string;
  /** `open`: somebody has to do something first, such as confirm it. */
  readonly state: 'open' | 'processing' | 'succeeded' | 'cancelled';
  /** Why the last try to pay it came to nothing. */
  readonly failureCode: string | null;
}

export interface RefundFact {
  readonly ref: string;
  readonly paymentRef: string | null;
  /** Ours; null of one that was made at the provider itself. */
  readonly refundId: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly state: 'pending' | 'succeeded' | 'failed';
}

export interface DisputeFact {
  readonly ref: string;
  readonly paymentRef: string | null;
  readonly amount: number;
  readonly currency: string;
  /** `none`: a question of the bank that takes no money. */
  readonly state: 'open' | 'won' | 'lost' | 'none';
}

/**
 * A webhook, read. `refunds`: some of a payment changed, and have to be looked at; `subscription`: so it is with one or
 * its invoices, by the provider's id or ours.
 */
export type Fact =
  | { readonly kind: 'intent'; readonly intent: IntentFact }
  | { readonly kind: 'refund'; readonly refund: RefundFact }
  | { readonly kind: 'refunds'; readonly paymentRef: string }
  | { readonly kind: 'dispute'; readonly dispute: DisputeFact }
  | { readonly kind: 'subscription'; readonly ref: string; readonly subscriptionId: string | null };
