import * as api from '@rollcall/contracts/api/enrollment';
import type { Database } from '@rollcall/kit/database';
import { command, query, type Served } from '@rollcall/kit/http';
import { answerPurchase } from './answer-purchase.js';
import { createAwaitOutcome } from './await-outcome.js';
import {
  accessTo,
  coursesOfTeacher,
  findCourses,
  outcomesOf,
  purchasesOf,
  readCourse,
  readPurchase,
} from './queries.js';
import { buySession } from './use-cases/buy-session.js';
import { createCourse } from './use-cases/create-course.js';
import { publishCourse } from './use-cases/publish-course.js';

/** Everything enrollment answers over HTTP. */
export const routes = (db: Database): Served[] => [...catalogue(db), ...purchases(db)];

const catalogue = (db: Database): Served[] => [
  query(db, api.listCourses, (db, { query, user }) => findCourses(db, query, user)),
  query(db, api.readCourse, (db, { params, user }) => readCourse(db, params.courseId, user)),
  query(db, api.teacherCourses, (db, { query, user }) => coursesOfTeacher(db, query, user.id)),
  command(
    db,
    api.createCourse,
    (work, { user, body }) => createCourse(work, user.id, body),
    (db, { id }, { user }) => readCourse(db, id, user),
  ),
  command(
    db,
    api.publishCourse,
    (work, { user, params }) => publishCourse(work, user.id, params.courseId),
    (db, { id }, { user }) => readCourse(db, id, user),
  ),
];

function purchases(db: Database): Served[] {
  const awaitOutcome = createAwaitOutcome(db, outcomesOf);
  const listOf = (kind: 'course' | 'session', route: typeof api.listPurchases) =>
    query(db, route, (db, { query, user }) =>
      purchasesOf(db, { kind, studentId: user.id, ...query } as const),
    );
  return [
    command(
      db,
      api.purchaseSession,
      (work, { user, params, body }) =>
        buySession(work, { ...params, studentId: user.id, fundedBy: body?.fundedBy ?? 'credits' }),
      (db, { id }, { user, prefer, signal }) =>
        answerPurchase(db, awaitOutcome, { purchaseId: id, studentId: user.id, prefer, signal }),
    ),
    listOf('course', api.listPurchases),
    listOf('session', api.listSessionPurchases),
    query(db, api.readSessionPurchase, (db, { params, user }) =>
      readPurchase(db, params.purchaseId, user.id),
    ),
    query(db, api.readAccess, (db, { params, user }) => accessTo(db, params.sessionId, user)),
  ];
}
