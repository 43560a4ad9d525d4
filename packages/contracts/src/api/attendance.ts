import { z } from 'zod';
import { Interval, VersionCause } from '../events/attendance.js';
import { route } from '../route.js';
import { Id, Instant, InstantInput, text } from '../shapes.js';
import { listOf, page, period, setOf } from './lists.js';

export const AttendanceStatus = z.enum(['present', 'late', 'absent', 'review']);

export const AttendanceRecord = z
  .object({
    id: z.string(),
    sessionId: Id,
    courseId: Id,
    /** The session's, as this version was computed for it. */
    startsAt: Instant,
    userId: z.string(),
    role: z.enum(['teacher', 'participant']),
    seconds: z.int(),
    maxSeconds: z.int(),
    /** Percent with two decimals, rounded down; `percentBasisPoints` is the whole number behind it. */
    percent: z.number(),
    percentBasisPoints: z.int(),
    status: AttendanceStatus,
    /** Seen to come, and not to leave so far; false once the session is completed. */
    inRoom: z.boolean(),
    overlapSeconds: z.int(),
    firstSeenAt: Instant.nullable(),
    lastSeenAt: Instant.nullable(),
    intervals: z.array(Interval),
    disconnects: z.array(z.string()),
    confidence: z.enum(['exact', 'bounded', 'unobserved', 'corrected']),
    version: z.int(),
    createdAt: Instant,
  })
  .meta({ id: 'AttendanceRecord' });
export type AttendanceRecord = z.infer<typeof AttendanceRecord>;

export const SessionAttendance = z
  .object({
    sessionId: Id,
    status: z.enum(['waiting', 'live', 'completed', 'cancelled']),
    scheduledSeconds: z.int(),
    observed: z.boolean(),
    version: z.int(),
    /** Why this version was made; null before completion. */
    cause: VersionCause.nullable(),
    startedAt: Instant.nullable(),
    completedAt: Instant.nullable(),
    data: z.array(AttendanceRecord),
  })
  .meta({ id: 'SessionAttendance' });
export type SessionAttendance = z.infer<typeof SessionAttendance>;

const webhook = (path: string) =>
  route({
    method: 'post',
    path,
    who: 'webhook',
    summary: "LiveKit's webhook: signed, stored, answered, worked later",
    status: 200,
    problems: [401, 503],
  });
export const livekitWebhook = webhook('/webhooks/livekit');
export const courseAttendanceWebhook = webhook('/webhooks/course-attendance');

export const Entrance = z
  .object({
    /** Where the video server is. */
    url: z.url(),
    /** A LiveKit access token for the one room, good to the end of the session's window. */
    token: z.string(),
    roomName: z.string(),
  })
  .meta({ id: 'Entrance' });

export const joinSession = route({
  method: 'post',
  path: '/sessions/:sessionId/join',
  who: ['student', 'teacher'],
  summary: "Enter a session's room: its teacher and whoever has bought it, from 15 minutes before the start",
  params: z.strictObject({ sessionId: Id }),
  status: 200,
  answer: Entrance,
  problems: [404, 409],
});

const participants = ['student', 'teacher', 'admin'] as const;

export const Room = z
  .object({
    opensAt: Instant,
    closesAt: Instant,
    /** Can the class be played instead of held, by `POST /development/sessions/:sessionId/play`? Never in production. */
    isPlayable: z.boolean(),
  })
  .meta({ id: 'Room' });
export type Room = z.infer<typeof Room>;

export const readRoom = route({
  method: 'get',
  path: '/sessions/:sessionId/room',
  who: participants,
  summary: "When a session's room may be entered: for its teacher, whoever has bought it, and admins",
  params: z.strictObject({ sessionId: Id }),
  status: 200,
  answer: Room,
  problems: [404],
});

/** Who is in for how long, of a class that is played. */
export const Turnout = z.enum(['whole', 'half', 'one-minute', 'no-teacher']);
export type Turnout = z.infer<typeof Turnout>;

export const playClass = route({
  method: 'post',
  path: '/development/sessions/:sessionId/play',
  who: participants,
  summary:
    'In development without a video server: a class by the webhooks it would have caused, over within seconds. A student ' +
    'plays it with the teacher alone, a teacher or admin with everybody who has a seat',
  params: z.strictObject({ sessionId: Id }),
  body: z.strictObject({ turnout: Turnout }),
  status: 200,
  /** How many took part, and how many webhooks were taken in. */
  answer: z.object({ people: z.int(), webhooks: z.int() }).meta({ id: 'PlayedClass' }),
  problems: [404, 409],
});

export const readSessionAttendance = route({
  method: 'get',
  path: '/attendance/sessions/:sessionId',
  who: ['teacher', 'admin'],
  summary: 'Who was in class, when, and for how long; with `version` as an earlier result had it',
  params: z.strictObject({ sessionId: Id }),
  query: z.strictObject({ version: z.coerce.number().int().min(1).max(1_000_000).optional() }),
  problems: [404],
  status: 200,
  answer: SessionAttendance,
  conditional: true,
});

export const listAttendance = route({
  method: 'get',
  path: '/attendance/me',
  who: ['student'],
  summary: 'Your own attendance, newest session first',
  query: z.strictObject({ ...page, status: setOf(AttendanceStatus), courseId: Id.optional(), ...period }),
  status: 200,
  answer: listOf(AttendanceRecord),
});

export const completeSession = route({
  method: 'post',
  path: '/admin/attendance/sessions/:sessionId/complete',
  who: ['admin'],
  summary: 'Close a session whose end the video server never told, with a reason',
  params: z.strictObject({ sessionId: Id }),
  body: z.strictObject({ reason: text(500) }),
  status: 200,
  answer: SessionAttendance,
  problems: [404, 409],
  idempotent: true,
  conditional: true,
});

export const correctAttendance = route({
  method: 'post',
  path: '/admin/attendance/sessions/:sessionId/corrections',
  who: ['admin'],
  summary: 'Set by hand when one participant was in, with a reason; it replaces what was seen of him',
  params: z.strictObject({ sessionId: Id }),
  body: z.strictObject({
    /** A user's id, or the identity the video server reported. */
    userId: z.union([Id, text(200)]),
    /** All of it, in any order; none at all says that he never came. */
    intervals: z.array(z.strictObject({ from: InstantInput, to: InstantInput })).max(100),
    reason: text(500),
  }),
  status: 201,
  answer: AttendanceRecord,
  problems: [404, 409, 412, 422],
  idempotent: true,
  conditional: true,
});
