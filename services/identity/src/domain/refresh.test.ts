import { expect, test } from '@jest/globals';
import { type RefreshToken, type Spending, spend } from './refresh.js';

const now = new Date('2026-11-20T10:00:00.000Z');
const fresh: RefreshToken = {
  familyId: 'f',
  userId: 'u',
  expiresAt: new Date('2026-11-21T10:00:00.000Z'),
  spentAt: null,
  familyRevokedAt: null,
  userStatus: 'active',
};

test.each<[string, RefreshToken | undefined, Spending]>([
  ['a fresh token buys the next one', fresh, 'rotate'],
  ['an unknown token buys nothing', undefined, 'refuse'],
  ['a token whose hour has come buys nothing', { ...fresh, expiresAt: now }, 'refuse'],
  ['a spent token ends its family', { ...fresh, spentAt: now }, 'revoke-reused'],
  [
    'a spent token ends its family even when it would have expired',
    { ...fresh, spentAt: now, expiresAt: now },
    'revoke-reused',
  ],
  ['a family that was ended is not ended again', { ...fresh, spentAt: now, familyRevokedAt: now }, 'refuse'],
  ['a suspension bites at the next refresh', { ...fresh, userStatus: 'suspended' }, 'revoke-suspended'],
])('%s', (_rule, token, expected) => {
  expect(spend(token, now)).toBe(expected);
});
