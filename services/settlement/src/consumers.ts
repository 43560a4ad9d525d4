import { attendanceAmended, sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import {
  cancellationRequested,
  sessionCancelled,
  sessionRescheduled,
  sessionScheduled,
} from '@rollcall/contracts/events/enrollment';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { fundsHeld, holdPaid } from '@rollcall/contracts/events/wallet';
import { type Consumer, lingering, onBatch } from '@rollcall/kit/consumer';
import { cancelHolds } from './use-cases/cancel-holds.js';
import { learnAttendance } from './use-cases/learn-attendance.js';
import { learnSessions } from './use-cases/learn-session.js';
import { learnStarts } from './use-cases/learn-start.js';
import { learnUsers } from './use-cases/learn-user.js';
import { markPaid } from './use-cases/mark-paid.js';
import { placeHolds } from './use-cases/place-holds.js';

/** Milliseconds: that the wallet has paid is only noted here. */
const PAID = 1_000;

/** Milliseconds: whoever buys waits for enrollment, not for this. */
const PLACED = 250;

/** Everything settlement reacts to. All of it set-based: sessions end on the hour, many at once. */
export const consumers: Consumer[] = [
  onBatch([userRegistered, userUpdated, userSuspended], learnUsers),
  onBatch([sessionScheduled, sessionRescheduled, sessionCancelled], learnSessions),
  lingering(PLACED, onBatch(fundsHeld, placeHolds)),
  onBatch(cancellationRequested, cancelHolds),
  onBatch(sessionStarted, learnStarts),
  onBatch([sessionCompleted, attendanceAmended], learnAttendance),
  lingering(PAID, onBatch(holdPaid, markPaid)),
];
