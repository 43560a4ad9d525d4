import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { choosePorts, freePort, isFree } from '../ports.js';

const servers: Server[] = [];

async function take(port: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return port;
}

/** A stretch of ports nobody uses, so that the tests do not depend on what else runs here. */
const stretch = async (): Promise<number> => freePort(21_000 + (process.pid % 1_000) * 10);

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

test('a port taken on one address is taken', async () => {
  const port = await take(await stretch());
  expect(await isFree(port)).toBe(false);
  expect(await freePort(port)).toBeGreaterThan(port);
});

test('a chosen port that is taken is named and not moved', async () => {
  const gateway = await take(await stretch());
  await expect(choosePorts({ PORT: String(gateway) }, [0, 1])).rejects.toThrow(`Port ${gateway} is taken`);
  const base = await stretch();
  await take(base + 1);
  const env = { PORT: String(await freePort(base + 10)), ROLLCALL_PORT_BASE: String(base) };
  await expect(choosePorts(env, [0, 1])).rejects.toThrow(`Port ${base + 1} is taken`);
});

test('ports nobody chose move together to the next free block', async () => {
  if (await isFree(3000)) await take(3000);
  const ports = await choosePorts({}, [0, 1, 2]);
  expect(ports.moved).toContain(3000);
  expect(ports.gateway % 100).toBe(0);
  expect(ports.gateway).toBeGreaterThanOrEqual(3_100);
  expect(ports.base).toBe(ports.gateway + 1);
});

test('a chosen gateway stays where it is when the services have to move', async () => {
  if (await isFree(3001)) await take(3001);
  const gateway = await stretch();
  const ports = await choosePorts({ PORT: String(gateway) }, [0, 1, 2]);
  expect(ports.gateway).toBe(gateway);
  expect(ports.base).toBeGreaterThanOrEqual(3_101);
});

test('a gateway may not take the port of a service', async () => {
  const base = await stretch();
  const env = { PORT: String(base + 1), ROLLCALL_PORT_BASE: String(base) };
  await expect(choosePorts(env, [0, 1])).rejects.toThrow(`Port ${base + 1} is taken`);
});

test('what is no port is said to be none', async () => {
  await expect(choosePorts({ PORT: '80a' }, [0])).rejects.toThrow('PORT must be a port number');
});
