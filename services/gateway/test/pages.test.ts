import { describe, expect, test } from '@jest/globals';
import { double, gateway, problemOf, rawRequest, until } from './doubles.js';

const status = async (url: string): Promise<number> => (await fetch(url)).status;

describe('readiness', () => {
  test('comes when every service has been ready, and stays when one goes', async () => {
    const slow = await double();
    slow.ready = false;
    const running = await gateway({ WALLET_URL: slow.url });
    const { url } = running;
    await until(
      async () => (await problemOf(await fetch(`${url}/readyz`))).problem.detail === 'Waiting for wallet.',
    );
    expect(await status(`${url}/livez`)).toBe(200);
    slow.ready = true;
    await until(async () => (await status(`${url}/readyz`)) === 200);
    await slow.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await status(`${url}/readyz`)).toBe(200);
    await running.stop();
  });

  test('one ready replica of several is enough', async () => {
    const [up, down] = [await double(), await double()];
    down.ready = false;
    const running = await gateway({ WALLET_URL: `${down.url},${up.url}` });
    await until(async () => (await status(`${running.url}/readyz`)) === 200);
    await running.stop();
    await Promise.all([up.close(), down.close()]);
  });
});

describe('the document and its page', () => {
  test('the document is served as it was generated, under both prefixes', async () => {
    const document = '{"openapi":"3.1.0"}';
    const running = await gateway({}, document);
    for (const prefix of ['/api', '/api/v1']) {
      expect(await (await fetch(`${running.url}${prefix}/openapi.json`)).text()).toBe(document);
    }
    await running.stop();
  });

  test('one that was not generated is a 503 that says how to', async () => {
    const running = await gateway();
    const { status, problem } = await problemOf(await fetch(`${running.url}/api/openapi.json`));
    expect([status, problem.type]).toEqual([503, '/problems/no-openapi']);
    expect(problem.detail).toContain('npm run generate');
    await running.stop();
  });

  test('the page works from this origin alone, as its policy demands', async () => {
    const running = await gateway();
    const page = await fetch(`${running.url}/api/docs`);
    expect(page.url).toBe(`${running.url}/api/docs/`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]* src=)[^>]*>/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).toMatch(/^\.\//);
      expect(await status(new URL(file, page.url).href)).toBe(200);
    }
    const init = await (await fetch(`${running.url}/api/docs/swagger-ui-init.js`)).text();
    expect(init).toContain('"url": "/api/openapi.json"');
    expect(init).toContain('"validatorUrl": null');
    await running.stop();
  });

  test('what is not there, or cannot be read, below the page is a problem too', async () => {
    const running = await gateway();
    for (const [path, expected] of [
      ['/api/docs/none.js', 404],
      ['/api/docs/%', 400],
      ['/api/docs/..%2f..%2fpackage.json', 400],
    ] as const) {
      const answer = await rawRequest(running.port, `GET ${path}`);
      expect([path, answer.slice(9, 12)]).toEqual([path, String(expected)]);
      expect(answer).not.toContain('"dependencies"');
    }
    await running.stop();
  });
});

test('metrics have the route as its pattern, whatever ids and methods came', async () => {
  const running = await gateway();
  await fetch(`${running.url}/api/v1/courses/01980000-0000-7000-8000-000000000001`);
  await fetch(`${running.url}/api/v1/courses/zzz`);
  await fetch(`${running.url}/api/v1/zzz`);
  const text = await (await fetch(`${running.url}/metrics`)).text();
  expect(text).toMatch(
    /http_request_duration_seconds_count\{route="\/courses\/:courseId",method="GET",status="200"\} \d+/,
  );
  expect(text).not.toContain('zzz');
  expect(text).not.toContain('01980000');
  await running.stop();
});

test('the root points to the document', async () => {
  const running = await gateway();
  expect(await (await fetch(running.url)).json()).toMatchObject({ docs: '/api/docs/' });
  await running.stop();
});

describe('other origins', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/api/v1/wallet`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });

  test('may not call unless they are listed', async () => {
    const running = await gateway();
    const answer = await preflight(running.url, 'https://app.test');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([405, null]);
    await running.stop();
  });

  test('may when they are, errors included', async () => {
    const running = await gateway({ CORS_ORIGINS: 'https://app.test,https://other.test/' });
    const answer = await preflight(running.url, 'https://app.test');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://app.test',
    ]);
    expect(answer.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    const refused = await fetch(`${running.url}/api/v1/wallet`, {
      headers: { origin: 'https://other.test' },
    });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://other.test',
    ]);
    expect(refused.headers.get('vary')).toContain('Origin');
    const stranger = await preflight(running.url, 'https://app.test.evil.test');
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
    await running.stop();
  });
});
