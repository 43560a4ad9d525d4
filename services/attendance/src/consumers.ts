import {
  purchaseActivated,
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import { type Consumer, onBatch } from '@rollcall/kit/consumer';
import type { Rules } from './domain/session.js';
import { grantAccess } from './use-cases/grant-access.js';
import { knowSessions } from './use-cases/know-sessions.js';

/** Everything attendance reacts to. */
export const consumers = (rules: Rules): Consumer[] => [
  onBatch([sessionScheduled, sessionRescheduled, sessionCancelled], knowSessions(rules)),
  onBatch(purchaseActivated, grantAccess),
];
