import { attendanceAmended, sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import { lessonDeclined } from '@rollcall/contracts/events/billing';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import {
  cancellationDecided,
  holdCorrected,
  holdDisputed,
  holdRefunded,
  holdReleased,
  holdUnderReview,
} from '@rollcall/contracts/events/settlement';
import { creditsDeposited, fundsDeclined, fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { type Consumer, lingering, on, onBatch } from '@rollcall/kit/consumer';
import { activatePurchases, declineLessons, declinePurchases } from './use-cases/answer-purchases.js';
import { buyByCard } from './use-cases/buy-by-card.js';
import { endCancellations } from './use-cases/end-cancellations.js';
import { noteCompleted, noteStarted } from './use-cases/follow-session.js';
import { knowPeople } from './use-cases/know-people.js';
import { notePaid, noteWaiting, settleHolds } from './use-cases/settle-holds.js';

/** Milliseconds: what is only shown here, and arrives a thousand at a time when a class ends. */
const PROJECTION = 1_000;

/** Everything enrollment reacts to. */
export const consumers: Consumer[] = [
  onBatch(fundsHeld, activatePurchases),
  onBatch(fundsDeclined, declinePurchases),
  onBatch(lessonDeclined, declineLessons),
  on(creditsDeposited, buyByCard),
  onBatch(cancellationDecided, endCancellations),
  onBatch(sessionStarted, noteStarted),
  lingering(PROJECTION, onBatch([sessionCompleted, attendanceAmended], noteCompleted)),
  lingering(PROJECTION, onBatch([holdReleased, holdRefunded, holdCorrected], settleHolds)),
  lingering(PROJECTION, onBatch(holdPaid, notePaid)),
  onBatch(holdUnderReview, noteWaiting('review')),
  onBatch(holdDisputed, noteWaiting('disputed')),
  lingering(PROJECTION, onBatch([userRegistered, userUpdated, userSuspended], knowPeople)),
];
