import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { newId } from '../src/id.js';
import { type TestDatabase, testApp, testDatabase, token } from '../src/testing.js';
import { notes, type Pause, TABLE } from './notes.js';

let database: TestDatabase;
let app: RequestListener;
const pause: Pause = { during: async () => {} };
const teacher = newId();

beforeAll(async () => {
  database = await testDatabase();
  await database.db.raw(TABLE);
  app = await testApp(notes(database.db, pause));
});
afterEach(() => {
  pause.during = async () => {};
});
afterAll(() => database.close());

async function create(key: string, body: object, { id = teacher, path = '/api/v1/notes' } = {}) {
  const authorization = `Bearer ${await token({ id, roles: ['teacher'] })}`;
  return request(app).post(path).set({ authorization, 'idempotency-key': key }).send(body);
}
const count = async (words: string) => (await database.db('notes').where({ words })).length;

test('the same key and body give the same resource as it is now, and act once', async () => {
  const first = await create('again', { words: 'once' });
  expect(first).toMatchObject({ status: 201, body: { words: 'once' } });
  expect(first.headers).not.toHaveProperty('idempotency-replayed');

  await database.db('notes').where({ id: first.body.id }).update({ words: 'changed since' });
  const second = await create('again', { words: 'once' });
  expect(second).toMatchObject({ status: 201, body: { id: first.body.id, words: 'changed since' } });
  expect(second.headers['idempotency-replayed']).toBe('true');
  await expect(count('once')).resolves.toBe(0);
});

test('another prefix, a trailing slash or another order of fields is the same request', async () => {
  const first = await create('forms', { words: 'forms', extra: { n: 1 } });
  for (const path of ['/api/notes', '/notes', '/api/v1/notes/']) {
    const answer = await create('forms', { extra: { n: 1 }, words: 'forms' }, { path });
    expect(answer).toMatchObject({ status: 201, body: first.body });
  }
});

test('the same key with another body is a 422 and does nothing', async () => {
  await create('other', { words: 'first body' });
  const answer = await create('other', { words: 'second body' });
  expect(answer).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
  await expect(count('second body')).resolves.toBe(0);
});

test('the same key for another route, or for the same route of another thing, is a 422', async () => {
  const { body: note } = await create('paths', { words: 'to copy' });
  const copy = (key: string, id: string) => create(key, {}, { path: `/notes/${id}/copy` });
  expect((await copy('paths', note.id)).status).toBe(422);
  expect((await copy('copies', note.id)).status).toBe(201);
  expect((await copy('copies', newId())).status).toBe(422);
});

test('a key belongs to its user', async () => {
  const mine = await create('shared', { words: 'mine' });
  const yours = await create('shared', { words: 'yours' }, { id: newId() });
  expect(yours.status).toBe(201);
  expect(yours.body.id).not.toBe(mine.body.id);
});

test('a refusal that was an outcome is repeated, as what it is', async () => {
  const first = await create('declined', { words: 'dear' });
  const second = await create('declined', { words: 'dear' });
  expect(first.status).toBe(402);
  expect(second).toMatchObject({ status: 402, body: { type: '/problems/too-dear' } });
  expect(second.headers['idempotency-replayed']).toBe('true');
});

test('a request that did nothing leaves its key free', async () => {
  await create('a-note', { words: 'taken' });
  expect((await create('free', { words: 'taken' })).status).toBe(409);
  await database.db('notes').where({ words: 'taken' }).delete();
  expect((await create('free', { words: 'taken' })).status).toBe(201);
  expect((await create('bad', { words: '' })).status).toBe(400);
  expect((await create('bad', { words: 'mended' })).status).toBe(201);
});

test('while the first is being worked on the second is a 409 that says when to come again', async () => {
  let go = () => {};
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  pause.during = () => {
    begun();
    return new Promise<void>((resolve) => {
      go = resolve;
    });
  };
  const first = create('slow', { words: 'slow' });
  await hasBegun;
  const second = await create('slow', { words: 'slow' });
  expect(second).toMatchObject({ status: 409, body: { type: '/problems/request-in-progress' } });
  expect(Number(second.headers['retry-after'])).toBeGreaterThan(0);
  go();
  const done = await first;
  expect(done.status).toBe(201);
  const third = await create('slow', { words: 'slow' });
  expect(third).toMatchObject({ status: 201, body: done.body });
});

test('a request that dies in the middle lets go of its key', async () => {
  pause.during = () => Promise.reject(new Error('died'));
  expect((await create('dies', { words: 'dies' })).status).toBe(500);
  pause.during = async () => {};
  expect((await create('dies', { words: 'dies' })).status).toBe(201);
});

test('a request that loses every race for its rows is a 503 that did nothing, and may be sent again', async () => {
  let tries = 0;
  pause.during = async () => {
    tries += 1;
    throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
  };
  const answer = await create('races', { words: 'races' });
  expect(answer).toMatchObject({ status: 503, body: { type: '/problems/busy' } });
  expect(answer.headers['retry-after']).toBe('1');
  expect([tries, await count('races')]).toEqual([3, 0]);
  pause.during = async () => {};
  expect((await create('races', { words: 'races' })).status).toBe(201);
});

test('a request that waited in vain for its rows is a 503 that did nothing, and may be sent again', async () => {
  pause.during = async () => {
    throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  };
  const answer = await create('waits', { words: 'waits' });
  expect(answer).toMatchObject({ status: 503, body: { type: '/problems/busy' } });
  expect(answer.headers['retry-after']).toBe('1');
  expect(await count('waits')).toBe(0);
  pause.during = async () => {};
  expect((await create('waits', { words: 'waits' })).status).toBe(201);
});

test('a process that hangs lets go of its key after a minute: the server ends its statement, then its session', async () => {
  const seconds = async (name: string) =>
    Number(
      (await database.db.raw(`select extract(epoch from current_setting(?)::interval) as s`, [name])).rows[0]
        .s,
    );
  const [statement, idle] = [
    await seconds('statement_timeout'),
    await seconds('idle_in_transaction_session_timeout'),
  ];
  expect(Math.min(statement, idle)).toBeGreaterThan(0);
  expect(statement + idle).toBeLessThanOrEqual(60);
});

test('of twenty at once one acts; the others are told to come again or get its resource, never a refusal of its own effect', async () => {
  for (let round = 1; round <= 5; round += 1) {
    const body = { words: `race ${round}` };
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(`race-${round}`, body)));
    const made = answers.filter(({ status }) => status === 201);
    const others = answers.filter(({ status }) => status !== 201).map((answer) => answer.body.type);
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
    expect(new Set(others)).toEqual(new Set(others.length > 0 ? ['/problems/request-in-progress'] : []));
    expect(made.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
  }
});

test('a key is forgotten after 24 hours', async () => {
  const first = await create('old', { words: 'old' });
  const age = (interval: string) =>
    database.db.raw("update idempotency_keys set created_at = now() - ?::interval where key = 'old'", [
      interval,
    ]);
  await age('23 hours 59 minutes');
  expect((await create('old', { words: 'old' })).body.id).toBe(first.body.id);
  await age('24 hours 1 minute');
  const second = await create('old', { words: 'new' });
  expect(second.status).toBe(201);
  expect(second.body.id).not.toBe(first.body.id);
  expect((await create('old', { words: 'new' })).body).toEqual(second.body);
});

test.each(['', 'with blank', 'tab\there', 'x'.repeat(256), 'ümlaut'])('%j is no key', async (key) => {
  const answer = await create(key, { words: 'no key' });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'Idempotency-Key' }] } });
  await expect(count('no key')).resolves.toBe(0);
});

test.each(['!', '~', 'x'.repeat(255)])('%j is a key', async (key) => {
  expect((await create(key, { words: `k ${key.slice(0, 5)}` })).status).toBe(201);
});

test('neither the body nor the answer is kept', async () => {
  await create('kept', { words: 'very private' });
  const row = await database.db('idempotency_keys').where({ key: 'kept' }).first();
  expect(JSON.stringify(row)).not.toContain('private');
  expect(row.request_hash).toHaveLength(32);
});
