import { awayElsewhere, unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import type { Payment } from '../domain/payment.js';
import { NoAnswer, type Opened, Refused } from '../provider.js';
import { customerOf, keepCustomer } from '../store/methods.js';
import { changePayment, lockPaymentById, lockPaymentOf } from '../store/payments.js';

/** The payer's id at the provider, made at the first need. Throws NoAnswer. */
export async function customerFor({ db, provider, clock }: Desk, userId: string): Promise<string> {
  const known = await customerOf(db, userId);
  if (known !== undefined) return known;
  return keepCustomer(db, { userId, providerId: await provider.createCustomer(userId), at: clock() });
}

type Asked = Pick<Payment, 'id' | 'userId' | 'amount' | 'currency' | 'providerRef'>;

/**
 * The payment's intent at the provider: made where there is none, or where the answer to its making was lost, under the
 * same key. Throws NoAnswer, or Refused where it will not be made: then the payment is cancelled.
 */
export async function intentOf(desk: Desk, payment: Asked): Promise<Opened> {
  const { id, userId, amount, currency, providerRef } = payment;
  if (providerRef !== null) return readIntent(desk, providerRef);
  const cause = { correlationId: newId() };
  try {
    const customer = await customerFor(desk, userId);
    const intent = await desk.provider.openIntent({ id, amount, currency, customer });
    await inWork(desk.db, cause, async ({ tx }) => void (await lockPaymentOf(tx, intent)));
    return intent;
  } catch (error) {
    if (error instanceof Refused) await inWork(desk.db, cause, (work) => cancelUnmade(work, id, error.code));
    throw error;
  }
}

/** Who does not know an intent that it told us of says nothing about it: we have the key of another account. */
export async function readIntent({ provider }: Desk, ref: string): Promise<Opened> {
  return provider.readIntent(ref).catch((error: unknown) => {
    throw error instanceof Refused ? new NoAnswer('the intent is not known there', { cause: error }) : error;
  });
}

/** It has no intent, so that nobody can have paid it, unless somebody made one meanwhile. */
async function cancelUnmade({ tx }: Work, id: string, failureCode: string): Promise<void> {
  const { providerRef } = await lockPaymentById(tx, id);
  if (providerRef === null) await changePayment(tx, id, { status: 'cancelled', failureCode, lookAt: null });
}

/** The intent's secret, for the payer's browser. Throws 422 where the provider will not have it, 503 without an answer. */
export async function openPayment(desk: Desk, payment: Asked): Promise<string> {
  try {
    return (await intentOf(desk, payment)).clientSecret;
  } catch (error) {
    if (error instanceof NoAnswer) throw providerAway(desk, error);
    throw error instanceof Refused ? paymentRefused() : error;
  }
}

export const paymentRefused = () =>
  unprocessable('payment-refused', 'The card provider does not take this payment. Change it and begin anew.');

export function providerAway({ log }: Pick<Desk, 'log'>, error: unknown): Error {
  log.warn({ err: error }, 'the card provider gave no answer');
  return awayElsewhere(
    'provider-unavailable',
    'The card provider does not answer. Nothing was taken. Try again, with the same Idempotency-Key.',
  );
}
