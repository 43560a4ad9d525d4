import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Double, double, echo, freePort, raw, until } from './doubles.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const NAMES = [
  'ENROLLMENT_URL',
  'ATTENDANCE_URL',
  'SETTLEMENT_URL',
  'WALLET_URL',
  'BILLING_URL',
  'IDENTITY_URL',
  'NOTIFICATION_URL',
];
const running: ChildProcess[] = [];
const doubles: Double[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await Promise.all(doubles.splice(0).map((one) => one.close()));
});

function spawnGateway(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', 'src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

/** The real process, before one service double. */
async function start(env: Record<string, string> = {}) {
  const [service, port] = [await double(), await freePort()];
  doubles.push(service);
  const urls = Object.fromEntries(NAMES.map((name) => [name, service.url]));
  const child = spawnGateway({ PORT: String(port), LOG_LEVEL: 'info', ...urls, ...env });
  const url = `http://127.0.0.1:${port}`;
  await until(
    () =>
      fetch(`${url}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    20_000,
  );
  return { child, service, url };
}

describe('a gateway told to stop', () => {
  test('ends what is in flight with Connection: close, takes nothing new, and exits with 0', async () => {
    const { child, service, url } = await start();
    let finish = () => {};
    service.answer = (request, response, body) => {
      finish = () => echo(request, response, body);
    };
    const agent = new Agent({ keepAlive: true });
    const answer = once(get(`${url}/api/v1/courses`, { agent }), 'response');
    await until(() => service.seen.length === 1);
    child.kill('SIGTERM');
    await until(() =>
      fetch(`${url}/livez`).then(
        () => false,
        () => true,
      ),
    );
    finish();
    const [message] = await answer;
    expect([message.statusCode, message.headers.connection]).toEqual([200, 'close']);
    message.resume();
    expect(await once(child, 'exit')).toEqual([0, null]);
    agent.destroy();
  });

  test('does not wait for idle connections, nor past its deadline for a call that hangs', async () => {
    const { child, service, url } = await start({ SHUTDOWN_MS: '500' });
    service.answer = () => {};
    const hanging = fetch(`${url}/api/v1/courses`).catch(() => 'cut');
    await until(() => service.seen.length === 1);
    const told = Date.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(Date.now() - told).toBeLessThan(6_000);
    expect(await hanging).toBe('cut');
  });
});

describe('a gateway that anybody can send bytes to', () => {
  const port = (url: string) => Number(new URL(url).port);

  test('lives on after an expectation that came behind another request, and answers both', async () => {
    const { url } = await start();
    const first = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n';
    const second = 'POST /api/v1/courses HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n';
    const answers = await raw(port(url), first + second);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 417']);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  test('lives on after a CONNECT whose sender resets the connection as he is refused', async () => {
    const { child, url } = await start();
    const socket = connect(port(url), '127.0.0.1');
    socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 700)); // past the moment he is given to read
    expect(child.exitCode).toBeNull();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });
});

test('a production start without settings names all that is missing and stops', async () => {
  const child = spawnGateway({ NODE_ENV: 'production' });
  let words = '';
  child.stderr!.on('data', (chunk) => {
    words += chunk;
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  for (const name of ['PORT', 'AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE', ...NAMES]) {
    expect(words).toContain(`${name} is missing`);
  }
});
