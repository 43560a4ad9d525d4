import { z } from 'zod';
import { FundedBy, PurchaseKind, SessionStatus } from '../events/enrollment.js';
import { Problem } from '../problem.js';
import { route } from '../route.js';
import { Id, Instant, InstantInput, Money, MoneyInput, text } from '../shapes.js';
import { listOf, page, period, setOf } from './lists.js';

export const Session = z
  .object({
    id: Id,
    courseId: Id,
    number: z.int(),
    title: z.string(),
    startsAt: Instant,
    durationMinutes: z.int(),
    price: Money,
    status: SessionStatus,
    roomName: z.string(),
    /** The teacher's words, where he cancelled it with any. */
    cancelReason: z.string().nullable(),
    /** Of its state; in quotes it is the session's ETag. */
    version: z.int(),
    createdAt: Instant,
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const Course = z
  .object({
    id: Id,
    teacherId: Id,
    title: z.string(),
    description: z.string(),
    price: Money,
    status: z.enum(['draft', 'published', 'archived']),
    maxStudents: z.int().nullable(),
    currentStudents: z.int(),
    sessions: z.array(Session),
    /** Of the course itself, not of its sessions; in quotes it is the course's ETag. */
    version: z.int(),
    createdAt: Instant,
  })
  .meta({ id: 'Course' });
export type Course = z.infer<typeof Course>;

export const PurchaseStatus = z.enum([
  'pending',
  'active',
  'declined',
  'expired',
  'cancelled',
  'attended',
  'missed',
  'refunded',
  'completed',
]);

/** What a purchase holds for one session. */
export const HoldOfPurchase = z.object({
  id: Id,
  sessionId: Id,
  amount: z.int(),
  currency: z.string(),
  status: z.enum(['pending', 'held', 'review', 'disputed', 'released', 'refunded', 'split', 'declined']),
});

export const Purchase = z
  .object({
    id: Id,
    kind: PurchaseKind,
    courseId: Id,
    sessionId: Id.nullable(),
    studentId: Id,
    price: Money,
    fundedBy: FundedBy,
    paymentStatus: z.enum(['pending', 'paid', 'refunded']),
    status: PurchaseStatus,
    declineReason: z.string().nullable(),
    /** Money that came back; none where a subscription paid. */
    refunded: Money,
    /** By subscription alone: lessons of its quota, and those of them that came back. A split brings none back. */
    lessons: z.object({ booked: z.int(), returned: z.int() }).nullable(),
    attended: z.boolean(),
    attendanceSeconds: z.int(),
    cancelledAt: Instant.nullable(),
    completionPercentage: z.int().nullable(),
    holds: z.array(HoldOfPurchase),
    createdAt: Instant,
  })
  .meta({ id: 'Purchase' });
export type Purchase = z.infer<typeof Purchase>;

/** The problem of a 402: a purchase that came to nothing is still a purchase, which one may read again. */
export const DeclinedPurchase = Problem.extend({ shortfall: Money.nullable(), purchase: Purchase });

const courseId = z.strictObject({ courseId: Id });
const sessionId = z.strictObject({ sessionId: Id });

const maxStudents = z.int().min(1).max(100_000);
const duration = z.int().min(5).max(720);
const sessionFields = {
  number: z.int().min(1).max(1000),
  title: text(200),
  startsAt: InstantInput,
  durationMinutes: duration.default(60),
  price: MoneyInput,
};

export const createCourse = route({
  method: 'post',
  path: '/courses',
  who: ['teacher'],
  summary: 'Draft a course with its sessions',
  body: z.strictObject({
    title: text(200),
    description: text(5000, 0),
    price: MoneyInput,
    maxStudents: maxStudents.optional(),
    sessions: z
      .array(z.strictObject(sessionFields))
      .min(1, 'must have at least one session')
      .max(200, 'must have at most 200 sessions'),
  }),
  status: 201,
  answer: Course,
  problems: [422],
  idempotent: true,
  conditional: true,
});

export const listCourses = route({
  method: 'get',
  path: '/courses',
  who: 'public',
  summary: 'Published courses',
  query: z.strictObject({ ...page, teacherId: Id.optional(), text: text(100).optional() }),
  status: 200,
  answer: listOf(Course),
});

export const readCourse = route({
  method: 'get',
  path: '/courses/:courseId',
  who: 'public',
  summary: 'One course; the teacher also sees drafts',
  params: courseId,
  status: 200,
  answer: Course,
  conditional: true,
});

export const publishCourse = route({
  method: 'post',
  path: '/courses/:courseId/publish',
  who: ['teacher'],
  summary: 'Put a draft on sale',
  params: courseId,
  status: 200,
  answer: Course,
  problems: [409, 422],
  conditional: true,
});

export const updateCourse = route({
  method: 'patch',
  path: '/courses/:courseId',
  who: ['teacher'],
  summary: 'Change a course for later buyers; maxStudents null lifts the limit',
  params: courseId,
  body: z
    .strictObject({
      title: text(200),
      description: text(5000, 0),
      price: MoneyInput,
      maxStudents: maxStudents.nullable(),
    })
    .partial(),
  status: 200,
  answer: Course,
  problems: [409],
  conditional: true,
});

export const archiveCourse = route({
  method: 'post',
  path: '/courses/:courseId/archive',
  who: ['teacher'],
  summary: 'Sell no more of a course; what is bought takes place',
  params: courseId,
  status: 200,
  answer: Course,
  conditional: true,
});

export const addSession = route({
  method: 'post',
  path: '/courses/:courseId/sessions',
  who: ['teacher'],
  summary: 'Add a session to a course; who bought the course before has no part in it',
  params: courseId,
  body: z.strictObject(sessionFields),
  status: 201,
  answer: Session,
  problems: [409, 422],
  idempotent: true,
  conditional: true,
});

export const updateSession = route({
  method: 'patch',
  path: '/sessions/:sessionId',
  who: ['teacher'],
  summary: 'Rename or move a session until it has started; what its buyers paid for is frozen',
  params: sessionId,
  body: z.strictObject({ ...sessionFields, durationMinutes: duration }).partial(),
  status: 200,
  answer: Session,
  problems: [409, 422],
  conditional: true,
});

export const cancelSession = route({
  method: 'post',
  path: '/sessions/:sessionId/cancel',
  who: ['teacher'],
  summary: 'Cancel a session until it has started; everybody who bought it gets all of his money back',
  params: sessionId,
  body: z.strictObject({ reason: text(500).optional() }).optional(),
  status: 200,
  answer: Session,
  problems: [409],
  idempotent: true,
  conditional: true,
});

const Buying = z
  .strictObject({
    fundedBy: z.enum(['credits', 'subscription']).default('credits'),
    price: MoneyInput.optional().describe(
      'What the buyer was shown: where it costs more by now, nothing is bought (409 price-changed)',
    ),
  })
  .optional();

export const purchaseSession = route({
  method: 'post',
  path: '/enrollments/sessions/:sessionId/purchase',
  who: ['student'],
  summary: 'Buy one session; the money is held until the class is settled',
  params: sessionId,
  body: Buying,
  status: 201,
  answer: Purchase,
  alsoAnswers: [202],
  problems: [402, 409, 422],
  problemShapes: { 402: DeclinedPurchase },
  idempotent: true,
});

export const purchaseCourse = route({
  method: 'post',
  path: '/enrollments/courses/:courseId',
  who: ['student'],
  summary:
    'Buy what is still to come of a course; the money is held, session by session, until each is settled',
  params: courseId,
  body: Buying,
  status: 201,
  answer: Purchase,
  alsoAnswers: [202],
  problems: [402, 409, 422],
  problemShapes: { 402: DeclinedPurchase },
  idempotent: true,
});

const Cancelling = z.strictObject({ reason: text(500).optional() }).optional();

export const cancelPurchase = route({
  method: 'delete',
  path: '/enrollments/:enrollmentId',
  who: ['student'],
  summary: 'Cancel your course: what of it has not started is refunded, the rest stays',
  params: z.strictObject({ enrollmentId: Id }),
  body: Cancelling,
  status: 200,
  answer: Purchase,
  alsoAnswers: [202],
  problems: [409],
});

export const cancelSessionPurchase = route({
  method: 'delete',
  path: '/enrollments/sessions/:purchaseId',
  who: ['student'],
  summary: 'Cancel one session you bought, until it starts; its price is refunded',
  params: z.strictObject({ purchaseId: Id }),
  body: Cancelling,
  status: 200,
  answer: Purchase,
  alsoAnswers: [202],
  problems: [409],
});

export const readPurchase = route({
  method: 'get',
  path: '/enrollments/:enrollmentId',
  who: ['student'],
  summary: 'One of your course purchases, with the state of each of its holds',
  params: z.strictObject({ enrollmentId: Id }),
  status: 200,
  answer: Purchase,
});

export const listPurchases = route({
  method: 'get',
  path: '/enrollments/me',
  who: ['student'],
  summary: 'Your course purchases',
  query: z.strictObject({ ...page, status: setOf(PurchaseStatus) }),
  status: 200,
  answer: listOf(Purchase),
});

export const listSessionPurchases = route({
  method: 'get',
  path: '/enrollments/me/sessions',
  who: ['student'],
  summary: 'Your purchases of single sessions',
  query: z.strictObject({ ...page, status: setOf(PurchaseStatus) }),
  status: 200,
  answer: listOf(Purchase),
});

export const readSessionPurchase = route({
  method: 'get',
  path: '/enrollments/sessions/:purchaseId',
  who: ['student'],
  summary: 'One of your session purchases, with the state of its hold',
  params: z.strictObject({ purchaseId: Id }),
  status: 200,
  answer: Purchase,
});

export const readAccess = route({
  method: 'get',
  path: '/enrollments/sessions/:sessionId/access',
  who: 'any',
  summary: 'May you enter this session, and why or why not',
  params: sessionId,
  status: 200,
  answer: z.object({
    hasAccess: z.boolean(),
    reason: z.enum(['purchased', 'teacher', 'admin', 'pending', 'not-purchased', 'session-cancelled']),
  }),
});

export const listAdminPurchases = route({
  method: 'get',
  path: '/admin/purchases',
  who: ['admin'],
  summary:
    "Everybody's purchases of both kinds, the newest first; those that wait for the wallet too long by `status=pending` and `to`",
  query: z.strictObject({
    ...page,
    ...period,
    status: setOf(PurchaseStatus),
    studentId: Id.optional(),
    courseId: Id.optional(),
  }),
  status: 200,
  answer: listOf(Purchase),
});
