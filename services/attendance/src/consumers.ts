import {
  purchaseActivated,
  purchaseCancelled,
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import { holdRefunded, resultRequested } from '@rollcall/contracts/events/settlement';
import { type Consumer, lingering, on, onBatch } from '@rollcall/kit/consumer';
import type { Rules } from './domain/session.js';
import { forgetBuyers } from './use-cases/forget-buyers.js';
import { grantAccess } from './use-cases/grant-access.js';
import { knowSessions } from './use-cases/know-sessions.js';
import { repeatResult } from './use-cases/repeat-result.js';
import { takeAccess } from './use-cases/take-access.js';

/** Milliseconds: nobody enters a room in the quarter of a second after buying; who tries waits for it. */
const ACCESS = 250;

/** Everything attendance reacts to. */
export const consumers = (rules: Rules): Consumer[] => [
  onBatch([sessionScheduled, sessionRescheduled, sessionCancelled], knowSessions(rules)),
  lingering(ACCESS, onBatch(purchaseActivated, grantAccess)),
  lingering(ACCESS, onBatch(purchaseCancelled, forgetBuyers)),
  lingering(ACCESS, onBatch(holdRefunded, takeAccess)),
  on(resultRequested, repeatResult),
];
