import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { OUTCOME_PATIENCE } from '@rollcall/contracts/patience';
import { readConfig } from '@rollcall/kit/config';
import { settings } from '../src/config.js';
import {
  type Answer,
  as,
  bearer,
  double,
  echo,
  freePort,
  gateway,
  problemOf,
  type Running,
  STUDENT,
  until,
} from './doubles.js';

const hang: Answer = () => {};
const fail: Answer = (_request, response) => void response.writeHead(500).end('{"status":500}');

/** Small figures, so that what takes seconds in production takes tenths here. */
const QUICK = {
  UPSTREAM_TIMEOUT_MS: '400',
  BREAKER_VOLUME: '4',
  BREAKER_RESET_MS: '1000',
  BREAKER_WINDOW_MS: '10000',
  SHUTDOWN_MS: '500',
};

async function within<T>(env: Record<string, string>, act: (running: Running) => Promise<T>): Promise<T> {
  const running = await gateway({ ...QUICK, ...env });
  try {
    return await act(running);
  } finally {
    await running.stop();
  }
}

const courses = ({ url }: Running, init?: RequestInit) => fetch(`${url}/api/v1/courses`, init);
const wallet = ({ url }: Running) => fetch(`${url}/api/v1/wallet`, { headers: bearer() });
const circuit = async ({ url }: Running, upstream: string) =>
  new RegExp(`circuit_state\\{upstream="${upstream}"\\} (\\d)`).exec(
    await (await fetch(`${url}/metrics`)).text(),
  )?.[1];
const post = ({ url }: Running, body = '{}') =>
  fetch(`${url}/api/v1/courses`, {
    method: 'POST',
    headers: { ...as('teacher'), 'content-type': 'application/json' },
    body,
  });
async function several<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, act));
}

describe('a service that hangs', () => {
  test('is 503 with Retry-After in time, opens its breaker, and the others go on; then one try heals it', async () => {
    const slow = await double();
    slow.answer = hang;
    await within({ ENROLLMENT_URL: slow.url }, async (running) => {
      const first = await several(4, async () => problemOf(await courses(running)));
      for (const { status, type, headers } of first) {
        expect([status, type]).toEqual([503, '/problems/upstream-timeout']);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect(await circuit(running, 'enrollment')).toBe('2');
      const asked = slow.seen.length;
      const refused = await problemOf(await courses(running));
      expect([refused.status, refused.type, refused.headers.get('retry-after')]).toEqual([
        503,
        '/problems/upstream-down',
        '1',
      ]);
      expect(slow.seen.length).toBe(asked);
      expect((await wallet(running)).status).toBe(200);
      expect(await circuit(running, 'wallet')).toBe('0');

      slow.answer = echo;
      await until(async () => (await circuit(running, 'enrollment')) === '1');
      expect((await courses(running)).status).toBe(200);
      expect(await circuit(running, 'enrollment')).toBe('0');
    });
    await slow.close();
  });

  test('while half open one request tries and the others are refused; a failed try opens it again', async () => {
    const slow = await double();
    slow.answer = hang;
    await within({ ENROLLMENT_URL: slow.url, BREAKER_RESET_MS: '300' }, async (running) => {
      await several(4, () => courses(running));
      await until(async () => (await circuit(running, 'enrollment')) === '1');
      const asked = slow.seen.length;
      const statuses = (await several(5, async () => problemOf(await courses(running)))).map(
        ({ type }) => type,
      );
      expect(slow.seen.length).toBe(asked + 1);
      expect(statuses.filter((type) => type === '/problems/upstream-timeout')).toHaveLength(1);
      expect(await circuit(running, 'enrollment')).toBe('2');
    });
    await slow.close();
  });

  test('a caller who hangs up during the try does not close the breaker', async () => {
    const slow = await double();
    slow.answer = hang;
    await within({ ENROLLMENT_URL: slow.url, BREAKER_RESET_MS: '300' }, async (running) => {
      await several(4, () => courses(running));
      await until(async () => (await circuit(running, 'enrollment')) === '1');
      await expect(courses(running, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
      await until(async () => (await circuit(running, 'enrollment')) === '2', 1_000);
    });
    await slow.close();
  });

  test('the call is ended at the timeout, not left running', async () => {
    const slow = await double();
    slow.answer = hang;
    await within({ ENROLLMENT_URL: slow.url }, async (running) => {
      await courses(running);
      await until(() => slow.cutOff() === 1, 500);
    });
    await slow.close();
  });
});

describe('what counts as a failure', () => {
  test('5xx does, and is relayed as it is until the breaker opens', async () => {
    await within({}, async (running) => {
      running.service.answer = fail;
      const answers = await several(4, () => courses(running));
      expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
      expect(await answers[0]!.text()).toBe('{"status":500}');
      expect((await problemOf(await courses(running))).type).toBe('/problems/upstream-down');
    });
  });

  test('4xx does not, however many', async () => {
    await within({}, async (running) => {
      running.service.answer = (_request, response) => void response.writeHead(409).end('{}');
      const answers = await several(20, () => courses(running));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([409]));
      expect(await circuit(running, 'enrollment')).toBe('0');
    });
  });

  test('nor does somebody else who is away, as a service that is well says; and how it says so stays inside', async () => {
    await within({}, async (running) => {
      running.service.answer = (_request, response) =>
        void response.writeHead(503, { 'x-unavailable': 'elsewhere', 'retry-after': '5' }).end('{}');
      const answers = await several(20, () => courses(running));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      expect([answers[0]!.headers.get('retry-after'), answers[0]!.headers.get('x-unavailable')]).toEqual([
        '5',
        null,
      ]);
      expect(await circuit(running, 'enrollment')).toBe('0');
    });
  });

  test('a caller who leaves does not', async () => {
    await within({ UPSTREAM_TIMEOUT_MS: '5000' }, async (running) => {
      running.service.answer = hang;
      const caller = new AbortController();
      const left = several(10, () => courses(running, { signal: caller.signal }).catch(() => undefined));
      await until(() => running.service.seen.length === 10);
      caller.abort();
      await left;
      await until(() => running.service.cutOff() === 10);
      expect(await circuit(running, 'enrollment')).toBe('0');
      running.service.answer = echo;
      expect((await courses(running)).status).toBe(200);
    });
  });
});

describe('callers who leave a service that hangs', () => {
  test('do not keep its breaker shut: those who waited are judged by', async () => {
    await within({}, async (running) => {
      running.service.answer = hang;
      const left = several(6, () =>
        courses(running, { signal: AbortSignal.timeout(100) }).catch(() => undefined),
      );
      await several(4, () => courses(running));
      await left;
      expect(await circuit(running, 'enrollment')).toBe('2');
    });
  });

  test('nor do they close it while it is tried again', async () => {
    await within({ BREAKER_RESET_MS: '300', UPSTREAM_TIMEOUT_MS: '1500' }, async (running) => {
      running.service.answer = hang;
      const caller = new AbortController();
      const early = courses(running, { signal: caller.signal }).catch(() => undefined);
      await until(() => running.service.seen.length === 1);
      running.service.answer = fail;
      await several(4, () => courses(running));
      await until(async () => (await circuit(running, 'enrollment')) === '1');
      caller.abort();
      await early;
      await until(() => running.service.cutOff() === 1);
      expect(await circuit(running, 'enrollment')).toBe('1');
    });
  });
});

describe('a purchase whose outcome is late', () => {
  test('is waited for with time to spare, and its 202 comes through with where to ask', async () => {
    const standing = await gateway();
    standing.service.answer = (_request, response) => {
      const answer = () =>
        response
          .writeHead(202, { location: '/api/v1/enrollments/sessions/1', 'retry-after': '1' })
          .end('{"status":"pending"}');
      setTimeout(answer, OUTCOME_PATIENCE);
    };
    const answer = await fetch(`${standing.url}/api/v1/enrollments/sessions/${STUDENT}/purchase`, {
      method: 'POST',
      headers: { ...bearer(), prefer: 'respond-async', 'idempotency-key': 'late' },
    });
    expect([answer.status, await answer.json()]).toEqual([202, { status: 'pending' }]);
    expect(answer.headers.get('location')).toBe('/api/v1/enrollments/sessions/1');
    expect(standing.service.seen[0]?.headers).toMatchObject({
      prefer: 'respond-async',
      'idempotency-key': 'late',
    });
    await standing.stop();
  });

  test('leaves as long again for the purchase itself before the gateway gives up, and before it stops', () => {
    const { UPSTREAM_TIMEOUT_MS, SHUTDOWN_MS } = readConfig(settings, {
      AUTH_JWKS_URL: 'http://localhost/keys',
    });
    expect(UPSTREAM_TIMEOUT_MS).toBeGreaterThanOrEqual(2 * OUTCOME_PATIENCE);
    expect(SHUTDOWN_MS).toBeGreaterThanOrEqual(2 * OUTCOME_PATIENCE);
  });
});

describe('a caller who goes away', () => {
  test('takes the call to the service along', async () => {
    await within({ UPSTREAM_TIMEOUT_MS: '5000' }, async (running) => {
      running.service.answer = hang;
      const caller = new AbortController();
      const answer = courses(running, { signal: caller.signal });
      await until(() => running.service.seen.length === 1);
      caller.abort();
      await expect(answer).rejects.toThrow();
      await until(() => running.service.cutOff() === 1, 1_000);
    });
  });

  test('in the middle of an answer too', async () => {
    await within({}, async (running) => {
      running.service.answer = (_request, response) => {
        const timer = setInterval(() => response.write('x'.repeat(1000)), 10);
        response.once('close', () => clearInterval(timer));
      };
      const caller = new AbortController();
      const answer = await courses(running, { signal: caller.signal });
      await answer.body!.getReader().read();
      caller.abort();
      await until(() => running.service.cutOff() === 1, 1_000);
    });
  });
});

describe('a bulkhead', () => {
  const FULL = {
    BULKHEAD_CONCURRENT: '2',
    BULKHEAD_QUEUE: '2',
    BULKHEAD_WAIT_MS: '4000',
    UPSTREAM_TIMEOUT_MS: '5000',
  };

  test('full is 503 with Retry-After for that service alone; who waited is served', async () => {
    await within(FULL, async (running) => {
      const release: (() => void)[] = [];
      running.service.answer = (request, response, body) => {
        if (request.url!.includes('wallet')) echo(request, response, body);
        else release.push(() => echo(request, response, body));
      };
      const inWork = [courses(running), courses(running)];
      await until(() => release.length === 2);
      const waiting = [courses(running), courses(running)];
      await until(async () => (await courses(running)).status === 503);
      const { type, headers } = await problemOf(await courses(running));
      expect([type, headers.get('retry-after')]).toEqual(['/problems/upstream-busy', '1']);
      expect((await wallet(running)).status).toBe(200);
      expect(release).toHaveLength(2);
      for (let served = 0; served < 4; served += 1) {
        await until(() => release.length > served);
        release[served]!();
      }
      const answers = await Promise.all([...inWork, ...waiting]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    });
  });

  test('a place is held until the answer has ended, and freed when the caller leaves', async () => {
    await within({ ...FULL, BULKHEAD_QUEUE: '0', BULKHEAD_CONCURRENT: '1' }, async (running) => {
      running.service.answer = (_request, response) => void response.write('a beginning');
      const caller = new AbortController();
      await courses(running, { signal: caller.signal });
      expect((await courses(running)).status).toBe(503);
      caller.abort();
      running.service.answer = echo;
      await until(async () => (await courses(running)).status === 200);
    });
  });

  test('and when his answer stood behind another on his connection', async () => {
    await within({ BULKHEAD_QUEUE: '0', BULKHEAD_CONCURRENT: '1' }, async (running) => {
      running.service.answer = (request, response) => {
        if (request.url!.includes('wallet')) return; // hangs
        response.write('a beginning');
        response.end();
      };
      const socket = connect(running.port, '127.0.0.1');
      socket.on('error', () => {});
      const ask = (path: string) =>
        `GET /api/v1/${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer().authorization}\r\n\r\n`;
      socket.write(ask('wallet') + ask('courses'));
      await until(() => running.service.seen.length === 2);
      expect((await courses(running)).status).toBe(503);
      socket.destroy();
      await until(async () => (await courses(running)).status === 200, 3_000);
    });
  });

  test('webhooks go past it and past an open breaker; what fails is 503, never a 4xx', async () => {
    await within(
      {
        BULKHEAD_CONCURRENT: '1',
        BULKHEAD_QUEUE: '0',
        UPSTREAM_TIMEOUT_MS: '1000',
        BREAKER_RESET_MS: '9000',
      },
      async (running) => {
        const hook = () => fetch(`${running.url}/api/v1/webhooks/livekit`, { method: 'POST', body: '{}' });
        const history = () =>
          fetch(`${running.url}/api/v1/attendance/me`, { headers: bearer() }).then(({ status }) => status);
        running.service.answer = hang;
        for (let asked = 0; asked < 4; asked += 1) expect(await history()).toBe(503);
        expect(await circuit(running, 'attendance')).toBe('2');
        expect((await problemOf(await hook())).type).toBe('/problems/upstream-timeout');
        running.service.answer = echo;
        expect((await several(20, hook)).map(({ status }) => status)).toEqual(Array(20).fill(200));
        expect(await history()).toBe(503);
      },
    );
  });
});

describe('replicas', () => {
  test('are taken in turn', async () => {
    const [one, two] = [await double(), await double()];
    await within({ ENROLLMENT_URL: `${one.url}, ${two.url}/` }, async (running) => {
      for (let i = 0; i < 10; i += 1) expect((await courses(running)).status).toBe(200);
      expect([one.seen.length, two.seen.length]).toEqual([5, 5]);
    });
    await Promise.all([one.close(), two.close()]);
  });

  test('one that refuses the connection is skipped, for writes too, and their bodies arrive whole', async () => {
    const [one, gone] = [await double(), await freePort()];
    await within({ ENROLLMENT_URL: `http://127.0.0.1:${gone},${one.url}` }, async (running) => {
      for (let i = 0; i < 6; i += 1) expect((await post(running, `{"i":${i}}`)).status).toBe(200);
      expect(one.seen.map(({ body }) => body)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `{"i":${i}}`));
    });
    await one.close();
  });

  test('a read whose connection breaks is asked of the next; a write is not asked twice', async () => {
    const [good, bad] = [await double(), await double()];
    bad.answer = (request) => void request.socket.destroy();
    await within({ ENROLLMENT_URL: `${bad.url},${good.url}`, BREAKER_VOLUME: '100' }, async (running) => {
      for (let i = 0; i < 4; i += 1) expect((await courses(running)).status).toBe(200);
    });
    await within({ ENROLLMENT_URL: bad.url }, async (running) => {
      bad.seen.length = 0;
      const { status, type } = await problemOf(await post(running));
      expect([status, type]).toEqual([503, '/problems/upstream-broken']);
      expect(bad.seen).toHaveLength(1);
    });
    await Promise.all([good.close(), bad.close()]);
  });

  test('all gone: 503 that says nothing was sent, and the service is found when it is back', async () => {
    const port = await freePort();
    await within({ ENROLLMENT_URL: `http://127.0.0.1:${port}`, BREAKER_RESET_MS: '200' }, async (running) => {
      const { status, type, headers } = await problemOf(await post(running));
      expect([status, type, headers.get('retry-after')]).toEqual([
        503,
        '/problems/upstream-unreachable',
        '2',
      ]);
      const back = await double(port);
      await until(async () => (await courses(running)).status === 200);
      await back.close();
    });
  });
});

describe('an answer that breaks', () => {
  test('in its middle ends the connection, so that nobody takes half for the whole', async () => {
    await within({}, async (running) => {
      running.service.answer = (request, response) => {
        response.writeHead(200);
        response.write('half', () => request.socket.destroy());
      };
      const answer = await courses(running);
      await expect(answer.text()).rejects.toThrow();
    });
  });

  test('in its middle while it is small, and so not begun here, is 503', async () => {
    await within({}, async (running) => {
      running.service.answer = (request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half', () => request.socket.destroy());
      };
      expect((await problemOf(await courses(running))).type).toBe('/problems/upstream-broken');
    });
  });

  test('and is no HTTP at all is 503', async () => {
    await within({}, async (running) => {
      running.service.answer = (request) => void request.socket.end('garbage\r\n\r\n');
      expect((await problemOf(await post(running))).type).toBe('/problems/upstream-broken');
    });
  });
});

test('a slow body holds no place at a service and is nobody else’s failure', async () => {
  await within({ BULKHEAD_CONCURRENT: '1', BULKHEAD_QUEUE: '0', BODY_TIMEOUT_MS: '400' }, async (running) => {
    const drip = httpRequest(`${running.url}/api/v1/courses`, {
      method: 'POST',
      headers: { ...as('teacher'), 'content-length': '100' },
    });
    drip.on('error', () => {});
    drip.write('a');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await courses(running)).status).toBe(200);
    const [answer] = await once(drip, 'response');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      408,
      'application/problem+json; charset=utf-8',
    ]);
    expect(running.service.seen).toHaveLength(1);
    expect(await circuit(running, 'enrollment')).toBe('0');
  });
});
