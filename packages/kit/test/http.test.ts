import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Role } from '@rollcall/contracts/shapes';
import request, { type Response, type Test } from 'supertest';
import { newId } from '../src/id.js';
import { type TestDatabase, testApp, testDatabase, token } from '../src/testing.js';
import { notes, type Pause, TABLE } from './notes.js';

let database: TestDatabase;
let app: RequestListener;
const pause: Pause = { during: async () => {} };
const teacher = newId();
const as = async (id: string = teacher, role: Role = 'teacher') =>
  `Bearer ${await token({ id, roles: [role] })}`;

beforeAll(async () => {
  database = await testDatabase();
  await database.db.raw(TABLE);
  app = await testApp(notes(database.db, pause));
});
afterAll(() => database.close());

const JSON_TYPE = 'application/json';
interface Sent {
  method?: 'get' | 'post' | 'patch' | 'delete' | 'put' | 'head' | 'options';
  path?: string;
  authorization?: string;
  type?: string;
  /** A string goes as it is, buffers one by one and without a length. */
  body?: string | readonly Buffer[];
  headers?: Record<string, string>;
}
/** Sends exactly this, as a teacher unless said otherwise. */
async function send({
  method = 'post',
  path = '/notes',
  authorization,
  type = JSON_TYPE,
  ...rest
}: Sent): Promise<Response> {
  const sent = request(app)[method](path.startsWith('/api') ? path : `/api/v1${path}`);
  sent.set('authorization', authorization ?? (await as()));
  for (const [name, value] of Object.entries(rest.headers ?? {})) sent.set(name, value);
  if (rest.body === undefined) return sent;
  sent.set('content-type', type);
  return typeof rest.body === 'string' ? sent.send(rest.body) : stream(sent, rest.body);
}
const stream = (sent: Test, pieces: readonly Buffer[]) =>
  new Promise<Response>((resolve, reject) => {
    sent.on('response', resolve).on('error', reject);
    Readable.from(pieces).pipe(sent as unknown as NodeJS.WritableStream);
  });
const json = (value: unknown) => JSON.stringify(value);
let made = 0;
/** Words that no note has yet. */
function words(): string {
  made += 1;
  return `words ${made}`;
}

function expectProblem(answer: Response, status: number, code?: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: code === undefined ? expect.stringMatching(/^\/problems\/[a-z-]+$/) : `/problems/${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: answer.headers['x-request-id'],
  });
}

describe('every path', () => {
  test.each(['/api/v1/notes', '/api/notes', '/notes', '/api/v1/notes/', '/notes?'])(
    '%s answers the same',
    async (path) => {
      const answer = await request(app).get(path);
      expect(answer).toMatchObject({ status: 200, body: { limit: 20, caller: null } });
    },
  );

  test.each<[string, string, number]>([
    ['one nobody knows', '/nothing/here', 404],
    ['the bare prefix', '/', 404],
    ['one with the prefix twice', '/api/v1/notes', 404],
    ['one in capitals', '/NOTES', 404],
    ['one that steps upwards', '/notes/../../etc/passwd', 404],
    ['one with an escape that is none', '/notes/%E0%A4%A', 400],
    ['one with an escape that is none, unknown too', '/%ZZ', 404],
    ['NUL as an id', '/notes/%00', 400],
    ['an id that is none', '/notes/42', 400],
    ['an id with a blank', `/notes/${newId()}%20`, 400],
    ['an id that asks SQL', "/notes/'%20or%201=1--", 400],
    ['an id nobody has', `/notes/${newId()}`, 404],
  ])('%s is a problem', async (_rule, path, status) => {
    expectProblem(await send({ method: 'get', path: `/api/v1${path}` }), status);
  });

  test('a fixed path is not taken for an id', async () => {
    await expect(send({ method: 'get', path: '/notes/latest' })).resolves.toMatchObject({
      status: 200,
      body: { latest: true },
    });
  });

  test('an id is one id in capitals too', async () => {
    const { body } = await send({ body: json({ words: words() }) });
    const answer = await send({ method: 'get', path: `/notes/${body.id.toUpperCase()}` });
    expect(answer.body).toEqual(body);
  });

  test('another method is a 405 that names those there are', async () => {
    const answer = await send({ method: 'put', body: json({}) });
    expectProblem(answer, 405, 'wrong-method');
    expect(answer.headers.allow?.split(', ').sort()).toEqual(['GET', 'POST']);
  });

  test('a request id is answered, and is the caller’s trace where it sent one', async () => {
    const trace = 'a'.repeat(32);
    const known = await request(app)
      .get('/notes')
      .set('traceparent', `00-${trace}-${'b'.repeat(16)}-01`);
    expect(known.headers['x-request-id']).toBe(trace);
    for (const odd of ['nonsense', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, '']) {
      const answer = await request(app).get('/notes').set('traceparent', odd);
      expect(answer.headers['x-request-id']).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    }
  });
});

describe('what is checked comes in order: token, role, then body', () => {
  const bad = { body: '{"words": ' };
  test('no token is a 401 whatever the body is', async () => {
    for (const body of [bad.body, 'x'.repeat(200_000), undefined]) {
      const sent = request(app).post('/notes').set('content-type', JSON_TYPE);
      const answer = await (body === undefined ? sent : sent.send(body));
      expectProblem(answer, 401, 'not-signed-in');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });
  test('a wrong role is a 403 whatever the body is', async () => {
    expectProblem(await send({ authorization: await as(newId(), 'student'), ...bad }), 403, 'wrong-role');
    expectProblem(await send({ authorization: await as(newId(), 'admin'), type: 'text/plain', ...bad }), 403);
  });
  test('then the body is a 400', async () => {
    expectProblem(await send(bad), 400, 'broken-json');
  });
  test('a role among several is enough', async () => {
    const both = `Bearer ${await token({ id: newId(), roles: ['student', 'teacher'] })}`;
    expect((await send({ authorization: both, body: json({ words: words() }) })).status).toBe(201);
  });
  test('a token that is none, expired or for others is a 401, on a public read too', async () => {
    const user = { id: teacher, roles: ['teacher'] as const };
    const refused = [
      'Bearer nonsense',
      'Basic YTpi',
      `Bearer ${await token(user, { expires: '-2m' })}`,
      `Bearer ${await token(user, { issuer: 'elsewhere' })}`,
      `Bearer ${await token(user, { audience: 'elsewhere' })}`,
    ];
    for (const authorization of refused) {
      expectProblem(await send({ method: 'get', authorization }), 401);
      expectProblem(await send({ method: 'get', path: '/notes/latest', authorization }), 401);
    }
  });
  test('a public read knows its caller by a good token', async () => {
    expect((await send({ method: 'get' })).body).toEqual({ limit: 20, caller: teacher });
  });
  test('an expired token does not keep anybody from signing in', async () => {
    const expired = `Bearer ${await token({ id: teacher, roles: ['teacher'] }, { expires: '-2m' })}`;
    const answer = await send({ path: '/enter', authorization: expired, body: json({ word: 'x' }) });
    expect(answer).toMatchObject({ status: 200, body: { caller: null } });
  });
});

describe('a body', () => {
  test.each<[string, Sent, number]>([
    ['that is broken JSON', { body: '{"words": ' }, 400],
    ['that is empty', { body: '' }, 400],
    ['that is an array', { body: '[]' }, 400],
    ['that is a string', { body: '"words"' }, 400],
    ['that is null', { body: 'null' }, 400],
    ['nested 40,000 deep', { body: '['.repeat(40_000) + ']'.repeat(40_000) }, 400],
    [
      'of bytes that are no UTF-8 inside a name',
      { body: [Buffer.from('{"wor\xffds": "x"}', 'latin1')] },
      400,
    ],
    ['of another type', { body: 'words=x', type: 'application/x-www-form-urlencoded' }, 415],
    ['of a type that only looks like JSON', { body: '{}', type: 'application/jsonp' }, 415],
    ['of a type that is none', { body: '{}', type: 'json' }, 415],
    ['in Latin-1', { body: '{}', type: 'application/json; charset=iso-8859-1' }, 415],
    ['in an encoding nobody knows', { body: '{}', headers: { 'content-encoding': 'zip' } }, 415],
    ['that says gzip and is none', { body: '{}', headers: { 'content-encoding': 'gzip' } }, 400],
    ['over 100 kB', { body: json({ words: 'x'.repeat(100 * 1024) }) }, 413],
  ])('%s is a problem', async (_rule, sent, status) => {
    expectProblem(await send(sent), status);
  });

  test('that unpacks to more than 100 kB is a 413', async () => {
    const packed = gzipSync(json({ words: 'x'.repeat(5_000_000) }));
    expect(packed.length).toBeLessThan(100_000);
    const answer = await send({ body: [packed], headers: { 'content-encoding': 'gzip' } });
    expectProblem(answer, 413, 'body-too-large');
  });

  test('sent in pieces of unknown length is held to 100 kB too', async () => {
    const pieces = Array.from({ length: 30 }, () => Buffer.alloc(10_000, ' '));
    expectProblem(await send({ body: pieces }), 413, 'body-too-large');
  });

  test.each<[string, unknown, string]>([
    ['a field nobody knows', { words: 'x', colour: 'red' }, 'colour'],
    ['a field nobody knows further in', { words: 'x', extra: { n: 1, m: 2 } }, 'extra.m'],
    ['__proto__', JSON.parse('{"words": "x", "__proto__": {"admin": true}}'), '__proto__'],
    ['constructor', { words: 'x', constructor: {} }, 'constructor'],
    ['a float', { words: 'x', extra: { n: 1.5 } }, 'extra.n'],
    ['a number past 2^53', JSON.parse('{"words": "x", "extra": {"n": 9007199254740993}}'), 'extra.n'],
    ['a number past all', JSON.parse('{"words": "x", "extra": {"n": 1e400}}'), 'extra.n'],
    ['NUL', { words: 'a\0b' }, 'words'],
    ['half a surrogate pair', { words: 'a\ud800b' }, 'words'],
    ['too much', { words: 'x'.repeat(21) }, 'words'],
    ['nothing', {}, 'words'],
    ['null', { words: null }, 'words'],
  ])('with %s is a 400 that names the field', async (_rule, body, path) => {
    const answer = await send({ body: json(body) });
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body.errors).toContainEqual({ path, message: expect.any(String) });
  });

  test.each<[unknown, string, string]>([
    [{}, 'words', 'is required'],
    [{ words: 7 }, 'words', 'must be a text'],
    [{ words: 'x', extra: [] }, 'extra', 'must be an object'],
    [{ words: 'x', extra: { n: '1' } }, 'extra.n', 'must be a number'],
    [{ words: 'x', extra: { n: 1.5 } }, 'extra.n', 'must be a whole number'],
    [{ words: '' }, 'words', 'must not be empty'],
  ])('%j is told in plain words', async (body, path, message) => {
    expect((await send({ body: json(body) })).body.errors).toEqual([{ path, message }]);
  });

  test.each([
    ['0', 'must be at least 1'],
    ['101', 'must be at most 100'],
    ['many', 'must be a number'],
  ])('?limit=%s is told in plain words', async (limit, message) => {
    const answer = await send({ method: 'get', path: `/notes?limit=${limit}` });
    expect(answer.body.errors).toEqual([{ path: 'query.limit', message }]);
  });

  test('with a thousand unknown fields is told fifty', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`f${n}`, n]));
    const answer = await send({ body: json({ words: 'x', ...many }) });
    expectProblem(answer, 400);
    expect(answer.body.errors).toHaveLength(50);
  });

  test('that nobody asked for is a 400, unless it is an empty object', async () => {
    const { body } = await send({ body: json({ words: words() }) });
    expectProblem(await send({ path: `/notes/${body.id}/copy`, body: '{"x": 1}' }), 400);
    expect((await send({ path: `/notes/${body.id}/copy`, body: '{}' })).status).toBe(201);
    expect((await send({ path: `/notes/${body.id}/copy` })).status).toBe(201);
  });

  test('may say its charset', async () => {
    const type = 'application/json; charset=UTF-8';
    expect((await send({ type, body: json({ words: 'zażółć 🎓' }) })).body.words).toBe('zażółć 🎓');
  });
});

describe('a query', () => {
  test.each([
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=x',
    'limit=',
    'limit=5&limit=6',
    'colour=red',
    '__proto__=1',
    'limit[$gt]=1',
    'limit=%00',
  ])('?%s is a 400 that names the parameter', async (search) => {
    const answer = await request(app).get(`/notes?${search}`);
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body.errors[0].path).toMatch(/^query\./);
  });
});

describe('an answer', () => {
  test('without content has none', async () => {
    const { body } = await send({ body: json({ words: words() }) });
    const answer = await send({ method: 'delete', path: `/notes/${body.id}` });
    expect(answer).toMatchObject({ status: 204, text: '' });
  });

  test('of a defect says nothing of it', async () => {
    const answer = await request(app).get('/broken');
    expectProblem(answer, 500, 'internal-error');
    expect(answer.text).not.toMatch(/secret|select|srv|Error/);
  });

  test('does not say what software it comes from', async () => {
    const { headers } = await request(app).get('/notes');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('a webhook', () => {
  const post = (path = '/hooks/one') => request(app).post(path);
  test('takes bytes of any type, as they came, and leaves the Authorization header to its receiver', async () => {
    const answer = await post()
      .set('content-type', 'application/webhook+json')
      .set('authorization', 'no bearer')
      .send('{ "a":1 }');
    expect(answer).toMatchObject({ status: 200, body: { bytes: 9, authorization: 'no bearer' } });
  });
  test('takes a body up to 1 MB', async () => {
    const type = 'application/octet-stream';
    await post()
      .set('content-type', type)
      .send(Buffer.alloc(1024 * 1024))
      .expect(200);
    expectProblem(
      await post()
        .set('content-type', type)
        .send(Buffer.alloc(1024 * 1024 + 1)),
      413,
    );
  });
  test('may come without a body or a type', async () => {
    await post().expect(200, { bytes: 0 });
  });
});
