/** A service's life on real parts: it starts, says that it is ready, and stops without losing what is in hand. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logout } from '@rollcall/contracts/api/identity';
import { hearers } from '@rollcall/contracts/topology';
import { z } from 'zod';
import { readConfig, serviceSettings } from '../src/config.js';
import { on } from '../src/consumer.js';
import { migrate } from '../src/database.js';
import { command } from '../src/http.js';
import { bindings, type Running, type Service, start } from '../src/service.js';
import { amqpUrl, quietLog, type TestDatabase, testDatabase, testPrefix } from '../src/testing.js';

const schema = z.object(serviceSettings);
const { prefix, remove } = testPrefix(bindings);
let database: TestDatabase;
let running: Running;
let release: () => void = () => {};

const definition = (): Service<z.infer<typeof schema>> => ({
  name: 'identity',
  config: readConfig(schema, {
    PORT: '0',
    DATABASE_URL: database.url,
    AMQP_URL: amqpUrl(),
    ROLLCALL_PREFIX: prefix,
    AUTH_JWKS_URL: 'http://127.0.0.1:1/none',
  }),
  migrations: new URL('./migrations/', import.meta.url),
  routes: ({ db }) => [
    command(
      db,
      logout,
      async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      },
      async () => undefined,
    ),
  ],
  consumers: (hearers.identity ?? []).map((type) => on(type, async () => {})),
  schedule: [],
});

beforeAll(async () => {
  database = await testDatabase();
  running = await start(definition(), quietLog);
});
afterAll(async () => {
  await remove();
  await database.close();
});

const at = (path: string) => `http://127.0.0.1:${running.port}${path}`;

describe('a running service', () => {
  test('is ready when its database and its broker are', async () => {
    const answer = await fetch(at('/readyz'));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ database: true, broker: true });
  });

  test('shows its metrics', async () => {
    const text = await (await fetch(at('/metrics'))).text();
    for (const name of [
      'outbox_unpublished',
      'inbox_waiting',
      'dead_total',
      'broker_connected',
      'db_pool',
      'relay_leader',
    ]) {
      expect(text).toContain(name);
    }
  });

  test('answers unknown paths and wrong methods with problems', async () => {
    const unknown = await fetch(at('/nowhere'));
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
    const wrong = await fetch(at('/api/v1/auth/logout'));
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('refuses to start with consumers that the topology does not bind', async () => {
    await expect(start({ ...definition(), consumers: [] }, quietLog)).rejects.toThrow('the topology binds');
  });

  test('told to stop, finishes the request in hand first, and waits 5 s at most for a caller who never ends its own', async () => {
    const never = connect(running.port, '127.0.0.1').on('error', () => {});
    never.write(
      'POST /api/v1/auth/logout HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n',
    );
    const body = JSON.stringify({ refreshToken: 'x' });
    const answer = fetch(at('/api/v1/auth/logout'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stopped = running.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    expect((await answer).status).toBe(204);
    const answered = Date.now();
    await stopped;
    expect(Date.now() - answered).toBeLessThan(7_000);
    await expect(fetch(at('/livez'))).rejects.toThrow();
  });
});

test('six replicas migrate one empty database at once, and it is migrated once', async () => {
  const empty = await testDatabase();
  await empty.db.raw('drop schema public cascade; create schema public');
  await Promise.all(Array.from({ length: 6 }, () => migrate(empty.db)));
  expect(await empty.db('migrations').pluck('name')).toEqual([
    'kit/0001_outbox_inbox.sql',
    'kit/0002_outbox_unpublished.sql',
    'kit/0003_tasks.sql',
  ]);
  await empty.close();
});
