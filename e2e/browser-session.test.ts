/** A browser's session by cookie, with the real identity behind it: renewed, copied, ended. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callerOf } from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ services: ['identity', 'gateway'] });
}, 120_000);
afterAll(() => system.stop());

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** What a browser would send next. */
  readonly cookie: string;
}

async function post(path: string, cookie = '', body?: object): Promise<Answered> {
  const answer = await fetch(`${system.gateway}/api/v1/auth${path}`, {
    method: 'POST',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(cookie !== '' && { cookie }),
      'x-session': 'cookie',
      origin: system.gateway,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const [set = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text), cookie: set };
}

const newcomer = () =>
  post('/register', '', {
    ...{ email: `browser-${randomBytes(6).toString('hex')}@example.test`, name: 'Bo Browser' },
    ...{ password: 'correct horse battery', role: 'student' },
  });

test('goes on by its cookie alone until it is ended', async () => {
  const first = await newcomer();
  expect([first.status, first.body]).toEqual([
    201,
    expect.not.objectContaining({ refreshToken: expect.anything() }),
  ]);
  const next = await post('/refresh', first.cookie);
  expect(next.status).toBe(200);
  expect(next.cookie).not.toBe(first.cookie);
  const me = await callerOf(system.gateway, '', String(next.body.accessToken)).get('/auth/me');
  expect(me.status).toBe(200);

  const out = await post('/logout', next.cookie);
  expect([out.status, out.cookie]).toEqual([204, 'rollcall-session=']);
  expect((await post('/refresh', next.cookie)).status).toBe(401);
});

test('ends for everybody when its cookie is used a second time, and the browser is told to forget it', async () => {
  const first = await newcomer();
  const next = await post('/refresh', first.cookie);
  const stolen = await post('/refresh', first.cookie);
  expect([stolen.status, stolen.cookie]).toEqual([401, 'rollcall-session=']);
  expect((await post('/refresh', next.cookie)).status).toBe(401);
});
