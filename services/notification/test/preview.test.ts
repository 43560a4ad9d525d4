import { expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '@rollcall/kit/config';
import { connect } from '@rollcall/kit/database';
import { quietLog, testApp } from '@rollcall/kit/testing';
import request from 'supertest';
import { settings } from '../src/config.js';
import { samples } from '../src/domain/samples.js';
import { routes } from '../src/routes.js';

const KEY = Buffer.alloc(32, 'k').toString('base64');
const given = {
  ...{ PORT: '0', DATABASE_URL: 'unused', AMQP_URL: 'unused', AUTH_JWKS_URL: 'http://unused.test/' },
  ...{ AUTH_ISSUER: 'unused', AUTH_AUDIENCE: 'unused', MAIL_FROM: 'a@example.com', LETTER_KEYS: `k:${KEY}` },
  ...{ SMTP_URL: 'smtp://mail.example.com:587', PUBLIC_URL: 'https://app.example.com' },
};
/** Nothing of the preview is in a database. */
const context = { db: connect('postgres://unused.test/'), log: quietLog, clock: () => new Date() };
const config = (more: Record<string, string> = {}) => readConfig(settings, { ...given, ...more });

test('development shows each letter in each language, without a script; production shows none', async () => {
  const app = await testApp(routes({ ...context, config: config() }));
  const { text, headers } = await request(app).get('/preview').expect(200);
  for (const { kind } of samples) expect(text).toContain(`?kind=${kind}&amp;language=de`);
  expect(headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
  const german = await request(app).get('/preview?kind=reminder&language=de').expect(200);
  expect(german.text).toContain('Ihre Stunde beginnt');
  const unknown = await request(app).get('/preview?kind=constructor&language=__proto__').expect(200);
  expect(unknown.text).toBe(text);
  await request(await testApp(routes({ ...context, config: config({ NODE_ENV: 'production' }) })))
    .get('/preview')
    .expect(404);
});

test.each(['smtp://127.0.0.1:3008', 'smtp://localhost:3008', 'smtp://[::1]:3008'])(
  'in production %s is refused: letters would be caught there',
  (SMTP_URL) => {
    const asked = () => config({ NODE_ENV: 'production', SMTP_URL });
    expect(asked).toThrow(ConfigError);
    expect(asked).toThrow(/SMTP_URL: is the catcher of mail/);
    expect(config({ SMTP_URL }).SMTP_URL).toBe(SMTP_URL);
  },
);

test('a relay on the same machine is none, and neither is a sender of two lines', () => {
  expect(config({ NODE_ENV: 'production', SMTP_URL: 'smtp://127.0.0.1:25' }).SMTP_URL).toMatch(/:25$/);
  expect(() => config({ MAIL_FROM: 'a@example.com\r\nBcc: b@example.com' })).toThrow(/MAIL_FROM/);
});
