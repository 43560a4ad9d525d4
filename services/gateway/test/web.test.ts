/** The web app, out of a folder as its build leaves one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readWebApp } from '../src/web.js';
import { gateway, problemOf, type Running, rawRequest } from './doubles.js';

const PAGE =
  '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>';
const SCRIPT = 'console.log("rollcall");'.repeat(200);

let root: string;
let running: Running;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'rollcall-web-'));
  mkdirSync(join(root, 'assets'));
  writeFileSync(join(root, 'index.html'), PAGE);
  writeFileSync(join(root, 'icon.svg'), '<svg/>');
  writeFileSync(join(root, 'secret.key'), 'no');
  writeFileSync(join(root, 'assets/index-Ab3dEf9h.js'), SCRIPT);
  running = await gateway({ LIVEKIT_URL: 'wss://video.example' }, undefined, readWebApp(root));
});
afterAll(async () => {
  await running.stop();
  rmSync(root, { recursive: true });
});

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const get = (path: string, headers: Record<string, string> = browser) =>
  fetch(`${running.url}${path}`, { headers });

test.each(['/', '/courses/1?tab=2', '/login/'])(
  '%s is the page, with a nonce of its own in it and in its policy',
  async (path) => {
    const seen = new Set<string>();
    for (let time = 0; time < 2; time += 1) {
      const answer = await get(path);
      const policy = answer.headers.get('content-security-policy') ?? '';
      const [, nonce = ''] = /style-src 'self' 'nonce-([\w-]{22})';/.exec(policy) ?? [];
      expect(await answer.text()).toBe(PAGE.replaceAll('__CSP_NONCE__', nonce));
      expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('etag')]).toEqual([
        200,
        'no-cache',
        null,
      ]);
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("connect-src 'self' wss://video.example https://video.example;");
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      seen.add(nonce);
    }
    expect(seen.size).toBe(2);
  },
);

test('without a key of the card provider a page may neither load its script nor speak to it', async () => {
  expect((await get('/')).headers.get('content-security-policy')).not.toMatch(/stripe|frame-src/);
});

test('with one it may, from the provider’s own addresses and for nothing else', async () => {
  const settings = { LIVEKIT_URL: 'wss://video.example', STRIPE_PUBLISHABLE_KEY: 'pk_test_1' };
  const other = await gateway(settings, undefined, readWebApp(root));
  const answer = await fetch(`${other.url}/`, { headers: browser });
  const policy = answer.headers.get('content-security-policy')!.split('; ');
  expect(policy.filter((part) => part.includes('stripe'))).toEqual([
    "script-src 'self' https://js.stripe.com https://*.js.stripe.com",
    "connect-src 'self' wss://video.example https://video.example https://api.stripe.com",
    'frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
  ]);
  const without = (await get('/')).headers.get('content-security-policy')!.split('; ');
  const names = (parts: string[]) =>
    parts.map((part) => part.split(' ')[0]).filter((one) => one !== 'frame-src');
  expect(names(policy)).toEqual(names(without));
  expect(policy.join()).not.toMatch(/unsafe|pk_test/);
  await other.stop();
});

test('what the build named after its content is kept for a year, packed as the browser likes it', async () => {
  for (const coding of ['br', 'gzip']) {
    const answer = await get('/assets/index-Ab3dEf9h.js', { 'accept-encoding': coding });
    expect(answer.headers.get('content-encoding')).toBe(coding);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await answer.text()).toBe(SCRIPT);
    const etag = answer.headers.get('etag')!;
    const again = await get('/assets/index-Ab3dEf9h.js', {
      'accept-encoding': coding,
      'if-none-match': etag,
    });
    expect(again.status).toBe(304);
  }
  const plain = await get('/assets/index-Ab3dEf9h.js', { 'accept-encoding': 'identity' });
  expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, SCRIPT]);
});

test('another file is asked after each time', async () => {
  const answer = await get('/icon.svg');
  expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    'image/svg+xml; charset=utf-8',
    'no-cache',
  ]);
});

test.each(['/assets/gone-Ab3dEf9h.js', '/api/v1/none', '/api/none', '/.well-known/none'])(
  '%s is a 404, not the page',
  async (path) => {
    expect((await problemOf(await get(path))).status).toBe(404);
  },
);

test('what is no file of the app cannot be had, nor what lies beside it', async () => {
  expect(await (await get('/secret.key')).text()).not.toBe('no');
  expect(
    (await rawRequest(running.port, 'GET /..%2f..%2fetc/passwd', ['Accept: text/html'])).slice(9, 12),
  ).toBe('400');
});

test('who asks for no page gets none, and the pages of the API stand', async () => {
  expect((await problemOf(await get('/courses/1', { accept: '*/*' }))).status).toBe(404);
  expect(await (await get('/', { accept: 'application/json' })).json()).toMatchObject({ docs: '/api/docs/' });
  expect((await get('/api/docs/')).status).toBe(200);
  expect((await get('/livez')).status).toBe(200);
});

test('a folder without an index.html is no app', () => {
  expect(readWebApp(join(root, 'assets'))).toBeUndefined();
});
