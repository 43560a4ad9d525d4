import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { checkCharge } from '../domain/charge.js';
import { nextLook, type Payment } from '../domain/payment.js';
import { ownMethod } from '../store/methods.js';
import { addPayment } from '../store/payments.js';

interface Begun {
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  readonly purpose: Payment['purpose'];
  readonly courseId?: string;
  readonly sessionId?: string;
  readonly methodId?: string;
}

/** A pending payment, which the provider has not heard of yet. Throws 404 for another's method, 422 for its money. */
export async function beginPayment(work: Work, begun: Begun): Promise<{ id: string }> {
  checkCharge(begun);
  const { userId, courseId, sessionId, methodId } = begun;
  if (methodId !== undefined) await ownMethod(work.tx, methodId, userId);
  const id = newId();
  const { amount, currency, purpose } = begun;
  const what = { courseId: courseId ?? null, sessionId: sessionId ?? null, methodId: methodId ?? null };
  const payment = { id, userId, amount, currency, purpose, ...what, createdAt: work.now };
  await addPayment(work.tx, payment, nextLook(0, work.now));
  return { id };
}
