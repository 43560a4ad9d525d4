/** One person's attendance as it is answered. */

import type { AttendanceRecord } from '@rollcall/contracts/api/attendance';
import type { z } from 'zod';
import type { Presence } from './domain/bounds.js';
import { instant } from './domain/instant.js';
import { basisPointsOf, confidenceOf, type Label } from './domain/label.js';

export type RecordAnswer = z.infer<typeof AttendanceRecord>;

/** The session and version a record is of. */
export interface Frame {
  readonly sessionId: string;
  readonly courseId: string;
  /** Milliseconds, like all times of a `Presence`. */
  readonly startsAt: number;
  readonly scheduledSeconds: number;
  readonly observed: boolean;
  readonly version: number;
  readonly createdAt: Date;
}

/** How one person's presence is told: its label, and whether he is in the room at this moment. */
export interface Told extends Presence {
  readonly status: Label;
  readonly inRoom: boolean;
}

export function recordAnswer(presence: Told, frame: Frame): RecordAnswer {
  const { corrected: _inConfidence, ...rest } = presence;
  const percentBasisPoints = basisPointsOf(presence.seconds, frame.scheduledSeconds);
  return {
    id: `${frame.sessionId}:${presence.userId}`,
    sessionId: frame.sessionId,
    courseId: frame.courseId,
    startsAt: new Date(frame.startsAt).toISOString(),
    ...rest,
    percent: percentBasisPoints / 100,
    percentBasisPoints,
    firstSeenAt: instant(presence.firstSeenAt),
    lastSeenAt: instant(presence.lastSeenAt),
    intervals: presence.intervals.map(({ from, to, exact }) => ({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      exact,
    })),
    disconnects: [...presence.disconnects],
    confidence: confidenceOf(presence, frame.observed),
    version: frame.version,
    createdAt: frame.createdAt.toISOString(),
  };
}
