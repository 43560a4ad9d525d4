/** Answers that go on: passed through as they come, in places of their own, and over on whichever side ends them. */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEvents } from '@rollcall/contracts/event-reader';
import {
  as,
  bearer,
  type Double,
  double,
  echo,
  freePort,
  gateway,
  problemOf,
  type Running,
  until,
} from './doubles.js';

const OF_USER = 2;
const MOST = 3;

let running: Running;
let notification: Double;
/** The answers that the service is giving. */
let given: ServerResponse[];
beforeEach(async () => {
  given = [];
  notification = await double();
  notification.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write('event: ready\nid: 1\ndata: {}\n\n');
    given.push(response);
  };
  running = await gateway({
    ...{ NOTIFICATION_URL: notification.url, UPSTREAM_TIMEOUT_MS: '300', BULKHEAD_CONCURRENT: '1' },
    ...{ BULKHEAD_QUEUE: '0', EVENT_STREAMS_USER: String(OF_USER), EVENT_STREAMS_MOST: String(MOST) },
    ...{ SHUTDOWN_MS: '3000', BREAKER_VOLUME: '2' },
  });
});
afterEach(async () => {
  await running.stop();
  await notification.close();
});

const STRANGERS = ['01980000-0000-7000-8000-00000000000a', '01980000-0000-7000-8000-00000000000b'];
const someone = (index: number) => bearer({ claims: { sub: STRANGERS[index] } });

interface Stream {
  readonly answer: Response;
  readonly heard: string[];
  readonly over: Promise<'ended' | 'cut'>;
  leave(): void;
}

async function follow(headers: Record<string, string> = as('student')): Promise<Stream> {
  const gone = new AbortController();
  const answer = await fetch(`${running.url}/api/v1/events`, { headers, signal: gone.signal });
  const heard: string[] = [];
  const reading = (async () => {
    for await (const { data } of readEvents(answer)) heard.push(data);
  })();
  const over = reading.then(
    () => 'ended' as const,
    () => 'cut' as const,
  );
  return { answer, heard, over, leave: () => gone.abort() };
}

describe('a stream', () => {
  test('comes as it is written, for longer than a service may take to answer', async () => {
    const stream = await follow();
    expect(Object.fromEntries(stream.answer.headers)).toMatchObject({
      ...{ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', 'cache-control': 'no-store' },
    });
    await until(() => stream.heard.length === 1);
    for (const data of ['2', '3', '4']) {
      given[0]!.write(`data: ${data}\n\n`);
      await until(() => stream.heard.at(-1) === data);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    given[0]!.end();
    expect(await stream.over).toBe('ended');
  });

  test('is asked for with the id to go on from, and with the token', async () => {
    const stream = await follow({ ...as('student'), 'last-event-id': '41' });
    expect(stream.answer.status).toBe(200);
    const { headers, url } = notification.seen.at(-1)!;
    expect([url, headers['last-event-id'], headers.authorization?.slice(0, 7)]).toEqual([
      '/api/v1/events',
      '41',
      'Bearer ',
    ]);
  });

  test('takes no place of what ends, at its own service or another', async () => {
    await Promise.all([follow(), follow()]);
    for (const path of ['/api/v1/wallet', '/api/v1/courses'])
      expect((await fetch(`${running.url}${path}`, { headers: as('student') })).status).toBe(200);
  });

  test('that its reader leaves is left at the service, and its place is free', async () => {
    const streams = await Promise.all([follow(), follow()]);
    expect((await follow()).answer.status).toBe(429);
    streams[0]!.leave();
    await until(() => notification.cutOff() === 1);
    await until(async () => (await follow()).answer.status === 200);
  });

  test('that breaks at the service is over, so that its reader comes again', async () => {
    const stream = await follow();
    await until(() => stream.heard.length === 1);
    given[0]!.destroy();
    expect(await stream.over).toBe('ended');
  });

  test('is not measured with what ends', async () => {
    const stream = await follow();
    await until(() => stream.heard.length === 1);
    given[0]!.end();
    await stream.over;
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).not.toMatch(
      /http_request_duration_seconds_count\{route="\/events",method="GET",status="200"/,
    );
    expect(metrics).toContain('event_streams 0');
  });
});

describe('too many', () => {
  test('of one user are a 429, of all a 503', async () => {
    await Promise.all([follow(), follow()]);
    const third = await problemOf(await fetch(`${running.url}/api/v1/events`, { headers: as('student') }));
    expect([third.status, third.type, third.headers.get('retry-after')]).toEqual([
      429,
      '/problems/too-many-requests',
      '15',
    ]);
    expect((await follow(someone(0))).answer.status).toBe(200);
    const last = await problemOf(await fetch(`${running.url}/api/v1/events`, { headers: someone(1) }));
    expect([last.status, last.type]).toEqual([503, '/problems/streams-full']);
  });

  test('refused by the service are refused in its words, and hold no place', async () => {
    const refusal = { type: '/problems/x', title: 'x', status: 429, detail: 'x', instance: 'x' };
    notification.answer = (_request, response) =>
      void response
        .writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '9' })
        .end(JSON.stringify(refusal));
    for (let count = 0; count <= MOST; count += 1) {
      const answer = await problemOf(await fetch(`${running.url}/api/v1/events`, { headers: as('student') }));
      expect([answer.status, answer.problem, answer.headers.get('retry-after')]).toEqual([429, refusal, '9']);
    }
  });
});

describe('a notification service', () => {
  test('that is away is a 503 for those who listen, and all else goes on', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const other = await gateway({ NOTIFICATION_URL: nobody });
    for (let count = 0; count < 8; count += 1) {
      const answer = await problemOf(await fetch(`${other.url}/api/v1/events`, { headers: as('student') }));
      expect([answer.status, answer.type]).toEqual([503, '/problems/upstream-unreachable']);
    }
    expect((await fetch(`${other.url}/api/v1/wallet`, { headers: as('student') })).status).toBe(200);
    await other.stop();
  });

  test('that never begins is a 503 in time', async () => {
    notification.answer = () => {};
    const answer = await problemOf(await fetch(`${running.url}/api/v1/events`, { headers: as('student') }));
    expect([answer.status, answer.type]).toEqual([503, '/problems/upstream-timeout']);
  });

  test('needs no reader that takes nothing: it is not waited for without end', async () => {
    const socket = connect(running.port, '127.0.0.1');
    socket.write(
      `GET /api/v1/events HTTP/1.1\r\nHost: here\r\nConnection: close\r\nAuthorization: ${as('student').authorization}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    // What a service does with who takes nothing: it stops writing, and cuts the line.
    await until(() => {
      given[0]!.write(`data: ${'x'.repeat(100_000)}\n\n`);
      return given[0]!.writableLength > 2_000_000;
    });
    given[0]!.destroy();
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve).once('end', resolve));
  });
});

test('a gateway that stops ends its streams at once, and lets what ends end', async () => {
  const stream = await follow();
  await until(() => stream.heard.length === 1);
  const asked = new Promise<IncomingMessage>((resolve, reject) => {
    request(`${running.url}/api/v1/wallet`, { headers: as('student') }, resolve)
      .once('error', reject)
      .end();
  });
  let finish = () => {};
  running.service.answer = (one, response, body) => {
    finish = () => echo(one, response, body);
  };
  await until(() => running.service.seen.some(({ url }) => url === '/api/v1/wallet'));
  const told = Date.now();
  const stopped = running.stop();
  expect(await stream.over).toBe('ended');
  finish();
  expect((await asked).resume().statusCode).toBe(200);
  await stopped;
  expect(Date.now() - told).toBeLessThan(2_000);
  running = await gateway();
});
