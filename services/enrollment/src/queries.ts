/** SQL behind every GET, returning what the contract shows. */
import type {
  Course,
  listAdminPurchases,
  listCourses,
  Purchase,
  readAccess,
  Session,
} from '@rollcall/contracts/api/enrollment';
import type { teacherCourses } from '@rollcall/contracts/api/teaching';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { User } from '@rollcall/kit/auth';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { type CourseRow, courseOf, type PurchaseRow, purchaseOf, sessionOf } from './shapes.js';
import { TEACHER_SUSPENDED } from './store/people.js';

const COURSE = `
  select courses.*,
         (select count(distinct student_id) from seats where course_id = courses.id and live) as current_students,
         (select coalesce(json_agg(sessions order by number), '[]') from sessions where course_id = courses.id) as sessions
    from courses`;

const PURCHASE = `
  select purchases.*, (select json_agg(holds order by id) from holds where purchase_id = purchases.id) as holds
    from purchases`;

/** Newest first: ids are ordered by time. */
const PAGE = (table: string) => `and (?::uuid is null or ${table}.id < ?) order by ${table}.id desc limit ?`;

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What was never on sale exists for its teacher alone; what was archived since can still be read by whoever knows it. */
export async function readCourse(db: Database, courseId: string, user: User | undefined): Promise<Course> {
  const { rows } = await db.raw(`${COURSE} where id = ? and (published_at is not null or teacher_id = ?)`, [
    courseId,
    user?.id ?? NOBODY,
  ]);
  if (rows.length === 0) throw notFound('course');
  return courseOf(rows[0]);
}

/** A session its teacher has just changed: that it is his was checked then. */
export async function readSession(db: Database, sessionId: string): Promise<Session> {
  const { rows } = await db.raw('select row_to_json(sessions) as session from sessions where id = ?', [
    sessionId,
  ]);
  if (rows.length === 0) throw notFound('session');
  return sessionOf(rows[0].session);
}

/** What is on sale, and whatever the caller teaches. */
export async function findCourses(
  db: Database,
  { limit, cursor, teacherId, text }: QueryOf<typeof listCourses>,
  user: User | undefined,
): Promise<AnswerOf<typeof listCourses>> {
  const like = text === undefined ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await db.raw(
    `${COURSE}
      where (status = 'published' and not ${TEACHER_SUSPENDED} or teacher_id = ?) and (?::uuid is null or teacher_id = ?)
        and (?::text is null or title ilike ? or description ilike ?) ${PAGE('courses')}`,
    [
      user?.id ?? NOBODY,
      ...twice(teacherId),
      like,
      like,
      like,
      ...twice(decodeCursor(cursor, Id)?.[0]),
      limit + 1,
    ],
  );
  return pageOf<CourseRow, Course>(rows, limit, courseOf);
}

export async function coursesOfTeacher(
  db: Database,
  { limit, cursor }: QueryOf<typeof teacherCourses>,
  teacherId: string,
): Promise<AnswerOf<typeof teacherCourses>> {
  const { rows } = await db.raw(`${COURSE} where teacher_id = ? ${PAGE('courses')}`, [
    teacherId,
    ...twice(decodeCursor(cursor, Id)?.[0]),
    limit + 1,
  ]);
  return pageOf<CourseRow, Course>(rows, limit, courseOf);
}

/** A student's purchase of one kind: each kind has a path of its own. */
export interface Mine {
  readonly kind: 'course' | 'session';
  readonly purchaseId: string;
  readonly studentId: string;
}

/** One of the student's own purchases; what another bought does not exist for him. */
export const readPurchase = async (db: Database, mine: Mine): Promise<Purchase> =>
  purchaseOf(await purchaseRow(db, mine));

/** The row too: it knows why a purchase was declined and what was missing. */
export async function purchaseRow(db: Database, { kind, purchaseId, studentId }: Mine): Promise<PurchaseRow> {
  const { rows } = await db.raw(`${PURCHASE} where id = ? and student_id = ? and kind = ?`, [
    purchaseId,
    studentId,
    kind,
  ]);
  if (rows.length === 0) throw notFound('purchase');
  return rows[0];
}

export interface AnsweredCancellation {
  readonly id: string;
  /** What was given up; none: nothing could be given back. */
  readonly session_ids: readonly string[];
}

/** Those of these cancellations that settlement has answered, by id. */
export async function answersOf(
  db: Database,
  cancellationIds: readonly string[],
): Promise<Map<string, AnsweredCancellation>> {
  const rows: AnsweredCancellation[] = await db('cancellations')
    .whereIn('id', [...cancellationIds])
    .whereNotNull('answered_at')
    .select('id', 'session_ids');
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those of these purchases that are no longer pending, by id. */
export async function outcomesOf(
  db: Database,
  purchaseIds: readonly string[],
): Promise<Map<string, PurchaseRow>> {
  const { rows } = await db.raw(`${PURCHASE} where id = any(?::uuid[]) and status <> 'pending'`, [
    [...purchaseIds],
  ]);
  return new Map((rows as PurchaseRow[]).map((row) => [row.id, row]));
}

interface PurchaseFilter {
  readonly kind: 'course' | 'session';
  readonly studentId: string;
  readonly status?: string[];
  readonly limit: number;
  readonly cursor?: string;
}

export async function purchasesOf(
  db: Database,
  { kind, studentId, status, limit, cursor }: PurchaseFilter,
): Promise<{ data: Purchase[]; nextCursor: string | null }> {
  const { rows } = await db.raw(
    `${PURCHASE} where student_id = ? and kind = ? and (?::text[] is null or status = any(?)) ${PAGE('purchases')}`,
    [studentId, kind, ...twice(status), ...twice(decodeCursor(cursor, Id)?.[0]), limit + 1],
  );
  return pageOf<PurchaseRow, Purchase>(rows, limit, purchaseOf);
}

/** Of both kinds, by when they were asked for. Pending ones and those of a student have indexes of their own. */
export async function everybodysPurchases(
  db: Database,
  { limit, cursor, status, studentId, courseId, from, to }: QueryOf<typeof listAdminPurchases>,
): Promise<AnswerOf<typeof listAdminPurchases>> {
  const { rows } = await db.raw(
    `${PURCHASE}
      where (?::uuid is null or student_id = ?) and (?::uuid is null or course_id = ?)
        and (?::text[] is null or status = any(?))
        and (?::timestamptz is null or requested_at >= ?) and (?::timestamptz is null or requested_at < ?)
        ${PAGE('purchases')}`,
    [
      ...[...twice(studentId), ...twice(courseId), ...twice(status), ...twice(from), ...twice(to)],
      ...twice(decodeCursor(cursor, Id)?.[0]),
      limit + 1,
    ],
  );
  return pageOf<PurchaseRow, Purchase>(rows, limit, purchaseOf);
}

type Access = AnswerOf<typeof readAccess>;

/** May this user enter the session's room? Throws 404 for a session nobody but its teacher can see. */
export async function accessTo(db: Database, sessionId: string, user: User): Promise<Access> {
  const { rows } = await db.raw(
    `select sessions.status, courses.teacher_id, courses.published_at is null as hidden,
            (select purchases.status from seats join purchases on purchases.id = seats.purchase_id
              where seats.session_id = sessions.id and seats.student_id = ? and seats.live) as bought
       from sessions join courses on courses.id = sessions.course_id where sessions.id = ?`,
    [user.id, sessionId],
  );
  const [session] = rows;
  const teaches = session?.teacher_id === user.id;
  if (session === undefined || (session.hidden && !teaches)) throw notFound('session');
  const answer = (hasAccess: boolean, reason: Access['reason']): Access => ({ hasAccess, reason });
  if (session.status === 'cancelled') return answer(false, 'session-cancelled');
  if (teaches) return answer(true, 'teacher');
  if (session.bought !== null && session.bought !== 'pending') return answer(true, 'purchased');
  if (user.roles.includes('admin')) return answer(true, 'admin');
  return answer(false, session.bought === 'pending' ? 'pending' : 'not-purchased');
}

/** A filter's value for the `is null` test and for the comparison. */
const twice = <Value>(value: Value | undefined): [Value | null, Value | null] => [
  value ?? null,
  value ?? null,
];

const pageOf = <Row extends { id: string }, Item>(rows: Row[], limit: number, itemOf: (row: Row) => Item) =>
  listPage(rows, limit, itemOf, ({ id }) => [id]);
