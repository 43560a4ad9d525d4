import { sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import { holdRefunded, holdReleased, holdUnderReview } from '@rollcall/contracts/events/settlement';
import { fundsDeclined, fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { type Consumer, on, onBatch } from '@rollcall/kit/consumer';
import { activatePurchases, declinePurchase } from './use-cases/answer-purchases.js';
import { noteCompleted, noteStarted } from './use-cases/follow-session.js';
import { notePaid, noteReview, settleHolds } from './use-cases/settle-holds.js';

/** Everything enrollment reacts to. */
export const consumers: Consumer[] = [
  onBatch(fundsHeld, activatePurchases),
  on(fundsDeclined, declinePurchase),
  on(sessionStarted, noteStarted),
  on(sessionCompleted, noteCompleted),
  onBatch([holdReleased, holdRefunded], settleHolds),
  onBatch(holdPaid, notePaid),
  on(holdUnderReview, noteReview),
];
