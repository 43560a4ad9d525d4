/** Bytes that two parsers might take for different requests, and callers who would be somebody else. */
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { as, echo, gateway, type Running, raw, rawRequest, until } from './doubles.js';

let running: Running;
beforeAll(async () => {
  running = await gateway({ BODY_TIMEOUT_MS: '2000', CONNECTIONS_MOST: '20' });
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.seen.length = 0;
  running.service.answer = echo;
});

const urls = () => running.service.seen.map(({ url }) => url);
const auth = () => `Authorization: ${as('teacher').authorization}`;

describe('a request within a request is refused, and what follows it on the connection is not read', () => {
  const inner = 'GET /api/v1/courses?smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
  const post = (headers: string[], body: string) =>
    ['POST /api/v1/webhooks/livekit HTTP/1.1', 'Host: a', ...headers, '', body].join('\r\n');

  test.each<[string, string]>([
    ['chunks and a length', post(['Transfer-Encoding: chunked', 'Content-Length: 5'], `0\r\n\r\n${inner}`)],
    ['a length and chunks', post([`Content-Length: 5`, 'Transfer-Encoding: chunked'], `0\r\n\r\n${inner}`)],
    ['a coding that is none', post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${inner}`)],
    [
      'chunks that are not the last coding',
      post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${inner}`),
    ],
    [
      'a coding named twice',
      post(['Transfer-Encoding: chunked', 'Transfer-Encoding: x'], `0\r\n\r\n${inner}`),
    ],
    ['a space before the colon', post(['Transfer-Encoding : chunked'], `0\r\n\r\n${inner}`)],
    ['a folded coding', post(['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${inner}`)],
    ['a control character in the coding', post(['Transfer-Encoding: \x0bchunked'], `0\r\n\r\n${inner}`)],
    ['a length with a sign', post(['Content-Length: +0'], inner)],
    ['a negative length', post(['Content-Length: -1'], inner)],
    ['a list of lengths', post(['Content-Length: 0, 0'], inner)],
    ['a hexadecimal length', post(['Content-Length: 0x0'], inner)],
    ['a length beyond counting', post([`Content-Length: ${'9'.repeat(30)}`], inner)],
    ['a chunk of 0x10 bytes', post(['Transfer-Encoding: chunked'], `0x1\r\na\r\n0\r\n\r\n${inner}`)],
    ['a chunk longer than it says', post(['Transfer-Encoding: chunked'], `1\r\nab\r\n0\r\n\r\n${inner}`)],
    ['a chunk of a negative size', post(['Transfer-Encoding: chunked'], `-1\r\n\r\n${inner}`)],
    ['lines that end in CR alone', `GET /api/v1/courses HTTP/1.1\rHost: a\r\r${inner}`],
    ['a header line that ends in LF alone', `GET /api/v1/courses HTTP/1.1\r\nHost: a\nX: b\r\n\r\n${inner}`],
    ['a header without a name', `GET /api/v1/courses HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n${inner}`],
    ['a method of its own', `GETS /api/v1/courses HTTP/1.1\r\nHost: a\r\n\r\n${inner}`],
    ['a version of its own', `GET /api/v1/courses HTTP/9.9\r\nHost: a\r\n\r\n${inner}`],
    ['the preface of HTTP/2', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${inner}`],
  ])('%s', async (_name, bytes) => {
    const answer = await raw(running.port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|413) /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(urls()).toEqual([]);
  });

  test('but one after another on a connection is the protocol, and each has its own answer', async () => {
    const one = (query: string, more = '') =>
      `GET /api/v1/courses?${query} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
    const answer = await raw(running.port, one('first') + one('second', 'Connection: close\r\n'));
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(urls()).toEqual(['/api/v1/courses?first', '/api/v1/courses?second']);
  });
});

describe('a caller is nobody else', () => {
  test('by two Authorization headers, whichever comes first', async () => {
    for (const headers of [
      [auth(), 'Authorization: Bearer other'],
      ['Authorization: Bearer other', auth()],
      [auth(), 'authorization: Basic YTpi'],
    ]) {
      const answer = await rawRequest(
        running.port,
        'POST /api/v1/courses',
        [...headers, 'Content-Length: 2'],
        '{}',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 40[01] /);
    }
    expect(urls()).toEqual([]);
  });

  test('by naming a header hop by hop, which would make a proxy drop it', async () => {
    await rawRequest(running.port, 'GET /api/v1/wallet', [
      auth(),
      'Connection: close, Authorization, X-Forwarded-For',
    ]);
    const [seen] = running.service.seen;
    expect(seen?.headers.authorization).toMatch(/^Bearer eyJ/);
    expect(seen?.headers['x-forwarded-for']).toMatch(/127\.0\.0\.1$/);
  });

  test('by naming another server: the path is asked of our own', async () => {
    await rawRequest(running.port, 'GET http://wallet.internal:3004/api/v1/courses');
    expect(urls()).toEqual(['/api/v1/courses']);
    expect(running.service.seen[0]?.headers.host).toBe(`127.0.0.1:${running.service.port}`);
    for (const target of ['http://user:word@wallet:3004/livez', 'https://wallet:3004/livez'])
      expect(await rawRequest(running.port, `GET ${target}`)).toContain('{"status":"ok"}');
    for (const target of ['ftp://wallet/api/v1/courses', 'wallet:3004', 'http:///api/v1/courses'])
      expect(await rawRequest(running.port, `GET ${target}`)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(urls()).toEqual(['/api/v1/courses']);
  });

  test('by an address in any of the headers that proxies write', async () => {
    const limited = await gateway({ RATE_LIMIT_ADDRESS: '1' });
    const statuses: string[] = [];
    for (const header of ['X-Forwarded-For: 192.0.2.1', 'X-Real-IP: 192.0.2.2', 'Forwarded: for=192.0.2.3'])
      statuses.push((await rawRequest(limited.port, 'GET /api/v1/courses', [header])).slice(9, 12));
    expect(statuses).toEqual(['200', '429', '429']);
    await limited.stop();
  });
});

test.each(['TRACE', 'PUT', 'OPTIONS', 'PROPFIND', 'PURGE', 'SEARCH'])(
  '%s is no method here, nor anything it sends an answer',
  async (method) => {
    const answer = await rawRequest(running.port, `${method} /api/v1/wallet`, [auth(), 'X-Secret: private']);
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).not.toContain('private');
    expect(urls()).toEqual([]);
  },
);

test('an upgrade is not made: the request is answered as what it is', async () => {
  const upgrade = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: a',
    'Sec-WebSocket-Version: 13',
  ];
  const request = ['GET /api/v1/courses HTTP/1.1', 'Host: a', ...upgrade, '', ''].join('\r\n');
  expect(await raw(running.port, request, 1_500)).toMatch(/^HTTP\/1\.1 200 /);
  expect(running.service.seen[0]?.headers.upgrade).toBe(undefined);
});

describe('connections', () => {
  test('that never say anything are closed in time', async () => {
    const socket = connect(running.port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    await until(() => socket.readableEnded || socket.destroyed, 10_000);
    socket.destroy();
  });

  test('beyond the most there may be are closed at once, and room is made again', async () => {
    const ask = () =>
      fetch(`${running.url}/livez`, { headers: { connection: 'close' } }).then(({ ok }) => ok);
    await until(async () => (await running.connections()) === 0);
    const held = Array.from({ length: 20 }, () => connect(running.port, '127.0.0.1').on('error', () => {}));
    await until(async () => (await running.connections()) === 20);
    await expect(ask()).rejects.toThrow();
    for (const socket of held) socket.destroy();
    await until(() => ask().catch(() => false));
  });
});

describe('what an answer tells those on its way', () => {
  test('nothing of a person is kept in a cache, unless the service says that it may be', async () => {
    const wallet = await fetch(`${running.url}/api/v1/wallet`, { headers: as('student') });
    expect(wallet.headers.get('cache-control')).toBe('no-store');
    expect((await fetch(`${running.url}/api/v1/wallet`)).headers.get('cache-control')).toBe('no-store');
    running.service.answer = (request, response, body) => {
      response.setHeader('cache-control', 'public, max-age=300');
      echo(request, response, body);
    };
    const keys = await fetch(`${running.url}/.well-known/jwks.json`);
    expect(keys.headers.get('cache-control')).toBe('public, max-age=300');
  });

  test.each([
    ['an answer', '/api/v1/courses', 200],
    ['a refusal', '/api/v1/wallet', 401],
    ['a path that is none', '/nothing', 404],
  ])('%s says what a browser must not do with it', async (_name, path, status) => {
    const answer = await fetch(`${running.url}${path}`);
    expect(answer.status).toBe(status);
    const headers = Object.fromEntries(answer.headers);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers).not.toHaveProperty('server');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});
