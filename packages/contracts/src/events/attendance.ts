import { z } from 'zod';
import { event } from '../event.js';
import { Id, Instant } from '../shapes.js';

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
});

const result = z.object({
  sessionId: Id,
  version: z.int(),
  cause: z.enum(['room-finished', 'scheduled-end', 'deadline', 'admin', 'late-event', 'correction']),
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
