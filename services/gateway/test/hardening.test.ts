import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { as, echo, gateway, problemOf, type Running, raw, rawRequest, until } from './doubles.js';

let running: Running;
beforeAll(async () => {
  running = await gateway({ BODY_TIMEOUT_MS: '3000', BODY_MEMORY_BYTES: '3000000' });
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.seen.length = 0;
  running.service.answer = echo;
});

const auth = () => `Authorization: ${as('teacher').authorization}`;
const KB = 1024;

/** A body of so many bytes without a length told. */
function chunked(path: string, bytes: number): Promise<Response> {
  const pieces = Array.from({ length: Math.ceil(bytes / 10_000) }, (_, i) =>
    Buffer.alloc(Math.min(10_000, bytes - i * 10_000), 'a'),
  );
  return fetch(`${running.url}${path}`, {
    method: 'POST',
    headers: { ...as('teacher'), 'content-type': 'application/json' },
    body: Readable.toWeb(Readable.from(pieces)) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
}

const told = (path: string, bytes: number, { url } = running): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { ...as('teacher'), 'content-type': 'application/json' },
    body: Buffer.alloc(bytes, 'a'),
  });

describe.each([
  ['of a told length', told],
  ['in chunks', chunked],
])('a body %s', (_kind, send) => {
  test.each([
    ['/api/v1/courses', 100 * KB],
    ['/api/v1/webhooks/livekit', 1024 * KB],
  ])('to %s may have %i bytes and not one more', async (path, limit) => {
    expect((await send(path, limit)).status).toBe(200);
    expect(running.service.seen.at(-1)!.body).toHaveLength(limit);
    running.service.seen.length = 0;
    const { status, type } = await problemOf(await send(path, limit + 1));
    expect([status, type]).toEqual([413, '/problems/body-too-large']);
    expect(running.service.seen).toEqual([]);
  });
});

describe('bytes that are no request are answered with a problem', () => {
  test.each([
    ['nonsense', 'nonsense\r\n\r\n', 400],
    ['no host', 'GET /api/v1/courses HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    [
      'two lengths',
      'POST /api/v1/courses HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
    ],
    [
      'a length and chunks',
      'POST /api/v1/courses HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'two hosts',
      `POST /api/v1/webhooks/livekit HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      400,
    ],
    ['a header folded over lines', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n', 400],
    ['NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400],
    ['headers of 20 kB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a path of 20 kB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
    ['CONNECT', 'CONNECT wallet:3004 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    ['an unknown expectation', 'POST /api/v1/courses HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n', 417],
  ])('%s', async (_name, bytes, status) => {
    const answer = await raw(running.port, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toMatch(/x-request-id: [0-9a-f]{32}/);
    expect(answer).toContain(`"status":${status}`);
    expect(running.service.seen).toEqual([]);
  });

  test('and the connection is gone soon, even when its other end stays', async () => {
    const before = await running.connections();
    const socket = connect({ port: running.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {}).resume();
    socket.write('nonsense\r\n\r\n');
    await until(() => socket.readableEnded);
    await until(async () => (await running.connections()) <= before, 3_000);
    socket.destroy();
  });

  test('headers that never end: 408 in time', async () => {
    expect(await raw(running.port, 'GET /api/v1/courses HTTP/1.1\r\nHost: a\r\n', 10_000)).toMatch(
      /^HTTP\/1\.1 408 /,
    );
  });
});

describe('a body that is promised', () => {
  const promise = (headers: string[]) =>
    [`POST /api/v1/courses HTTP/1.1`, 'Host: a', 'Expect: 100-continue', ...headers, '', ''].join('\r\n');

  test('is asked for when it is wanted', async () => {
    const socket = connect(running.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(promise([auth(), 'Content-Type: application/json', 'Content-Length: 2']));
    await until(() => answer.includes('100 Continue'));
    socket.write('{}');
    await until(() => answer.includes('200 OK'));
    socket.destroy();
    expect(running.service.seen[0]!.body).toBe('{}');
  });

  test('is not when the caller may not, or it is too large', async () => {
    expect(await raw(running.port, promise(['Content-Length: 2']))).toMatch(/^HTTP\/1\.1 401 /);
    expect(await raw(running.port, promise([auth(), 'Content-Length: 2000000']))).toMatch(/^HTTP\/1\.1 413 /);
  });
});

test('bodies in flight have one memory for all: when it is full others get 503, and it is given back', async () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  running.service.answer = async (request, response, body) => {
    await opened;
    echo(request, response, body.slice(0, 1));
  };
  const hook = () => told('/api/v1/webhooks/livekit', 1_000_000);
  const held = [hook(), hook()];
  await until(() => running.service.seen.length === 2);
  const third = [hook(), hook()];
  const refused = await problemOf(await Promise.race(third));
  expect([refused.status, refused.type]).toEqual([503, '/problems/gateway-busy']);
  open();
  await Promise.all([...held, ...third]);
  expect((await hook()).status).toBe(200);
});

test('webhooks that fill their memory, for which nobody signs in, leave room for everybody else', async () => {
  // With time enough: a slow machine must not be done with the first body before the last has come.
  const patient = await gateway({ BODY_TIMEOUT_MS: '60000', BODY_MEMORY_BYTES: '3000000' });
  const sockets: Socket[] = [];
  const hold = () => {
    const socket = connect(patient.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    // Which body is one too many is nobody's choice: where it is this one and not another's, a new one takes its place.
    socket.once('data', hold);
    const head = `POST /api/v1/webhooks/livekit HTTP/1.1\r\nHost: a\r\nContent-Length: ${1024 * KB}\r\n\r\n`;
    socket.write(head + 'a'.repeat(990_000)); // and never the rest
  };
  for (let n = 0; n < 3; n += 1) hold();
  const another = () =>
    fetch(`${patient.url}/api/v1/webhooks/livekit`, { method: 'POST', body: 'a'.repeat(100 * KB) });
  try {
    await until(async () => (await another()).status === 503);
    expect((await told('/api/v1/courses', 100 * KB, patient)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await until(async () => (await another()).status === 200);
  } finally {
    for (const socket of sockets) socket.destroy();
    await patient.stop();
  }
});

test('answers say what a browser must not do with them', async () => {
  const answer = await rawRequest(running.port, 'GET /api/v1/courses');
  expect(answer).toMatch(/content-security-policy: default-src 'none'/i);
  expect(answer).toMatch(/x-content-type-options: nosniff/i);
  expect(answer).not.toMatch(/x-powered-by/i);
});

test('who takes nothing of a long answer is cut off, so that his upstream has its place again', async () => {
  function* endless() {
    const piece = Buffer.alloc(1_000_000, 'a');
    for (let n = 0; n < 1_000; n += 1) yield piece; // more than the buffers of two sockets hold
  }
  running.service.answer = (_request, response) => void Readable.from(endless()).pipe(response);
  const before = running.service.cutOff();
  const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  socket.pause(); // reads nothing
  socket.write(`GET /api/v1/courses HTTP/1.1\r\nHost: x\r\n${auth()}\r\n\r\n`);
  await until(() => running.service.cutOff() > before, 20_000);
  socket.resume();
  await closed;
}, 30_000);
