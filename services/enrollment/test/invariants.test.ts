import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { brokenInvariants, openStage, person, type Stage } from './stage.js';

let stage: Stage;
let sessionId: string;
let purchaseId: string;
let courseId: string;
beforeEach(async () => {
  await stage?.close();
  stage = await openStage();
  sessionId = (await stage.onSale({ maxStudents: 5 })).sessions[0]!.id;
  purchaseId = (await stage.bought(await person('student'), sessionId)).id;
  await stage.bought(await person('student'), sessionId);
  const course = await stage.onSale();
  courseId = (await stage.boughtCourse(await person('student'), course.id)).id;
});
afterAll(() => stage.close());

test.each<[string, string]>([
  [
    'no purchase waits longer than 20 minutes',
    "update purchases set status = 'pending', requested_at = now() - interval '21 minutes' where id = :purchaseId",
  ],
  [
    'no session has more live seats than its course allows',
    'update sessions set seats_taken = 1, max_students = 1 where id = :sessionId',
  ],
  [
    'the seats counted on a limited session are its live seats',
    'update sessions set seats_taken = 4 where id = :sessionId',
  ],
  ['every session has the limit of its course', 'update sessions set max_students = 6 where id = :sessionId'],
  [
    'every pending or active purchase of a session has a live seat',
    'update seats set live = false where purchase_id = :purchaseId',
  ],
  [
    'no declined, expired or cancelled purchase keeps a seat',
    "update purchases set status = 'cancelled' where id = :purchaseId",
  ],
  [
    'the total of every purchase is the sum of its holds',
    'update holds set amount = 1 where purchase_id = :purchaseId',
  ],
  [
    'every hold belongs to a seat of the same student',
    'update holds set student_id = gen_random_uuid() where purchase_id = :purchaseId',
  ],
  [
    'no hold waits for money that its purchase already has, or was refused',
    "update holds set status = 'pending' where purchase_id = :purchaseId",
  ],
  [
    'a settled purchase of a session has an ended hold, and an active one has not',
    "update purchases set status = 'attended' where id = :purchaseId",
  ],
  ['every open hold has a live seat', 'update seats set live = false where purchase_id = :courseId'],
  [
    'a hold given back because the session was given up or cancelled has no live seat',
    "update holds set status = 'refunded', reason = 'cancelled', decision_version = 1 where purchase_id = :courseId",
  ],
  [
    'a settled purchase of a course has no open hold, and an active one has',
    "update purchases set status = 'completed' where id = :courseId",
  ],
  [
    'no purchase of a course is attended or missed, and none of a session is completed',
    "update purchases set status = 'missed' where id = :courseId",
  ],
  [
    'no cancellation waits longer than 20 minutes',
    `insert into cancellations (id, purchase_id, requested_by, requested_at, asked_at, holds)
     select gen_random_uuid(), id, student_id, now() - interval '21 minutes', now(), '[]' from purchases where id = :courseId`,
  ],
  [
    'what a cancellation gave back is given back, in full',
    `insert into cancellations (id, purchase_id, requested_by, requested_at, asked_at, holds, answered_at, session_ids, refunded)
     select gen_random_uuid(), id, student_id, now(), now(), '[]', now(), '{}', 1 from purchases where id = :courseId`,
  ],
  [
    'no hold of a session that was cancelled half an hour ago is still open',
    "update sessions set status = 'cancelled', cancelled_at = now() - interval '31 minutes' where id = :sessionId",
  ],
  [
    "no purchase is of another teacher's course",
    'update purchases set teacher_id = gen_random_uuid() where id = :purchaseId',
  ],
  [
    'a purchase by card is the one its payment ordered',
    "update purchases set funded_by = 'card', payment_id = gen_random_uuid() where id = :purchaseId",
  ],
])('it is noticed when this does not hold: %s', async (name, damage) => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await stage.db.raw(damage, { sessionId, purchaseId, courseId });
  expect(await brokenInvariants(stage.db)).toContain(name);
});
