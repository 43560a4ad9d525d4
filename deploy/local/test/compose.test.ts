/** compose.yaml against the specification, the services' own settings, and what production must not do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '@rollcall/kit/config';
import { parse } from 'yaml';
import { services } from '../services.js';
import { root } from '../state.js';
import { Compose } from './compose-schema.js';

type Settings = Parameters<typeof readConfig>[0];

const text = readFileSync(join(root, 'deploy/compose.yaml'), 'utf8');
/** Merged, and without the parts that are only there to be merged. */
const plain = Object.entries(parse(text, { merge: true }) as object).filter(
  ([name]) => !name.startsWith('x-'),
);
const compose = Compose.parse(Object.fromEntries(plain));
const all = Object.entries(compose.services);
const stores = services.filter((service) => service.stores).map(({ name }) => name);

/** Settings of deploy/.env.example by name: true where a value has to be filled in or stands there. */
const example = new Map(
  readFileSync(join(root, 'deploy/.env.example'), 'utf8')
    .split('\n')
    .flatMap((line) => [...line.matchAll(/^(# )?([A-Z_]+)=/g)])
    .map(([, commented, name]) => [name!, commented === undefined]),
);
const variables = [...text.matchAll(/\$\{(\w+)(:[?-])/g)].map(([, name, rule]) => ({
  name: name!,
  needed: rule === ':?',
}));

/** As compose fills it in from an .env in which everything asked for has a value. */
const filled = (value: string): string =>
  value.replaceAll(/\$\{(\w+)(:[?-])([^}]*)\}/g, (_all, name: string, rule, standard: string) =>
    rule === ':?' ? (SAMPLES[name] ?? 'c0ffee') : standard,
  );
const SEALING = `2026:${Buffer.alloc(32, 'k').toString('base64')}`;
const SAMPLES: Readonly<Record<string, string>> = {
  IDENTITY_KEYS: SEALING,
  LETTER_KEYS: SEALING,
  LIVEKIT_URL: 'wss://video.example.com',
  SETTLEMENT_POLICY: 'flat-15',
  BANK_KEYS: SEALING,
  SMTP_URL: 'smtp://letters:c0ffee@mail.example.com:587',
  MAIL_FROM: 'Letters <letters@example.com>',
  PUBLIC_URL: 'https://app.example.com',
  INVOICE_SELLER_COUNTRY: 'PL',
  INVOICE_TAX_RATES: 'PL:23,*:0',
};

test('every name that compose.yaml refers to is one it has', () => {
  const volumes = all.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0]!));
  expect(volumes.filter((name) => !name.startsWith('./') && !(name in compose.volumes))).toEqual([]);
  expect(all.flatMap(([, { networks }]) => networks).filter((name) => !(name in compose.networks))).toEqual(
    [],
  );
  const awaited = all.flatMap(([, service]) => Object.keys(service.depends_on));
  expect(awaited.filter((name) => !(name in compose.services))).toEqual([]);
});

describe('settings', () => {
  test('without which nothing can run stop compose when they are missing, and the example names them', () => {
    const needed = new Set(variables.filter(({ needed: asked }) => asked).map(({ name }) => name));
    expect([...needed].filter((name) => example.get(name) !== true)).toEqual([]);
    expect([...example.keys()].filter((name) => !variables.some((one) => one.name === name))).toEqual([]);
    for (const [name, filledIn] of example)
      if (filledIn && name !== 'LIVEKIT_WEBHOOK_KEYS') expect(needed).toContain(name);
  });

  test('that are secret have no value here', () => {
    for (const [, { environment }] of all)
      for (const [name, value] of Object.entries(environment)) {
        if (/SECRET|PASSWORD|_PASS$|KEY/.test(name)) expect(value).toMatch(/^\$\{\w+:(\?|-)\}$/);
        expect(value).not.toMatch(/:\/\/\w+:(?!\$\{\w+:\?\})[^@]*@/);
      }
    const example_ = readFileSync(join(root, 'deploy/.env.example'), 'utf8');
    expect(example_).not.toMatch(/^\w*(PASSWORD|SECRET|KEY|KEYS)=./m);
  });

  describe.each(services)('of $name', ({ name, offset }) => {
    let schema: Settings;
    beforeAll(async () => {
      ({ settings: schema } = (await import(join(root, 'services', name, 'src/config.ts'))) as {
        settings: Settings;
      });
    });
    const environment = () =>
      Object.fromEntries(
        Object.entries(compose.services[name]!.environment!).map(([setting, value]) => [
          setting,
          filled(value),
        ]),
      );

    test('are complete in production, and each is one the service reads', () => {
      const given = environment();
      expect(given.NODE_ENV).toBe('production');
      expect(() => readConfig(schema, given)).not.toThrow();
      const unknown = Object.keys(given).filter((setting) => !(setting in schema.shape));
      expect(unknown).toEqual([]);
    });

    test('give it its own port and, where it stores, a database and a login of its own', () => {
      const given = environment();
      expect(given.PORT).toBe(String(offset === 'gateway' ? 3000 : 3001 + offset));
      if (stores.includes(name))
        expect(given.DATABASE_URL).toBe(`postgres://${name}:c0ffee@postgres:5432/${name}`);
      else expect(given.DATABASE_URL).toBe(undefined);
    });
  });
});

describe('the system', () => {
  const ours = all.filter(([, { build }]) => build !== undefined);

  test('is every service there is, each from the one Dockerfile', () => {
    const built = ours.map(([, { build }]) => build!.args.SERVICE);
    expect(built.sort()).toEqual([...services.map(({ name }) => name), 'cli'].sort());
  });

  test('lets nobody in but to the gateway and to the door for webhooks, and not from other machines unless told', () => {
    const published = all.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${filled(port)}`));
    expect(published).toEqual(['gateway 127.0.0.1:3000:3000', 'attendance 127.0.0.1:3002:3002']);
  });

  test('keeps its servers where neither the gateway nor the world outside gets to', () => {
    expect(compose.networks.data).toEqual({ internal: true });
    for (const server of ['postgres', 'rabbitmq'])
      expect(compose.services[server]!.networks).toEqual(['data']);
    expect(compose.services.gateway!.networks).not.toContain('data');
    const outside = all.filter(([, { networks }]) =>
      networks.some((name) => !compose.networks[name]?.internal),
    );
    expect(outside.map(([name]) => name)).toEqual(['gateway', 'attendance', 'billing', 'notification']);
  });

  test.each(ours)('gives %s no right it does not need', (_name, service) => {
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
  });

  test.each(all)('gives %s limits, and no way to more rights', (_name, service) => {
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.image).not.toMatch(/:latest$|^[^:]+$/);
  });

  test('begins with servers that answer and databases that exist', () => {
    for (const name of stores)
      expect(compose.services[name]!.depends_on).toEqual({
        databases: { condition: 'service_completed_successfully' },
        postgres: { condition: 'service_healthy' },
        rabbitmq: { condition: 'service_healthy' },
      });
    for (const server of ['postgres', 'rabbitmq'])
      expect(compose.services[server]!.healthcheck).toHaveProperty('test');
    expect(compose.services.databases!.environment!.SERVICES!.split(' ').sort()).toEqual([...stores].sort());
  });

  test('starts again by itself, all but what is run once', () => {
    const once = all.filter(([, { restart }]) => restart !== 'unless-stopped').map(([name]) => name);
    expect(once).toEqual(['rollcall', 'databases']);
  });
});
