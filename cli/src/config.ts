/** Where the system is. `npm run rollcall` fills these in from the running `npm start`; a person's own go first. */
import { hearers } from '@rollcall/contracts/topology';
import { z } from 'zod';
import { misuse, Refusal } from './refusal.js';

const Settings = z.object({
  ROLLCALL_GATEWAY_URL: z.url().default('http://127.0.0.1:3000'),
  ATTENDANCE_URL: z.string().min(1).default('http://127.0.0.1:3002'),
  LIVEKIT_API_KEY: z.string().min(1).default('devkey'),
  LIVEKIT_API_SECRET: z.string().min(1).default('secret'),
  AMQP_URL: z.string().optional(),
  ROLLCALL_PREFIX: z.string().default('rollcall.'),
});

export type Settings = z.infer<typeof Settings>;

export type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(env: Environment): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = Settings.safeParse(given);
  if (result.success) return result.data;
  throw misuse(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
}

/** The services that keep a database, in the order they are listed everywhere. */
export const stores: readonly string[] = Object.keys(hearers);

const variableOf = (service: string) => `DATABASE_URL_${service.toUpperCase()}`;

export function databaseUrl(service: string, env: Environment): string {
  if (!stores.includes(service))
    throw misuse(`no service ${service} keeps a database; there are ${stores.join(', ')}`);
  const url = env[variableOf(service)];
  if (url) return url;
  throw new Refusal(`${variableOf(service)} is not set: start the system with npm start, or set it`);
}
