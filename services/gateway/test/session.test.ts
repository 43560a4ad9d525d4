/** A browser's session: no token where a script could read it, and none for a page that is not ours. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, gateway, problemOf, type Running } from './doubles.js';

const identity: Answer = (request, response) => {
  if (request.url === '/api/v1/auth/logout') return void response.writeHead(204).end();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ user: { id: 'u' }, accessToken: 'access', refreshToken: 'fresh.token-1' }));
};
const OURS = 'https://rollcall.example';

let running: Running;
beforeAll(async () => {
  running = await gateway({ PUBLIC_URL: OURS, CORS_ORIGINS: 'https://app.example' });
});
beforeEach(() => {
  running.service.answer = identity;
  running.service.seen.length = 0;
});
afterAll(() => running.stop());

const post = (path: string, headers: Record<string, string> = {}, body?: object) =>
  fetch(`${running.url}/api/v1/auth${path}`, {
    method: 'POST',
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
const cookie = { 'x-session': 'cookie', origin: OURS };
const having = { ...cookie, cookie: 'other=1; __Secure-rollcall-session=old.token-0' };

test.each(['/login', '/register'])(
  '%s puts the refresh token into the cookie and not into the answer',
  async (path) => {
    const answer = await post(path, cookie, { email: 'a@b.test', password: 'x' });
    expect(await answer.json()).toEqual({ user: { id: 'u' }, accessToken: 'access' });
    expect(answer.headers.get('set-cookie')).toBe(
      '__Secure-rollcall-session=fresh.token-1; Max-Age=2592000; Path=/api; HttpOnly; SameSite=Strict; Secure',
    );
    expect(JSON.parse(running.service.seen[0]!.body)).toEqual({ email: 'a@b.test', password: 'x' });
  },
);

test('who does not ask for it sees no change', async () => {
  const answer = await post(
    '/login',
    { origin: 'https://evil.example' },
    { email: 'a@b.test', password: 'x' },
  );
  expect(await answer.json()).toMatchObject({ refreshToken: 'fresh.token-1' });
  expect(answer.headers.get('set-cookie')).toBeNull();
});

test('a renewal spends the cookie, whatever the body says, and sets the next one', async () => {
  const answer = await post('/refresh', having, { refreshToken: 'of another' });
  expect(await answer.json()).not.toHaveProperty('refreshToken');
  expect(answer.headers.get('set-cookie')).toContain('=fresh.token-1;');
  const [seen] = running.service.seen;
  expect(JSON.parse(seen!.body)).toEqual({ refreshToken: 'old.token-0' });
  expect(seen!.headers.cookie).toBeUndefined();
});

test('a renewal without a cookie is refused here', async () => {
  const { status, problem } = await problemOf(await post('/refresh', cookie));
  expect([status, problem.type]).toEqual([401, '/problems/no-session']);
  expect(running.service.seen).toEqual([]);
});

test('a refused renewal ends the session in the browser, a failed one does not', async () => {
  running.service.answer = (_request, response) => response.writeHead(401).end('{}');
  const refused = await post('/refresh', having);
  expect([refused.status, refused.headers.get('set-cookie')]).toEqual([
    401,
    expect.stringContaining('Max-Age=0;'),
  ]);
  running.service.answer = (_request, response) => response.writeHead(500).end('{}');
  expect((await post('/refresh', having)).headers.get('set-cookie')).toBeNull();
});

test('goes with the paths without a version too, which answer the same', async () => {
  const answer = await post('/login', cookie, { email: 'a@b.test', password: 'x' });
  const path = /Path=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1];
  for (const sent of ['/api/auth/refresh', '/api/v1/auth/logout'])
    expect(sent.startsWith(`${path}/`)).toBe(true);
});

test('signing out ends it here and at identity, and needs no cookie', async () => {
  const answer = await post('/logout', having);
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
    204,
    expect.stringContaining('Max-Age=0;'),
  ]);
  expect(JSON.parse(running.service.seen[0]!.body)).toEqual({ refreshToken: 'old.token-0' });
  const again = await post('/logout', cookie);
  expect([again.status, running.service.seen.length]).toEqual([204, 1]);
});

describe('a page that is not ours', () => {
  test.each([
    ['of another site', { 'x-session': 'cookie', origin: 'https://evil.example' }],
    ['of a name that begins like ours', { 'x-session': 'cookie', origin: `${OURS}.evil.example` }],
    ['of ours without TLS', { 'x-session': 'cookie', origin: 'http://rollcall.example' }],
    ['without an address', { 'x-session': 'cookie', origin: 'null' }],
    ['that no browser shows', { 'x-session': 'cookie' }],
  ])('%s gets no session', async (_what, headers) => {
    const sent = { ...headers, cookie: having.cookie } as Record<string, string>;
    const { status, problem } = await problemOf(await post('/refresh', sent));
    expect([status, problem.type]).toEqual([403, '/problems/foreign-origin']);
    expect(running.service.seen).toEqual([]);
  });

  test('but that is listed has one, with credentials, in a cookie that browsers send from another site', async () => {
    const answer = await post('/refresh', { ...having, origin: 'https://app.example' });
    expect([answer.status, answer.headers.get('access-control-allow-credentials')]).toEqual([200, 'true']);
    expect(answer.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=None; Secure$/);
  });
});

test('another kind of session is a 400', async () => {
  expect((await problemOf(await post('/login', { ...cookie, 'x-session': 'token' }))).status).toBe(400);
});

test('without TLS the cookie is neither Secure nor called so', async () => {
  const plain = await gateway();
  plain.service.answer = identity;
  const headers = { 'x-session': 'cookie', origin: plain.url, 'content-type': 'application/json' };
  const answer = await fetch(`${plain.url}/api/v1/auth/login`, { method: 'POST', headers, body: '{}' });
  expect(answer.headers.get('set-cookie')).toMatch(/^rollcall-session=(?!.*Secure)/);
  await plain.stop();
});
