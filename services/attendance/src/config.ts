import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';
import type { Rules } from './domain/session.js';

const minutes = (fallback: number, says: string) =>
  z.coerce.number().int().min(0).max(1440).default(fallback).meta({ says });

/** Nobody has named a video server while this is its address. */
const UNNAMED = 'ws://127.0.0.1:7880';

export const settings = z.object({
  ...serviceSettings,
  LIVEKIT_URL: z.url({ protocol: /^(wss?|https?)$/ }).meta({
    development: UNNAMED,
    says: 'The video server, for those who join and for the sweep of its rooms',
  }),
  LIVEKIT_API_KEY: z.string().min(1).meta({ development: 'devkey', says: "The video server's API key" }),
  LIVEKIT_API_SECRET: z.string().min(1).meta({ development: 'secret', says: 'Its secret' }),
  LIVEKIT_WEBHOOK_KEYS: z
    .string()
    .regex(/^[^:,]+:[^,]+(,[^:,]+:[^,]+)*$/, 'must be key:secret,key:secret')
    .optional()
    .meta({ says: 'More key:secret pairs that may sign webhooks, while keys are rotated' }),
  ATTENDANCE_GRACE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(600)
    .default(10)
    .meta({ says: 'Quiet before a session is called complete' }),
  ATTENDANCE_WINDOW_BEFORE_MINUTES: minutes(15, 'Presence counts from this long before the start'),
  ATTENDANCE_WINDOW_AFTER_MINUTES: minutes(60, 'and to this long after the end'),
  ATTENDANCE_COUNT_SIP: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ says: 'Do callers by telephone count as present?' }),
});
export type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);

/** May a class be played instead of held? Only in development, and only where no video server is named. */
export const isPlayable = (given: Pick<Config, 'NODE_ENV' | 'LIVEKIT_URL'>): boolean =>
  given.NODE_ENV !== 'production' && given.LIVEKIT_URL === UNNAMED;

export interface KeyPair {
  readonly key: string;
  readonly secret: string;
}

/** Every pair that may sign a webhook: the main one first, then those of a rotation. */
export const keyPairsOf = (
  given: Pick<Config, 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET' | 'LIVEKIT_WEBHOOK_KEYS'>,
): KeyPair[] => [
  { key: given.LIVEKIT_API_KEY, secret: given.LIVEKIT_API_SECRET },
  ...(given.LIVEKIT_WEBHOOK_KEYS ?? '')
    .split(',')
    .filter((pair) => pair !== '')
    .map((pair) => ({ key: pair.slice(0, pair.indexOf(':')), secret: pair.slice(pair.indexOf(':') + 1) })),
];

export const rulesOf = (given: Config): Rules => ({
  before: given.ATTENDANCE_WINDOW_BEFORE_MINUTES * 60_000,
  after: given.ATTENDANCE_WINDOW_AFTER_MINUTES * 60_000,
  grace: given.ATTENDANCE_GRACE_SECONDS * 1000,
  sip: given.ATTENDANCE_COUNT_SIP === 'true',
});
