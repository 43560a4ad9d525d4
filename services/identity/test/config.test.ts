import { expect, test } from '@jest/globals';
import { readConfig } from '@rollcall/kit/config';
import { settings } from '../src/config.js';

const reading = (more: Record<string, string>) => () =>
  readConfig(settings, {
    ...{ PORT: '0', DATABASE_URL: 'postgres://x', AMQP_URL: 'amqp://x', AUTH_JWKS_URL: 'http://x/jwks.json' },
    ...more,
  });
const key = `2026:${Buffer.alloc(32, 'k').toString('base64')}`;

test('the keys that seal have a value of their own outside production only, and not the same one', () => {
  const { IDENTITY_KEYS, LETTER_KEYS } = reading({})();
  expect(IDENTITY_KEYS.sealing.key.equals(LETTER_KEYS.sealing.key)).toBe(false);
  const inProduction = { NODE_ENV: 'production', AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x' };
  expect(reading(inProduction)).toThrow(/IDENTITY_KEYS is missing\n\s+LETTER_KEYS is missing/);
  expect(reading({ ...inProduction, IDENTITY_KEYS: key, LETTER_KEYS: key })).not.toThrow();
});

test('a key that is too short stops the start, and is not shown', () => {
  expect(reading({ IDENTITY_KEYS: '2026:c2hvcnQtc2VjcmV0' })).toThrow(/IDENTITY_KEYS: must be id:key pairs/);
  expect(reading({ IDENTITY_KEYS: '2026:c2hvcnQtc2VjcmV0' })).not.toThrow(/c2hvcnQ/);
});
