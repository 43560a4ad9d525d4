import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Balance, solvencyOf } from './solvency.js';

const usd = (account: string, balance: number): Balance => ({ account, currency: 'USD', balance });

test.each<[rule: string, balances: Balance[], owed: number, held: number, solvent: boolean]>([
  [
    'what came in by card is held for the credits it became',
    [usd('card-clearing', -50), usd('credits', 50)],
    50,
    50,
    true,
  ],
  [
    'what is in escrow is owed still, and commission is the platform’s own',
    [usd('card-clearing', -50), usd('escrow', 30), usd('earnings', 14), usd('commission', 6)],
    44,
    50,
    true,
  ],
  [
    'what was paid out is held no more',
    [usd('card-clearing', -50), usd('payout-clearing', 20), usd('earnings', 30)],
    30,
    30,
    true,
  ],
  [
    'credits that were given are owed without being there',
    [usd('adjustments', -50), usd('credits', 50)],
    50,
    0,
    false,
  ],
  ['a debt of users is not there either', [usd('debt', -5), usd('earnings', 5)], 5, 0, false],
])('%s', (_rule, balances, owed, held, solvent) => {
  const standing = solvencyOf(balances);
  expect([standing.owed.total, standing.held.total, standing.solvent]).toEqual([owed, held, solvent]);
});

const ACCOUNTS = [
  ...['credits', 'promo', 'earnings', 'withdrawing', 'debt', 'escrow', 'commission', 'card-clearing'],
  ...['payout-clearing', 'subscription-deferred', 'revenue', 'promotions', 'adjustments'],
];

test('whatever moved, the surplus is what the other accounts hold, to the cent', () => {
  const amounts = fc.array(fc.integer({ min: -1e12, max: 1e12 }), {
    minLength: ACCOUNTS.length,
    maxLength: ACCOUNTS.length,
  });
  fc.assert(
    fc.property(amounts, (some) => {
      const balances = ACCOUNTS.map((account, index) => usd(account, some[index] as number));
      const rest = usd('losses', -some.reduce((a, b) => a + b, 0));
      const { surplus, explainedBy, owed, held } = solvencyOf([...balances, rest]);
      expect(Object.values(explainedBy).reduce((a, b) => a + b, 0)).toBe(surplus);
      expect(held.total - owed.total).toBe(surplus);
    }),
  );
});
