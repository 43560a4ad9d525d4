import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import type { IntentFact } from '../domain/facts.js';
import { mayBePaid, nextLook } from '../domain/payment.js';
import { NoAnswer, Refused } from '../provider.js';
import { ownMethod } from '../store/methods.js';
import { changePayment, lockPayment } from '../store/payments.js';
import { noteIntent } from './note-payment.js';
import { intentOf, paymentRefused, readIntent } from './open-payment.js';

interface Confirmed {
  readonly paymentId: string;
  readonly userId: string;
  readonly methodId?: string;
}

/**
 * From here on it may be paid: the payment is processing until the provider says otherwise. Without a stored method it is
 * confirmed in the browser, and stays as it is. Asked again while a try is in hand it is the same try. Throws 404, 409.
 */
export async function beginConfirming(work: Work, asked: Confirmed): Promise<{ id: string }> {
  const payment = await lockPayment(work.tx, asked.paymentId, asked.userId);
  const { id } = payment;
  if (!mayBePaid(payment) || payment.status === 'processing') return { id };
  const methodId = asked.methodId ?? payment.methodId;
  if (methodId === null) return { id };
  await ownMethod(work.tx, methodId, asked.userId);
  await changePayment(work.tx, id, {
    ...{ status: 'processing', methodId, failureCode: null },
    ...{ attempts: payment.attempts + 1, lookAt: nextLook(0, work.now) },
  });
  return { id };
}

/** A payment as it is confirmed: `methodRef` is the provider's id of the card, null of one confirmed in the browser. */
export interface Confirming {
  readonly id: string;
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
  readonly providerRef: string | null;
  readonly attempts: number;
  readonly methodRef: string | null;
}

/**
 * Asks the provider and records what it says. No answer leaves the payment as it is: that is not a failure, and it is
 * asked about again by the clock. Throws 422 where the provider will not have it.
 */
export async function confirmThere(desk: Desk, payment: Confirming): Promise<void> {
  try {
    const intent = await askedToConfirm(desk, payment);
    await inWork(
      desk.db,
      { correlationId: newId() },
      (work) => noteIntent(work, intent, payment.attempts),
      desk.clock,
    );
  } catch (error) {
    if (error instanceof Refused) throw paymentRefused();
    if (!(error instanceof NoAnswer)) throw error;
    desk.log.warn(
      { err: error, paymentId: payment.id },
      'how a payment stands is not known; it is asked again',
    );
  }
}

async function askedToConfirm(desk: Desk, payment: Confirming): Promise<IntentFact> {
  const intent = await intentOf(desk, payment);
  if (payment.status !== 'processing' || payment.methodRef === null || intent.state !== 'open') return intent;
  const { id, attempts, methodRef: method } = payment;
  try {
    return await desk.provider.confirm({ ref: intent.ref, method, key: `confirm-${id}-${attempts}` });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const after = await readIntent(desk, intent.ref);
    return after.state === 'open' ? { ...after, failureCode: after.failureCode ?? error.code } : after;
  }
}
