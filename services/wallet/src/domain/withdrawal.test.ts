import { describe, expect, test } from '@jest/globals';
import { sum } from '@rollcall/contracts/money';
import fc from 'fast-check';
import { debtOf } from './debt.js';
import { type Account, type AccountKey, balanceIn, openBook, owedIn, post } from './ledger.js';
import { accountsToWithdraw, postRequest, postStep, type Status, type Step, stepFrom } from './withdrawal.js';

const who = { teacherId: 'tea', currency: 'USD' };
const STEPS: readonly Step[] = ['approve', 'process', 'complete', 'fail', 'reject', 'return', 'cancel'];
const earnings: AccountKey = { owner: 'tea', kind: 'earnings', currency: 'USD' };
const withdrawing: AccountKey = { ...earnings, kind: 'withdrawing' };
const losses: AccountKey = { owner: null, kind: 'losses', currency: 'USD' };

function bookWith(start: number) {
  const keys = [...accountsToWithdraw(who), debtOf(earnings), losses];
  const accounts = keys.map((key, id): Account => {
    const balance = key.owner === null ? null : key.kind === 'earnings' ? start : 0;
    return { ...key, id, balance };
  });
  let last = 0;
  return openBook(accounts, () => `id-${++last}`);
}

const withdrawal = (status: Status, approvedBy: string | null = null) => ({
  ...{ id: 'w', amount: 5000, status, approvedBy, payableFrom: new Date(0), ...who },
});
const now = new Date('2026-11-20T10:00:00.000Z');
const admin = { actorId: 'adm', fourEyes: false, now };

describe('a step', () => {
  test.each<[Status, Partial<Record<Step, Status>>]>([
    ['pending', { approve: 'approved', reject: 'rejected', cancel: 'cancelled' }],
    ['approved', { process: 'processing', complete: 'completed', fail: 'failed' }],
    ['processing', { complete: 'completed', fail: 'failed' }],
    ['completed', { return: 'returned' }],
    ['returned', {}],
    ['failed', {}],
    ['rejected', {}],
    ['cancelled', {}],
  ])('from %s leads to %j and nowhere else', (status, allowed) => {
    for (const step of STEPS) {
      const take = () => stepFrom(withdrawal(status), step, admin);
      const to = allowed[step];
      if (to === undefined) expect(take).toThrow(`This withdrawal is ${status}`);
      else expect(take().status).toBe(to);
    }
  });

  test('moves money unless it only lets the withdrawal go on', () => {
    const still = STEPS.filter((step) => {
      const from = (['pending', 'approved', 'completed'] as const).find((status) => {
        return step === 'return' ? status === 'completed' : canFrom(status, step);
      })!;
      return !stepFrom(withdrawal(from), step, admin).moves;
    });
    expect(still).toEqual(['approve', 'process']);
  });

  test('pays to a bank account from the moment it is no longer too new, and everything else may be done before', () => {
    const approved = { ...withdrawal('approved'), payableFrom: new Date(now.getTime() + 1) };
    for (const step of ['process', 'complete'] as const) {
      expect(() => stepFrom(approved, step, admin)).toThrow('bank-account-too-new');
      expect(() => stepFrom(approved, step, { ...admin, now: approved.payableFrom })).not.toThrow();
    }
    expect(stepFrom(approved, 'fail', admin).status).toBe('failed');
    expect(stepFrom({ ...approved, status: 'pending' }, 'approve', admin).status).toBe('approved');
  });

  test('is not taken by who may not: nobody approves his own, nobody of four eyes both approves and completes', () => {
    const own = { ...admin, actorId: 'tea' };
    expect(() => stepFrom(withdrawal('pending'), 'approve', own)).toThrow('own-withdrawal');
    expect(stepFrom(withdrawal('pending'), 'cancel', own).status).toBe('cancelled');
    const approved = withdrawal('approved', 'adm');
    expect(stepFrom(approved, 'complete', admin).status).toBe('completed');
    expect(() => stepFrom(approved, 'complete', { ...admin, fourEyes: true })).toThrow('four-eyes');
    expect(stepFrom(approved, 'complete', { ...admin, actorId: 'another', fourEyes: true }).status).toBe(
      'completed',
    );
  });
});

const canFrom = (status: Status, step: Step): boolean => {
  try {
    return stepFrom(withdrawal(status), step, admin) !== undefined;
  } catch {
    return false;
  }
};

describe('a request', () => {
  const asking = (start: number, amount: number) => () =>
    postRequest(bookWith(start), { id: 'w', amount, ...who }, 'e');
  test.each<[string, () => void, string]>([
    ['of less than ten', asking(5000, 999), 'below-minimum'],
    ['of more than there is', asking(5000, 5001), 'insufficient-earnings'],
  ])('%s is refused', (_what, ask, code) => expect(ask).toThrow(code));

  test('of all there is is taken, and leaves nothing for the next', () => {
    const book = bookWith(1000);
    postRequest(book, { id: 'w', amount: 1000, ...who }, 'e');
    expect(() => postRequest(book, { id: 'x', amount: 1000, ...who }, 'f')).toThrow('insufficient-earnings');
  });
});

const action = fc.oneof(
  { weight: 2, arbitrary: fc.record({ ask: fc.integer({ min: 1, max: 4000 }) }) },
  { weight: 5, arbitrary: fc.record({ step: fc.constantFrom(...STEPS), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ owe: fc.integer({ min: 1, max: 3000 }) }) },
);
type Action = typeof action extends fc.Arbitrary<infer One> ? One : never;
type Open = ReturnType<typeof withdrawal>;

/** Plays what is allowed; what is refused must leave the book as it was. */
function play(start: number, actions: readonly Action[]) {
  const book = bookWith(start);
  const all: Open[] = [];
  const tried = (attempt: () => void): boolean => {
    const before = JSON.stringify([...book.balances, book.journal]);
    try {
      attempt();
      return true;
    } catch {
      expect(JSON.stringify([...book.balances, book.journal])).toBe(before);
      return false;
    }
  };
  for (const [n, one] of actions.entries()) {
    if ('ask' in one) {
      const asked = { ...withdrawal('pending'), id: `w${n}`, amount: one.ask };
      if (tried(() => postRequest(book, asked, `e${n}`))) all.push(asked);
    } else if ('owe' in one) {
      owe(book, one.owe, `d${n}`);
    } else if (all.length > 0) {
      const index = one.at % all.length;
      const found = all[index]!;
      tried(() => {
        const { status, moves } = stepFrom(found, one.step, admin);
        if (moves) postStep(book, found, { step: one.step, entryId: `e${n}`, actorId: 'adm' });
        all[index] = { ...found, status };
      });
    }
    check(start, book, all);
  }
}

/** As a clawback does: what is there is taken, the rest is owed. */
function owe(book: ReturnType<typeof bookWith>, amount: number, id: string): void {
  const taken = Math.min(amount, balanceIn(book, earnings));
  const entry = { id, type: 'admin_debit', referenceType: 'adjustment', referenceId: id } as const;
  const common = { to: losses, type: 'admin_debit', holdId: null } as const;
  post(book, { ...entry, description: null, actorId: null }, [
    { ...common, from: earnings, amount: taken },
    { ...common, from: debtOf(earnings), amount: amount - taken },
  ]);
}

const OPEN: readonly Status[] = ['pending', 'approved', 'processing'];

function check(start: number, book: ReturnType<typeof bookWith>, all: readonly Open[]): void {
  const amountOf = (statuses: readonly Status[]) =>
    sum(all.filter(({ status }) => statuses.includes(status)).map(({ amount }) => amount));
  expect(balanceIn(book, withdrawing)).toBe(amountOf(OPEN));
  expect(movedTo(book, 'payout-clearing')).toBe(amountOf(['completed']));
  expect(balanceIn(book, earnings)).toBeGreaterThanOrEqual(0);
  expect(balanceIn(book, earnings) === 0 || owedIn(book, earnings) === 0).toBe(true);
  const platform = movedTo(book, 'payout-clearing') + movedTo(book, 'losses');
  expect(sum([...book.balances.values()]) + platform).toBe(start);
}

function movedTo({ accounts, journal }: ReturnType<typeof bookWith>, kind: AccountKey['kind']): number {
  const id = [...accounts.values()].find((account) => account.kind === kind)?.id;
  return sum(
    journal.transfers.map(({ from, to, amount }) => (to === id ? amount : from === id ? -amount : 0)),
  );
}

test('whatever is asked, decided and owed in whatever order: withdrawing is what the open ones add up to, nothing falls below 0, no cent is lost', () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9000 }), fc.array(action, { maxLength: 40 }), (start, actions) =>
      play(start, actions),
    ),
    { numRuns: 400 },
  ));
