/** What a teacher reads of courses, classes and who comes. Answered by enrollment. */
import { z } from 'zod';
import { PurchaseKind, SessionStatus } from '../events/enrollment.js';
import { route } from '../route.js';
import { Id, Instant } from '../shapes.js';
import { Course, HoldOfPurchase, PurchaseStatus, Session } from './enrollment.js';
import { listOf, page, period, setOf } from './lists.js';

/** One purchase of a session; a student who gave it back and bought it again is there twice. */
export const RosterEntry = z
  .object({
    id: Id,
    sessionId: Id,
    studentId: Id,
    /** As the student is called now; null while enrollment has not heard of the account. */
    studentName: z.string().nullable(),
    purchaseId: Id,
    kind: PurchaseKind,
    status: PurchaseStatus,
    hold: HoldOfPurchase,
    attended: z.boolean(),
    attendanceSeconds: z.int(),
    createdAt: Instant,
  })
  .meta({ id: 'RosterEntry' });
export type RosterEntry = z.infer<typeof RosterEntry>;

export const readRoster = route({
  method: 'get',
  path: '/teacher/sessions/:sessionId/roster',
  who: ['teacher'],
  summary: 'Who bought a session of yours, where the money is, and who came',
  params: z.strictObject({ sessionId: Id }),
  query: z.strictObject({ ...page }),
  status: 200,
  answer: listOf(RosterEntry),
});

export const teacherCourses = route({
  method: 'get',
  path: '/teacher/courses',
  who: ['teacher'],
  summary: 'Your courses, drafts too',
  query: z.strictObject({ ...page }),
  status: 200,
  answer: listOf(Course),
});

/** A session as its teacher lists it. */
export const TaughtSession = Session.extend({
  courseTitle: z.string(),
  /** Who has a place in it now. */
  students: z.int(),
  /** Of its course; null: no limit. */
  maxStudents: z.int().nullable(),
}).meta({ id: 'TaughtSession' });
export type TaughtSession = z.infer<typeof TaughtSession>;

export const listTaughtSessions = route({
  method: 'get',
  path: '/teacher/sessions',
  who: ['teacher'],
  summary:
    'Your sessions with how many come, of every course that was published; `from` and `to` are of their start. The ' +
    'latest first, with order=soonest the earliest',
  query: z.strictObject({
    ...page,
    status: setOf(SessionStatus),
    courseId: Id.optional(),
    order: z.enum(['latest', 'soonest']).default('latest'),
    ...period,
  }),
  status: 200,
  answer: listOf(TaughtSession),
});
