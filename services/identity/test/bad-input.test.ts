import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { applicant, openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(async () => {
  // Whatever was refused, nothing was half done.
  await expect(identity.db('users')).resolves.toHaveLength(0);
  await expect(identity.db('outbox')).resolves.toHaveLength(0);
  await identity.close();
});

const wrong = (more: object) => applicant('bad@rollcall.test', more);

describe('registering says which field is wrong', () => {
  test.each<[string, object, string]>([
    ['a field nobody knows', wrong({ roles: ['admin'] }), 'roles'],
    ['an id of one’s own choosing', wrong({ id: '01980000-0000-7000-8000-000000000001' }), 'id'],
    ['no e-mail address', wrong({ email: 'bad at rollcall' }), 'email'],
    ['NUL in the e-mail address', wrong({ email: 'bad\0@rollcall.test' }), 'email'],
    ['an endless e-mail address', wrong({ email: `${'a'.repeat(300)}@rollcall.test` }), 'email'],
    ['an e-mail address that is an object', wrong({ email: { $ne: null } }), 'email'],
    ['a password of nine characters', wrong({ password: 'ninechars' }), 'password'],
    ['a password of 201 characters', wrong({ password: 'x'.repeat(201) }), 'password'],
    ['NUL in the password', wrong({ password: 'long enough\0' }), 'password'],
    ['half a surrogate pair in the password', wrong({ password: 'long enough\ud800' }), 'password'],
    ['NUL in the name', wrong({ name: 'A\0da' }), 'name'],
    ['half a surrogate pair in the name', wrong({ name: 'A\udc00da' }), 'name'],
    ['a name of blanks', wrong({ name: '   ' }), 'name'],
    ['a name of 201 characters', wrong({ name: 'x'.repeat(201) }), 'name'],
    ['a role that is none', wrong({ role: 'owner' }), 'role'],
    ['a language that is none', wrong({ locale: 'not a language' }), 'locale'],
    ['a time zone that is none', wrong({ timeZone: 'Mars/Olympus' }), 'timeZone'],
    ['an endless referral code', wrong({ referralCode: 'A'.repeat(41) }), 'referralCode'],
    ['NUL in the referral code', wrong({ referralCode: 'A\0' }), 'referralCode'],
    ['__proto__', JSON.parse('{"__proto__": {"admin": true}, "email": 1}'), 'email'],
  ])('%s', async (_rule, body, field) => {
    const answer = await identity.post('register', body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: 400, instance: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toContain(field);
  });
});

describe('a body that is none', () => {
  const send = (body: string | undefined, type: string | undefined, path = 'login') => {
    const post = request(identity.app).post(`/api/v1/auth/${path}`);
    if (type !== undefined) post.set('content-type', type);
    return post.send(body);
  };
  const json = 'application/json';
  test.each<[string, string | undefined, string | undefined, number]>([
    ['broken JSON', '{"email": ', json, 400],
    ['no body', undefined, json, 400],
    ['an array', '[]', json, 400],
    ['a number', '1', json, 400],
    ['null', 'null', json, 400],
    ['a form', 'email=a%40b.test&password=x', 'application/x-www-form-urlencoded', 415],
    ['plain text', 'hello', 'text/plain', 415],
    ['XML', '<a/>', 'application/xml', 415],
    ['another charset', '{}', 'application/json; charset=iso-8859-1', 415],
    ['more than 100 kB', JSON.stringify({ email: 'x'.repeat(101 * 1024), password: 'x' }), json, 413],
  ])('%s', async (_rule, body, type, status) => {
    const answer = await send(body, type);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, type: expect.stringMatching(/^\/problems\//) });
  });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['an empty token', ''],
  ['an endless token', 'x'.repeat(501)],
  ['a number', 1],
])('refreshing with %s is a 400 for refreshToken', async (_rule, refreshToken) => {
  const answer = await identity.post('refresh', { refreshToken }).expect(400);
  expect(answer.body.errors).toMatchObject([{ path: 'refreshToken' }]);
});

test.each(['x', 'a\0b', '\ud800', "' or 1=1 --"])(
  'a refresh token nobody was given (%j) is a 401',
  async (refreshToken) => {
    await identity.post('refresh', { refreshToken }).expect(401);
  },
);

test('changing nothing, or what is not one’s to change, is a 400', async () => {
  const authorization = await identity.as('01980000-0000-7000-8000-0000000000ff');
  const patch = (body: object) =>
    request(identity.app).patch('/api/v1/auth/me').set('authorization', authorization).send(body);
  await patch({}).expect(400);
  const answer = await patch({ roles: ['admin'], email: 'x@y.test', referrerId: null }).expect(400);
  const fields = answer.body.errors.map(({ path }: { path: string }) => path);
  expect(fields).toEqual(expect.arrayContaining(['roles', 'email', 'referrerId']));
});
