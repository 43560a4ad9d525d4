import { describe, expect, test } from '@jest/globals';
import { bearer, gateway, problemOf, STUDENT } from './doubles.js';

const OTHER = '01980000-0000-7000-8000-000000000006';

describe('rate limits', () => {
  test('so many a minute a user; then 429 with Retry-After; another user and other addresses go on', async () => {
    const running = await gateway({ RATE_LIMIT_USER: '3', RATE_LIMIT_ADDRESS: '100' });
    const wallet = (sub: string) =>
      fetch(`${running.url}/api/v1/wallet`, { headers: bearer({ claims: { sub } }) });
    const left: unknown[] = [];
    for (let i = 0; i < 3; i += 1) left.push((await wallet(STUDENT)).headers.get('ratelimit-remaining'));
    expect(left).toEqual(['2', '1', '0']);
    const { status, headers } = await problemOf(await wallet(STUDENT));
    expect([status, headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual([
      429,
      '3',
      '0',
    ]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60);
    expect(running.service.seen).toHaveLength(3);
    expect((await wallet(OTHER)).status).toBe(200);
    expect((await fetch(`${running.url}/api/v1/courses`)).status).toBe(200);
    await running.stop();
  });

  test('callers without a token, or with a bad one, count by address; webhooks and health do not count', async () => {
    const running = await gateway({ RATE_LIMIT_ADDRESS: '2' });
    const courses = () => fetch(`${running.url}/api/v1/courses`);
    expect((await courses()).status).toBe(200);
    expect(
      (await fetch(`${running.url}/api/v1/wallet`, { headers: bearer({ key: 'strange' }) })).status,
    ).toBe(401);
    expect((await courses()).status).toBe(429);
    expect(
      (await fetch(`${running.url}/api/v1/wallet`, { headers: bearer({ key: 'strange' }) })).status,
    ).toBe(429);
    for (let i = 0; i < 5; i += 1) {
      const hook = await fetch(`${running.url}/api/v1/webhooks/livekit`, { method: 'POST', body: '{}' });
      expect(hook.status).toBe(200);
      expect((await fetch(`${running.url}/livez`)).status).toBe(200);
    }
    expect((await fetch(`${running.url}/api/v1/wallet`, { headers: bearer() })).status).toBe(200);
    await running.stop();
  });

  test('a made-up X-Forwarded-For buys nothing; behind a trusted proxy it is the address', async () => {
    const from = (url: string, address: string) =>
      fetch(`${url}/api/v1/courses`, { headers: { 'x-forwarded-for': address } }).then(
        ({ status }) => status,
      );
    const bare = await gateway({ RATE_LIMIT_ADDRESS: '1' });
    expect([await from(bare.url, '192.0.2.1'), await from(bare.url, '192.0.2.2')]).toEqual([200, 429]);
    await bare.stop();
    const behind = await gateway({ RATE_LIMIT_ADDRESS: '1', TRUSTED_PROXIES: '1' });
    expect([await from(behind.url, '192.0.2.1'), await from(behind.url, '6.6.6.6, 192.0.2.1')]).toEqual([
      200, 429,
    ]);
    expect(await from(behind.url, '192.0.2.2')).toBe(200);
    expect(behind.service.seen.map(({ headers }) => headers['x-forwarded-for'])).toEqual([
      '192.0.2.1',
      '192.0.2.2',
    ]);
    await behind.stop();
  });
});
