import type { ServiceName } from '@rollcall/contracts/api';
import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';

const { NODE_ENV, PORT, AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE, AUTH_CLAIM_USER_ID, AUTH_CLAIM_ROLES } =
  serviceSettings;
const { LOG_LEVEL, OTEL_EXPORTER_OTLP_ENDPOINT } = serviceSettings;

const list = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

const isOrigin = (text: string): boolean => URL.canParse(text) && /^https?:\/\/[^/]+\/?$/.test(text);
const origins = z
  .string()
  .transform(list)
  .refine((urls) => urls.every(isOrigin), 'must be addresses such as http://host:3001, separated by commas');
const replicas = (service: string, port: number) =>
  origins
    .refine((urls) => urls.length > 0, 'must name at least one address')
    .meta({ development: `http://127.0.0.1:${port}`, says: `Replicas of ${service}, taken in turn` });
const whole = (standard: number, says: string, min = 1) =>
  z.coerce.number().int().min(min).default(standard).meta({ says });
const perMinute = (standard: number, says: string) =>
  z.coerce.number().int().min(1).default(standard).meta({ development: 10_000, says });

export const settings = z.object({
  NODE_ENV,
  PORT: PORT.meta({ development: 3000, says: 'The port to listen on' }),
  AUTH_JWKS_URL: AUTH_JWKS_URL.meta({
    development: 'http://127.0.0.1:3006/.well-known/jwks.json',
    says: 'Where the public keys of access tokens are',
  }),
  AUTH_ISSUER,
  AUTH_AUDIENCE,
  AUTH_CLAIM_USER_ID,
  AUTH_CLAIM_ROLES,
  LOG_LEVEL,
  OTEL_EXPORTER_OTLP_ENDPOINT,
  ENROLLMENT_URL: replicas('enrollment', 3001),
  ATTENDANCE_URL: replicas('attendance', 3002),
  SETTLEMENT_URL: replicas('settlement', 3003),
  WALLET_URL: replicas('wallet', 3004),
  BILLING_URL: replicas('billing', 3005),
  IDENTITY_URL: replicas('identity', 3006),
  NOTIFICATION_URL: replicas('notification', 3007),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).meta({
    development: 'http://127.0.0.1:3000',
    says: 'Address at which browsers reach the gateway and its web app: whose pages may have a session by cookie; with https: the cookie is Secure',
  }),
  WEB_ROOT: z.string().min(1).optional().meta({
    says: 'Folder of the built web app; none: apps/web/dist of the repository, if it is there',
  }),
  LIVEKIT_URL: z.url({ protocol: /^(ws|http)s?$/ }).meta({
    development: 'ws://127.0.0.1:7880',
    says: 'The video server as browsers reach it: the web app may connect to it and to nothing else but us',
  }),
  STRIPE_PUBLISHABLE_KEY: z.string().min(1).optional().meta({
    says: "billing's: with it pages may load the card provider's own script and speak to the provider",
  }),
  TRUSTED_PROXIES: whole(0, 'Reverse proxies before the gateway whose X-Forwarded-For is believed', 0),
  CORS_ORIGINS: origins
    .default([])
    .meta({ says: 'Origins of browser apps elsewhere that may call; none: CORS is off' }),
  RATE_LIMIT_USER: perMinute(600, 'Requests a minute a signed-in user'),
  RATE_LIMIT_ADDRESS: perMinute(300, 'Requests a minute an address without a token'),
  UPSTREAM_TIMEOUT_MS: whole(
    10_000,
    'How long a service may take to begin its answer; a purchase waits for its outcome up to 3 s of it',
  ),
  BULKHEAD_CONCURRENT: whole(256, 'Requests in work at one service at most'),
  BULKHEAD_QUEUE: whole(256, 'Requests that may wait for that, a service', 0),
  BULKHEAD_WAIT_MS: whole(2_000, 'How long they wait at most'),
  EVENT_STREAMS_MOST: whole(
    5_000,
    'Streams of events open at once at most, each a connection of ours and one to a service',
  ),
  EVENT_STREAMS_USER: whole(5, 'Of those, of one user'),
  BREAKER_FAILURE_PERCENT: whole(50, 'More failures than this open the breaker'),
  BREAKER_VOLUME: whole(5, 'Requests in the window before the breaker may open'),
  BREAKER_WINDOW_MS: whole(
    30_000,
    'How far back failures count; longer than the timeout, or hanging calls never add up',
    1_000,
  ),
  BREAKER_RESET_MS: whole(5_000, 'How long an open breaker waits before one request is let through to try'),
  CONNECTIONS_MOST: whole(10_000, 'Connections open at once at most; more are closed unanswered'),
  BODY_TIMEOUT_MS: whole(
    10_000,
    'How long a caller may take to send a body, and take nothing of a long answer',
  ),
  BODY_MEMORY_BYTES: whole(
    64_000_000,
    'Memory for request bodies in flight, all together; as much again for webhooks',
  ),
  SHUTDOWN_MS: whole(10_000, 'How long requests in flight have to end when the process is stopped'),
});
export type Config = Readonly<z.output<typeof settings>>;

export const config = (): Config => readConfig(settings, process.env);

/** The services behind the gateway. */
export type UpstreamName = Exclude<ServiceName, 'gateway'>;

/** Where each service of the contracts is; the type names one that is forgotten here. */
export const replicasOf = (given: Config): Record<UpstreamName, readonly string[]> => ({
  identity: given.IDENTITY_URL,
  enrollment: given.ENROLLMENT_URL,
  attendance: given.ATTENDANCE_URL,
  settlement: given.SETTLEMENT_URL,
  wallet: given.WALLET_URL,
  billing: given.BILLING_URL,
  notification: given.NOTIFICATION_URL,
});
