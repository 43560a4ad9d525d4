import { expect, test } from '@jest/globals';
import type { RosterEntry } from '@rollcall/contracts/api/teaching';
import { heldOf } from './held.js';

type Hold = RosterEntry['hold'];
const id = '01990000-0000-7000-8000-000000000000';
const hold = (status: Hold['status'], amount: number, currency = 'USD') => ({
  hold: { id, sessionId: id, status, amount, currency },
});

test('what is undecided goes back; what an admin has decided already stays', () => {
  const entries = [hold('held', 1000), hold('review', 500), hold('released', 700), hold('refunded', 900)];
  expect(heldOf(entries)).toEqual({ count: 2, sums: [{ amount: 1500, currency: 'USD' }] });
  expect(heldOf([])).toEqual({ count: 0, sums: [] });
});
