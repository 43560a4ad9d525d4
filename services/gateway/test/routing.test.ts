import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { as, echo, gateway, problemOf, type Running, raw, rawRequest } from './doubles.js';

let running: Running;
beforeAll(async () => {
  running = await gateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.seen.length = 0;
  running.service.answer = echo;
});

const last = () => running.service.seen.at(-1)!;

describe('routing', () => {
  test.each(['/api/v1/courses', '/api/courses', '/api/v1/courses/', '/api/courses/'])(
    '%s reaches the service under the one canonical path',
    async (path) => {
      const answer = await fetch(`${running.url}${path}?limit=5&cursor=a%20b`);
      expect(answer.status).toBe(200);
      expect(last().url).toBe('/api/v1/courses?limit=5&cursor=a%20b');
    },
  );

  test.each([
    '/api/v1/nothing',
    '/nothing',
    '/courses',
    '/api',
    '/api/v1//courses',
    '//api/v1/courses',
    '/api/v1/courses//',
  ])('%s is nowhere: 404, and no service hears of it', async (path) => {
    const { status, type } = await problemOf(await fetch(`${running.url}${path}`));
    expect([status, type]).toEqual([404, '/problems/not-found']);
    expect(running.service.seen).toEqual([]);
  });

  test('a known path with a method it has not: 405 with Allow', async () => {
    const answer = await problemOf(await fetch(`${running.url}/api/v1/wallet`, { method: 'DELETE' }));
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  test('the public keys are at the root', async () => {
    expect((await fetch(`${running.url}/.well-known/jwks.json`)).status).toBe(200);
    expect(last().url).toBe('/.well-known/jwks.json');
  });

  test('health, metrics and readiness of a service are not to be had through the gateway', async () => {
    for (const path of ['/api/v1/readyz', '/api/metrics', '/api/v1/livez', '/api/v1/metrics']) {
      expect((await fetch(`${running.url}${path}`)).status).toBe(404);
    }
  });

  test('HEAD has the head of GET and no body', async () => {
    running.service.answer = (request, response) => {
      response.setHeader('x-method', request.method!);
      response.setHeader('content-length', '17');
      response.end();
    };
    const answer = await fetch(`${running.url}/api/v1/courses`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('x-method'), answer.headers.get('content-length')]).toEqual([
      200,
      'HEAD',
      '17',
    ]);
  });
});

describe('paths that two parsers read in two ways never reach a service', () => {
  test.each([
    '/api/v1/courses/../wallet',
    '/api/v1/courses/%2e%2e/wallet',
    '/api/v1/courses/..%2fwallet',
    '/api/v1/courses/a%2Fpublish',
    '/api/v1/courses/a%5cpublish',
    '/api/v1/courses/a\\publish',
    '/api/v1/courses/%00',
    '/api/v1/courses/a%00.json',
    '/api/v1/courses/%',
    '/api/v1/courses/%c3%28',
    '/api/v1/courses/a%0d%0aX-Evil:1',
    '/api/v1/courses/a#b',
  ])('%s is 400', async (path) => {
    const answer = await rawRequest(running.port, `GET ${path}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(running.service.seen).toEqual([]);
  });

  test('a parameter is encoded again as one segment', async () => {
    await rawRequest(running.port, 'GET /api/v1/courses/a%3Fb%23c%252fd;e=f');
    expect(last().url).toBe('/api/v1/courses/a%3Fb%23c%252fd%3Be%3Df');
  });

  test('the absolute form is read by its path', async () => {
    await rawRequest(running.port, 'GET http://elsewhere.test/api/v1/courses?a=1');
    expect(last().url).toBe('/api/v1/courses?a=1');
  });
});

describe('what is passed on', () => {
  test('body, status, headers and their order of bytes come through both ways', async () => {
    running.service.answer = (_request, response, body) => {
      response.writeHead(201, {
        'content-type': 'application/json',
        location: '/api/v1/courses/1',
        etag: '"1"',
      });
      response.end(body);
    };
    const body = JSON.stringify({ title: 'Łąka 🏫', description: 'x'.repeat(50_000) });
    const answer = await fetch(`${running.url}/api/v1/courses`, {
      method: 'POST',
      headers: {
        ...as('teacher'),
        'content-type': 'application/json',
        'idempotency-key': 'k-1',
        prefer: 'respond-async',
      },
      body,
    });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('etag')]).toEqual([
      201,
      '/api/v1/courses/1',
      '"1"',
    ]);
    expect(await answer.text()).toBe(body);
    expect(last().headers).toMatchObject({
      'idempotency-key': 'k-1',
      prefer: 'respond-async',
      'content-length': String(Buffer.byteLength(body)),
    });
    expect(last().headers.authorization).toMatch(/^Bearer /);
  });

  test('a caller cannot say who it is, where it is or what another hop said', async () => {
    await rawRequest(running.port, 'GET /api/v1/courses', [
      'X-Forwarded-For: 9.9.9.9',
      'X-Forwarded-Host: evil.test',
      'X-Real-IP: 9.9.9.9',
      'Forwarded: for=9.9.9.9',
      'X-User-Id: admin',
      'X-User-Roles: admin',
      'X-Request-Id: chosen',
      'X-HTTP-Method-Override: DELETE',
      'X-Original-URL: /admin',
      'Cookie: a=b',
      'TE: trailers',
      'Upgrade: websocket',
      'Proxy-Authorization: Basic x',
      'Connection: close, X-Custom',
      'X-Custom: 1',
    ]);
    const { headers } = last();
    expect(Object.keys(headers).sort()).toEqual(
      [
        'connection',
        'host',
        'traceparent',
        'x-forwarded-for',
        'x-forwarded-host',
        'x-forwarded-proto',
        'x-request-id',
      ].sort(),
    );
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'gateway',
      connection: 'keep-alive',
    });
  });

  test("a service's headers of its own connection stay behind", async () => {
    running.service.answer = (_request, response) => {
      response.setHeader('connection', 'close, x-inner');
      response.setHeader('x-inner', '1');
      response.setHeader('server', 'inner');
      response.setHeader('x-powered-by', 'inner');
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('x-request-id', 'other');
      response.setHeader('idempotency-replayed', 'true');
      response.end('{}');
    };
    const { headers } = await fetch(`${running.url}/api/v1/courses`);
    for (const name of ['x-inner', 'server', 'x-powered-by', 'access-control-allow-origin']) {
      expect(headers.get(name)).toBeNull();
    }
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.get('idempotency-replayed')).toBe('true');
  });

  test.each(['Authorization: Bearer a', 'Idempotency-Key: a', 'Content-Type: application/json'])(
    'a single header sent twice is refused: %s',
    async (header) => {
      const sent = header.startsWith('Auth') ? `Authorization: ${as('teacher').authorization}` : header;
      const answer = await rawRequest(
        running.port,
        'POST /api/v1/courses',
        [`Authorization: ${as('teacher').authorization}`, sent, header, 'Content-Length: 2'],
        '{}',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('duplicate-header');
      expect(running.service.seen).toEqual([]);
    },
  );

  test('a list header sent twice is one list', async () => {
    await rawRequest(running.port, 'GET /api/v1/courses', [
      'Accept: text/csv',
      'Accept: application/json;q=0.5',
    ]);
    expect(last().headers.accept).toBe('text/csv, application/json;q=0.5');
  });

  test('the body of a GET is not passed on, and the connection stays in step', async () => {
    const two = [
      'GET /api/v1/courses HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
      'GET /api/v1/courses?second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ].join('');
    const answer = await raw(running.port, two);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(running.service.seen.map(({ url, body }) => [url, body])).toEqual([
      ['/api/v1/courses', ''],
      ['/api/v1/courses?second', ''],
    ]);
  });

  test('connections to a service are kept and used again', async () => {
    const before = running.service.connections();
    for (let i = 0; i < 20; i += 1) await (await fetch(`${running.url}/api/v1/courses`)).text();
    expect(running.service.connections() - before).toBeLessThanOrEqual(1);
  });

  test('an answer is streamed: its beginning is here before its end is written', async () => {
    let finish = () => {};
    running.service.answer = (_request, response) => {
      response.write('a'.repeat(10_000));
      finish = () => response.end('end');
    };
    const answer = await fetch(`${running.url}/api/v1/courses`);
    const reader = answer.body!.getReader();
    expect((await reader.read()).value!.length).toBeGreaterThan(0);
    finish();
    let size = 0;
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      size += piece.value.length;
    expect(size).toBeGreaterThan(0);
  });
});

describe('tracing', () => {
  const sent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  test('a trace is taken, answered as the request id and passed on', async () => {
    const answer = await fetch(`${running.url}/api/v1/courses`, { headers: { traceparent: sent } });
    expect(answer.headers.get('x-request-id')).toBe(sent.slice(3, 35));
    expect(last().headers.traceparent).toContain(sent.slice(3, 35));
  });

  test.each([undefined, 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`])(
    'without one (%s) it is made',
    async (given) => {
      const answer = await fetch(`${running.url}/api/v1/courses`, {
        headers: given ? { traceparent: given } : {},
      });
      const id = answer.headers.get('x-request-id');
      expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      expect(last().headers.traceparent).toContain(id);
    },
  );

  test("a problem's instance is the request id", async () => {
    const { problem, headers } = await problemOf(await fetch(`${running.url}/api/v1/nothing`));
    expect(problem.instance).toBe(headers.get('x-request-id'));
  });
});
