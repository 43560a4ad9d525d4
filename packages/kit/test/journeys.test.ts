import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sessionStarted } from '@rollcall/contracts/events/attendance';
import request from 'supertest';
import { newId } from '../src/id.js';
import { journeys } from '../src/journeys.js';
import { type TestDatabase, testApp, testDatabase, token } from '../src/testing.js';
import { inWork } from '../src/work.js';

let base: TestDatabase;
beforeAll(async () => {
  base = await testDatabase();
});
afterAll(() => base.close());

test('an admin finds what a service said by the correlation and by an id it names, and not what it carried', async () => {
  const [one, another, correlationId] = [newId(), newId(), 'trace-of-this-journey'];
  const say = (sessionId: string, cause: string) =>
    inWork(base.db, { correlationId: cause }, async (work) => {
      work.emit(sessionStarted, { sessionId, at: '2027-01-15T10:00:00.000Z' });
    });
  await say(one, correlationId);
  await say(another, 'trace-of-another');
  const app = await testApp([journeys(base.db, 'attendance')]);
  const span = `from=${new Date(Date.now() - 60_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}`;
  const ask = async (id: string, role: 'admin' | 'finance' = 'admin') =>
    request(app)
      .get(`/admin/journeys/${id}?${span}`)
      .set('authorization', `Bearer ${await token({ id: newId(), roles: [role] })}`);
  for (const id of [correlationId, one]) {
    const { status, body } = await ask(id);
    expect([status, body.truncated]).toEqual([200, false]);
    expect(body.events).toEqual([
      expect.objectContaining({
        ...{
          type: sessionStarted.type,
          service: 'attendance',
          subject: one,
          correlationId,
          causationId: null,
        },
        published: false,
      }),
    ]);
    expect(body.events[0]).not.toHaveProperty('data');
  }
  expect((await ask(newId())).body.events).toEqual([]);
  expect((await ask(one, 'finance')).status).toBe(403);
});
