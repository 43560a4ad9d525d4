import { z } from 'zod';
import { Interval } from '../events/attendance.js';
import { route } from '../route.js';
import { Id, Instant } from '../shapes.js';
import { listOf, page } from './lists.js';

export const AttendanceRecord = z
  .object({
    id: z.string(),
    sessionId: Id,
    userId: z.string(),
    role: z.enum(['teacher', 'participant']),
    seconds: z.int(),
    maxSeconds: z.int(),
    /** Percent with two decimals, rounded down; `percentBasisPoints` is the whole number behind it. */
    percent: z.number(),
    percentBasisPoints: z.int(),
    status: z.enum(['present', 'late', 'absent', 'review']),
    overlapSeconds: z.int(),
    firstSeenAt: Instant.nullable(),
    lastSeenAt: Instant.nullable(),
    intervals: z.array(Interval),
    disconnects: z.array(z.string()),
    confidence: z.enum(['exact', 'bounded', 'unobserved']),
    version: z.int(),
    createdAt: Instant,
  })
  .meta({ id: 'AttendanceRecord' });

export const SessionAttendance = z
  .object({
    sessionId: Id,
    status: z.enum(['waiting', 'live', 'completed', 'cancelled']),
    scheduledSeconds: z.int(),
    observed: z.boolean(),
    version: z.int(),
    startedAt: Instant.nullable(),
    completedAt: Instant.nullable(),
    data: z.array(AttendanceRecord),
  })
  .meta({ id: 'SessionAttendance' });

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

export const readSessionAttendance = route({
  method: 'get',
  path: '/attendance/sessions/:sessionId',
  who: ['teacher', 'admin'],
  summary: 'Who was in class, when, and for how long',
  params: z.strictObject({ sessionId: Id }),
  status: 200,
  answer: SessionAttendance,
});

export const listAttendance = route({
  method: 'get',
  path: '/attendance/me',
  who: ['student'],
  summary: 'Your own attendance, newest session first',
  query: z.strictObject({ ...page }),
  status: 200,
  answer: listOf(AttendanceRecord),
});
