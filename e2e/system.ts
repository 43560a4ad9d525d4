/** The whole system for a test: every service as a process of its own, on databases and queues of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@rollcall/kit/database';
import { bindings } from '@rollcall/kit/service';
import { amqpUrl, type TestDatabase, testDatabase, testPrefix } from '@rollcall/kit/testing';

/** Those that a class and its money go through; each test starts them unless it says otherwise. */
export const MONEY = ['identity', 'enrollment', 'attendance', 'settlement', 'wallet'] as const;
const STORING = [...MONEY, 'billing', 'notification'] as const;
export type Storing = (typeof STORING)[number];
export type ServiceName = Storing | 'gateway';
const USUAL: readonly ServiceName[] = [...MONEY, 'gateway'];
/** Everything there is. */
export const ALL: readonly ServiceName[] = [...STORING, 'gateway'];

export interface Process {
  readonly service: ServiceName;
  readonly port: number;
  readonly pid: number;
  /** What it has written so far; of very much, the end. */
  said(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Why it ended, where nobody has asked it to and it ended with an error. */
  failure(): string | undefined;
  /** Resolves when the process is gone, whoever ended it. */
  readonly gone: Promise<void>;
  /** The process again, with the same settings on the same port. */
  restart(): Promise<Process>;
}

export interface System {
  readonly gateway: string;
  /** The address of each replica. */
  readonly urls: Readonly<Record<ServiceName, readonly string[]>>;
  readonly amqp: string;
  readonly prefix: string;
  /** Those that run and keep a database. */
  readonly stores: readonly Storing[];
  db(service: Storing): Database;
  databaseUrl(service: Storing): string;
  processes(service: ServiceName): readonly Process[];
  /** Ends all of it. Throws where a process had failed meanwhile. */
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** Which services run: those that a class and its money go through, and the gateway, unless said. */
  readonly services?: readonly ServiceName[];
  readonly replicas?: number;
  /** Replicas of one service, where they are others than of the rest. */
  readonly replicasOf?: Partial<Record<ServiceName, number>>;
  /** Modules that a service's processes load before their own. */
  readonly preload?: Partial<Record<ServiceName, URL>>;
  readonly amqp?: string;
  /** Settings beyond the usual, for every service or for one. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly settingsOf?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
}

/** Seconds within which all must be ready, and a process be gone after a signal. */
const READY_WITHIN = 60;
const GONE_WITHIN = 15;

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { amqp = amqpUrl(), services = USUAL } = options;
  const { prefix, remove } = testPrefix(bindings, amqp);
  const stores = STORING.filter((service) => services.includes(service));
  const databases = await databasesOf(stores);
  const ports = await portsOf(options);
  const urls = Object.fromEntries(
    Object.entries(ports).map(([service, own]) => [service, own.map((port) => `http://127.0.0.1:${port}`)]),
  ) as Record<ServiceName, string[]>;
  const living = new Map<ServiceName, Process[]>();

  const launch = (service: ServiceName, index: number): Promise<Process> => {
    const port = ports[service][index] ?? 0;
    const url = service === 'gateway' ? undefined : databases[service].url;
    const env = settingsFor({ service, port, url, urls, amqp, prefix }, options);
    return startProcess(service, port, { env, preload: options.preload?.[service] });
  };
  try {
    // At once: most of a start is waiting. All of them end their start before one that failed is told of.
    const starts = services.map(async (service) => {
      const launched = ports[service].map((_port, index) => launch(service, index));
      living.set(service, await Promise.all(launched));
    });
    const failed = (await Promise.allSettled(starts)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) await Promise.all(starts);
    for (const service of services) await ready(`${urls[service][0]}/readyz`);
  } catch (error) {
    for (const one of [...living.values()].flat()) await one.kill('SIGKILL');
    throw error;
  }
  return {
    gateway: urls.gateway[0] ?? '',
    urls,
    amqp,
    prefix,
    stores,
    db: (service) => databases[service].db,
    databaseUrl: (service) => databases[service].url,
    processes: (service) => living.get(service) ?? [],
    stop: async () => {
      const failures = [...living.values()].flat().flatMap((one) => one.failure() ?? []);
      const end = (service: ServiceName) => (living.get(service) ?? []).map((one) => one.kill('SIGTERM'));
      await Promise.all(end('gateway'));
      await Promise.all(STORING.flatMap(end));
      await Promise.all(Object.values(databases).map((database) => database.close()));
      await remove();
      if (failures.length > 0) throw new Error(failures.join('\n'));
    },
  };
}

async function databasesOf(stores: readonly Storing[]): Promise<Record<Storing, TestDatabase>> {
  const entries = await Promise.all(stores.map(async (service) => [service, await testDatabase()] as const));
  return Object.fromEntries(entries) as Record<Storing, TestDatabase>;
}

async function portsOf({ replicas = 1, replicasOf = {} }: SystemOptions) {
  const places = [...STORING, 'gateway' as const].flatMap((name) =>
    Array.from({ length: replicasOf[name] ?? replicas }, () => name),
  );
  const free = await freePorts(places.length);
  const ports: Partial<Record<ServiceName, number[]>> = {};
  for (const [index, name] of places.entries()) ports[name] = [...(ports[name] ?? []), free[index]!];
  return ports as Record<ServiceName, number[]>;
}

/** Held open together, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

interface Place {
  readonly service: ServiceName;
  readonly port: number;
  readonly url: string | undefined;
  readonly urls: Record<ServiceName, string[]>;
  readonly amqp: string;
  readonly prefix: string;
}

function settingsFor(
  place: Place,
  { settings, settingsOf, services = USUAL, replicas = 1 }: SystemOptions,
): Record<string, string> {
  const { service, port, url, urls, amqp, prefix } = place;
  // The gateway is ready once all that it routes to have been: one that a test does without is another that runs.
  const addresses = Object.entries(urls).map(([name, own]) => {
    const running = services.includes(name as ServiceName) ? own : urls.identity;
    return [`${name.toUpperCase()}_URL`, running.join(',')];
  });
  return {
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'development',
    PORT: String(port),
    ...(url !== undefined && { DATABASE_URL: url }),
    // Ten connections each are more than a server has as it comes: other files run beside.
    DATABASE_POOL: replicas > 1 ? '4' : '6',
    AMQP_URL: amqp,
    ROLLCALL_PREFIX: prefix,
    AUTH_JWKS_URL: `${urls.identity[0]}/.well-known/jwks.json`,
    LIVEKIT_API_KEY: 'devkey',
    LIVEKIT_API_SECRET: 'secret',
    ATTENDANCE_GRACE_SECONDS: '1',
    LOG_LEVEL: 'warn',
    ...Object.fromEntries(addresses),
    ...settings,
    ...settingsOf?.[service],
  };
}

/** What a run that throws would leave behind ends with it. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

interface Program {
  readonly env: Record<string, string>;
  readonly preload: URL | undefined;
}

async function startProcess(service: ServiceName, port: number, program: Program): Promise<Process> {
  const main = new URL(`../services/${service}/dist/main.js`, import.meta.url).pathname;
  if (!existsSync(main)) throw new Error(`${main} is missing: run npm run build first`);
  const { env, preload } = program;
  const before = preload === undefined ? [] : ['--import', preload.href];
  const args = ['--max-semi-space-size=32', '--enable-source-maps', ...before, main];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => said.push(String(bytes)) > 2_000 && said.shift());
  }
  children.add(child);
  let isAsked = false;
  const exited = once(child, 'exit').finally(() => children.delete(child));
  await ready(`http://127.0.0.1:${port}/livez`, child).catch((error: Error) => {
    child.kill('SIGKILL');
    throw new Error(`${service}: ${error.message}\n${said.join('').slice(-4_000)}`);
  });
  return {
    service,
    port,
    pid: child.pid ?? 0,
    said: () => said.join(''),
    gone: exited.then(() => undefined),
    failure: () =>
      child.exitCode && !isAsked
        ? `${service} ended with ${child.exitCode}\n${said.join('').slice(-4_000)}`
        : undefined,
    kill: async (signal) => {
      isAsked = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const gone = await Promise.race([
        exited.then(() => true),
        sleep(GONE_WITHIN * 1000, false, { ref: false }),
      ]);
      if (gone) return;
      child.kill('SIGKILL');
      throw new Error(
        `${service} did not stop within ${GONE_WITHIN} s of ${signal}\n${said.join('').slice(-4_000)}`,
      );
    },
    restart: () => startProcess(service, port, program),
  };
}

async function ready(url: string, child?: ChildProcess): Promise<void> {
  const until = Date.now() + READY_WITHIN * 1000;
  while (Date.now() < until) {
    if (child !== undefined && child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`${url} was not ready within ${READY_WITHIN} s`);
}
