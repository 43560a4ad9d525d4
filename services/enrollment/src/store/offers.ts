/** SQL that locks what is on sale, as one student finds it: courses before their sessions, sessions by id. */
import type { Knex } from 'knex';
import type { CourseStatus } from '../domain/course.js';
import type { SessionStatus } from '../domain/purchase.js';
import { TEACHER_SUSPENDED } from './people.js';

type Tx = Knex.Transaction;

export interface OfferRow {
  readonly id: string;
  readonly course_id: string;
  readonly number: number;
  readonly title: string;
  readonly price: number;
  readonly currency: string;
  readonly status: SessionStatus;
  readonly starts_at: Date;
  readonly started_at: Date | null;
  readonly max_students: number | null;
  readonly seats_taken: number;
  readonly teacher_id: string;
  readonly course_status: CourseStatus;
  readonly bought: boolean;
  /** This student is suspended, as far as is known here. */
  readonly buyer_suspended: boolean;
}

/** One session, or all of a course whose row is locked: else a session might be added or limited meanwhile. */
export type Wanted = { readonly sessionId: string } | { readonly courseId: string };

/**
 * A session whose limit came or went while its lock was awaited is found by neither half of a statement that locks limited
 * ones and shares unlimited ones: the next look sees what it is now. Twice in a row is a teacher's two edits in a moment.
 */
const LOOKS = 3;

/**
 * Sessions as this student finds them, their rows locked until the end: buyers of limited ones queue for their seats,
 * buyers of unlimited ones pass side by side and only keep them from being cancelled under them.
 */
export async function lockOffers(tx: Tx, wanted: Wanted, studentId: string): Promise<OfferRow[]> {
  const [column, id] = 'sessionId' in wanted ? ['id', wanted.sessionId] : ['course_id', wanted.courseId];
  for (let look = 1; ; look += 1) {
    const { rows } = await tx.raw(offersBy(column), [id, id, studentId, studentId]);
    if (rows.length > 0 || look === LOOKS) return rows;
  }
}

/** What was never on sale is a draft to its buyers, whatever became of it; what a suspended teacher sold is off sale. */
const offersBy = (column: string): string => {
  const those = (limit: string) =>
    `select * from sessions where ${column} = ? and max_students ${limit} order by id`;
  return `
    with limited as (${those('is not null')} for no key update),
         unlimited as (${those('is null')} for share),
         session as (select * from limited union all select * from unlimited)
    select session.*, courses.teacher_id,
           case when courses.published_at is null then 'draft' when ${TEACHER_SUSPENDED} then 'archived'
                else courses.status end as course_status,
           exists (select from seats where session_id = session.id and student_id = ? and live) as bought,
           exists (select from people where user_id = ? and suspended) as buyer_suspended
      from session join courses on courses.id = session.course_id`;
};

export interface CourseOfferRow {
  readonly id: string;
  readonly teacher_id: string;
  readonly status: CourseStatus;
  readonly published_at: Date | null;
  readonly price: number;
  readonly currency: string;
}

const STATUS = `case when ${TEACHER_SUSPENDED} then 'archived' else status end as status`;

/** The course as it is sold, kept so until the end; its buyers do not queue for one another. Locked before its sessions. */
export const lockCourseOffer = (tx: Tx, courseId: string): Promise<CourseOfferRow | undefined> =>
  tx('courses')
    .where({ id: courseId })
    .forShare()
    .first('id', 'teacher_id', 'published_at', 'price', 'currency', tx.raw(STATUS));
