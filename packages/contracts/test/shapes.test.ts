import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  Currency,
  Id,
  Instant,
  InstantInput,
  Money,
  MoneyInput,
  PositiveAmount,
  text,
} from '../src/shapes.js';

const refused = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];

describe('text', () => {
  test.each([
    ['NUL', 'a\0b'],
    ['the first half of a pair', 'a\ud83d'],
    ['the second half of a pair', '\ude00b'],
  ])('refuses %s, which PostgreSQL cannot hold', (_what, value) => {
    expect(refused(text(10), value)).toEqual(['must not contain NUL or half of a surrogate pair']);
  });

  test('takes whole pairs and other scripts', () => {
    expect(text(20).parse('Zażółć 😀')).toBe('Zażółć 😀');
  });

  test('is trimmed before it is measured', () => {
    expect(text(3).parse('  abc \n')).toBe('abc');
    expect(refused(text(3), '   ')).toEqual(['must not be empty']);
    expect(text(3, 0).parse('  ')).toBe('');
    expect(refused(text(3), 'abcd')).toEqual(['must have at most 3 characters']);
  });
});

describe('ids', () => {
  test('are lower case inside, whatever came in', () => {
    expect(Id.parse('01980B6A-5C1E-7A10-9D53-2F6F1C0A1001')).toBe('01980b6a-5c1e-7a10-9d53-2f6f1c0a1001');
  });

  test.each(['', 'x', '1', '01980b6a5c1e7a109d532f6f1c0a1001', "' or 1=1", 7, null])(
    '%p is none',
    (value) => {
      expect(refused(Id, value)).toEqual(['must be a UUID']);
    },
  );
});

describe('instants', () => {
  test.each([
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00+01:00', '2026-11-20T09:00:00.000Z'],
    ['2026-11-20T23:30:00.123456-02:00', '2026-11-21T01:30:00.123Z'],
  ])('%s comes in as %s', (given, expected) => {
    expect(InstantInput.parse(given)).toBe(expected);
    expect(Instant.parse(expected)).toBe(expected);
  });

  test.each([
    'tomorrow',
    '',
    '2026-02-30T10:00:00Z',
    '2026-11-20',
    '2026-11-20T10:00:00',
    '2026-11-20T25:00:00Z',
    1_763_632_800,
    null,
  ])('%p is refused with what to write instead', (value) => {
    const words = refused(InstantInput, value);
    expect(words).toHaveLength(1);
    expect(words[0]).toMatch(/RFC 3339/);
  });

  test.each(['1999-12-31T23:59:59Z', '2100-01-01T00:00:00Z'])('%s is of another century', (value) => {
    expect(refused(InstantInput, value)).toEqual(['must lie between 2000 and 2100']);
  });

  test('leave only in UTC with milliseconds', () => {
    expect(refused(Instant, '2026-11-20T10:00:00Z')).toHaveLength(1);
    expect(refused(Instant, '2026-11-20T10:00:00.000+01:00')).toHaveLength(1);
  });
});

describe('money at the wall', () => {
  test.each([
    ['a float', { amount: 10.5, currency: 'USD' }],
    ['a negative amount', { amount: -1, currency: 'USD' }],
    ['an absurd amount', { amount: 1_000_000_000_001, currency: 'USD' }],
    ['a string', { amount: '1000', currency: 'USD' }],
    ['no currency', { amount: 1000 }],
    ['a currency there is not', { amount: 1000, currency: 'ZZZ' }],
    ['a field more', { amount: 1000, currency: 'USD', cents: 5 }],
  ])('%s is refused', (_what, value) => {
    expect(MoneyInput.safeParse(value).success).toBe(false);
  });

  test('the largest amount passes', () => {
    expect(MoneyInput.parse({ amount: 1_000_000_000_000, currency: 'JPY' }).amount).toBe(1_000_000_000_000);
  });

  test('a positive amount starts at one unit', () => {
    expect(refused(PositiveAmount, 0)).toEqual(['must be at least 1']);
    expect(PositiveAmount.parse(1)).toBe(1);
  });

  test('a debt may leave as a negative amount', () => {
    expect(Money.parse({ amount: -500, currency: 'USD' })).toEqual({ amount: -500, currency: 'USD' });
    expect(Currency.safeParse('usd').success).toBe(false);
  });
});

test('a list is a list whether one state or several are asked for', async () => {
  const { setOf } = await import('../src/api/lists.js');
  const states = setOf(z.enum(['held', 'review']));
  expect(states.parse('held')).toEqual(['held']);
  expect(states.parse(['held', 'review'])).toEqual(['held', 'review']);
  expect(states.safeParse('gone').success).toBe(false);
});
