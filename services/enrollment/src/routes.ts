import type { Purchase } from '@rollcall/contracts/api/enrollment';
import * as api from '@rollcall/contracts/api/enrollment';
import * as teachingApi from '@rollcall/contracts/api/teaching';
import { purchaseCancelled, purchaseDeclined, purchaseExpired } from '@rollcall/contracts/events/enrollment';
import type { Database } from '@rollcall/kit/database';
import { command, type InputOf, query, type Served } from '@rollcall/kit/http';
import type { Work } from '@rollcall/kit/work';
import { answerCancellation } from './answer-cancellation.js';
import { showCourse, showOwnCourse, showSession } from './answer-course.js';
import { answerPurchase } from './answer-purchase.js';
import { createAwaitOutcome } from './await-outcome.js';
import { rosterOf } from './queries/roster.js';
import { taughtSessions } from './queries/taught-sessions.js';
import {
  accessTo,
  answersOf,
  coursesOfTeacher,
  everybodysPurchases,
  findCourses,
  type Mine,
  outcomesOf,
  purchasesOf,
  readPurchase,
} from './queries.js';
import { addSession } from './use-cases/add-session.js';
import { archiveCourse } from './use-cases/archive-course.js';
import { buyCourse } from './use-cases/buy-course.js';
import { buySession } from './use-cases/buy-session.js';
import { cancelPurchase } from './use-cases/cancel-purchase.js';
import { cancelSession } from './use-cases/cancel-session.js';
import { createCourse } from './use-cases/create-course.js';
import { ownOf } from './use-cases/own.js';
import type { Buyer } from './use-cases/place-purchase.js';
import { publishCourse } from './use-cases/publish-course.js';
import { updateCourse } from './use-cases/update-course.js';
import { updateSession } from './use-cases/update-session.js';

/** A request that waits for an outcome, and the row it waits for. */
type Waiting = Pick<InputOf<typeof api.purchaseSession>, 'user' | 'prefer' | 'signal'>;
interface Ref {
  readonly id: string;
}

/** Everything enrollment answers over HTTP. */
export const routes = (db: Database): Served[] => [
  ...catalogue(db),
  ...teaching(db),
  ...buying(db),
  ...cancelling(db),
  ...purchases(db),
];

const catalogue = (db: Database): Served[] => [
  query(db, api.listCourses, (db, { query, user }) => findCourses(db, query, user)),
  query(db, api.readCourse, (db, { params, user }) => showCourse(db, params.courseId, { user })),
  query(db, teachingApi.teacherCourses, (db, { query, user }) => coursesOfTeacher(db, query, user.id)),
  query(db, teachingApi.listTaughtSessions, taughtSessions),
  query(db, teachingApi.readRoster, rosterOf),
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

function buying(db: Database): Served[] {
  const awaitOutcome = createAwaitOutcome(db, outcomesOf, [purchaseDeclined, purchaseExpired]);
  const answer =
    (kind: Purchase['kind']) =>
    (db: Database, { id }: Ref, { user, prefer, signal }: Waiting) =>
      answerPurchase(db, awaitOutcome, { kind, purchaseId: id, studentId: user.id, prefer, signal });
  return [
    command(
      db,
      api.purchaseSession,
      (work, { user, params, body }) => buySession(work, { ...params, ...buyerOf(user.id, body) }),
      answer('session'),
    ),
    command(
      db,
      api.purchaseCourse,
      (work, { user, params, body }) => buyCourse(work, { ...params, ...buyerOf(user.id, body) }),
      answer('course'),
    ),
  ];
}

const buyerOf = (studentId: string, body: InputOf<typeof api.purchaseSession>['body']): Buyer => ({
  studentId,
  fundedBy: body?.fundedBy ?? 'credits',
  shown: body?.price,
});

function cancelling(db: Database): Served[] {
  const awaitAnswer = createAwaitOutcome(db, answersOf, [purchaseCancelled]);
  const cancel = (work: Work, mine: Mine, words: string | undefined) =>
    cancelPurchase(work, { ...mine, words: words ?? null });
  const answer = (db: Database, { id }: Ref, mine: Mine, { prefer, signal }: Waiting) =>
    answerCancellation(db, awaitAnswer, { ...mine, cancellationId: id, prefer, signal });
  const ofCourse = ({ params, user }: InputOf<typeof api.cancelPurchase>): Mine => ({
    kind: 'course',
    purchaseId: params.enrollmentId,
    studentId: user.id,
  });
  const ofSession = ({ params, user }: InputOf<typeof api.cancelSessionPurchase>): Mine => ({
    kind: 'session',
    purchaseId: params.purchaseId,
    studentId: user.id,
  });
  return [
    command(
      db,
      api.cancelPurchase,
      (work, input) => cancel(work, ofCourse(input), input.body?.reason),
      (db, ref, input) => answer(db, ref, ofCourse(input), input),
    ),
    command(
      db,
      api.cancelSessionPurchase,
      (work, input) => cancel(work, ofSession(input), input.body?.reason),
      (db, ref, input) => answer(db, ref, ofSession(input), input),
    ),
  ];
}

function purchases(db: Database): Served[] {
  const listOf = (kind: Purchase['kind'], route: typeof api.listPurchases) =>
    query(db, route, (db, { query, user }) =>
      purchasesOf(db, { kind, studentId: user.id, ...query } as const),
    );
  return [
    listOf('course', api.listPurchases),
    listOf('session', api.listSessionPurchases),
    query(db, api.readPurchase, (db, { params, user }) =>
      readPurchase(db, { kind: 'course', purchaseId: params.enrollmentId, studentId: user.id }),
    ),
    query(db, api.readSessionPurchase, (db, { params, user }) =>
      readPurchase(db, { kind: 'session', purchaseId: params.purchaseId, studentId: user.id }),
    ),
    query(db, api.listAdminPurchases, (db, { query }) => everybodysPurchases(db, query)),
    query(db, api.readAccess, (db, { params, user }) => accessTo(db, params.sessionId, user)),
  ];
}
