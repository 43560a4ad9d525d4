import * as api from '@rollcall/contracts/api/enrollment';
import type { Database } from '@rollcall/kit/database';
import { command, query, type Served } from '@rollcall/kit/http';
import { showCourse, showOwnCourse, showSession } from './answer-course.js';
import { answerPurchase } from './answer-purchase.js';
import { createAwaitOutcome } from './await-outcome.js';
import { rosterOf } from './queries/roster.js';
import { accessTo, coursesOfTeacher, findCourses, outcomesOf, purchasesOf, readPurchase } from './queries.js';
import { addSession } from './use-cases/add-session.js';
import { archiveCourse } from './use-cases/archive-course.js';
import { buySession } from './use-cases/buy-session.js';
import { cancelSession } from './use-cases/cancel-session.js';
import { createCourse } from './use-cases/create-course.js';
import { ownOf } from './use-cases/own.js';
import { publishCourse } from './use-cases/publish-course.js';
import { updateCourse } from './use-cases/update-course.js';
import { updateSession } from './use-cases/update-session.js';

/** Everything enrollment answers over HTTP. */
export const routes = (db: Database): Served[] => [...catalogue(db), ...teaching(db), ...purchases(db)];

const catalogue = (db: Database): Served[] => [
  query(db, api.listCourses, (db, { query, user }) => findCourses(db, query, user)),
  query(db, api.readCourse, (db, { params, user }) => showCourse(db, params.courseId, { user })),
  query(db, api.teacherCourses, (db, { query, user }) => coursesOfTeacher(db, query, user.id)),
  query(db, api.readRoster, rosterOf),
];

const teaching = (db: Database): Served[] => [
  command(
    db,
    api.createCourse,
    (work, { user, body }) => createCourse(work, user.id, body),
    (db, { id }, { user }) => showCourse(db, id, { user, status: 201 }),
  ),
  command(db, api.publishCourse, (work, input) => publishCourse(work, ownOf(input)), showOwnCourse),
  command(db, api.updateCourse, (work, input) => updateCourse(work, ownOf(input), input.body), showOwnCourse),
  command(db, api.archiveCourse, (work, input) => archiveCourse(work, ownOf(input)), showOwnCourse),
  command(
    db,
    api.addSession,
    (work, input) => addSession(work, ownOf(input), input.body),
    (db, { id }) => showSession(db, id, 201),
  ),
  command(
    db,
    api.updateSession,
    (work, input) => updateSession(work, ownOf(input), input.body),
    (db, { id }) => showSession(db, id),
  ),
  command(
    db,
    api.cancelSession,
    (work, input) => cancelSession(work, { ...ownOf(input), reason: input.body?.reason }),
    (db, { id }) => showSession(db, id),
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
