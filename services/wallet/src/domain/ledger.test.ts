import { expect, test } from '@jest/globals';
import { sum } from '@rollcall/contracts/money';
import fc from 'fast-check';
import { type Ending, endingOf, type Hold, postEnding } from './end.js';
import { type Account, type Book, openBook } from './ledger.js';
import { placePurchase } from './place.js';

const STUDENTS = ['ann', 'ben'];
const KINDS = ['credits', 'promo', 'earnings'] as const;

function openWith(start: number): Book {
  const owned = [...STUDENTS, 'tea', 'ref'].flatMap((owner) => KINDS.map((kind) => ({ owner, kind })));
  const platform = (['escrow', 'commission'] as const).map((kind) => ({ owner: null, kind }));
  const accounts: Account[] = [...owned, ...platform].map((key, id) => {
    const funded = STUDENTS.includes(key.owner ?? '') && key.kind !== 'earnings';
    return { ...key, id, currency: 'USD', balance: key.owner === null ? null : funded ? start : 0 };
  });
  let last = 0;
  return openBook(accounts, () => `id-${++last}`);
}

const step = fc.oneof(
  fc.record({
    place: fc.constantFrom(...STUDENTS),
    amounts: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    end: fc.nat(),
    weights: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)),
    to: fc.constantFrom('earnings' as const, 'promo' as const),
  }),
);

/** Any shares that add up: the first three rounded down, the rest goes back. */
function sharesOf(amount: number, weights: readonly number[]) {
  const whole = sum(weights) || 1;
  const [teacher = 0, commission = 0, referral = 0] = weights
    .slice(0, 3)
    .map((w) => Math.floor((amount * w) / whole));
  return { teacher, commission, referral, refund: amount - teacher - commission - referral };
}

function play(book: Book, steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  const open: Hold[] = [];
  const ended: Ending[] = [];
  const answers: { total: number; had: number; outcome: string; shortfall: number }[] = [];
  for (const [index, one] of steps.entries()) {
    if ('place' in one) {
      const had = balanceOf(book, one.place, 'credits') + balanceOf(book, one.place, 'promo');
      const holds = one.amounts.map((amount, n) => ({ holdId: `h-${index}-${n}`, sessionId: 's', amount }));
      const answer = placePurchase(book, {
        ...{
          purchaseId: `p-${index}`,
          studentId: one.place,
          teacherId: 'tea',
          courseId: 'c',
          currency: 'USD',
        },
        ...{ requestedAt: '2026-11-20T10:00:00.000Z', holds },
      });
      const shortfall = answer.outcome === 'declined' ? answer.shortfall : 0;
      answers.push({ total: sum(one.amounts), had, outcome: answer.outcome, shortfall });
      if (answer.outcome === 'held') {
        const common = { purchaseId: `p-${index}`, studentId: one.place, teacherId: 'tea', currency: 'USD' };
        open.push(...answer.holds.map(({ holdId, ...hold }) => ({ ...common, ...hold, id: holdId })));
      }
    } else if (open.length > 0) {
      const [hold] = open.splice(one.end % open.length, 1) as [Hold];
      const ending = endingOf(
        hold,
        {
          ...{ holdId: hold.id, decisionVersion: 1, currency: 'USD', ...sharesOf(hold.amount, one.weights) },
          ...{
            referrerId: 'ref',
            referralAccount: one.to,
            reason: 'admin',
            commissionRate: 0,
            attendance: null,
          },
        },
        `e-${index}`,
      );
      ended.push(ending);
      postEnding(book, ending);
    }
  }
  return { open, ended, answers };
}

const idOf = (book: Book, owner: string | null, kind: string) =>
  [...book.accounts.values()].find((account) => account.owner === owner && account.kind === kind)?.id ?? -1;
const balanceOf = (book: Book, owner: string, kind: string) =>
  book.balances.get(idOf(book, owner, kind)) ?? 0;
const movedOn = ({ journal }: Book, id: number) =>
  sum(journal.transfers.map(({ from, to, amount }) => (to === id ? amount : from === id ? -amount : 0)));

const anyHistory = (check: (book: Book, start: number, played: ReturnType<typeof play>) => void) =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3000 }), fc.array(step, { maxLength: 40 }), (start, steps) => {
      const book = openWith(start);
      check(book, start, play(book, steps));
    }),
    { numRuns: 300 },
  );

test('whatever is bought and ended, no balance is below zero and each is the sum of its transfers', () =>
  anyHistory((book, start) => {
    for (const { id, owner, kind, balance } of book.accounts.values()) {
      if (balance === null) continue;
      const funded = STUDENTS.includes(owner ?? '') && kind !== 'earnings' ? start : 0;
      expect(book.balances.get(id)).toBe(funded + movedOn(book, id));
      expect(book.balances.get(id)).toBeGreaterThanOrEqual(0);
    }
  }));

test('whatever is bought and ended, escrow is what the open holds add up to', () =>
  anyHistory((book, _start, { open }) => {
    expect(movedOn(book, idOf(book, null, 'escrow'))).toBe(sum(open.map(({ amount }) => amount)));
  }));

test('a purchase is held exactly when the money is there, and a shortfall is exactly what is missing', () =>
  anyHistory((_book, _start, { answers }) => {
    for (const { total, had, outcome, shortfall } of answers) {
      expect(outcome).toBe(total <= had ? 'held' : 'declined');
      expect(shortfall).toBe(Math.max(0, total - had));
    }
  }));

test('the parts of a hold add up to it, and none gets back more than came from it', () =>
  anyHistory((_book, _start, { open, ended }) => {
    for (const hold of [...open, ...ended.map((ending) => ending.hold)]) {
      expect(hold.promo + hold.credits).toBe(hold.amount);
    }
    for (const { hold, decided, toPromo, toCredits } of ended) {
      expect(toPromo + toCredits).toBe(decided.refund);
      expect(toPromo).toBeLessThanOrEqual(hold.promo);
      expect(toCredits).toBeLessThanOrEqual(hold.credits);
    }
  }));

test("each account's transactions form one chain from balance to balance", () =>
  anyHistory((book) => {
    const last = new Map<number, number>();
    for (const { accountId, before, after, amount, type } of book.journal.transactions) {
      const opening = [...book.accounts.values()].find(({ id }) => id === accountId)?.balance;
      expect(before).toBe(last.get(accountId) ?? opening);
      expect(after - before).toBe(type === 'commission' ? 0 : amount);
      last.set(accountId, after);
    }
  }));
