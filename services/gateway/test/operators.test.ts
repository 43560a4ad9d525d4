/** What operators are told of the system: by each service's own figures, and with what did not answer named. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Journey, SystemState } from '@rollcall/contracts/api/system';
import { as, type Double, double, freePort, gateway, problemOf, type Running, until } from './doubles.js';

const METRICS = `# HELP outbox_unpublished x
outbox_unpublished 3
outbox_oldest_age_seconds 1.5
inbox_waiting{status="waiting"} 2
inbox_waiting{status="retrying"} 1
inbox_waiting_overdue 0
dead_total 4
queue_messages{queue="live"} 7
queue_messages{queue="dead"} 0
circuit_state{upstream="stripe"} 2
rollcall_build_info{service="billing",version="1.2.3"} 1
`;
const PURCHASE = '01980000-0000-7000-8000-0000000000aa';

let running: Running;
let billing: Double;
beforeAll(async () => {
  billing = await double();
  const event = (id: string, at: string) => ({
    ...{
      id: `01980000-0000-7000-8000-00000000000${id}`,
      type: 'a.b.v1',
      service: 'billing',
      subject: PURCHASE,
    },
    ...{ at, correlationId: 'trace-of-it', causationId: null, published: true },
  });
  billing.answer = ({ url }, response) => {
    if (url === '/metrics') return void response.end(METRICS);
    const events = [event('2', '2026-11-20T10:00:01.000Z'), event('1', '2026-11-20T10:00:00.000Z')];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ events, truncated: false }));
  };
  const nobody = `http://127.0.0.1:${await freePort()}`;
  running = await gateway({ BILLING_URL: billing.url, WALLET_URL: nobody });
});
afterAll(async () => {
  await running.stop();
  await billing.close();
});

const get = (path: string, who = as('admin')) => fetch(`${running.url}/api/v1${path}`, { headers: who });

test('each service is told as it is, one that does not answer as silent', async () => {
  const { services, circuits } = (await (await get('/admin/system')).json()) as SystemState;
  const found = (name: string) => services.find((one) => one.name === name);
  expect(found('billing')).toEqual({
    name: 'billing',
    replicas: [{ address: new URL(billing.url).host, state: 'ready', version: '1.2.3' }],
    outbox: { unpublished: 3, oldestSeconds: 1.5 },
    inbox: { waiting: 2, retrying: 1, overdue: 0, dead: 4 },
    queue: { waiting: 7, dead: 0 },
  });
  expect(found('wallet')).toMatchObject({
    replicas: [{ state: 'silent', version: null }],
    outbox: null,
    queue: null,
  });
  expect(circuits).toContainEqual({ from: 'billing', to: 'stripe', state: 'open' });
  expect(circuits).toContainEqual({ from: 'gateway', to: 'identity', state: 'closed' });
});

test('a journey is what all services said, in order of time, and names those that are missing', async () => {
  const journey = (await (await get(`/admin/journeys/${PURCHASE}`)).json()) as Journey;
  expect(journey.events.map(({ at }) => at)).toEqual([
    '2026-11-20T10:00:00.000Z',
    '2026-11-20T10:00:01.000Z',
  ]);
  expect(journey.missing).toContain('wallet');
  expect(journey).toMatchObject({ keptDays: 30, truncated: false });
  const asked = billing.seen.at(-1)!;
  expect(asked.headers.authorization).toMatch(/^Bearer /);
  // From the moment the id was made, which a UUIDv7 tells.
  expect(Date.parse(journey.from)).toBe(0x019800000000 - 60_000);
});

test.each([
  ['/admin/journeys/a%20b', 400],
  ['/admin/journeys/trace-of-it?from=yesterday', 400],
  ['/admin/journeys/trace-of-it?what=1', 400],
  ['/admin/journeys/trace-of-it?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 422],
  ['/admin/journeys/trace-of-it?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', 422],
])('%s is a %i', async (path, status) => {
  expect((await problemOf(await get(path))).status).toBe(status);
});

test('what is wrong with a search is named field by field', async () => {
  const { problem } = await problemOf(await get('/admin/journeys/trace-of-it?from=yesterday'));
  expect(problem.errors).toEqual([{ path: 'from', message: expect.any(String) }]);
});

test('searches that fail open no breaker, and only a few are under way at once', async () => {
  const usual = billing.answer;
  try {
    billing.answer = ({ url }, response) => {
      response.statusCode = url?.includes('/journeys/') ? 500 : 200;
      response.end('{}');
    };
    for (let n = 0; n < 25; n += 1) await get(`/admin/journeys/${PURCHASE}`);
    expect((await get('/subscriptions/plans')).status).toBe(200);

    const waiting: (() => void)[] = [];
    billing.answer = (_request, response) => void waiting.push(() => response.end('{}'));
    const searches = Array.from({ length: 6 }, () => get(`/admin/journeys/${PURCHASE}`));
    const refused = await problemOf(await Promise.race(searches));
    expect([refused.status, refused.type]).toEqual([503, '/problems/searches-busy']);
    await until(() => waiting.length === 4);
    for (const end of waiting) end();
    const answers = await Promise.all(searches);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
  } finally {
    billing.answer = usual;
  }
});

test('both are for admins alone', async () => {
  for (const path of ['/admin/system', `/admin/journeys/${PURCHASE}`]) {
    expect((await get(path, as('finance'))).status).toBe(403);
    expect((await fetch(`${running.url}/api/v1${path}`)).status).toBe(401);
  }
});
