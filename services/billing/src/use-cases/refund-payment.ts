import type { DataOf } from '@rollcall/contracts/event';
import { refundRequested } from '@rollcall/contracts/events/billing';
import type { refundRefused, refundReserved } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import { nextLook, refundOf } from '../domain/payment.js';
import { Refused } from '../provider.js';
import { lockPayment, lockPaymentById } from '../store/payments.js';
import {
  addRefund,
  changeRefund,
  type DueRefund,
  liveRefunds,
  refundIn,
  takeDueRefunds,
} from '../store/refunds.js';
import { failRefund, noteRefund, refundSaid } from './note-payment.js';

interface Asked {
  readonly paymentId: string;
  readonly userId: string;
  /** All that is left where there is none. */
  readonly amount?: number;
  readonly reason?: string;
}

/** A refund whose credits the wallet is asked to take back. Throws 404, 409, 422 for more than is left. */
export async function requestRefund(work: Work, asked: Asked): Promise<{ id: string }> {
  const payment = await lockPayment(work.tx, asked.paymentId, asked.userId);
  const amount = refundOf(payment, { amount: asked.amount, live: await liveRefunds(work.tx, payment.id) });
  const refund = {
    ...{ id: newId(), paymentId: payment.id, amount, status: 'requested' as const },
    ...{ requestedHere: true, providerRef: null, reason: asked.reason ?? null, at: work.now },
  };
  await addRefund(work.tx, refund);
  work.emit(refundRequested, refundSaid(payment, refund));
  return { id: refund.id };
}

/** The credits are taken back: the provider is asked at the next turn of the clock. */
export async function reserveRefund(work: Work, reserved: DataOf<typeof refundReserved>): Promise<void> {
  const { paymentId, refundId: id } = reserved;
  await lockPaymentById(work.tx, paymentId);
  const refund = await refundIn(work.tx, { paymentId, id });
  if (refund?.status === 'requested')
    await changeRefund(work.tx, id, { status: 'reserved', lookAt: work.now });
}

/** The credits are spent: nothing goes back, and the payer is told what could. */
export async function refuseRefund(work: Work, refused: DataOf<typeof refundRefused>): Promise<void> {
  const { paymentId, refundId: id, possible } = refused;
  await lockPaymentById(work.tx, paymentId);
  const refund = await refundIn(work.tx, { paymentId, id });
  if (refund?.status === 'requested')
    await changeRefund(work.tx, id, { status: 'refused', possible: possible.amount });
}

/** Refunds of one turn; the next one takes the rest. */
const LIMIT = 25;

/**
 * Asks the provider for the refunds whose credits are taken back. One that gets no answer stays, and is asked for again
 * after 5 minutes, an hour, then daily. Returns how many were due.
 */
export async function sendRefunds(desk: Desk): Promise<number> {
  const now = desk.clock();
  const due = await inWork(desk.db, { correlationId: newId() }, ({ tx }) =>
    takeDueRefunds(tx, { now, limit: LIMIT, next: (looks) => nextLook(looks, now) }),
  );
  for (const refund of due) {
    await send(desk, refund).catch((error: unknown) =>
      desk.log.warn({ err: error, refundId: refund.id }, 'a refund got no answer; it is asked for again'),
    );
  }
  return due.length;
}

/**
 * It is looked for first: the provider forgets our key after a day, and our database may have been put back to before it
 * was asked for.
 */
async function send(desk: Desk, refund: DueRefund): Promise<void> {
  const cause = { correlationId: newId() };
  const { id, amount, paymentRef } = refund;
  const known = (await desk.provider.refundsOf(paymentRef)).find(({ refundId }) => refundId === id);
  try {
    const fact = known ?? (await desk.provider.refund({ id, amount, paymentRef }));
    await inWork(desk.db, cause, (work) => noteRefund(work, fact), desk.clock);
  } catch (error) {
    if (!isNo(error)) throw error;
    desk.log.warn({ err: error, refundId: id }, 'the card provider refused a refund');
    await inWork(desk.db, cause, (work) => fail(work, refund), desk.clock);
  }
}

/** Who does not know the payment whose success it told us of is not who took it: we have the key of another account. */
const isNo = (error: unknown): boolean => error instanceof Refused && error.code !== 'resource_missing';

async function fail(work: Work, { id, paymentId }: DueRefund): Promise<void> {
  const payment = await lockPaymentById(work.tx, paymentId);
  const refund = await refundIn(work.tx, { paymentId, id });
  if (refund?.status === 'reserved') await failRefund(work, payment, refund);
}
