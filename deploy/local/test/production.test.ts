/** What every service asks for in production, whichever services there are: nothing that is secret has a default. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '@rollcall/kit/config';
import { developmentSettings } from '../services.js';
import { root } from '../state.js';

type Settings = Parameters<typeof readConfig>[0];
/** What is asked of a field here. */
interface Field {
  meta(): { readonly development?: unknown } | undefined;
  safeParse(value: unknown): { readonly data?: unknown };
}
const fieldsOf = (settings: Settings) => Object.entries(settings.shape) as unknown as [string, Field][];

/** Settings that production has to be given, by service; one that is added is added here. */
const AUTH = ['AUTH_AUDIENCE', 'AUTH_ISSUER', 'AUTH_JWKS_URL'];
const STORING = ['AMQP_URL', ...AUTH, 'DATABASE_URL', 'PORT'];
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  attendance: [...STORING, 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET', 'LIVEKIT_URL'],
  billing: [
    ...STORING,
    'INVOICE_SELLER_ADDRESS',
    'INVOICE_SELLER_COUNTRY',
    'INVOICE_SELLER_NAME',
    'INVOICE_SELLER_TAX_ID',
    'INVOICE_TAX_RATES',
    'STRIPE_API_BASE',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
  ],
  enrollment: STORING,
  gateway: [
    ...AUTH,
    'ATTENDANCE_URL',
    'BILLING_URL',
    'ENROLLMENT_URL',
    'IDENTITY_URL',
    'LIVEKIT_URL',
    'NOTIFICATION_URL',
    'PORT',
    'PUBLIC_URL',
    'SETTLEMENT_URL',
    'WALLET_URL',
  ],
  identity: [...STORING, 'IDENTITY_KEYS', 'LETTER_KEYS'],
  notification: [...STORING, 'LETTER_KEYS', 'MAIL_FROM', 'PUBLIC_URL', 'SMTP_URL'],
  settlement: [...STORING, 'SETTLEMENT_POLICY'],
  wallet: [...STORING, 'BANK_KEYS'],
};

/** Secrets that have a value in development, by service. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  attendance: ['LIVEKIT_API_SECRET'],
  billing: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
  identity: ['IDENTITY_KEYS', 'LETTER_KEYS'],
  notification: ['LETTER_KEYS'],
  wallet: ['BANK_KEYS'],
};

const says = (schema: Settings, env: Record<string, string>): string => {
  try {
    readConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'complete';
};
const missing = (words: string): string[] =>
  [...words.matchAll(/^ {2}(\w+) is missing$/gm)].map(([, name]) => name!).sort();

describe.each(readdirSync(join(root, 'services')))('%s in production', (service) => {
  let settings: Settings;
  beforeAll(async () => {
    ({ settings } = (await import(join(root, 'services', service, 'src/config.ts'))) as {
      settings: Settings;
    });
  });

  test('names all that is missing at once, and starts with none of it', () => {
    expect(missing(says(settings, { NODE_ENV: 'production' }))).toEqual([...NEEDED[service]!].sort());
  });

  test('takes no value that is meant for development', () => {
    const development = fieldsOf(settings)
      .filter(([, field]) => field.meta()?.development !== undefined)
      .map(([name]) => name)
      // Limits have a value of their own in production; what is left is asked for.
      .filter((name) => !name.startsWith('RATE_LIMIT_'));
    const asked = missing(says(settings, { NODE_ENV: 'production' }));
    expect(development.filter((name) => !asked.includes(name))).toEqual([]);
    for (const name of Object.keys(developmentSettings))
      if (name !== 'NODE_ENV' && name in settings.shape) expect(asked).toContain(name);
  });

  test('takes no secret of development, which everybody knows, also by another name in a list', () => {
    const secrets = fieldsOf(settings).flatMap(([name, field]) => {
      const known = field.meta()?.development;
      return typeof known === 'string' && /SECRET|_KEYS$/.test(name) ? [[name, known] as const] : [];
    });
    for (const [name, known] of secrets)
      for (const value of [known, ...(known.includes(':') ? [`x-${known},y-${known}`] : [])]) {
        const words = says(settings, { NODE_ENV: 'production', [name]: value });
        expect(words).toContain(`${name} is the one of development`);
        expect(words).not.toContain(known.split(':').at(-1));
        expect(says(settings, { [name]: value })).not.toContain(name);
      }
    expect(secrets.map(([name]) => name)).toEqual(KNOWN[service] ?? []);
  });

  test('has a default for nothing that is secret or says where something is', () => {
    const defaulted = fieldsOf(settings)
      .filter(([, field]) => field.safeParse(undefined).data !== undefined)
      .map(([name]) => name);
    expect(defaulted.filter((name) => /SECRET|PASSWORD|KEY|_URL$|_URLS$|TOKEN/.test(name))).toEqual([]);
  });

  test('tells no secret in what it says of a wrong one', () => {
    const env = {
      NODE_ENV: 'production',
      LIVEKIT_WEBHOOK_KEYS: 'tell-nobody',
      SETTLEMENT_CUSTOM_RATES: 'tell-nobody',
    };
    expect(says(settings, { ...env, PORT: 'tell-nobody', AUTH_JWKS_URL: 'tell-nobody' })).not.toContain(
      'tell-nobody',
    );
  });
});

test.each<[string, boolean]>([
  ['https://api.stripe.com', true],
  ['http://127.0.0.1:3020', true],
  ['http://[::1]:3020/', true],
  ['http://api.stripe.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost@example.com', false],
])('the key of the card provider goes to %s: %s', async (url, goes) => {
  const { settings } = (await import(join(root, 'services/billing/src/config.ts'))) as { settings: Settings };
  expect(says(settings, { STRIPE_API_BASE: url }).includes('STRIPE_API_BASE')).toBe(!goes);
});
