/** The test cards Stripe publishes (https://docs.stripe.com/testing), by payment method and by number, and what each does. */

/** Why a card says no; the decline code is Stripe's. */
export const DECLINES = {
  generic_decline: { code: 'card_declined', message: 'The card was declined.' },
  insufficient_funds: { code: 'card_declined', message: 'The card has insufficient funds.' },
  lost_card: { code: 'card_declined', message: 'The card was declined.' },
  stolen_card: { code: 'card_declined', message: 'The card was declined.' },
  expired_card: { code: 'expired_card', message: 'The card has expired.' },
  incorrect_cvc: { code: 'incorrect_cvc', message: "The card's security code is incorrect." },
  processing_error: { code: 'processing_error', message: 'An error occurred while processing the card.' },
  authentication_required: {
    code: 'authentication_required',
    message: 'The card holder has to authenticate.',
  },
} as const;
export type Decline = keyof typeof DECLINES;

export interface Card {
  readonly name: string;
  readonly number: string;
  readonly brand: string;
  readonly funding?: 'credit' | 'debit' | 'prepaid';
  /** Declined when charged, and when attached unless `attaches`. */
  readonly decline?: Decline;
  readonly attaches?: boolean;
  /** 3-D Secure before a charge: always, or only until it was done once for a saved card. */
  readonly authenticate?: 'always' | 'once';
  /** Disputed as soon as charged, for this reason; `inquiry` moves no money. */
  readonly dispute?: string;
  readonly inquiry?: boolean;
  /** A refund that fails, or that succeeds, only later. */
  readonly refund?: 'fails' | 'pends';
}

const visa = (name: string, number: string, rest: Partial<Card> = {}): Card => ({
  name,
  number,
  brand: 'visa',
  ...rest,
});

/** More than one name may lead to one number. */
export const CARDS: readonly Card[] = [
  visa('pm_card_visa', '4242424242424242'),
  visa('pm_card_visa_debit', '4000056655665556', { funding: 'debit' }),
  { name: 'pm_card_mastercard', number: '5555555555554444', brand: 'mastercard' },
  { name: 'pm_card_mastercard_debit', number: '5200828282828210', brand: 'mastercard', funding: 'debit' },
  { name: 'pm_card_amex', number: '378282246310005', brand: 'amex' },
  { name: 'pm_card_discover', number: '6011111111111117', brand: 'discover' },
  { name: 'pm_card_jcb', number: '3566002020360505', brand: 'jcb' },
  visa('pm_card_chargeDeclined', '4000000000000002', { decline: 'generic_decline' }),
  visa('pm_card_visa_chargeDeclined', '4000000000000002', { decline: 'generic_decline' }),
  visa('pm_card_chargeDeclinedInsufficientFunds', '4000000000009995', { decline: 'insufficient_funds' }),
  visa('pm_card_visa_chargeDeclinedInsufficientFunds', '4000000000009995', { decline: 'insufficient_funds' }),
  visa('pm_card_visa_chargeDeclinedLostCard', '4000000000009987', { decline: 'lost_card' }),
  visa('pm_card_visa_chargeDeclinedStolenCard', '4000000000009979', { decline: 'stolen_card' }),
  visa('pm_card_chargeDeclinedExpiredCard', '4000000000000069', { decline: 'expired_card' }),
  visa('pm_card_chargeDeclinedIncorrectCvc', '4000000000000127', { decline: 'incorrect_cvc' }),
  visa('pm_card_chargeDeclinedProcessingError', '4000000000000119', { decline: 'processing_error' }),
  visa('pm_card_chargeCustomerFail', '4000000000000341', { decline: 'generic_decline', attaches: true }),
  visa('pm_card_authenticationRequired', '4000002760003184', { authenticate: 'always' }),
  visa('pm_card_authenticationRequiredOnSetup', '4000002500003155', { authenticate: 'once' }),
  visa('pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', '4000008260003178', {
    authenticate: 'always',
    decline: 'insufficient_funds',
    attaches: true,
  }),
  visa('pm_card_createDispute', '4000000000000259', { dispute: 'fraudulent' }),
  visa('pm_card_createDisputeProductNotReceived', '4000000000002685', { dispute: 'product_not_received' }),
  visa('pm_card_createDisputeInquiry', '4000000000001976', { dispute: 'fraudulent', inquiry: true }),
  visa('pm_card_refundFail', '4000000000005126', { refund: 'fails' }),
  visa('pm_card_pendingRefund', '4000000000007726', { refund: 'pends' }),
];

export const cardByName = (name: string): Card | undefined => CARDS.find((card) => card.name === name);
export const cardByNumber = (number: string): Card | undefined =>
  CARDS.find((card) => card.number === number);
