/** Each rule of invariants.sql is broken past all triggers, and has to notice. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { defaultRules } from '../src/domain/session.js';
import { correctAttendance } from '../src/use-cases/correct-attendance.js';
import { appOf, classOf, lookAt, migrations, postAll, type SessionData, scheduled } from './support.js';

let database: TestDatabase;
let waiting: SessionData;
beforeAll(async () => {
  database = await testDatabase(migrations);
  const began = new Date(Date.now() - 3_600_000).toISOString();
  const over = await scheduled(database.db, { startsAt: began });
  waiting = await scheduled(database.db, { startsAt: new Date(Date.now() + 3_600_000).toISOString() });
  const room = classOf(over);
  const people = [...room.in(over.teacherId, 0, 60), ...room.in(newId(), 5, 35)];
  await postAll(await appOf(database.db), [...people, room.finished(60)]);
  await lookAt(database.db, Date.now() + 60_000);
  await lookAt(database.db, Date.now() + 120_000);
  const byHand = {
    sessionId: over.sessionId,
    actorId: newId(),
    userId: newId(),
    reason: 'seen in the recording',
  };
  await workOf(database.db, (work) => correctAttendance(work, defaultRules, { ...byHand, intervals: [] }));
});
afterAll(() => database.close());

async function broken(db: Database): Promise<string[]> {
  const names: string[] = [];
  const file = readFileSync(new URL('../invariants.sql', import.meta.url), 'utf8');
  for (const query of file.split(/^-- name: /m).slice(1)) {
    const [name = '', ...sql] = query.split('\n');
    if ((await db.raw(sql.join('\n').replaceAll('?', '\\?'))).rows.length > 0) names.push(name);
  }
  return names;
}

/** What is found with the harm done, which is then taken back. */
async function foundAfter(harm: string): Promise<string[]> {
  const tx = await database.db.transaction();
  try {
    await tx.raw('set local session_replication_role = replica'); // past the triggers, as no client of the service can
    await tx.raw(harm, { waiting: waiting.sessionId });
    return await broken(tx as Database);
  } finally {
    await tx.rollback();
  }
}

test('nothing is found where nothing is wrong', async () => {
  expect(await database.db('results')).toHaveLength(2);
  expect(await broken(database.db)).toEqual([]);
});

test.each<[rule: string, harm: string]>([
  [
    'every session is completed within five minutes of its deadline',
    `update sessions set starts_at = now() - interval '3 hours', ends_at = now() - interval '2 hours',
            deadline_at = now() - interval '6 minutes' where id = :waiting`,
  ],
  [
    'a completed session has every version of its result from 1 to the latest',
    'update sessions set latest_version = 3 where completed_at is not null',
  ],
  ['every result has its teacher, once', "delete from records where role = 'teacher'"],
  ['nobody was in longer than the session was to last', 'update results set scheduled_seconds = 60'],
  [
    'a completed result was said, each version once',
    "delete from outbox where type = 'attendance.session-completed.v1'",
  ],
  [
    'what comes in is looked at within a minute',
    `with a as (update deliveries set received_at = now() - interval '2 minutes')
     insert into wakes (course_id, session_number, finished)
     select course_id, session_number, false from deliveries where course_id is not null limit 1`,
  ],
  [
    'no secret of a room is stored',
    `update deliveries set body = convert_to('{"room":{"turnPassword":"hush"}}', 'UTF8'), received_at = now()`,
  ],
  [
    'a session that waits has a time to be looked at',
    'update sessions set due_at = null where id = :waiting',
  ],
  [
    'what an admin set by hand is in the newest result',
    `with a as (update corrections set created_at = now() - interval '2 minutes') update records set corrected = false`,
  ],
])('it is found when this breaks: %s', async (rule, harm) => {
  expect(await foundAfter(harm)).toContain(rule);
});
