import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant } from '../shapes.js';
import { audited } from './identity.js';

export const Interval = z.object({ from: Instant, to: Instant, exact: z.boolean() });

/** What was seen of one person: facts, no judgement. `seconds` is certain, `maxSeconds` possible. */
export const Presence = z.object({
  /** The identity the video server reported: a user's id, or whatever else joined under another name. */
  userId: z.string(),
  role: z.enum(['teacher', 'participant']),
  seconds: z.int(),
  maxSeconds: z.int(),
  overlapSeconds: z.int(),
  firstSeenAt: Instant.nullable(),
  lastSeenAt: Instant.nullable(),
  /** These and `disconnects` are empty for everybody in a class of thousands whose event would be too large. */
  intervals: z.array(Interval),
  disconnects: z.array(z.string()),
  /** An admin set the intervals by hand: they count as seen, also in a session that could not be observed. */
  corrected: z.literal(true).optional(),
});

/** Why a version was made. */
export const VersionCause = z.enum([
  'room-finished',
  'scheduled-end',
  'deadline',
  'admin',
  'late-event',
  'correction',
]);

const result = z.object({
  sessionId: Id,
  version: z.int(),
  cause: VersionCause,
  scheduledSeconds: z.int(),
  startedAt: Instant.nullable(),
  endedAt: Instant,
  /** false: we could not see the room, so nobody's absence is proven. */
  observed: z.boolean(),
  teacher: Presence,
  people: z.array(Presence),
});

export const sessionStarted = event(
  'attendance.session-started',
  1,
  'sessionId',
  'The teacher and somebody else were first in the room together.',
  z.object({ sessionId: Id, at: Instant }),
);
export const sessionCompleted = event(
  'attendance.session-completed',
  1,
  'sessionId',
  'A session is over: who was seen, when, and for how long.',
  result,
);
export const attendanceAmended = event(
  'attendance.amended',
  1,
  'sessionId',
  'A completed session has a newer result.',
  result,
);
export const attendanceAudited = event(
  'attendance.action-audited',
  1,
  'auditId',
  'Somebody completed a session or set an attendance by hand: who, what, why.',
  audited,
);
