/** A service's life: start in order, serve, stop in reverse. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasHearer, hearers, streams } from '@rollcall/contracts/topology';
import { type AppOptions, createApp } from './app.js';
import { createVerifier, issuerOf } from './auth.js';
import { type Broker, connectBroker } from './broker.js';
import { closerOf } from './close-server.js';
import type { ServiceConfig } from './config.js';
import type { Consumer } from './consumer.js';
import { connect, type Database, isOutage, migrate } from './database.js';
import { watchDepths } from './depths.js';
import { healthRoutes } from './health.js';
import { housekeeping } from './housekeeping.js';
import type { Served } from './http.js';
import { startInbox } from './inbox.js';
import { journeys } from './journeys.js';
import { createLog, type Logger } from './log.js';
import { collectProcessMetrics } from './metrics.js';
import { startRelay } from './relay.js';
import { remember } from './remember.js';
import { startSchedule, type Task } from './schedule.js';
import type { Bindings } from './topology.js';
import { startTracing } from './tracing.js';
import { endOnUncaught } from './uncaught.js';
import { tellVersion } from './version.js';
import type { Hooked } from './webhook.js';

export interface Context<Config> {
  readonly db: Database;
  readonly config: Config;
  readonly log: Logger;
  readonly clock: () => Date;
}

export interface Service<Config extends ServiceConfig> {
  readonly name: string;
  readonly config: Config;
  readonly migrations: URL;
  readonly routes: (context: Context<Config>) => readonly (Served | Hooked)[];
  readonly consumers: readonly Consumer[];
  readonly schedule: readonly Task[];
  /** After the migrations and before anything is taken in: first rows, demo data. Every replica runs it. */
  readonly prepare?: (context: Context<Config>) => Promise<void>;
  /** Work that goes on beside all else until it is stopped, on connections of its own. */
  readonly alongside?: (context: Context<Config> & { readonly broker: Broker }) => { stop(): Promise<void> };
  /** Called at each scrape: sets the service's own gauges. */
  readonly collect?: (context: Context<Config>) => Promise<void>;
}

export interface Running {
  /** The port it listens on. */
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Milliseconds: how long a start waits for its database, a stop for what is in hand, and of that for answers: a caller who
 * never ends its request would hold the stop for thirty, and the batches in hand would be cut off with it.
 */
const DATABASE_WAIT = 30_000;
const STOP_DEADLINE = 10_000;
const ANSWERS_DEADLINE = 5_000;

/** The topology's bindings as the broker wants them: service → types. */
export const bindings: Bindings = Object.fromEntries(
  Object.entries(hearers).map(([service, types]) => [service, types.map(({ type }) => type)]),
);

/** Starts a service in this process and stops it on SIGTERM or SIGINT. A start that fails says why and exits with 1. */
export async function run<Config extends ServiceConfig>(service: Service<Config>): Promise<void> {
  const log = createLog(service.name, service.config.LOG_LEVEL);
  endOnUncaught(log);
  try {
    collectProcessMetrics();
    const running = await start(service, log);
    stopOnSignal(running, log);
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 500).unref();
  }
}

function stopOnSignal(running: Running, log: Logger): void {
  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('not stopped within the deadline');
      process.exit(1);
    }, STOP_DEADLINE).unref();
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopped badly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** Starts everything in order and returns how to stop it in reverse. */
export async function start<Config extends ServiceConfig>(
  service: Service<Config>,
  log: Logger,
): Promise<Running> {
  const { config, name } = service;
  sameAsTopology(name, service.consumers);
  const stopTracing = await startTracing(name, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const db = connect(config.DATABASE_URL, { max: config.DATABASE_POOL, name });
  await reachable(db, log);
  await migrate(db, service.migrations);
  const broker = await connectBroker(
    config.AMQP_URL,
    { prefix: config.ROLLCALL_PREFIX, bindings, streams },
    { log },
  );
  const context: Context<Config> = { db, config, log, clock: () => new Date() };

  const relay = startRelay({ db, databaseUrl: config.DATABASE_URL, broker, log, mustRoute: hasHearer });
  await service.prepare?.(context);
  const inbox = startInbox({ db, broker, service: name, consumers: service.consumers, log });
  const alongside = service.alongside?.({ ...context, broker });
  const schedule = startSchedule(db, [...service.schedule, housekeeping], log);
  const stopping = new AbortController();
  const depths = watchDepths(broker, name);
  const collect = async () => {
    await depths.collect();
    await service.collect?.(context);
  };
  tellVersion(name);
  const health = healthRoutes({ db, broker, isStopping: () => stopping.signal.aborted, collect });
  const { server, close } = await listen(service, context, { extra: health, stopping: stopping.signal });
  const { port } = server.address() as AddressInfo;
  log.info({ port }, 'ready');

  return {
    port,
    stop: async () => {
      stopping.abort();
      await close(ANSWERS_DEADLINE);
      await schedule.stop();
      await inbox.stop();
      await alongside?.stop();
      await relay.stop();
      await depths.stop();
      await broker.close();
      await db.destroy();
      await stopTracing();
    },
  };
}

/** A consumer nobody bound would wait for ever; a binding nobody consumes would fill a queue. */
function sameAsTopology(name: string, consumers: readonly Consumer[]): void {
  const consumed = consumers.flatMap(({ types }) => types.map(({ type }) => type)).sort();
  const bound = [...(bindings[name] ?? [])].sort();
  if (JSON.stringify(consumed) === JSON.stringify(bound)) return;
  throw new Error(`${name} consumes [${consumed}] but the topology binds [${bound}]`);
}

async function reachable(db: Database, log: Logger): Promise<void> {
  const until = Date.now() + DATABASE_WAIT;
  for (;;) {
    try {
      await db.raw('select 1');
      return;
    } catch (error) {
      if (!isOutage(error) || Date.now() > until) throw error;
      log.warn('the database does not answer yet');
      await sleep(500);
    }
  }
}

async function listen<Config extends ServiceConfig>(
  service: Service<Config>,
  context: Context<Config>,
  rest: Pick<AppOptions, 'extra' | 'stopping'>,
): Promise<{ server: Server; close: (deadline: number) => Promise<void> }> {
  const { config, log } = context;
  const verify = remember(createVerifier(issuerOf(config)));
  const served = [...service.routes(context), journeys(context.db, service.name)];
  const server = createServer(createApp({ served, verify, log, ...rest }));
  const close = closerOf(server);
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.PORT, resolve);
  });
  return { server, close };
}
