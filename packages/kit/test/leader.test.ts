import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { lead } from '../src/leader.js';
import { quietLog, type TestDatabase, testDatabase } from '../src/testing.js';
import { startProxy, type TcpProxy } from './proxy.js';
import { until } from './things.js';

let alpha: TestDatabase;
let proxy: TcpProxy;
beforeAll(async () => {
  alpha = await testDatabase();
});
afterAll(() => alpha.close());
beforeEach(async () => {
  proxy = await startProxy(Number(new URL(alpha.url).port || 5432));
});
afterEach(() => proxy.close());

const quick = { log: quietLog, ping: 100, idleTimeout: 500, wake: () => {} };
const through = () => {
  const url = new URL(alpha.url);
  url.port = String(proxy.port);
  return url.toString();
};

test('one leads; the next one leads when it has ended', async () => {
  const first = await lead({ ...quick, databaseUrl: alpha.url });
  expect(first?.lost()).toBe(false);
  expect(await lead({ ...quick, databaseUrl: alpha.url })).toBeUndefined();
  await first?.end();
  const second = await lead({ ...quick, databaseUrl: alpha.url });
  expect(second?.lost()).toBe(false);
  await second?.end();
});

test('a leader whose database no longer answers gives the lead up, and so does the server', async () => {
  const leader = await lead({ ...quick, databaseUrl: through() });
  proxy.holdClients();
  await until('it gives up', () => leader?.lost() === true, 5);
  const next = async () => {
    const standby = await lead({ ...quick, databaseUrl: alpha.url });
    await standby?.end();
    return standby !== undefined;
  };
  await until('another one leads', next, 5);
  await leader?.end();
});
