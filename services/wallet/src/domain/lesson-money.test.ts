/** Whatever happens to a subscription, in whatever order, its money is in one place and adds up. */
import { expect, test } from '@jest/globals';
import { sum } from '@rollcall/contracts/money';
import fc from 'fast-check';
import { type Account, type Book, openBook, post } from './ledger.js';
import { accountsOfLessons, moveLesson, movesOfParts, type Purse, type Till } from './lesson-money.js';
import { accountsOfPeriods, type EndedPeriod, endPeriods, type PaidPeriod, payPeriod } from './period.js';
import { placeLessons } from './place-lesson.js';

const month = (n: number) => new Date(Date.UTC(2026, n, 1));
const step = fc.oneof(
  fc.record({ do: fc.constant('pay' as const), amount: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({
    do: fc.constant('book' as const),
    behind: fc.integer({ min: 0, max: 2 }), // of the newest period, or of one that has ended
    prices: fc.array(fc.integer({ min: 0, max: 1200 }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('settle' as const), which: fc.nat(), back: fc.integer({ min: 0, max: 1000 }) }),
  fc.record({ do: fc.constant('end' as const), really: fc.integer({ min: 0, max: 4 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Held {
  readonly holdId: string;
  readonly price: number;
  /** How much of it is back with the subscription. */
  back: number;
  open: boolean;
}

/** Plays the steps on one subscription; `back` is in thousandths of the price. */
function play(steps: readonly Step[]) {
  const keys = [...accountsOfLessons('USD'), ...accountsOfPeriods('USD')];
  keys.push({ owner: null, kind: 'commission', currency: 'USD' });
  const accounts: Account[] = [...new Map(keys.map((key) => [key.kind, key])).values()].map((key, id) => ({
    ...key,
    id,
    balance: null,
  }));
  let last = 0;
  const book = openBook(accounts, () => `id-${++last}`);
  let purse: Purse = { subscriptionId: 'sub', currency: 'USD', isOver: false, periods: new Map() };
  let till: Till = { purses: new Map([['sub', purse]]), lessons: new Map(), decided: [] };
  const [paid, ended, held]: [PaidPeriod[], EndedPeriod[], Held[]] = [[], [], []];
  for (const one of steps) {
    if (one.do === 'pay') {
      const n = paid.length;
      const period = payPeriod(book, purse, {
        ...{ subscriptionId: 'sub', startsAt: month(n), endsAt: month(n + 1), amount: one.amount },
      });
      paid.push(period!);
      ended.push(...endPeriods(book, purse));
    } else if (one.do === 'book' && paid.length > 0) {
      const holds = one.prices.map((amount) => ({ holdId: `h-${++last}`, sessionId: 's', amount }));
      placeLessons(book, till, {
        ...{ purchaseId: `p-${++last}`, studentId: 'sam', teacherId: 'tea', courseId: 'c', requestedAt: '' },
        ...{
          currency: 'USD',
          holds,
          subscriptionId: 'sub',
          period: month(Math.max(0, paid.length - 1 - one.behind)),
        },
      });
      held.push(...holds.map(({ holdId, amount: price }) => ({ holdId, price, back: 0, open: true })));
    } else if (one.do === 'settle' && held.length > 0) {
      settle(book, till, held[one.which % held.length]!, one.back);
    } else if (one.do === 'end' && one.really === 0) {
      purse = { ...purse, isOver: true };
      till = { ...till, purses: new Map([['sub', purse]]) };
      ended.push(...endPeriods(book, purse));
    }
  }
  return { book, purse, till, paid, ended, held };
}

/** The first time the hold ends, and afterwards it is corrected; what does not come back is the platform's here. */
function settle(book: Book, till: Till, hold: Held, thousandths: number): void {
  const back = Math.floor((hold.price * thousandths) / 1000);
  const entryId = book.newId();
  const moves = movesOfParts(
    moveLesson(till, hold.holdId, { amount: back - hold.back, entryId }),
    hold.holdId,
    'USD',
  );
  const [escrow, kept] = (['escrow', 'commission'] as const).map((kind) => ({
    owner: null,
    kind,
    currency: 'USD',
  }));
  const more = hold.price - back - (hold.open ? 0 : hold.price - hold.back);
  const [from, to] = more > 0 ? [escrow!, kept!] : [kept!, escrow!];
  const entry = { id: entryId, type: 'refund', referenceType: 'hold', referenceId: hold.holdId } as const;
  post(book, { ...entry, description: null, actorId: null }, [
    ...moves,
    { from, to, amount: Math.abs(more), type: 'commission', holdId: hold.holdId },
  ]);
  Object.assign(hold, { back, open: false });
}

const holds = ({ accounts, journal }: Book, kind: string): number => {
  const id = [...accounts.values()].find((account) => account.kind === kind)?.id;
  return sum(
    journal.transfers.map(({ from, to, amount }) => (to === id ? amount : from === id ? -amount : 0)),
  );
};

const anyHistory = (check: (played: ReturnType<typeof play>) => void) =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => check(play(steps))),
    { numRuns: 500 },
  );

test('what is deferred is what the periods have left, none of it below zero, and nothing in one that has ended', () =>
  anyHistory(({ book, purse }) => {
    const periods = [...purse.periods.values()];
    expect(holds(book, 'subscription-deferred')).toBe(sum(periods.map(({ rest }) => rest)));
    for (const { rest, isOpen } of periods) {
      expect(rest).toBeGreaterThanOrEqual(0);
      if (!isOpen) expect(rest).toBe(0);
    }
  }));

test('a period has left what was paid, less its lessons, plus what came back, less what was earned at its end', () =>
  anyHistory(({ purse, till, paid, ended }) => {
    for (const { startsAt, amount } of paid) {
      const isIt = (at: Date | null) => at?.getTime() === startsAt.getTime();
      const spent = sum(till.decided.filter(({ period }) => isIt(period)).map((part) => part.amount));
      const earned = sum(ended.filter((one) => isIt(one.startsAt)).map(({ revenue }) => revenue));
      expect(purse.periods.get(startsAt.getTime())?.rest).toBe(amount - spent - earned);
    }
  }));

test('a lesson is borne in full as far as it is not back, and escrow holds the open ones alone', () =>
  anyHistory(({ book, till, held }) => {
    for (const { holdId, price, back } of held) {
      const borne = sum(till.decided.filter((part) => part.holdId === holdId).map(({ amount }) => amount));
      expect(borne).toBe(price - back);
    }
    expect(holds(book, 'escrow')).toBe(sum(held.filter(({ open }) => open).map(({ price }) => price)));
  }));

test('all that was paid is deferred, held, kept or earned; beyond it the platform gave what it bore', () =>
  anyHistory(({ book, paid }) => {
    const places = ['subscription-deferred', 'escrow', 'commission', 'revenue', 'promotions'].map((kind) =>
      holds(book, kind),
    );
    expect(sum(places)).toBe(sum(paid.map(({ amount }) => amount)));
    expect(holds(book, 'promotions')).toBeLessThanOrEqual(0);
    expect(holds(book, 'revenue')).toBeGreaterThanOrEqual(0);
  }));
