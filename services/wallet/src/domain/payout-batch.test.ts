import { describe, expect, test } from '@jest/globals';
import { DomainError } from '@rollcall/kit/errors';
import fc from 'fast-check';
import { batchOf, type Counts, statusOf } from './payout-batch.js';
import type { Withdrawal } from './withdrawal.js';

const now = new Date('2026-11-27T06:00:00.000Z');
const by = { actorId: 'adm', fourEyes: false, now };
let made = 0;
const approved = (more: Partial<Withdrawal> = {}): Withdrawal => ({
  ...{ id: `w${++made}`, teacherId: 'tea', amount: 5000, currency: 'USD', status: 'approved' },
  ...{ approvedBy: 'other', payableFrom: new Date(0), ...more },
});

/** How it is refused: the code, and which withdrawals it names. */
function refusal(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof DomainError)
      return { code: error.code, named: error.more.errors?.map(({ path }) => path) };
    throw error;
  }
  return undefined;
}

test('a batch counts and adds up what is in it, exactly, or is more than one may pay', () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 1_000_000_000_000 }), {
    minLength: 1,
    maxLength: 1_000,
  });
  fc.assert(
    fc.property(amounts, (drawn) => {
      const exact = drawn.reduce((sum, amount) => sum + BigInt(amount), 0n);
      const make = () =>
        batchOf(
          'USD',
          drawn.map((amount) => approved({ amount })),
          by,
        );
      if (exact > 1_000_000_000_000_000n) expect(refusal(make)).toMatchObject({ code: 'batch-too-large' });
      else expect(make()).toEqual({ count: drawn.length, total: Number(exact) });
    }),
  );
  const most = Array.from({ length: 1_000 }, () => approved({ amount: 1_000_000_000_000 }));
  expect(batchOf('USD', most, by).total).toBe(1_000_000_000_000_000);
  expect(refusal(() => batchOf('USD', [...most, approved()], by))).toMatchObject({ code: 'batch-too-large' });
});

test.each<[string, Partial<Withdrawal>[], string, number[]]>([
  ['nothing', [], 'nothing-to-pay', []],
  ['another currency', [{}, { currency: 'EUR' }], 'mixed-currencies', [1]],
  ['what is not approved', [{ status: 'pending' }, {}, { status: 'processing' }], 'not-payable', [0, 2]],
  ['an account that is too new', [{}, { payableFrom: new Date(now.getTime() + 1) }], 'not-payable', [1]],
])(
  'a batch with %s is refused, and each withdrawal that keeps it from being is named',
  (_what, drawn, code, named) => {
    const found = drawn.map(approved);
    const paths = named.map((index) => `withdrawals.${found[index]!.id}`);
    expect(refusal(() => batchOf('USD', found, by))).toEqual({
      code,
      named: paths.length > 0 ? paths : undefined,
    });
  },
);

describe('a batch', () => {
  test.each<[string, Partial<Counts>]>([
    ['processing', { processing: 1 }],
    ['processing', { processing: 1, completed: 5, failed: 2 }],
    ['completed', { completed: 2 }],
    ['partly-completed', { completed: 2, failed: 1 }],
    ['partly-completed', { completed: 2, returned: 1 }],
    ['failed', { failed: 1, returned: 1 }],
  ])('is %s with %j', (status, counts) => {
    expect(statusOf({ processing: 0, completed: 0, failed: 0, returned: 0, ...counts })).toBe(status);
  });
});
