/** Stand-ins for what is around the gateway, on real ports: services, the issuer of tokens, and the gateway itself. */
import { generateKeyPairSync, randomInt, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createVerifier, issuerOf } from '@rollcall/kit/auth';
import { readConfig } from '@rollcall/kit/config';
import { createLog } from '@rollcall/kit/log';
import { settings } from '../src/config.js';
import { createGateway } from '../src/gateway.js';
import type { WebApp } from '../src/web.js';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface Double {
  readonly url: string;
  readonly port: number;
  /** Requests that came, without questions about readiness. */
  readonly seen: Seen[];
  /** Sockets opened so far. */
  readonly connections: () => number;
  /** How many requests were cut off by the other side before their answer ended. */
  readonly cutOff: () => number;
  answer: Answer;
  ready: boolean;
  close(): Promise<void>;
}

export const echo: Answer = (request, response, body) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method: request.method, url: request.url, body }));
};

/** A service: remembers what it was asked and answers as told, at first with an echo. */
export async function double(port = 0): Promise<Double> {
  let connections = 0;
  let cutOff = 0;
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/readyz') return void response.writeHead(self.ready ? 200 : 503).end();
    response.once('close', () => {
      if (!response.writableFinished) cutOff += 1;
    });
    const body = await text(request).catch(() => '');
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
    self.answer(request, response, body);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const at = (server.address() as AddressInfo).port;
  const self: Double = {
    url: `http://127.0.0.1:${at}`,
    port: at,
    seen,
    connections: () => connections,
    cutOff: () => cutOff,
    answer: echo,
    ready: true,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}

/**
 * A port nobody listens on, below those that a system gives out by itself: one of these, just closed, would be the next that
 * some other listener is given.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = 20_000 + randomInt(10_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const free = await Promise.race([
      once(probe, 'listening').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false);
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
  throw new Error('no free port between 20000 and 29999');
}

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const publicJwk = {
  ...pair.publicKey.export({ format: 'jwk' }),
  kid: 'one',
  alg: 'ES256',
  use: 'sig',
};
export const publicPem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

export const STUDENT = '01980000-0000-7000-8000-000000000005';

interface TokenParts {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: 'ours' | 'strange';
  readonly signature?: (input: string) => string;
}

/** A token as identity signs it, but for what `parts` change. */
export function token(parts: TokenParts = {}): string {
  const header = { alg: 'ES256', kid: 'one', typ: 'JWT', ...parts.header };
  const claims = {
    sub: STUDENT,
    roles: ['student'],
    iss: 'rollcall',
    aud: 'rollcall',
    iat: inSeconds(0),
    exp: inSeconds(600),
    ...parts.claims,
  };
  const input = `${part(header)}.${part(claims)}`;
  const key = parts.key === 'strange' ? stranger.privateKey : pair.privateKey;
  const es256 = () =>
    sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return `${input}.${parts.signature ? parts.signature(input) : es256()}`;
}

export const bearer = (parts: TokenParts = {}): { authorization: string } => ({
  authorization: `Bearer ${token(parts)}`,
});
export const as = (...roles: string[]): { authorization: string } => bearer({ claims: { roles } });
export { inSeconds };

export interface Running {
  readonly url: string;
  readonly port: number;
  /** The service behind every name that was not given an address of its own. */
  readonly service: Double;
  /** Connections open to the gateway. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

const NAMES = [
  'ENROLLMENT_URL',
  'ATTENDANCE_URL',
  'SETTLEMENT_URL',
  'WALLET_URL',
  'BILLING_URL',
  'IDENTITY_URL',
  'NOTIFICATION_URL',
];

/** A gateway before one service double that also publishes the keys; `env` overrides settings. */
export async function gateway(
  env: Record<string, string> = {},
  openApi?: string,
  webApp?: WebApp,
): Promise<Running> {
  const service = await double();
  const keys = await double();
  keys.answer = (_request, response) => response.end(JSON.stringify({ keys: [publicJwk] }));
  const config = readConfig(settings, {
    NODE_ENV: 'test',
    AUTH_JWKS_URL: `${keys.url}/.well-known/jwks.json`,
    ...Object.fromEntries(NAMES.map((name) => [name, service.url])),
    ...env,
  });
  const verify = createVerifier(issuerOf(config));
  const running = createGateway({ config, verify, log: createLog('gateway', 'silent'), openApi, webApp });
  running.server.listen(0, '127.0.0.1');
  await once(running.server, 'listening');
  const { port } = running.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    service,
    connections: promisify(running.server.getConnections.bind(running.server)),
    stop: async () => {
      await running.stop();
      await Promise.all([service.close(), keys.close()]);
    },
  };
}

/** Sends bytes as they are and returns everything that comes back until the other side closes, or `wait` ms. */
export async function raw(port: number, bytes: string | Buffer, wait = 3_000): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), wait);
  await once(socket, 'close').catch(() => {});
  clearTimeout(timer);
  return answer;
}

/** One raw request on a connection of its own. */
export const rawRequest = (
  port: number,
  line: string,
  headers: readonly string[] = [],
  body = '',
): Promise<string> =>
  raw(port, [`${line} HTTP/1.1`, 'Host: gateway', 'Connection: close', ...headers, '', body].join('\r\n'));

export interface ProblemAnswer {
  readonly status: number;
  readonly type: string;
  readonly problem: Record<string, unknown>;
  readonly headers: Headers;
}

/** Calls and reads the problem; fails when what came is none. */
export async function problemOf(answer: Response): Promise<ProblemAnswer> {
  const kind = answer.headers.get('content-type') ?? 'none';
  const body = await answer.text();
  if (!kind.startsWith('application/problem+json'))
    throw new Error(`no problem but ${answer.status} ${kind}: ${body}`);
  const problem = JSON.parse(body) as Record<string, unknown>;
  return { status: answer.status, type: String(problem.type), problem, headers: answer.headers };
}

/** Waits until `check` holds, at most `wait` ms; throws when it never does. */
export async function until(check: () => boolean | Promise<boolean>, wait = 20_000): Promise<void> {
  const end = Date.now() + wait;
  while (!(await check())) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
