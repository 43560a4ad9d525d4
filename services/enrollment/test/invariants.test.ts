import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { brokenInvariants, openStage, person, type Stage } from './stage.js';

let stage: Stage;
let sessionId: string;
let purchaseId: string;
beforeEach(async () => {
  await stage?.close();
  stage = await openStage();
  sessionId = (await stage.onSale({ maxStudents: 5 })).sessions[0]!.id;
  purchaseId = (await stage.bought(await person('student'), sessionId)).id;
  await stage.bought(await person('student'), sessionId);
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
  [
    'no hold of a session that was cancelled half an hour ago is still open',
    "update sessions set status = 'cancelled', cancelled_at = now() - interval '31 minutes' where id = :sessionId",
  ],
  [
    "no purchase is of another teacher's course",
    'update purchases set teacher_id = gen_random_uuid() where id = :purchaseId',
  ],
])('it is noticed when this does not hold: %s', async (name, damage) => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await stage.db.raw(damage, { sessionId, purchaseId });
  expect(await brokenInvariants(stage.db)).toContain(name);
});
