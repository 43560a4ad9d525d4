import { expect, test } from '@jest/globals';
import { FeedChange } from '@rollcall/contracts/api/events';
import { readRevenueSummary } from '@rollcall/contracts/api/revenue';
import { readHold } from '@rollcall/contracts/api/settlement';
import { readWallet } from '@rollcall/contracts/api/wallet';
import { concerns } from './changes.js';

const ME = '/auth/me';

test('what the feed calls an account is asked for anew, and a wallet is not', () => {
  expect(concerns('account', ME)).toBe(true);
  expect(concerns('account', readWallet.path)).toBe(false);
});

test('a purchase is money held for its teacher', () => {
  expect(concerns('purchase', readRevenueSummary.path)).toBe(true);
});

test('no resource of the feed makes everything old', () => {
  const everywhere = FeedChange.shape.resource.options.filter((resource) => concerns(resource, '/nowhere'));
  expect(everywhere).toEqual([]);
});

test('what a newer feed tells of, or a reset, makes everything old', () => {
  for (const unknown of ['', 'certificate', 'toString']) expect(concerns(unknown, readHold.path)).toBe(true);
});
