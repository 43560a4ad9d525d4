import { unavailable, unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import { inWork } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import type { Payment } from '../domain/payment.js';
import { NoAnswer, type Opened, Refused } from '../provider.js';
import { customerOf, keepCustomer } from '../store/methods.js';
import { changePayment, lockPaymentOf } from '../store/payments.js';

/** The payer's id at the provider, made at the first need. Throws NoAnswer. */
export async function customerFor({ db, provider, clock }: Desk, userId: string): Promise<string> {
  const known = await customerOf(db, userId);
  if (known !== undefined) return known;
  return keepCustomer(db, { userId, providerId: await provider.createCustomer(userId), at: clock() });
}

type Asked = Pick<Payment, 'id' | 'userId' | 'amount' | 'currency' | 'providerRef'>;

/**
 * The payment's intent at the provider: made where there is none, or where the answer to its making was lost, under the
 * same key. Throws Refused or NoAnswer.
 */
export async function intentOf(desk: Desk, payment: Asked): Promise<Opened> {
  const { id, userId, amount, currency, providerRef } = payment;
  if (providerRef !== null) return desk.provider.readIntent(providerRef);
  const customer = await customerFor(desk, userId);
  const intent = await desk.provider.openIntent({ id, amount, currency, customer });
  await inWork(desk.db, { correlationId: newId() }, async ({ tx }) => void (await lockPaymentOf(tx, intent)));
  return intent;
}

/** The intent's secret, for the payer's browser. Throws 422 where the provider will not have it, 503 without an answer. */
export async function openPayment(desk: Desk, payment: Asked): Promise<string> {
  try {
    return (await intentOf(desk, payment)).clientSecret;
  } catch (error) {
    if (error instanceof NoAnswer) throw providerAway(desk, error);
    if (!(error instanceof Refused)) throw error;
    const refused = { status: 'cancelled', failureCode: error.code, lookAt: null } as const;
    await inWork(desk.db, { correlationId: newId() }, ({ tx }) => changePayment(tx, payment.id, refused));
    throw unprocessable(
      'payment-refused',
      'The card provider does not take this payment. Change it and begin anew.',
    );
  }
}

export function providerAway({ log }: Pick<Desk, 'log'>, error: unknown): Error {
  log.warn({ err: error }, 'the card provider gave no answer');
  return unavailable(
    'provider-unavailable',
    'The card provider does not answer. Nothing was taken. Try again, with the same Idempotency-Key.',
  );
}
