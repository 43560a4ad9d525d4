import { expect, test } from '@jest/globals';
import { readConfig } from '@rollcall/kit/config';
import { settings } from '../src/config.js';

const reading = (more: Record<string, string>) => () =>
  readConfig(settings, {
    PORT: '0',
    DATABASE_URL: 'postgres://localhost/settlement',
    AMQP_URL: 'amqp://localhost',
    AUTH_JWKS_URL: 'http://localhost/jwks.json',
    ...more,
  });

test('the default preset stands in only outside production', () => {
  expect(reading({})().SETTLEMENT_POLICY).toBe('referred-teacher-30');
  expect(reading({ NODE_ENV: 'production' })).toThrow(/SETTLEMENT_POLICY is missing/);
});

test('custom rates are read from JSON', () => {
  const rates = '{"otherwise":1500,"teacherReferred":null,"overrides":[]}';
  expect(
    reading({ SETTLEMENT_POLICY: 'custom', SETTLEMENT_CUSTOM_RATES: rates })().SETTLEMENT_CUSTOM_RATES,
  ).toEqual({
    otherwise: 1500,
    teacherReferred: null,
    overrides: [],
  });
});

test.each<[what: string, more: Record<string, string>, says: RegExp]>([
  ['a preset nobody knows', { SETTLEMENT_POLICY: 'flat' }, /SETTLEMENT_POLICY/],
  ['custom without rates', { SETTLEMENT_POLICY: 'custom' }, /SETTLEMENT_CUSTOM_RATES is missing/],
  ['rates that are no JSON', { SETTLEMENT_CUSTOM_RATES: '{' }, /is no JSON/],
  ['a rate over 100 %', { SETTLEMENT_CUSTOM_RATES: '{"otherwise":10001}' }, /SETTLEMENT_CUSTOM_RATES/],
  ['half a basis point', { SETTLEMENT_CUSTOM_RATES: '{"otherwise":0.5}' }, /SETTLEMENT_CUSTOM_RATES/],
  ['an unknown rate', { SETTLEMENT_CUSTOM_RATES: '{"otherwise":1,"other":2}' }, /SETTLEMENT_CUSTOM_RATES/],
  [
    'an override of nobody',
    { SETTLEMENT_CUSTOM_RATES: '{"otherwise":1,"overrides":[{"rate":2}]}' },
    /teacher or a course/,
  ],
])('%s stops the start and says so', (_what, more, says) => {
  expect(reading(more)).toThrow(says);
});
