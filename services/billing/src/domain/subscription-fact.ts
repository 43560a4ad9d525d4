/** What the provider says of a subscription, in our words. Amounts are minor units, currencies ISO 4217. */

export interface Period {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** A period that is paid, by one invoice of the provider's. */
export interface PaidPeriod extends Period {
  readonly invoiceRef: string;
  readonly paid: number;
  readonly currency: string;
  /** null where it is not told. */
  readonly paidAt: Date | null;
  /** The provider's payment, of which what goes back is told; null where there is none, or it is not known. */
  readonly paymentRef: string | null;
}

export interface SubscriptionFact {
  readonly ref: string;
  /** Ours, as we gave it along; null of one that is not ours. */
  readonly subscriptionId: string | null;
  /** `incomplete`: its first payment is not made; `never`: nor will it be; `over`: it was, and is no more. */
  readonly state: 'incomplete' | 'never' | 'trialing' | 'active' | 'past_due' | 'over';
  /** Of one that is over: somebody asked for it. Else it was not paid. */
  readonly isAsked: boolean;
  readonly endedAt: Date | null;
  readonly trialEnd: Date | null;
  readonly cancelAtPeriodEnd: boolean;
  /** Of a first payment: the provider's code of why it came to nothing. */
  readonly declined: string | null;
  /** By what the payer's browser confirms a payment, or the card for later ones; null where nothing is to be confirmed. */
  readonly clientSecret: string | null;
  /** Of one that is past due: the period that is not paid, and what is due for it. */
  readonly due: (Period & { readonly amount: number }) | null;
  /** Its newest invoice waits to be paid: who has the link can pay it. */
  readonly hasOpenInvoice: boolean;
  /** The newest paid ones, oldest first. */
  readonly periods: readonly PaidPeriod[];
}
