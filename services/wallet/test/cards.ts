/** What billing says of payments by card, as the wallet hears it. */
import type { DataOf, Envelope, EventType } from '@rollcall/contracts/event';
import {
  disputeClosed,
  paymentDisputed,
  paymentRefunded,
  paymentSucceeded,
  refundFailed,
  refundRequested,
} from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { envelope } from '@rollcall/kit/testing';
import { usd } from './fixtures.js';

export interface Paid {
  readonly paymentId: string;
  readonly userId: string;
}

export const paidBy = (userId: string): Paid => ({ paymentId: newId(), userId });

export const deposit = (paid: Paid, amount: number) =>
  envelope(paymentSucceeded, { ...paid, purpose: 'topup', amount: usd(amount) });

type RefundEvent = EventType<DataOf<typeof refundRequested>>;
const refundEvent =
  (type: RefundEvent, requestedHere: boolean) =>
  (paid: Paid, amount: number, refundId = newId()): Envelope<DataOf<RefundEvent>> =>
    envelope(type, { ...paid, refundId, amount: usd(amount), requestedHere });

export const askRefund = refundEvent(refundRequested, true);
export const refundedThere = refundEvent(paymentRefunded, false);
export const refundedHere = refundEvent(paymentRefunded, true);
export const failRefund = refundEvent(refundFailed, true);

export const dispute = (paid: Paid, amount: number, disputeId = newId()) =>
  envelope(paymentDisputed, { ...paid, disputeId, amount: usd(amount) });
export const close = (paid: Paid, amount: number, disputeId: string, won: boolean) =>
  envelope(disputeClosed, { ...paid, disputeId, amount: usd(amount), won });

/** The same fact under another event id. */
export const again = <Data>(event: Envelope<Data>): Envelope<Data> => ({ ...event, id: newId() });
