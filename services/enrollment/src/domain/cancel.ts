/** What of a purchase its student may still give up. settlement judges; this only keeps it from being asked in vain. */
import { conflict, type DomainError } from '@rollcall/kit/errors';
import { type HoldStatus, hasStarted, type Offer, type PurchaseStatus } from './purchase.js';

/** A hold that has not ended, and its session as it stands. */
export interface OpenHold extends Pick<Offer, 'status' | 'startsAt' | 'startedAt'> {
  readonly holdId: string;
  readonly sessionId: string;
  readonly holdStatus: HoldStatus;
  readonly sessionVersion: number;
}

/** Seconds after which the wallet has normally answered. */
const SOON = 1;

/** Why nothing of this purchase can be given up now; undefined when settlement is to be asked. */
export function cancelRefusal(
  status: PurchaseStatus,
  open: readonly OpenHold[],
  now: Date,
): DomainError | undefined {
  if (status === 'pending')
    return conflict(
      'purchase-pending',
      'It is not known yet whether there is money for this purchase. Cancel it once that is clear, in a moment.',
      { retryAfter: SOON },
    );
  if (status !== 'active') return conflict('purchase-ended', ENDED[status]);
  if (open.some((hold) => !hasStarted(hold, now))) return undefined;
  return nothingToCancel();
}

const ENDED: Readonly<Record<Exclude<PurchaseStatus, 'pending' | 'active'>, string>> = {
  declined: 'This purchase was declined and nothing was taken, so there is nothing to cancel.',
  expired: 'This purchase was given up and nothing was taken, so there is nothing to cancel.',
  cancelled: 'This purchase is cancelled already. What came back is in your wallet.',
  attended:
    'This session is over and was settled, so there is nothing to cancel. Its hold says how it came out.',
  missed:
    'This session is over and was settled, so there is nothing to cancel. Its hold says how it came out.',
  refunded: 'All of this purchase was given back already. What came back is in your wallet.',
  completed:
    'This course is over and was settled, so there is nothing to cancel. Its holds say how each session came out.',
};

export const nothingToCancel = (): DomainError =>
  conflict(
    'nothing-to-cancel',
    'Nothing of this purchase can be given back now: each session of it has started, is over, was given back already, or is for an admin to decide. See its holds for how each is settled.',
  );

/**
 * The start settlement is to judge by. What is known here to have started did so by now, whatever the video server's
 * clock says of it.
 */
export function startOf(session: OpenHold, now: Date): Date {
  if (!hasStarted(session, now)) return session.startsAt;
  const known = [session.startsAt, session.startedAt ?? now, now].map((one) => one.getTime());
  return new Date(Math.min(...known));
}
