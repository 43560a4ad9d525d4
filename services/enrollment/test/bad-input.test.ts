import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import request from 'supertest';
import { draft, fromNow, openStage, type Person, person, type Stage, usd } from './stage.js';

let stage: Stage;
let student: Person;
let sessionId: string;
beforeAll(async () => {
  stage = await openStage();
  student = await person('student');
  sessionId = (await stage.onSale()).sessions[0]!.id;
});
afterAll(() => stage.close());

const session = (more: Record<string, unknown> = {}) => ({
  number: 1,
  title: 'Verbs',
  startsAt: fromNow(60),
  price: usd(1000),
  ...more,
});
const withSession = (more: Record<string, unknown>) => draft({ sessions: [session(more)] });

describe('a course is refused, naming the field, where', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a field is unknown', draft({ status: 'published' }), 'status'],
    ['a field of a session is unknown', withSession({ roomName: 'mine' }), 'sessions.0.roomName'],
    ['a price has no currency', draft({ price: { amount: 1 } }), 'price.currency'],
    ['a price is no money', draft({ price: 10 }), 'price'],
    ['a price is a float', draft({ price: usd(10.5) }), 'price.amount'],
    ['a price is text', draft({ price: { amount: '1000', currency: 'USD' } }), 'price.amount'],
    ['a price is negative', withSession({ price: usd(-1) }), 'sessions.0.price.amount'],
    ['a price is absurd', withSession({ price: usd(1e12 + 1) }), 'sessions.0.price.amount'],
    ['a price is past the safe integers', withSession({ price: usd(1e300) }), 'sessions.0.price.amount'],
    ['a currency is none', draft({ price: { amount: 1, currency: 'XXQ' } }), 'price.currency'],
    ['a title is missing', draft({ title: undefined }), 'title'],
    ['a title is blank', draft({ title: '   ' }), 'title'],
    ['a title is too long', draft({ title: 'x'.repeat(201) }), 'title'],
    ['a title holds NUL', draft({ title: 'a\0b' }), 'title'],
    ['a title holds half of a surrogate pair', draft({ title: 'a\ud800b' }), 'title'],
    ['a description holds the other half', draft({ description: 'a\udc00b' }), 'description'],
    ["a session's title holds NUL", withSession({ title: '\0' }), 'sessions.0.title'],
    ['it has no sessions', draft({ sessions: [] }), 'sessions'],
    ['a number is 0', withSession({ number: 0 }), 'sessions.0.number'],
    ['a number is a float', withSession({ number: 1.5 }), 'sessions.0.number'],
    ['a session lasts for ever', withSession({ durationMinutes: 721 }), 'sessions.0.durationMinutes'],
    ['a start is no instant', withSession({ startsAt: 'tomorrow' }), 'sessions.0.startsAt'],
    ['a start has no offset', withSession({ startsAt: '2031-01-01T10:00:00' }), 'sessions.0.startsAt'],
    ['a start is absurd', withSession({ startsAt: '9999-01-01T10:00:00Z' }), 'sessions.0.startsAt'],
    ['nobody may come', draft({ maxStudents: 0 }), 'maxStudents'],
  ])('%s', async (_name, body, path) => {
    const { body: problem } = await stage.send('post', '/courses', stage.teacher).send(body).expect(400);
    expect(problem.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  test('there is a session too many', async () => {
    const sessions = Array.from({ length: 201 }, (_, index) => session({ number: index + 1 }));
    await stage.send('post', '/courses', stage.teacher).send(draft({ sessions })).expect(400);
  });

  test('and nothing of it is kept', async () => {
    const before = await stage.db('courses').count();
    await stage
      .send('post', '/courses', stage.teacher)
      .send(draft({ price: usd(-1) }))
      .expect(400);
    expect(await stage.db('courses').count()).toEqual(before);
  });
});

test('text of every script and pair is kept as it came', async () => {
  const title = 'Español 漢字 🎓 "quotes" <b>';
  const { body } = await stage.send('post', '/courses', stage.teacher).send(draft({ title })).expect(201);
  expect(body.title).toBe(title);
});

test.each<[string, 'get' | 'post', string]>([
  ['a course', 'get', '/courses/:id'],
  ['a course to publish', 'post', '/courses/:id/publish'],
  ['a purchase', 'get', '/enrollments/sessions/:id'],
  ['a session to buy', 'post', '/enrollments/sessions/:id/purchase'],
  ['a session to enter', 'get', '/enrollments/sessions/:id/access'],
])('%s is 400 under an id that is no UUID and 404 under one nobody knows', async (_name, method, path) => {
  const caller = { ...stage.teacher, bearer: (await person('teacher', 'student')).bearer };
  for (const id of ['1', 'null', `${newId()}'--`, '%00', '%F0%9F%8E%93', 'x'.repeat(3000)]) {
    const { status, body } = await stage.send(method, path.replace(':id', id), caller);
    expect([id, status]).toEqual([id, 400]);
    expect(body.type).toMatch(/^\/problems\//);
  }
  await stage.send(method, path.replace(':id', newId()), caller).expect(404);
});

test.each([
  '/courses?limit=0',
  '/courses?limit=101',
  '/courses?limit=ten',
  '/courses?cursor=nonsense',
  `/courses?cursor=${Buffer.from('["x"]').toString('base64url')}`,
  '/courses?teacherId=1',
  '/courses?text=%00',
  '/courses?text=%ED%A0%80%00',
  '/courses?colour=red',
  '/courses?text[a]=1',
  '/enrollments/me/sessions?status=lost',
  '/enrollments/me?status=active&status=lost',
  '/enrollments/me/sessions?cursor=%00',
])('%s is 400', async (path) => {
  const { body } = await stage.send('get', path, student).expect(400);
  expect(body.errors.length).toBeGreaterThan(0);
});

describe('a purchase is refused where', () => {
  const buy = () => stage.send('post', `/enrollments/sessions/${sessionId}/purchase`, student);
  const raw = (type: string, body: string | Buffer) => buy().set('Content-Type', type).send(body);

  test.each<[string, unknown]>([
    ['a field is unknown', { cost: usd(1) }],
    ['the price that was shown is below nothing', { price: usd(-1) }],
    ['the price that was shown is a fraction', { price: usd(0.5) }],
    ['the price that was shown has no currency', { price: { amount: 1 } }],
    ['it names its own price', { amount: 1, currency: 'USD' }],
    ['the funds are unknown', { fundedBy: 'promo' }],
    ['the funds are a card', { fundedBy: 'card' }],
    ['the body is a list', []],
    ['the body is null', 'null'],
    ['the body is a number', '7'],
  ])('%s', async (_name, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    await raw('application/json', text).expect(400);
  });

  test('the JSON is broken', async () => {
    const { body } = await raw('application/json', '{"fundedBy":').expect(400);
    expect(body.type).toBe('/problems/broken-json');
  });
  test('the body is no JSON by its content type', async () => {
    await raw('text/plain', '{}').expect(415);
    await raw('application/x-www-form-urlencoded', 'fundedBy=credits').expect(415);
  });
  test('the body is over 100 kB', async () => {
    await raw('application/json', JSON.stringify({ fundedBy: 'x'.repeat(110_000) })).expect(413);
  });
  test('the Idempotency-Key is not visible ASCII', async () => {
    await buy().set('Idempotency-Key', 'a b').expect(400);
    await buy().set('Idempotency-Key', 'x'.repeat(256)).expect(400);
  });
  test('the caller is nobody, a teacher or an admin', async () => {
    await request(stage.app).post(`/api/v1/enrollments/sessions/${sessionId}/purchase`).expect(401);
    await stage.send('post', `/enrollments/sessions/${sessionId}/purchase`, stage.teacher).expect(403);
    const admin = await person('admin');
    await stage.send('post', `/enrollments/sessions/${sessionId}/purchase`, admin).expect(403);
  });

  test('and after all that nothing was bought', async () => {
    expect(await stage.db('purchases').where({ student_id: student.id })).toEqual([]);
    expect(await stage.db('seats').where({ student_id: student.id })).toEqual([]);
  });
});

test('only a teacher drafts a course', async () => {
  await stage.send('post', '/courses', student).send(draft()).expect(403);
  await stage.send('post', '/courses').send(draft()).expect(401);
});

test('every path answers the same with and without its version', async () => {
  for (const prefix of ['/api/v1', '/api', '']) {
    const { body } = await request(stage.app).get(`${prefix}/courses/?limit=1`).expect(200);
    expect(body.data).toHaveLength(1);
  }
});
