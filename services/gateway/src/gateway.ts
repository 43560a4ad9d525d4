import type { Server } from 'node:http';
import type { Verify } from '@rollcall/kit/auth';
import { closerOf } from '@rollcall/kit/close-server';
import type { Logger } from '@rollcall/kit/log';
import { remember } from '@rollcall/kit/remember';
import { createApp } from './app.js';
import { type Config, replicasOf, type UpstreamName } from './config.js';
import { createLimits } from './limits.js';
import { createOperators } from './operators.js';
import { watchReadiness } from './readiness.js';
import { createHttpServer } from './server.js';
import { createStreams } from './streams.js';
import { createTable } from './table.js';
import { createUpstream, type Upstream, type UpstreamRules } from './upstream.js';
import type { WebApp } from './web.js';

export interface Gateway {
  readonly server: Server;
  /** Ends what is in flight, at the latest at the deadline, then lets the services go. */
  stop(): Promise<void>;
}

export interface GatewayContext {
  readonly config: Config;
  readonly verify: Verify;
  readonly log: Logger;
  readonly openApi: string | undefined;
  readonly webApp?: WebApp | undefined;
}

export function createGateway({ config, verify, log, openApi, webApp }: GatewayContext): Gateway {
  const upstreams = createUpstreams(config);
  const readiness = watchReadiness(Object.values(upstreams));
  const answering = new Set<{ headersSent: boolean; shouldKeepAlive: boolean }>();
  const streams = createStreams({ most: config.EVENT_STREAMS_MOST, ofUser: config.EVENT_STREAMS_USER }, log);
  let stopping = false;
  const memory = () => ({ used: 0, most: config.BODY_MEMORY_BYTES });
  const app = createApp({
    table: createTable(),
    upstreams,
    verify: remember(verify),
    limits: createLimits({ user: config.RATE_LIMIT_USER, address: config.RATE_LIMIT_ADDRESS }),
    bodies: { timeout: config.BODY_TIMEOUT_MS, memory: memory(), webhookMemory: memory() },
    log,
    openApi,
    waitingFor: () => readiness.waitingFor,
    isStopping: () => stopping,
    trustedProxies: config.TRUSTED_PROXIES,
    corsOrigins: config.CORS_ORIGINS,
    sessions: {
      publicUrl: new URL(config.PUBLIC_URL),
      origins: config.CORS_ORIGINS,
      anyHost: config.NODE_ENV !== 'production',
    },
    streams,
    operators: createOperators(upstreams),
    webApp,
    elsewhere: { liveKitUrl: config.LIVEKIT_URL, takesCards: config.STRIPE_PUBLISHABLE_KEY !== undefined },
  });
  const server = createHttpServer(
    (request, response) => {
      answering.add(response);
      response.once('close', () => answering.delete(response));
      app(request, response);
    },
    {
      headersTimeout: config.BODY_TIMEOUT_MS,
      requestTimeout: config.BODY_TIMEOUT_MS + 5_000,
      connections: config.CONNECTIONS_MOST,
    },
  );
  const close = closerOf(server);
  return {
    server,
    async stop() {
      stopping = true;
      readiness.stop();
      streams.stop();
      for (const response of answering) if (!response.headersSent) response.shouldKeepAlive = false;
      await close(config.SHUTDOWN_MS);
      await Promise.all(Object.values(upstreams).map((upstream) => upstream.close()));
    },
  };
}

function createUpstreams(config: Config): Record<UpstreamName, Upstream> {
  const rules: UpstreamRules = {
    timeout: config.UPSTREAM_TIMEOUT_MS,
    bulkhead: {
      concurrent: config.BULKHEAD_CONCURRENT,
      queue: config.BULKHEAD_QUEUE,
      wait: config.BULKHEAD_WAIT_MS,
    },
    breaker: {
      failurePercent: config.BREAKER_FAILURE_PERCENT,
      volume: config.BREAKER_VOLUME,
      window: config.BREAKER_WINDOW_MS,
      reset: config.BREAKER_RESET_MS,
    },
  };
  const made = Object.entries(replicasOf(config)).map(([name, urls]) => [
    name,
    createUpstream(name, urls, rules),
  ]);
  return Object.fromEntries(made) as Record<UpstreamName, Upstream>;
}
