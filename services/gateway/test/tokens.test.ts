import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  as,
  bearer,
  freePort,
  gateway,
  inSeconds,
  problemOf,
  publicJwk,
  publicPem,
  type Running,
  STUDENT,
  token,
} from './doubles.js';

let running: Running;
beforeAll(async () => {
  running = await gateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.seen.length = 0;
});

const wallet = (headers: Record<string, string> = {}) => fetch(`${running.url}/api/v1/wallet`, { headers });
const hs256 = (secret: string) => (input: string) =>
  createHmac('sha256', secret).update(input).digest('base64url');

describe('tokens', () => {
  test('a valid one is let through and passed on for the service to check again', async () => {
    const headers = bearer();
    expect((await wallet(headers)).status).toBe(200);
    expect(running.service.seen[0]!.headers.authorization).toBe(headers.authorization);
  });

  test('clocks may differ by 30 s', async () => {
    expect((await wallet(bearer({ claims: { exp: inSeconds(-15) } }))).status).toBe(200);
  });

  const forged: Record<string, () => string> = {
    'alg none': () => token({ header: { alg: 'none' }, signature: () => '' }),
    'HS256 signed with the public key as PEM': () =>
      token({ header: { alg: 'HS256' }, signature: hs256(publicPem) }),
    'HS256 signed with the public key as JWK': () =>
      token({ header: { alg: 'HS256' }, signature: hs256(JSON.stringify(publicJwk)) }),
    "a stranger's key under our key id": () => token({ key: 'strange' }),
    'an unknown key id': () => token({ header: { kid: 'two' }, key: 'strange' }),
    'a key brought along in the header': () =>
      token({ header: { jwk: publicJwk, kid: undefined }, key: 'strange' }),
    'a key set of its own': () => token({ header: { jku: 'http://127.0.0.1:1/keys' }, key: 'strange' }),
    'an expired one': () => token({ claims: { exp: inSeconds(-60) } }),
    'one that never expires': () => token({ claims: { exp: undefined } }),
    'one not yet valid': () => token({ claims: { nbf: inSeconds(120) } }),
    'another issuer': () => token({ claims: { iss: 'elsewhere' } }),
    'another audience': () => token({ claims: { aud: 'elsewhere' } }),
    'no subject': () => token({ claims: { sub: undefined } }),
    'roles there are not': () => token({ claims: { roles: ['root'] } }),
    'changed claims under the old signature': () => {
      const [header, , signature] = token().split('.');
      const claims = token({ claims: { sub: STUDENT, roles: ['admin'] } }).split('.')[1];
      return [header, claims, signature].join('.');
    },
    'no token at all': () => 'nonsense',
  };

  test.each(Object.entries(forged))('%s: 401 and no service hears of it', async (_name, make) => {
    const { status, headers } = await problemOf(await wallet({ authorization: `Bearer ${make()}` }));
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(running.service.seen).toEqual([]);
  });

  test.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'bogus'])(
    'the header %j is 401',
    async (authorization) => {
      expect((await problemOf(await wallet({ authorization }))).status).toBe(401);
    },
  );

  test('none where one is needed: 401', async () => {
    expect((await problemOf(await wallet())).type).toBe('/problems/not-signed-in');
  });

  test('a public read takes none, or a valid one; a bad one is 401 there too', async () => {
    const courses = (headers: Record<string, string>) => fetch(`${running.url}/api/v1/courses`, { headers });
    expect((await courses({})).status).toBe(200);
    expect((await courses(bearer())).status).toBe(200);
    expect((await courses(bearer({ key: 'strange' }))).status).toBe(401);
  });

  test('an expired token sent along by habit keeps nobody from signing in', async () => {
    for (const path of ['/auth/login', '/auth/refresh', '/auth/register']) {
      const headers = { ...bearer({ claims: { exp: inSeconds(-60) } }), 'content-type': 'application/json' };
      const answer = await fetch(`${running.url}/api/v1${path}`, { method: 'POST', headers, body: '{}' });
      expect(answer.status).toBe(200);
    }
  });

  test('the wrong role is 403 before the body is looked at', async () => {
    const answer = await fetch(`${running.url}/api/v1/courses`, {
      method: 'POST',
      headers: { ...as('student'), 'content-type': 'application/json' },
      body: 'x'.repeat(200_000),
    });
    expect((await problemOf(answer)).type).toBe('/problems/wrong-role');
    expect(running.service.seen).toEqual([]);
  });

  test('one of several roles is enough', async () => {
    expect(
      (await fetch(`${running.url}/api/v1/holds/me`, { headers: as('finance', 'teacher') })).status,
    ).toBe(200);
  });

  test("a webhook's own token is not ours to judge", async () => {
    const answer = await fetch(`${running.url}/api/v1/webhooks/livekit`, {
      method: 'POST',
      headers: { authorization: 'livekit-signed', 'content-type': 'application/webhook+json' },
      body: '{}',
    });
    expect(answer.status).toBe(200);
    expect(running.service.seen[0]!.headers).toMatchObject({
      authorization: 'livekit-signed',
      'content-type': 'application/webhook+json',
    });
  });
});

test('while the keys cannot be had a token is neither good nor bad: 503; routes without a token go on', async () => {
  const without = await gateway({ AUTH_JWKS_URL: `http://127.0.0.1:${await freePort()}/jwks` });
  const signedIn = await problemOf(await fetch(`${without.url}/api/v1/wallet`, { headers: bearer() }));
  expect([signedIn.status, signedIn.headers.get('retry-after')]).toEqual([503, '5']);
  expect((await fetch(`${without.url}/api/v1/courses`)).status).toBe(200);
  await without.stop();
});

test('another issuer is a matter of settings: its name, its audience, and where its claims are', async () => {
  const theirs = await gateway({
    AUTH_ISSUER: 'https://login.school.test',
    AUTH_AUDIENCE: 'lessons',
    AUTH_CLAIM_USER_ID: 'school.person',
    AUTH_CLAIM_ROLES: 'realm_access.roles',
  });
  const claims = (roles: string[]) => ({
    ...{ iss: 'https://login.school.test', aud: ['account', 'lessons'], sub: 'anything', roles: undefined },
    ...{ school: { person: STUDENT }, realm_access: { roles } },
  });
  const holds = async (parts: Parameters<typeof bearer>[0]) =>
    (await fetch(`${theirs.url}/api/v1/holds/me`, { headers: bearer(parts) })).status;
  expect(await holds({ claims: claims(['offline_access', 'student']) })).toBe(200);
  expect(await holds({ claims: claims(['finance']) })).toBe(403);
  expect(await holds({ claims: claims(['offline_access']) })).toBe(401);
  expect(await holds({})).toBe(401);
  await theirs.stop();
});

test('the audit trail and the administration of users are for their roles', async () => {
  const status = async (path: string, ...roles: string[]) =>
    (await fetch(`${running.url}/api/v1${path}`, { headers: as(...roles) })).status;
  expect(await status('/admin/audit', 'admin')).toBe(200);
  expect(await status('/admin/audit', 'finance')).toBe(403);
  expect(await status('/finance/audit', 'finance')).toBe(200);
  expect(await status('/finance/audit', 'teacher')).toBe(403);
  expect(await status('/admin/users', 'student')).toBe(403);
  expect(await status(`/admin/users/${STUDENT}`, 'admin')).toBe(200);
});
