/** The migration that says every session again, run on a database with courses in it. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { messageSchema } from '@rollcall/contracts/event';
import { sessionCancelled, sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { emitted } from '@rollcall/kit/testing';
import { draft, openStage, type Stage } from './stage.js';

const migration = new URL('../migrations/0006_say_sessions_again.sql', import.meta.url);
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test('every session that was said is said again as it was said last, older than what anybody knows', async () => {
  const { db } = stage;
  const course = await stage.onSale({ title: 'A "B" \\ C' });
  await stage.send('post', '/courses', stage.teacher).send(draft()).expect(201);
  const [kept, cancelled] = course.sessions;
  await stage.cancel(cancelled!.id);
  const before = [
    ...(await emitted(db, sessionScheduled)).filter(({ subject }) => subject === kept?.id),
    ...(await emitted(db, sessionCancelled)),
  ];
  const last = await db('outbox').max('seq as seq').first();
  await db.raw((await readFile(migration, 'utf8')).replaceAll('?', '\\?'));

  const rows = await db('outbox').where('seq', '>', last?.seq).orderBy('seq');
  const events = rows.map(({ body }) => JSON.parse(body));
  const said = before.map(({ data }) => ({ ...data, version: 0 }));
  expect(events.map(({ data }) => data).sort(bySession)).toEqual(said.sort(bySession));
  for (const [n, event] of events.entries()) {
    expect(messageSchema(sessionScheduled).parse(event)).toEqual(event);
    expect(rows[n]).toMatchObject({ id: event.id, type: event.type, subject: event.data.sessionId });
    expect(event.id).toMatch(UUID7);
  }
  const unpublished = await db('outbox_unpublished').where('seq', '>', last?.seq).orderBy('seq').pluck('seq');
  expect(unpublished).toEqual(rows.map(({ seq }) => seq));
});

const bySession = (a: { sessionId: string }, b: { sessionId: string }) =>
  a.sessionId < b.sessionId ? -1 : 1;
