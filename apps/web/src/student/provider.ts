/** The card provider's own script: from its own address, and asked for only where a card is entered or confirmed. */
import type { Stripe } from '@stripe/stripe-js';

/** What the provider's script says to who pays, in his language. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal';
}

const loaded = new Map<string, Promise<Stripe>>();

/** One for each key, as the provider asks for. Throws when its script cannot be had; asked again it is tried again. */
export function providerBy(publishableKey: string): Promise<Stripe> {
  const known = loaded.get(publishableKey);
  if (known !== undefined) return known;
  const loading = load(publishableKey);
  loaded.set(publishableKey, loading);
  loading.catch(() => loaded.delete(publishableKey));
  return loading;
}

async function load(publishableKey: string): Promise<Stripe> {
  const { loadStripe } = await import('@stripe/stripe-js/pure');
  const stripe = await loadStripe(publishableKey);
  if (stripe === null) throw new Error("the card provider's script gave nothing");
  return stripe;
}

/** Whether the payer's bank was told yes is not known: the payment may still go through. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/**
 * Has the payer confirm with his bank (3-D Secure) what waits for it. Throws a ProviderRefusal when he does not, an
 * UnknownOutcome when the script cannot tell, and what providerBy throws.
 */
export async function confirmWithBank(publishableKey: string, clientSecret: string): Promise<void> {
  const stripe = await providerBy(publishableKey);
  const { error } = await stripe.handleNextAction({ clientSecret });
  if (error === undefined) return;
  const isRefusal = error.type === 'card_error' || error.code === 'payment_intent_authentication_failure';
  throw new (isRefusal ? ProviderRefusal : UnknownOutcome)(error.message ?? error.code);
}
